//! Recognises a key in a later run without storing anything that identifies it.

use hmac::{Hmac, KeyInit as _, Mac as _};
use rand::TryRng as _;
use rand::rngs::SysRng;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::encoding::hex;
use super::material::Key;

/// An HMAC of a key under a random salt. Unlike the key-MD5, it differs each time, so it does not link a state file to
/// objects.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyCheck {
    salt: String,
    key_check: String,
}

impl KeyCheck {
    /// With a new salt. None if the operating system gives no random bytes.
    pub(crate) fn new(key: &Key) -> Option<KeyCheck> {
        let mut salt = [0; 16];
        SysRng.try_fill_bytes(&mut salt).ok()?;
        let salt = hex(&salt);
        Some(KeyCheck { key_check: hex(&mac(&salt, key).finalize().into_bytes()), salt })
    }

    pub(crate) fn matches(&self, key: &Key) -> bool {
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
    fn a_check_matches_one_key_and_each_check_differs() {
        let (one, other) = (Key::generate().unwrap(), Key::generate().unwrap());
        let check = KeyCheck::new(&one).unwrap();
        assert!(check.matches(&one) && !check.matches(&other));
        assert_ne!(KeyCheck::new(&one).unwrap().key_check, check.key_check);
    }
}
