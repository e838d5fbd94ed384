//! Encryption at rest: AES-256-GCM in fixed chunks under a key of its own for every part.
//!
//! The key is HKDF-SHA256 of the customer's key under a random salt, so a nonce never meets the same key twice.
//! The nonce holds the chunk's number and whether it is the last (the STREAM construction of Hoang, Reyhanitabar,
//! Rogaway and Vizár, 2015): chunks can be read alone, and neither cut off nor reordered without notice.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use crate::random;
use crate::ssec::CustomerKey;

/// What AES-GCM adds to a chunk.
pub(crate) const TAG_LEN: usize = 16;

/// The salt of one part's key; kept beside the sealed chunks.
pub(crate) type Salt = [u8; 32];

/// The key of one part.
pub(crate) struct Seal(LessSafeKey);

impl Seal {
    /// A key for a new part.
    pub(crate) fn new(key: &CustomerKey) -> (Self, Salt) {
        let salt = random::bytes();
        (Self::of(key, &salt), salt)
    }

    /// The key of a part that was sealed before.
    pub(crate) fn of(key: &CustomerKey, salt: &Salt) -> Self {
        let derived = key.derive(salt, b"part key");
        let key =
            UnboundKey::new(&AES_256_GCM, derived.as_slice()).expect("32 bytes are an AES-256 key");
        Self(LessSafeKey::new(key))
    }

    /// Encrypts a chunk in place and appends the tag.
    pub(crate) fn close(&self, number: u64, last: bool, chunk: &mut Vec<u8>) {
        self.0
            .seal_in_place_append_tag(nonce(number, last), Aad::empty(), chunk)
            .expect("a chunk is far below the length limit of AES-GCM");
    }

    /// Decrypts a chunk; `None` if it is not what was sealed at this place.
    pub(crate) fn open(&self, number: u64, last: bool, sealed: &[u8]) -> Option<Vec<u8>> {
        let mut chunk = sealed.to_vec();
        let len = self.0.open_in_place(nonce(number, last), Aad::empty(), &mut chunk).ok()?.len();
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
