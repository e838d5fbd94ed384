//! All settings of one bucket.

use std::collections::BTreeMap;

use http::HeaderValue;
use serde::{Deserialize, Serialize};

use super::cors::CorsRules;
use super::object_lock::BucketLock;
use super::policy::Policy;
use crate::refusal::Refusal;

/// The configuration of a bucket. A new one encrypts with SSE-S3 and has neither rules nor a policy.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    pub(crate) encryption: DefaultEncryption,
    /// Whether PutBucketEncryption ever said which types are blocked: then GetBucketEncryption says it too.
    pub(crate) names_blocked_types: bool,
    pub(crate) cors: Option<CorsRules>,
    pub(crate) policy: Option<Policy>,
    pub(crate) ownership: Ownership,
    /// The bucket's own ACL, as `Acl::stored` reads it; `None` for `private`.
    pub(crate) acl: Option<String>,
    /// The contents of other documents by the names of their kinds, with the id where there are several of a kind.
    pub(crate) documents: BTreeMap<String, String>,
    pub(crate) lock: Option<BucketLock>,
}

/// The name of the document that says who is told of events.
pub(crate) const NOTIFICATION: &str = "notification";
/// The name of a document that every new bucket has.
pub(crate) const PUBLIC_ACCESS_BLOCK: &str = "publicAccessBlock";

impl Settings {
    /// Those of a new bucket, which blocks public access: "Blocking public access to your Amazon S3 storage".
    pub(crate) fn of_new_bucket() -> Self {
        let switches =
            ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
        let content = switches.map(|name| format!("<{name}>true</{name}>")).concat();
        let documents = [(PUBLIC_ACCESS_BLOCK.to_owned(), content)].into();
        Self { documents, ..Self::default() }
    }

    /// Whether a switch of the public access block is on.
    pub(crate) fn blocks(&self, switch: &str) -> bool {
        let document = self.documents.get(PUBLIC_ACCESS_BLOCK);
        document.is_some_and(|content| content.contains(&format!("<{switch}>true<")))
    }
}

/// Whom objects belong to: "Controlling ownership of objects and disabling ACLs for your bucket".
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ownership {
    /// To the bucket's owner; there are no ACLs.
    #[default]
    BucketOwnerEnforced,
    BucketOwnerPreferred,
    ObjectWriter,
    /// DeleteBucketOwnershipControls leaves it unsaid; objects belong to their writers then.
    Unset,
}

impl Ownership {
    const ALL: [Self; 3] =
        [Self::BucketOwnerEnforced, Self::BucketOwnerPreferred, Self::ObjectWriter];

    /// The ownership that `x-amz-object-ownership` asks for.
    pub(crate) fn of(header: Option<&HeaderValue>) -> Result<Self, Refusal> {
        let Some(header) = header else { return Ok(Self::default()) };
        let name = String::from_utf8_lossy(header.as_bytes());
        Self::from_name(&name).ok_or_else(|| {
            Refusal::invalid_argument(
                "Invalid x-amz-object-ownership header: the value is not valid",
                "x-amz-object-ownership",
                &name,
            )
        })
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::BucketOwnerEnforced => "BucketOwnerEnforced",
            Self::BucketOwnerPreferred => "BucketOwnerPreferred",
            Self::ObjectWriter => "ObjectWriter",
            Self::Unset => "",
        }
    }

    pub(crate) fn allows_acls(self) -> bool {
        self != Self::BucketOwnerEnforced
    }
}

/// What objects get that come without an encryption header.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum DefaultEncryption {
    #[default]
    S3,
    /// SSE-KMS or DSSE-KMS (`method`), with AWS's own key if none is named.
    Kms { method: String, key_id: Option<String>, bucket_key: bool },
}
