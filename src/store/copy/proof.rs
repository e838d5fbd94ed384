//! Checks a copy: it must be sealed, as the answer or requests with and without the key prove, and have the length and
//! checksum of its source.

use std::sync::Arc;

use super::same_bytes::{Comparison, compare};
use super::whole::Copy;
use crate::failure::{Advice, Failure, Kind};
use crate::key::core::Key;
use crate::location::Location;
use crate::store::object::{NULL_VERSION, ObjectMetadata, ReadOptions, Stored, Written, bare_etag};
use crate::store::wire::{Refusal, Store};

/// A copy that was proven to be encrypted as requested.
#[derive(Debug)]
pub(crate) struct Copied {
    pub stored: Stored,
    /// How it was compared with its source.
    pub compared: Compared,
}

/// How a copy was found to have the content of its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compared {
    /// Nothing was compared.
    Unchecked,
    /// The answer to the write has the checksum of the source.
    ByAnswer,
    /// A HEAD of the copy: its length, and its checksum if both have one.
    ByLook,
}

/// The state of a copy whose answer did not prove that it is sealed.
enum Finding {
    AsAsked(Box<ObjectMetadata>),
    Plaintext,
}

impl Store {
    /// Keeps a copy that is proven to be encrypted as requested, by the answer or by requests with and without the key.
    /// None if it landed in plaintext and was removed: the store cannot make this copy. A copy that has irrevocably
    /// replaced its source is never removed. Must not be cancelled.
    /// Errors: `Kind::Unsealed` if plaintext remains, or if nothing could be proven: the copy is kept, and named.
    /// `Kind::Integrity` if its length or checksum differs from the source's. `Kind::Precondition` if another
    /// writer has replaced it.
    pub(crate) async fn keep_copy_if_proven(
        self: &Arc<Self>,
        copy: &Copy,
        written: Written,
    ) -> Result<Option<Copied>, Failure> {
        let Written { stored, proven } = written;
        let mut compared = Compared::Unchecked;
        if !proven {
            match self.examine(copy, &stored).await? {
                Finding::AsAsked(found) => {
                    self.check_same(copy, &stored, &found).await?;
                    compared = Compared::ByLook;
                }
                Finding::Plaintext if is_only_one(copy, &stored) => {
                    return Err(unsealed_in_place(&copy.write.at));
                }
                Finding::Plaintext => {
                    let (etag, version_id) = (stored.etag.as_deref(), stored.version_id.as_deref());
                    self.remove_unsealed_copy(&copy.write.at, etag, version_id).await?;
                    return Ok(None);
                }
            }
        }
        let answered = ObjectMetadata {
            content_length: copy.source.metadata.content_length,
            checksum_crc64nvme: Some(stored.checksum_crc64nvme.clone()),
            ..ObjectMetadata::default()
        };
        let is_same = self.check_same(copy, &stored, &answered).await?;
        if compared == Compared::Unchecked && is_same {
            compared = Compared::ByAnswer;
        }
        if compared == Compared::Unchecked && copy.in_place {
            // The source is already replaced, so the copy must be checked.
            self.compare_copy(copy, &stored).await?;
            compared = Compared::ByLook;
        }
        Ok(Some(Copied { stored, compared }))
    }

    /// Compares a copy with the metadata of its source, with one HEAD.
    /// Errors: `Kind::Integrity` if they differ: the copy was removed, unless it has replaced its source;
    /// `Kind::Precondition` if another writer has replaced it; otherwise the failure of the HEAD.
    pub(crate) async fn compare_copy(&self, copy: &Copy, stored: &Stored) -> Result<(), Failure> {
        let keys: Vec<Key> = copy.write.encryption.key().cloned().into_iter().collect();
        let options = of_version(stored);
        let found = match self.head(&copy.write.at, &keys, &options).await {
            Ok(found) => found.answer,
            Err(Failure { kind: Kind::NotFound | Kind::Key | Kind::Unsealed, .. }) => {
                return Err(replaced_since(&copy.write.at));
            }
            Err(failure) => return Err(failure),
        };
        if !is_named(stored) && stored.etag.is_some() && !has_etag(&found, stored) {
            return Err(replaced_since(&copy.write.at));
        }
        self.check_same(copy, stored, &found).await.map(drop)
    }

