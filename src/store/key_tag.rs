//! The MD5 of an object's key as one of its tags: tags can be read without the key, so that nobody has
//! to try keys.

use std::sync::atomic::{AtomicBool, Ordering};

use super::Store;
use super::refusal::Refusal;
use crate::key::Key;
use crate::location::Location;

/// The tag's name.
const NAME: &str = "s3seal-key-md5";

/// What is done about tags for as long as the program runs.
#[derive(Debug, Default)]
pub(super) struct KeyTags {
    wanted: AtomicBool,
    refused: AtomicBool,
    /// Whether anybody has looked if the store keeps them.
    looked: AtomicBool,
}

impl KeyTags {
    /// Whether objects get the tag.
    pub(super) fn are_in_use(&self) -> bool {
        self.wanted.load(Ordering::Relaxed) && !self.are_refused()
    }

    /// Leaves them out from now on.
    pub(super) fn give_up(&self) {
        self.refused.store(true, Ordering::Relaxed);
    }

    fn are_refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }
}

/// The tags, written as a query (`x-amz-tagging`), with the key's among them.
pub(super) fn with_key(tagging: Option<&str>, key: &Key) -> String {
    let md5 = key.md5_base64().replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let own = format!("{NAME}={md5}");
    match tagging {
        Some(others) if !others.is_empty() => format!("{others}&{own}"),
        _ => own,
    }
}

impl Store {
    /// Tags what is written from now on, as far as [`super::Write::tags_key`] says.
    pub fn tag_keys(&self) {
        self.key_tags.wanted.store(true, Ordering::Relaxed);
    }

    /// Whether the store turned out to keep no tags.
    pub fn refuses_key_tags(&self) -> bool {
        self.key_tags.are_refused()
    }

    /// Looks, once for all objects, whether the store has kept the tag of an object that was written with
    /// it: some ignore it.
    pub async fn check_key_tag(&self, at: &Location, version_id: Option<&str>) {
        if !self.key_tags.are_in_use() || self.key_tags.looked.swap(true, Ordering::Relaxed) {
            return;
        }
        if matches!(self.read_key_tag(at, version_id).await, Ok(None)) {
            self.key_tags.give_up();
        }
    }

    /// The MD5 of the key that an object is sealed with, if a tag says so and can be read.
    pub async fn tagged_key_md5(&self, at: &Location, version_id: Option<&str>) -> Option<String> {
        if self.url.is_some() || self.key_tags.are_refused() {
            return None;
        }
        self.read_key_tag(at, version_id).await.ok().flatten()
    }

    async fn read_key_tag(
        &self,
        at: &Location,
        version_id: Option<&str>,
    ) -> Result<Option<String>, Refusal> {
        let asked = self.send(|client| {
            let request = client.get_object_tagging().bucket(&at.bucket).key(&at.key);
            request.set_version_id(version_id.map(str::to_owned)).send()
        });
        match asked.await {
            Ok(output) => {
                let mut tags = output.tag_set.into_iter();
                Ok(tags.find(|tag| tag.key == NAME).map(|tag| tag.value))
            }
            Err(refusal) if refusal.status == Some(501) => {
                self.key_tags.give_up();
                Ok(None)
            }
            Err(refusal) => Err(refusal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_is_one_more() {
        let key = Key::from_bytes(*b"23832BAC16516152E560F933F261BF03");
        let own = "s3seal-key-md5=rjGuMdjLpPV1eRuotNaPMQ%3D%3D";
        assert_eq!(with_key(None, &key), own);
        assert_eq!(with_key(Some(""), &key), own);
        assert_eq!(with_key(Some("a=1&b=2"), &key), format!("a=1&b=2&{own}"));
    }
}
