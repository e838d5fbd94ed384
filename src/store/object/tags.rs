//! The key tag: the MD5 of an object's key as one of its tags. Tags can be read without the key, so no keys need to be
//! tried.

use aws_sdk_s3::types::Tag;

use crate::failure::Failure;
use crate::key::core::Key;
use crate::location::Location;
use crate::store::explain::{Action, Circumstances, diagnose};
use crate::store::wire::{Refusal, Store};
use crate::text::percent;

const NAME: &str = "s3seal-key-md5";

/// The tags that a copy takes over from its source.
pub(crate) struct KeptTags {
    /// In the form of `x-amz-tagging`.
    pub(crate) tagging: Option<String>,
    /// Whether the source also has a key tag, which is not taken over.
    pub(crate) has_key_tag: bool,
}

/// The tags in the form of `x-amz-tagging`, with the key tag added.
pub(super) fn with_key(tagging: Option<&str>, key: &Key) -> String {
    let own = format!("{NAME}={}", percent::encoded(&key.md5_base64()));
    match tagging {
        Some(others) if !others.is_empty() => format!("{others}&{own}"),
        _ => own,
    }
}

impl Store {
    /// Checks, once per run, whether the store kept the key tag of a written object: some stores ignore it.
    pub(crate) async fn check_key_tag(&self, at: &Location, version_id: Option<&str>) {
        if !self.learned().key_tags().are_in_use() || !self.learned().key_tags().is_first_check() {
            return;
        }
        if matches!(self.read_key_tag(at, version_id).await, Ok(None)) {
            self.learned().key_tags().disable();
        }
    }

    /// The MD5 of the key that seals an object, if it has a readable key tag.
    pub(crate) async fn tagged_key_md5(
        &self,
        at: &Location,
        version_id: Option<&str>,
    ) -> Option<String> {
        if !self.wire().allows_any_request() || self.learned().key_tags().are_refused() {
            return None;
        }
        self.read_key_tag(at, version_id).await.ok().flatten()
    }

    async fn read_key_tag(
        &self,
        at: &Location,
        version_id: Option<&str>,
    ) -> Result<Option<String>, Refusal> {
        match self.read_tags(at, version_id).await {
            Ok(tags) => Ok(tags.into_iter().find(|tag| tag.key == NAME).map(|tag| tag.value)),
            Err(refusal) if refusal.status == Some(501) => {
                self.learned().key_tags().disable();
                Ok(None)
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// The tags that a copy takes over: all of the source's except the key tag. `count` is their number, if the store
    /// reported it.
    /// Errors: `Kind::Denied` if they may not be read.
    pub(crate) async fn tags_to_copy(
        &self,
        at: &Location,
        version_id: Option<&str>,
        count: Option<i32>,
    ) -> Result<KeptTags, Failure> {
        // Amazon omits a count of 0; other stores always omit the count.
        if count == Some(0) || (count.is_none() && self.is_amazon()) {
            return Ok(KeptTags { tagging: None, has_key_tag: false });
        }
        let tags = match self.read_tags(at, version_id).await {
            Ok(tags) => tags,
            Err(refusal) if matches!(refusal.status, Some(404 | 405 | 501)) => Vec::new(),
            Err(refusal) => {
                let about = Circumstances { action: Action::ReadTags, at, key: None };
                return Err(diagnose(self, &refusal, &about));
            }
        };
        let own = tags.iter().filter(|tag| tag.key != NAME);
        let kept: Vec<String> = own
            .map(|tag| format!("{}={}", percent::encoded(&tag.key), percent::encoded(&tag.value)))
            .collect();
        let tagging = (!kept.is_empty()).then(|| kept.join("&"));
        Ok(KeptTags { tagging, has_key_tag: kept.len() < tags.len() })
    }

    async fn read_tags(
        &self,
        at: &Location,
        version_id: Option<&str>,
    ) -> Result<Vec<Tag>, Refusal> {
        let output = self.send(|client| {
            let request = client.get_object_tagging().bucket(&at.bucket).key(&at.key);
            request.set_version_id(version_id.map(str::to_owned)).send()
        });
        Ok(output.await?.tag_set)
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
