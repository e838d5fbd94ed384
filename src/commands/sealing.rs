//! How what is written is encrypted: options of every command that writes objects.

use super::keys;
use crate::failure::Failure;
use crate::key::KeyArgs;
use crate::output::Output;
use crate::store::Encryption;

/// Whose key encrypts.
#[derive(clap::Args)]
pub(super) struct Sealing {
    #[command(flatten)]
    pub(super) key: KeyArgs,
    /// Store it without a key of yours, as the bucket does by default
    #[arg(long, conflicts_with_all = ["key", "sse"])]
    no_key: bool,
    /// Let the store encrypt it with a key that the store manages
    #[arg(long, value_name = "ALGORITHM", value_parser = ["AES256", "aws:kms", "aws:kms:dsse"], conflicts_with = "key")]
    sse: Option<String>,
    /// The KMS key for `--sse aws:kms`: its id, ARN or alias
    #[arg(long, value_name = "ID", requires = "sse")]
    sse_kms_key_id: Option<String>,
}

impl Sealing {
    /// Reads the key. `reads_stdin` says whether standard input is what is to be stored.
    ///
    /// # Errors
    /// [`Failure::Usage`] without a key and without saying that none is wanted.
    pub(super) fn encryption(
        &self,
        reads_stdin: bool,
        out: &Output,
    ) -> Result<Encryption, Failure> {
        if self.no_key {
            return Ok(Encryption::BucketDefault);
        }
        if let Some(algorithm) = &self.sse {
            return Ok(Encryption::Managed {
                algorithm: algorithm.clone(),
                kms_key_id: self.sse_kms_key_id.clone(),
            });
        }
        if reads_stdin && self.key.uses_stdin()? {
            return Err(Failure::usage("standard input cannot be both the key and the object")
                .hint("take the key from a file, fd:N, env:NAME or cmd:COMMAND"));
        }
        let key = keys(&self.key, out)?.into_iter().next().ok_or_else(|| {
            Failure::usage("no key was given, and nothing is written unsealed by accident").hint(
                "name a key with -k or S3SEAL_KEY (`s3seal keygen -o FILE` makes one), or say --no-key or --sse",
            )
        })?;
        Ok(Encryption::CustomerKey(key))
    }
}
