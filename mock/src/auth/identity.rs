//! The users that a server knows.

use std::fmt;
use std::str::FromStr;

use crate::settings::{DEFAULT_ACCOUNT, Requester};

/// A user: an access key, its secret key, and whose it is. Its text form is `ID:SECRET[:ACCOUNT[:NAME]]`, where the account has
/// 12 digits; without one it is `123456789012`, and without a name `mock`. The secret may contain colons.
///
/// ```
/// let user: s3seal_mock::Identity = "AKIAEXAMPLE:secret:111111111111:alice".parse()?;
/// assert_eq!(user.arn(), "arn:aws:iam::111111111111:user/alice");
/// # Ok::<(), s3seal_mock::InvalidIdentity>(())
/// ```
#[derive(Clone)]
pub struct Identity {
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
    pub(crate) requester: Requester,
}

impl Identity {
    /// A user named `mock` of the account `123456789012`.
    pub fn new(access_key: impl Into<String>, secret_key: impl Into<String>) -> Self {
        let requester =
            Requester::User { account: DEFAULT_ACCOUNT.to_owned(), name: "mock".to_owned() };
        Self { access_key: access_key.into(), secret_key: secret_key.into(), requester }
    }

    /// The user's name in policies, such as `arn:aws:iam::123456789012:user/mock`.
    pub fn arn(&self) -> String {
        self.requester.arn().unwrap_or_default()
    }
}

/// Shows no secret key.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("access_key", &self.access_key)
            .field("arn", &self.arn())
            .finish_non_exhaustive()
    }
}

impl FromStr for Identity {
    type Err = InvalidIdentity;

    fn from_str(text: &str) -> Result<Self, InvalidIdentity> {
        let (id, rest) = text.split_once(':').ok_or(InvalidIdentity)?;
        let is_account =
            |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        let named = rest.rsplit_once(':').and_then(|(before, name)| {
            let (secret, account) = before.rsplit_once(':')?;
            (is_account(account) && !name.is_empty()).then_some((secret, account, name))
        });
        let unnamed = || {
            let (secret, account) = rest.rsplit_once(':')?;
            is_account(account).then_some((secret, account, "mock"))
        };
        let (secret, account, name) =
            unnamed().or(named).unwrap_or((rest, DEFAULT_ACCOUNT, "mock"));
        if id.is_empty() || secret.is_empty() {
            return Err(InvalidIdentity);
        }
        let requester = Requester::User { account: account.to_owned(), name: name.to_owned() };
        Ok(Self { requester, ..Self::new(id, secret) })
    }
}

/// The text is no [`Identity`]. The message does not repeat it, for it may hold a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidIdentity;

impl fmt::Display for InvalidIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "give an access key id and a secret key as ID:SECRET, or ID:SECRET:ACCOUNT:NAME",
        )
    }
}

impl std::error::Error for InvalidIdentity {}
