//! The key itself: 32 bytes that are wiped when dropped, and their encodings.

use std::hint::black_box;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use rand::TryRng as _;
use rand::rngs::SysRng;
use schemars::JsonSchema;
use secrecy::{ExposeSecret as _, SecretBox};
use serde::Serialize;
use zeroize::Zeroizing;

use super::encoding::{KEY_BYTES, hex};
use crate::failure::Failure;
use crate::text::redaction;

/// A 256-bit customer key. Its memory is wiped when it is dropped. `Debug` shows only its MD5.
pub struct Key(SecretBox<[u8; KEY_BYTES]>);

/// How to write a key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// Base64 with padding (RFC 4648, section 4): 44 characters, as in S3's header.
    #[default]
    Base64,
    /// 64 lower-case hexadecimal digits.
    Hex,
    /// The 32 bytes.
    Raw,
}

impl Key {
    /// A new key from the operating system's random source.
    /// Errors: `Kind::Other` if that source fails; there is no weaker fallback.
    pub fn generate() -> Result<Key, Failure> {
        let mut drawn = Ok(());
        let bytes = SecretBox::init_with_mut(|bytes: &mut [u8; KEY_BYTES]| {
            drawn = SysRng.try_fill_bytes(bytes);
        });
        match drawn {
            Ok(()) => Ok(Key(bytes).registered()),
            Err(error) => {
                Err(Failure::other(format!("the operating system gave no random bytes: {error}"))
                    .hint("no key was made; check that the getrandom system call is allowed here")
                    .because(error))
            }
        }
    }

    /// A key of these bytes.
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Key {
        Key::holding(&Zeroizing::new(bytes)).registered()
    }

    /// The derived key of one object: there may be millions, so the redaction forgets it after a while.
    pub(crate) fn of_one_object(bytes: &[u8; KEY_BYTES]) -> Key {
        redaction::register_transient(bytes);
        Key::holding(bytes)
    }

    fn holding(bytes: &[u8; KEY_BYTES]) -> Key {
        Key(SecretBox::init_with_mut(|held: &mut [u8; KEY_BYTES]| held.copy_from_slice(bytes)))
    }

    /// Registers the key with the redaction: no output shows it from now on.
    fn registered(self) -> Key {
        redaction::register(self.bytes());
        self
    }

    /// None unless there are 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Key> {
        bytes.try_into().ok().map(|bytes| Key::holding(bytes).registered())
    }

    /// The 32 bytes.
    pub fn bytes(&self) -> &[u8; KEY_BYTES] {
        self.0.expose_secret()
    }

    /// The key in base64 with padding (RFC 4648, section 4), as the header
    /// `x-amz-server-side-encryption-customer-key` carries it.
    pub fn base64(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.bytes()))
    }

    /// 64 lower-case hexadecimal digits.
    pub fn hex(&self) -> Zeroizing<String> {
        Zeroizing::new(hex(self.bytes()))
    }

    /// The key in this encoding, without a newline.
    pub fn encoded(&self, encoding: Encoding) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match encoding {
            Encoding::Base64 => self.base64().as_bytes().to_vec(),
            Encoding::Hex => self.hex().as_bytes().to_vec(),
            Encoding::Raw => self.bytes().to_vec(),
        })
    }

    /// The key-MD5: base64 of the 16 binary bytes of the MD5 (RFC 1321) of the 32 key bytes, as the
    /// header `x-amz-server-side-encryption-customer-key-MD5` carries it. It is no secret: S3
    /// returns it with every sealed object.
    pub fn md5_base64(&self) -> String {
        STANDARD.encode(Md5::digest(self.bytes()))
    }
}

impl Clone for Key {
    fn clone(&self) -> Key {
        Key::holding(self.bytes())
    }
}

impl PartialEq for Key {
    /// Compares all bytes, so that the time reveals nothing about them.
    fn eq(&self, other: &Key) -> bool {
        let pairs = self.bytes().iter().zip(other.bytes());
        black_box(pairs.fold(0, |difference, (a, b)| difference | (a ^ b))) == 0
    }
}

impl Eq for Key {}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key(md5 {})", self.md5_base64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_keys_differ() {
        let (one, other) = (Key::generate().unwrap(), Key::generate().unwrap());
        assert_ne!(one, other);
        assert_eq!(one, one.clone());
    }

    #[test]
    fn debug_shows_the_md5_alone() {
        let key = Key::from_bytes(*b"23832BAC16516152E560F933F261BF03");
        assert_eq!(format!("{key:?}"), "Key(md5 rjGuMdjLpPV1eRuotNaPMQ==)");
    }

    #[test]
    fn every_encoding_has_its_length() {
        let key = Key::from_bytes([0xfb; KEY_BYTES]);
        assert_eq!(key.base64().len(), 44);
        assert_eq!(*key.hex(), "fb".repeat(KEY_BYTES));
        assert_eq!(*key.encoded(Encoding::Raw), [0xfb; KEY_BYTES]);
        assert!(Key::from_slice(&[0; 31]).is_none());
    }
}
