//! The options of all commands that write objects: how the objects are encrypted.

use super::options::parse_header;
use crate::jobs::SealingOptions;
use crate::key::KeyOptions;
use crate::store::Encryption;

/// Whose key encrypts.
#[derive(clap::Args)]
pub(super) struct Sealing {
    #[command(flatten)]
    pub(super) key: KeyOptions,
    /// Store it without a key of yours, as the bucket does by default
    #[arg(long, conflicts_with_all = ["key", "AwsCliKey", "derive_as", "sse"])]
    no_key: bool,
    /// Let the store encrypt it with a key that the store manages
    #[arg(long, value_name = "ALGORITHM", value_parser = ["AES256", "aws:kms", "aws:kms:dsse"], conflicts_with_all = ["key", "AwsCliKey"])]
    sse: Option<String>,
    /// The KMS key for `--sse aws:kms`: its id, ARN or alias
    #[arg(long, value_name = "ID", value_parser = parse_header, requires = "sse")]
    sse_kms_key_id: Option<String>,
    /// Tag each object with the MD5 of its key, so that a reader with many keys need not try them all; not
    /// where the object has a key derived for it alone
    #[arg(long, conflicts_with_all = ["no_key", "sse"])]
    pub(super) tag_key: bool,
}

impl Sealing {
    pub(super) fn options(&self) -> SealingOptions {
        let (key, tag_key) = (self.key.clone(), self.tag_key);
        SealingOptions { key, without_key: self.without_key(), tag_key }
    }

    /// Whether an option is set that applies only to writes.
    pub(super) fn is_about_writes(&self) -> bool {
        self.no_key || self.sse.is_some() || self.tag_key
    }

    fn without_key(&self) -> Option<Encryption> {
        if self.no_key {
            return Some(Encryption::BucketDefault);
        }
        let (algorithm, kms_key_id) = (self.sse.clone()?, self.sse_kms_key_id.clone());
        Some(Encryption::Managed { algorithm, kms_key_id })
    }
}
