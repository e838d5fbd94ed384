//! Whether a copy is what it should be: sealed, by the answer's own proof or by looking at it with the key and without,
//! and of the same length and checksum as its source.

use std::sync::Arc;

use super::same_bytes::{Comparison, compare};
use super::whole::Copy;
use crate::failure::{Advice, Failure, Kind};
use crate::key::core::Key;
use crate::location::Location;
use crate::store::object::{NULL_VERSION, ObjectMetadata, ReadOptions, Stored, Written, bare_etag};
use crate::store::wire::{Refusal, Store};

/// A copy that was made, and proven to be encrypted as asked.
#[derive(Debug)]
pub(crate) struct Copied {
    pub stored: Stored,
    /// How it was compared with its source.
    pub compared: Compared,
}

/// How a copy was found to hold what its source holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compared {
    /// Nothing spoke against it.
    Unchecked,
    /// The answer to the write has the checksum that the source has.
    ByAnswer,
    /// A look at the copy: its length, and its checksum where both have one.
    ByLook,
}

/// What is found of a copy whose answer did not prove that it is sealed.
enum Finding {
    AsAsked(Box<ObjectMetadata>),
    Plaintext,
}

impl Store {
    /// Keeps a copy that is proven to be encrypted as asked, looking at it where the answer did not say. None where
    /// it landed in plaintext and was taken back: the store cannot copy so. Only a copy that took the place of its
    /// source for good is never taken back. Must not be interrupted.
    /// Errors: [`Kind::Unsealed`] where plaintext remains, or where nothing could be proven: the copy is kept then, and
    /// named. [`Kind::Integrity`] where its length or its checksum is not the source's. [`Kind::Precondition`] where
    /// another writer has replaced it since.
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
                    self.take_back_copy(&copy.write.at, etag, version_id).await?;
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
            // The source is gone already: the more it must be known what has taken its place.
            self.compare_copy(copy, &stored).await?;
            compared = Compared::ByLook;
        }
        Ok(Some(Copied { stored, compared }))
    }

    /// Looks at a copy and compares it with what was seen of its source: with one request.
    /// Errors: [`Kind::Integrity`] where they differ: the copy was removed then, unless it is all there is;
    /// [`Kind::Precondition`] where another writer has replaced it; otherwise what keeps it from being looked at.
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

    /// Whether a checksum shows that a copy is what its source was.
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

    /// Of a damaged copy nothing may be built on, so it is removed, exactly as it was written; but not where it is all
    /// that is left of its source.
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

    /// Asks with the key, then without: only both answers together are a proof.
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
            let said = found.server_side_encryption.as_deref().map(Into::into);
            let as_asked = copy.write.encryption.is_managed_by(said.as_ref());
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

    /// The key was refused: another writer's object refuses it, and so do credentials that may not read.
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

    /// Plaintext is there: the copy, or what another writer has put in its place.
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

    /// Whether there is another object than the copy now, as far as the source's key and a listing, which needs none,
    /// can tell.
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

/// Whether the copy took its source's place, with no version behind it.
fn is_only_one(copy: &Copy, stored: &Stored) -> bool {
    copy.in_place && !is_named(stored)
}

/// Whether it is a version of its own, which nothing replaces.
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