    /// Compares a copy with its source; true if a checksum shows that they are equal. Fails if they differ.
    async fn check_same(
        &self,
        copy: &Copy,
        stored: &Stored,
        seen: &ObjectMetadata,
    ) -> Result<bool, Failure> {
        match compare(&copy.source.metadata, seen) {
            Comparison::Same { by_checksum } => Ok(by_checksum),
            Comparison::Different(what) => Err(self.damaged(copy, stored, what).await),
        }
    }

    /// Removes a damaged copy, exactly as it was written, and returns the failure to report. Keeps it if it has
    /// replaced its source.
    async fn damaged(&self, copy: &Copy, stored: &Stored, what: &str) -> Failure {
        let at = &copy.write.at;
        let message = format!("the copy has {what}: it is damaged");
        let again = "try again; if it stays, the source is damaged in the store";
        if is_only_one(copy, stored) {
            let or_replaced = if self.is_amazon() {
                ""
            } else {
                ", unless another writer replaced the object while it was copied"
            };
            return Failure::integrity(message + or_replaced)
                .hint("compare it with a backup, or with its former version if the bucket keeps versions")
                .at(at);
        }
        let written = ObjectMetadata {
            etag: stored.etag.clone(),
            version_id: stored.version_id.clone(),
            ..ObjectMetadata::default()
        };
        let removed = if is_named(stored) {
            self.delete(at, stored.version_id.as_deref()).await.map(drop).ok()
        } else if stored.etag.is_some() {
            self.delete_as_read(at, copy.write.encryption.key(), &written).await.ok()
        } else {
            None
        };
        let failure = match removed {
            Some(()) if is_named(stored) => {
                Failure::integrity(format!("{message}, and was removed again")).hint(again)
            }
            Some(()) => Failure::integrity(format!(
                "{message}, and was removed again; an object that had this name before is gone"
            ))
            .hint(again),
            None => Failure::integrity(format!("{message}, and could not be removed"))
                .hint("delete it and try again; if it stays, the source is damaged in the store"),
        };
        failure.at(at)
    }

    /// Requests the copy with the key, then without: only both answers together prove that it is sealed.
    async fn examine(self: &Arc<Self>, copy: &Copy, stored: &Stored) -> Result<Finding, Failure> {
        let (at, key) = (&copy.write.at, copy.write.encryption.key());
        let options = of_version(stored);
        let (echo, found) = match self.head_once(at, key, &options).await {
            Ok(answer) => answer,
            Err(refusal) => return self.examine_refused(copy, stored, &refusal).await,
        };
        if !is_named(stored) && !has_etag(&found, stored) {
            return Err(replaced_since(at));
        }
        let Some(key) = key else {
            let reported = found.server_side_encryption.as_deref().map(Into::into);
            let as_asked = copy.write.encryption.is_managed_by(reported.as_ref());
            return Ok(if as_asked {
                Finding::AsAsked(Box::new(found))
            } else {
                Finding::Plaintext
            });
        };
        if !echo.proves(key) {
            return Ok(Finding::Plaintext);
        }
        match self.first_byte(at, None, &options).await {
            Err(keyless) if matches!(keyless.status, Some(400 | 403 | 404)) => {
                Ok(Finding::AsAsked(Box::new(found)))
            }
            Ok(()) => self.plaintext(copy, stored).await,
            Err(keyless) => Err(unproven(at, &keyless)),
        }
    }

