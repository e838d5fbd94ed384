//! Who sends a request: a stranger, a user, or a session of a role.

use aws_lc_rs::digest;

/// The account of users and buckets that name none.
pub(crate) const DEFAULT_ACCOUNT: &str = "123456789012";

/// The identity that policies see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Requester {
    /// The request is not signed.
    Anonymous,
    User {
        account: String,
        name: String,
    },
    /// A session that AssumeRole made.
    Role {
        account: String,
        /// The role's path and name, such as `team/writer`.
        role: String,
        session: String,
    },
}

impl Requester {
    /// The ARN of the user, or of the session.
    pub(crate) fn arn(&self) -> Option<String> {
        match self {
            Self::Anonymous => None,
            Self::User { account, name } => Some(format!("arn:aws:iam::{account}:user/{name}")),
            Self::Role { account, role, session } => {
                // The ARN of a session leaves the role's path out.
                let name = role.rsplit('/').next().unwrap_or(role);
                Some(format!("arn:aws:sts::{account}:assumed-role/{name}/{session}"))
            }
        }
    }

    /// The ARN that `aws:PrincipalArn` compares: of the user, or of the role whatever its session.
    pub(crate) fn principal_arn(&self) -> Option<String> {
        match self {
            Self::Role { account, role, .. } => Some(format!("arn:aws:iam::{account}:role/{role}")),
            _ => self.arn(),
        }
    }

    /// The unique id of a user, or of a role with its session: "IAM identifiers". The same user always has the same.
    pub(crate) fn unique_id(&self) -> String {
        let arn = self.principal_arn().unwrap_or_default();
        let hash = digest::digest(&digest::SHA256, arn.as_bytes());
        let letter =
            |byte: &u8| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[usize::from(byte % 32)]);
        let letters: String = hash.as_ref().iter().take(17).map(letter).collect();
        match self {
            Self::Role { session, .. } => format!("AROA{letters}:{session}"),
            _ => format!("AIDA{letters}"),
        }
    }

    pub(crate) fn account(&self) -> Option<&str> {
        match self {
            Self::Anonymous => None,
            Self::User { account, .. } | Self::Role { account, .. } => Some(account),
        }
    }
}
