//! All settings of one bucket.

use serde::{Deserialize, Serialize};

use super::cors::CorsRules;
use super::policy::Policy;

/// The configuration of a bucket. A new one encrypts with SSE-S3 and has neither rules nor a policy.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    pub(crate) encryption: DefaultEncryption,
    /// Whether PutBucketEncryption ever said which types are blocked: then GetBucketEncryption says it too.
    pub(crate) names_blocked_types: bool,
    pub(crate) cors: Option<CorsRules>,
    pub(crate) policy: Option<Policy>,
    /// Whether objects belong to their writers (`ObjectWriter`) rather than to the bucket's owner.
    pub(crate) allows_acls: bool,
}

/// What objects get that come without an encryption header.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum DefaultEncryption {
    #[default]
    S3,
    /// SSE-KMS or DSSE-KMS (`method`), with AWS's own key if none is named.
    Kms { method: String, key_id: Option<String>, bucket_key: bool },
}
