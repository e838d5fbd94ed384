//! Whether the store can be trusted to copy what is to be sealed. Some seal every write, and store plaintext where a
//! copy should seal: off Amazon, a throw-away object is copied first, so that nobody's plaintext is published.

use std::collections::HashMap;

use rand::TryRng as _;
use rand::rngs::SysRng;
use tokio::sync::{Mutex, MutexGuard};

use super::copy::{Copy, CopySource};
use super::seal::Encryption;
use super::write::Write;
use super::{Attributes, Condition, ObjectMetadata, RequestBody, Store};
use crate::failure::Failure;
use crate::key::Key;
use crate::location::Location;

/// What throw-away objects hold, and its CRC64NVME: the check value of that algorithm.
const CONTENT: &[u8] = b"123456789";
const CONTENT_CRC64NVME: u64 = 0xae8b_1486_0a79_9888;

/// What is known of the store's copying, for as long as the program runs.
#[derive(Debug, Default)]
pub(super) struct Copies(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    can: HashMap<Route, bool>,
    /// Throw-away objects that could not be deleted.
    left: Vec<Location>,
}

/// Copies that succeed or fail together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Route {
    bucket: String,
    from_sealed: bool,
    to_sealed: bool,
}

impl Route {
    fn of(copy: &Copy) -> Route {
        Route {
            bucket: copy.write.at.bucket.clone(),
            from_sealed: copy.source.key.is_some(),
            to_sealed: copy.write.encryption.key().is_some(),
        }
    }

    /// As it is remembered for later runs.
    fn line(&self) -> String {
        let from = if self.from_sealed { "sealed" } else { "plain" };
        format!("{} copies {from}", self.bucket)
    }
}

impl Store {
    /// Whether the store can be trusted with this copy; finds out where that is not known.
    pub async fn can_copy(&self, copy: &Copy) -> bool {
        // Held while a trial runs, so that there is one.
        let mut known = self.known_copies().await;
        let route = Route::of(copy);
        if let Some(can) = known.can.get(&route) {
            return *can;
        }
        if !route.to_sealed || self.is_amazon() || self.is_remembered(&route.line()) {
            return true;
        }
        let mut made = Vec::new();
        let can = self.try_out(copy, &mut made).await.unwrap_or_else(|failure| {
            tracing::debug!(code = failure.exit_code(), "the trial of a copy failed");
            false
        });
        for (at, version_id) in made {
            if self.delete(&at, version_id.as_deref()).await.is_err() {
                known.left.push(at);
            }
        }
        known.can.insert(route.clone(), can);
        if can {
            self.remember(&route.line());
        }
        can
    }

    /// Remembers for this run that the store cannot make such copies, though others like it succeed.
    pub async fn give_up_copies(&self, copy: &Copy) {
        self.known_copies().await.can.insert(Route::of(copy), false);
    }

    /// Whether the store turned out not to be able to make some copy.
    pub async fn refuses_copies(&self) -> bool {
        self.known_copies().await.can.values().any(|can| !can)
    }

    /// Throw-away objects that could not be deleted.
    pub async fn left_of_trials(&self) -> Vec<Location> {
        self.known_copies().await.left.clone()
    }

    async fn known_copies(&self) -> MutexGuard<'_, Known> {
        self.copies.0.lock().await
    }

    /// Copies a throw-away object as `copy` is to be, with throw-away keys; notes what has to be deleted.
    async fn try_out(
        &self,
        copy: &Copy,
        made: &mut Vec<(Location, Option<String>)>,
    ) -> Result<bool, Failure> {
        let key = if copy.source.key.is_some() { Some(Key::generate()?) } else { None };
        let from = beside(&copy.write.at)?;
        let write = write(&from, key.clone());
        let body = || RequestBody::from(CONTENT);
        let written =
            self.put_object(&write, body, CONTENT.len() as u64, CONTENT_CRC64NVME).await?;
        made.push((from.clone(), written.stored.version_id.clone()));
        let stored = self.settle(&from, written).await?;
        let metadata = ObjectMetadata {
            content_length: Some(stored.bytes),
            etag: stored.etag,
            version_id: stored.version_id,
            ..ObjectMetadata::default()
        };
        let to = beside(&copy.write.at)?;
        let trial = Copy {
            source: CopySource { at: from, key, metadata },
            write: self::write(&to, Some(Key::generate()?)),
            keeps_metadata: true,
            keeps_tags: true,
        };
        let Some(written) = self.copy_object(&trial).await? else { return Ok(false) };
        made.push((to, written.stored.version_id.clone()));
        Ok(self.settle_copy(&trial, written).await?.is_some())
    }
}

fn write(at: &Location, key: Option<Key>) -> Write {
    Write {
        at: at.clone(),
        encryption: key.map_or(Encryption::BucketDefault, Encryption::CustomerKey),
        attributes: Attributes::default(),
        condition: Condition::default(),
        tags_key: false,
    }
}

/// A name that nobody has, in the folder where the copy goes: who may write the one may write the other.
fn beside(at: &Location) -> Result<Location, Failure> {
    let folder = &at.key[..at.key.len() - at.name().len()];
    let number = SysRng.try_next_u64().map_err(|error| {
        Failure::other(format!("the operating system gave no random bytes: {error}"))
    })?;
    let key = format!("{folder}.s3seal-trial-{number:016x}");
    Ok(Location { bucket: at.bucket.clone(), key })
}
