//! The credentials that clients of the proxy sign with. They are the proxy's own: the store does not know them.

use std::fmt;
use std::str::FromStr;

use rand::TryRng as _;
use rand::rngs::SysRng;
use secrecy::{ExposeSecret, SecretString};

use crate::failure::Failure;
use crate::key::core::hex;

/// An access key and its secret.
#[derive(Clone)]
pub(crate) struct User {
    pub(crate) access_key: String,
    secret: SecretString,
}

impl User {
    /// Errors: `Kind::Other` if the system has no random source.
    pub(crate) fn generate() -> Result<User, Failure> {
        let access_key = format!("SP{}", random_hex::<9>()?.to_ascii_uppercase());
        Ok(User { access_key, secret: random_hex::<20>()?.into() })
    }

    pub(crate) fn secret(&self) -> &str {
        self.secret.expose_secret()
    }
}

/// Random bytes in hexadecimal. Not a [`Key`](crate::key::core::Key): the redaction would mask it in the environment that
/// a client needs.
fn random_hex<const BYTES: usize>() -> Result<String, Failure> {
    let mut bytes = [0; BYTES];
    SysRng.try_fill_bytes(&mut bytes).map_err(|error| {
        Failure::other(format!("the operating system gave no random bytes: {error}"))
            .hint("check that the getrandom system call is allowed here, or give --user")
            .because(error)
    })?;
    Ok(hex(&bytes))
}

/// `ACCESS-KEY:SECRET`.
impl FromStr for User {
    type Err = String;

    fn from_str(text: &str) -> Result<User, String> {
        let refuse = || "write it ACCESS-KEY:SECRET, both without spaces".to_owned();
        let (access_key, secret) = text.split_once(':').ok_or_else(refuse)?;
        let is_plain =
            |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_graphic());
        // A credential's scope is separated from the access key by slashes.
        if !is_plain(access_key) || !is_plain(secret) || access_key.contains(['/', ',']) {
            return Err(refuse());
        }
        if secret.len() < 8 {
            return Err("the secret has fewer than 8 characters".to_owned());
        }
        Ok(User { access_key: access_key.to_owned(), secret: secret.to_owned().into() })
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("access_key", &self.access_key).finish_non_exhaustive()
    }
}
