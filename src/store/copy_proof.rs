//! Whether a copy is sealed as it should be: by the answer's own proof, or by looking at it with the key and without.

use super::Store;
use super::copy::Copy;
use super::read::ReadOptions;
use super::refusal::Refusal;
use super::remove::{NULL_VERSION, bare};
use super::write::{Stored, Write, Written};
use crate::failure::Failure;
use crate::location::Location;

/// What is found of a copy whose answer did not prove that it is sealed.
enum Finding {
    AsAsked,
    Plaintext,
}

impl Store {
    /// Keeps a copy that is proven to be encrypted as asked, looking at it where the answer did not say. None where
    /// it landed in plaintext and was taken back: the store cannot copy so. Only a copy that took the place of its
    /// source for good is never taken back. Must not be interrupted.
    ///
    /// # Errors
    /// [`Failure::Unsealed`] where plaintext remains, or where nothing could be proven: the copy is kept then, and
    /// named. [`Failure::Integrity`] where its checksum is not the source's.
    pub async fn settle_copy(
        &self,
        copy: &Copy,
        written: Written,
    ) -> Result<Option<Stored>, Failure> {
        let Written { stored, proven } = written;
        let (etag, version_id) = (stored.etag.as_deref(), stored.version_id.as_deref());
        // What took its source's place, with no version behind it, is the only one there is.
        let is_only_one = copy.in_place && version_id.is_none_or(|it| it == NULL_VERSION);
        if !proven && matches!(self.examine(&copy.write, &stored).await?, Finding::Plaintext) {
            if is_only_one {
                return Err(unsealed_in_place(&copy.write.at));
            }
            self.take_back_copy(&copy.write.at, etag, version_id).await?;
            return Ok(None);
        }
        let (source, made) = (&copy.source.metadata, &stored.checksum_crc64nvme);
        if source.checksum_crc64nvme.as_ref().is_some_and(|of| !made.is_empty() && of != made) {
            return Err(self.damaged(copy, version_id.filter(|_| !is_only_one)).await);
        }
        Ok(Some(stored))
    }

    /// Of a copy that took the place of its source nothing may be built on, so that version is removed.
    async fn damaged(&self, copy: &Copy, version_id: Option<&str>) -> Failure {
        let at = &copy.write.at;
        let message = "the copy has another checksum than its source: it is damaged";
        let is_removed = match version_id.filter(|_| copy.in_place) {
            Some(version_id) => self.delete(at, Some(version_id)).await.is_ok(),
            None => false,
        };
        let failure = match (is_removed, copy.in_place) {
            (true, _) => Failure::integrity(format!("{message}, and was removed again"))
                .hint("try again; if it stays, the source is damaged in the store"),
            (false, true) => Failure::integrity(message).hint(
                "compare it with a backup, or with its former version if the bucket keeps versions",
            ),
            (false, false) => Failure::integrity(message)
                .hint("delete it and try again; if it stays, the source is damaged in the store"),
        };
        failure.at(at)
    }

    /// Asks with the key, then without: only both answers together are a proof.
    async fn examine(&self, write: &Write, stored: &Stored) -> Result<Finding, Failure> {
        let options =
            ReadOptions { version_id: stored.version_id.clone(), ..ReadOptions::default() };
        let at = &write.at;
        let key = write.encryption.key();
        let keyed = self.head_once(at, key, &options).await;
        let (echo, found) = match (keyed, key) {
            (Ok(answer), _) => answer,
            (Err(refusal), None) => return Err(unproven(at, &refusal)),
            (Err(refusal), Some(_)) => {
                return match self.first_byte(at, None, &options).await {
                    Ok(()) => Ok(Finding::Plaintext),
                    Err(_) => Err(unproven(at, &refusal)),
                };
            }
        };
        let is_named = stored.version_id.as_deref().is_some_and(|version| version != NULL_VERSION);
        let same_etag = match (&found.etag, &stored.etag) {
            (Some(found), Some(stored)) => bare(found) == bare(stored),
            _ => false,
        };
        if !is_named && !same_etag {
            return Err(Failure::unsealed(
                "whether the copy was sealed cannot be proven: somebody has replaced it since",
            )
            .hint("look who writes there, and what is there now: `s3seal head`")
            .at(at));
        }
        let Some(key) = key else {
            let said = found.server_side_encryption.as_deref().map(Into::into);
            let as_asked = write.encryption.is_managed_by(said.as_ref());
            return Ok(if as_asked { Finding::AsAsked } else { Finding::Plaintext });
        };
        if !echo.proves(key) {
            return Ok(Finding::Plaintext);
        }
        match self.first_byte(at, None, &options).await {
            Err(keyless) if matches!(keyless.status, Some(400 | 403 | 404)) => Ok(Finding::AsAsked),
            Ok(()) => Ok(Finding::Plaintext),
            Err(keyless) => Err(unproven(at, &keyless)),
        }
    }
}

fn unsealed_in_place(at: &Location) -> Failure {
    Failure::unsealed(
        "the store did not seal what it copied onto itself, though it had sealed a trial: it is plaintext now, and was kept, for there is no other",
    )
    .hint("seal it through this machine: `s3seal get --allow-plain`, then `s3seal put`; and ask who runs the store")
    .for_all()
    .at(at)
}

fn unproven(at: &Location, refusal: &Refusal) -> Failure {
    let (why, hint) = match refusal.status {
        Some(401 | 403) => (
            "the credentials may not read it",
            "grant s3:GetObject there, and look with `s3seal key verify`, or copy again",
        ),
        _ => ("it could not be read", "look with `s3seal key verify`, or copy again"),
    };
    Failure::unsealed(format!(
        "whether the copy was sealed cannot be proven, for {why}: it was kept, and may be plaintext"
    ))
    .hint(hint)
    .at(at)
    .answered(refusal.status, refusal.code.as_deref())
}
