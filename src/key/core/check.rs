//! Knowing a key again without keeping anything that tells of it.

use hmac::{Hmac, KeyInit as _, Mac as _};
use rand::TryRng as _;
use rand::rngs::SysRng;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::encoding::hex;
use super::material::Key;

/// Tells whether a key is the one of an earlier run, and tells nobody else anything: an HMAC under a
/// salt of its own. The key-MD5 would be the same everywhere.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyCheck {
    salt: String,
    key_check: String,
}

impl KeyCheck {
    /// For this key, under a new salt. None without randomness.
    pub(crate) fn new(key: &Key) -> Option<KeyCheck> {
        let mut salt = [0; 16];
        SysRng.try_fill_bytes(&mut salt).ok()?;
        let salt = hex(&salt);
        Some(KeyCheck { key_check: hex(&mac(&salt, key).finalize().into_bytes()), salt })
    }

    /// Whether it was made for this key.
    pub(crate) fn is_of(&self, key: &Key) -> bool {
        hex(&mac(&self.salt, key).finalize().into_bytes()) == self.key_check
    }
}

fn mac(salt: &str, key: &Key) -> Hmac<Sha256> {
    let mut mac =
        <Hmac<Sha256>>::new_from_slice(salt.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(key.bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_told_from_others_and_never_twice_alike() {
        let (one, other) = (Key::generate().unwrap(), Key::generate().unwrap());
        let check = KeyCheck::new(&one).unwrap();
        assert!(check.is_of(&one) && !check.is_of(&other));
        assert_ne!(KeyCheck::new(&one).unwrap().key_check, check.key_check);
    }
}
