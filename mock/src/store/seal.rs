//! Encryption at rest: AES-256-GCM in fixed chunks under a key of its own for every part.
//!
//! The key is HKDF-SHA256 of the customer's key under a random salt, so a nonce never meets the same key twice.
//! The nonce holds the chunk's number and whether it is the last (the STREAM construction of Hoang, Reyhanitabar,
//! Rogaway and Vizár, 2015): chunks can be read alone, and neither cut off nor reordered without notice. The associated
//! data names the object and the part, so that what was sealed for one does not open as another.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use crate::random;
use crate::ssec::CustomerKey;

/// What AES-GCM adds to a chunk.
pub(crate) const TAG_LEN: usize = 16;

/// The salt of one part's key; kept beside the sealed chunks.
pub(crate) type Salt = [u8; 32];

/// Where a part belongs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    /// The id of the object.
    pub(crate) object: &'a str,
    /// The part's number; 0 where the object came whole.
    pub(crate) part: i32,
}

/// A customer's key for the part of one slot.
pub(crate) struct SlotKey<'a> {
    key: &'a CustomerKey,
    associated: Vec<u8>,
}

impl<'a> SlotKey<'a> {
    pub(crate) fn new(key: &'a CustomerKey, slot: Slot<'_>) -> Self {
        let mut associated = Vec::new();
        for text in [slot.bucket, slot.key, slot.object] {
            associated.extend((text.len() as u64).to_be_bytes());
            associated.extend(text.as_bytes());
        }
        associated.extend(slot.part.to_be_bytes());
        Self { key, associated }
    }
}

pub(crate) struct Seal {
    key: LessSafeKey,
    associated: Vec<u8>,
}

impl Seal {
    /// A key for a new part.
    pub(crate) fn new(key: &SlotKey<'_>) -> (Self, Salt) {
        let salt = random::bytes();
        (Self::of(key, &salt), salt)
    }

    /// The key of a part that was sealed before.
    pub(crate) fn of(key: &SlotKey<'_>, salt: &Salt) -> Self {
        let derived = key.key.derive(salt, b"part key");
        let associated = key.associated.clone();
        let key =
            UnboundKey::new(&AES_256_GCM, derived.as_slice()).expect("32 bytes are an AES-256 key");
        Self { key: LessSafeKey::new(key), associated }
    }

    /// Encrypts a chunk in place and appends the tag.
    pub(crate) fn close(&self, number: u64, last: bool, chunk: &mut Vec<u8>) {
        self.key
            .seal_in_place_append_tag(nonce(number, last), Aad::from(&self.associated), chunk)
            .expect("a chunk is far below the length limit of AES-GCM");
    }

    /// Decrypts a chunk; `None` if it is not what was sealed at this place.
    pub(crate) fn open(&self, number: u64, last: bool, sealed: &[u8]) -> Option<Vec<u8>> {
        let mut chunk = sealed.to_vec();
        let associated = Aad::from(&self.associated);
        let len = self.key.open_in_place(nonce(number, last), associated, &mut chunk).ok()?.len();
        chunk.truncate(len);
        Some(chunk)
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(..)")
    }
}

fn nonce(number: u64, last: bool) -> Nonce {
    let mut bytes = [0; 12];
    bytes[3..11].copy_from_slice(&number.to_be_bytes());
    bytes[11] = u8::from(last);
    Nonce::assume_unique_for_key(bytes)
}