    /// The store refused the key. The reason may be another writer's object, or credentials that may not read.
    async fn examine_refused(
        self: &Arc<Self>,
        copy: &Copy,
        stored: &Stored,
        refusal: &Refusal,
    ) -> Result<Finding, Failure> {
        let at = &copy.write.at;
        let has_key = copy.write.encryption.key().is_some();
        if has_key && self.first_byte(at, None, &of_version(stored)).await.is_ok() {
            return self.plaintext(copy, stored).await;
        }
        let is_about_object = matches!(refusal.status, Some(400 | 403 | 404));
        if is_about_object && !is_named(stored) && self.is_replaced(copy, stored).await {
            return Err(replaced_since(at));
        }
        Err(unproven(at, refusal))
    }

    /// The object is plaintext: it is the copy, or another writer's object in its place.
    async fn plaintext(&self, copy: &Copy, stored: &Stored) -> Result<Finding, Failure> {
        let at = &copy.write.at;
        match self.head_once(at, None, &of_version(stored)).await {
            Ok((_, found))
                if !is_named(stored) && stored.etag.is_some() && !has_etag(&found, stored) =>
            {
                Err(replaced_since(at))
            }
            _ => Ok(Finding::Plaintext),
        }
    }

    /// Whether another object has replaced the copy, as far as the source's key and a listing, which needs no key,
    /// show.
    async fn is_replaced(self: &Arc<Self>, copy: &Copy, stored: &Stored) -> bool {
        let at = &copy.write.at;
        if copy.in_place
            && let Some(key) = &copy.source.key
            && let Ok((echo, _)) = self.head_once(at, Some(key), &ReadOptions::default()).await
            && echo.proves(key)
        {
            return true;
        }
        let Ok(Some(page)) = self.list(at).of_one_object().next_page().await else { return false };
        match page.first().map(|listed| listed.etag.as_deref()) {
            None => true,
            Some(listed) => listed
                .zip(stored.etag.as_deref())
                .is_some_and(|(listed, stored)| bare_etag(listed) != bare_etag(stored)),
        }
    }
}

/// Whether the copy has replaced its source, and no older version is left.
fn is_only_one(copy: &Copy, stored: &Stored) -> bool {
    copy.in_place && !is_named(stored)
}

/// Whether the copy is a version of its own, which no write replaces.
fn is_named(stored: &Stored) -> bool {
    stored.version_id.as_deref().is_some_and(|version| version != NULL_VERSION)
}

fn has_etag(found: &ObjectMetadata, stored: &Stored) -> bool {
    let (found, stored) = (found.etag.as_deref(), stored.etag.as_deref());
    found.zip(stored).is_some_and(|(found, stored)| bare_etag(found) == bare_etag(stored))
}

fn of_version(stored: &Stored) -> ReadOptions {
    ReadOptions { version_id: stored.version_id.clone(), ..ReadOptions::default() }
}

fn replaced_since(at: &Location) -> Failure {
    Failure::precondition(
        "another writer has replaced the object since it was copied there: it was left alone",
    )
    .hint(Advice::FindOtherWriters)
    .at(at)
}

fn unsealed_in_place(at: &Location) -> Failure {
    Failure::unsealed(
        "the store did not seal what it copied onto itself, though it had sealed a trial: it is plaintext now, and was kept, for there is no other",
    )
    .hint(Advice::SealThroughThisMachine)
    .stopping_the_run()
    .at(at)
}

fn unproven(at: &Location, refusal: &Refusal) -> Failure {
    let (why, hint) = match refusal.status {
        Some(401 | 403) => ("the credentials may not read it", Advice::GrantAndVerify),
        _ => ("it could not be read", Advice::VerifyOrCopyAgain),
    };
    Failure::unsealed(format!(
        "whether the copy was sealed cannot be proven, for {why}: it was kept, and may be plaintext"
    ))
    .hint(hint)
    .at(at)
    .answered(refusal.status, refusal.code.as_deref())
}
