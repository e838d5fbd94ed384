//! Listings of the objects or versions below a prefix, a page at a time, so that memory does not limit their number.

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::SystemTime;

use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{CommonPrefix, EncodingType};
use schemars::JsonSchema;
use serde::Serialize;

use super::pages::Pages;
use crate::failure::Failure;
use crate::location::Location;
use crate::store::explain::{Action, Circumstances, diagnose};
use crate::store::object::MOST_BYTES;
use crate::store::wire::{Refusal, Store};
use crate::text::percent::form_decoded;

/// The kinds of entries in a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ListedKind {
    /// An object, or one version of it.
    Object,
    /// The marker that hides a deleted object in a bucket with versions.
    DeleteMarker,
    /// A prefix that ends in `/` and stands for all objects below it.
    Folder,
}

/// An entry of a listing: an object, a version, a delete marker or a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub kind: ListedKind,
    /// The object's whole key.
    pub key: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// When it was written, by the store's clock; for a folder the beginning of 1970.
    pub modified: SystemTime,
    pub version_id: Option<String>,
    /// Whether it is the newest version; always true if versions are not listed.
    pub is_latest: bool,
    /// Its ETag, with quotes.
    pub etag: Option<String>,
    /// Its storage class, if the store reports it.
    pub storage_class: Option<String>,
}

impl Listed {
    /// Identifies the entry within its listing.
    fn name(&self) -> String {
        format!("{:?}\0{}\0{:?}", self.kind, self.key, self.version_id)
    }
}

/// The entries below a prefix, in pages of up to 1,000.
#[derive(Debug)]
pub(crate) struct Listing {
    store: Arc<Store>,
    below: Location,
    versions: bool,
    scope: Scope,
    /// This key and all before it are left out.
    after: Option<String>,
    /// The most entries of a page; none for the store's own limit.
    most: Option<i32>,
    next: Option<Next>,
    pages: Pages<Next>,
}

/// Which of the names that begin with a prefix are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    All,
    /// Names below a further `/` are grouped as one folder.
    OneLevel,
    /// Only the name that equals the prefix.
    OneObject,
}

/// Where the next page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Next {
    Start,
    Token(String),
    Markers { key: String, version_id: Option<String> },
}

struct Page {
    found: Vec<Listed>,
    next: Option<Next>,
}

impl Store {
    /// Lists the objects whose keys begin with the location's key; the whole bucket if it is empty.
    pub(crate) fn list(self: &Arc<Self>, below: &Location) -> Listing {
        self.listing(below, false)
    }

    /// Lists every version of those objects, delete markers among them.
    pub(crate) fn list_versions(self: &Arc<Self>, below: &Location) -> Listing {
        self.listing(below, true)
    }

    fn listing(self: &Arc<Self>, below: &Location, versions: bool) -> Listing {
        Listing {
            store: self.clone(),
            below: below.clone(),
            versions,
            scope: Scope::All,
            after: None,
            most: None,
            next: Some(Next::Start),
            pages: Pages::new(),
        }
    }
}

impl Listing {
    /// The same listing, but names below a further `/` are grouped as one folder.
    #[must_use]
    pub(crate) fn of_one_level(self) -> Listing {
        Listing { scope: Scope::OneLevel, ..self }
    }

    /// The same listing, but only of the object with exactly this key, or its versions.
    #[must_use]
    pub(crate) fn of_one_object(self) -> Listing {
        Listing { scope: Scope::OneObject, ..self }
    }

    /// The same listing, but only of keys that come after this one.
    #[must_use]
    pub(crate) fn after(self, key: &str) -> Listing {
        Listing { after: Some(key.to_owned()), ..self }
    }

    /// The same listing, but with at most this many entries on a page.
    #[must_use]
    pub(crate) fn with_pages_of(self, most: i32) -> Listing {
        Listing { most: Some(most), ..self }
    }

    /// Whether there are further pages.
    pub(crate) fn has_more(&self) -> bool {
        self.next.is_some()
    }

    /// The next page, which may be empty; none after the last one.
    /// Errors: `Kind::NotFound` for the bucket; `Kind::Denied`; `Kind::Other` if the store's pages do not
    /// advance.
    pub(crate) async fn next_page(&mut self) -> Result<Option<Vec<Listed>>, Failure> {
        let Some(from) = self.next.take() else { return Ok(None) };
        let page = if self.versions {
            self.versions_page(&from).await?
        } else {
            self.objects_page(&from).await?
        };
        let first = page.found.first().map(Listed::name);
        if let Some(next) = &page.next
            && (*next == from || !self.pages.advance(first, next.clone()))
        {
            return Err(self.broken("the store's listing goes round in circles"));
        }
        // Callers that delete listed objects rely on this.
        if page.found.iter().any(|found| !found.key.starts_with(&self.below.key)) {
            return Err(self.broken("the store lists what was not asked for"));
        }
        self.next = page.next;
        let mut found = page.found;
        if let Some(after) = &self.after {
            // Some stores ignore StartAfter.
            found.retain(|it| it.key > *after);
        }
        if self.scope == Scope::OneObject {
            // The exact name sorts before all names that merely begin with it.
            if found.iter().any(|it| it.key != self.below.key) {
                self.next = None;
            }
            found.retain(|it| it.key == self.below.key);
        }
        Ok(Some(found))
    }

    async fn objects_page(&self, from: &Next) -> Result<Page, Failure> {
        let token = if let Next::Token(token) = from { Some(token.clone()) } else { None };
        let output = self
            .store
            .send(|client| {
                client
                    .list_objects_v2()
                    .bucket(&self.below.bucket)
                    .set_prefix(self.prefix())
                    .set_continuation_token(token.clone())
                    .set_start_after(self.after.clone())
                    .set_delimiter(self.delimiter())
                    .set_max_keys(self.most)
                    .encoding_type(EncodingType::Url)
                    .send()
            })
            .await
            .map_err(|refusal| self.explain(&refusal))?;
        let next = match (output.is_truncated(), output.next_continuation_token()) {
            (Some(true), Some(token)) => Some(Next::Token(token.to_owned())),
            (Some(true), None) => return Err(self.unfinished()),
            _ => None,
        };
        let found = objects(&output).ok_or_else(|| self.unreadable())?;
        Ok(Page { found, next })
    }

    async fn versions_page(&self, from: &Next) -> Result<Page, Failure> {
        let (key, version_id) = match from {
            Next::Markers { key, version_id } => (Some(key), version_id.as_ref()),
            _ => (self.after.as_ref(), None),
        };
        let output = self
            .store
            .send(|client| {
                client
                    .list_object_versions()
                    .bucket(&self.below.bucket)
                    .set_prefix(self.prefix())
                    .set_key_marker(key.cloned())
                    .set_version_id_marker(version_id.cloned())
                    .set_delimiter(self.delimiter())
                    .set_max_keys(self.most)
                    .encoding_type(EncodingType::Url)
                    .send()
            })
            .await
            .map_err(|refusal| self.explain(&refusal))?;
        let encoded = is_encoded(output.encoding_type());
        let next = match (output.is_truncated(), output.next_key_marker()) {
            (Some(true), Some(key)) => Some(Next::Markers {
                key: decoded(key, encoded).ok_or_else(|| self.unreadable())?,
                version_id: output.next_version_id_marker().map(str::to_owned),
            }),
            (Some(true), None) => return Err(self.unfinished()),
            _ => None,
        };
        let found = versions(&output).ok_or_else(|| self.unreadable())?;
        Ok(Page { found, next })
    }

    fn prefix(&self) -> Option<String> {
        (!self.below.key.is_empty()).then(|| self.below.key.clone())
    }

    fn delimiter(&self) -> Option<String> {
        (self.scope != Scope::All).then(|| "/".to_owned())
    }

    fn explain(&self, refusal: &Refusal) -> Failure {
        let action = if self.versions { Action::ListVersions } else { Action::List };
        let about = Circumstances { action, at: &self.below, key: None };
        diagnose(&self.store, refusal, &about)
    }

    fn unfinished(&self) -> Failure {
        self.broken("the store says that its listing goes on, but not where")
    }

    fn unreadable(&self) -> Failure {
        self.broken("the store's listing holds a name, size or time that cannot be read")
    }

    fn broken(&self, message: &str) -> Failure {
        Failure::other(message).hint("the store's log may say more").at(&self.below)
    }
}

fn objects(output: &ListObjectsV2Output) -> Option<Vec<Listed>> {
    let encoded = is_encoded(output.encoding_type());
    let objects = output.contents().iter().map(|it| {
        Some(Listed {
            etag: it.e_tag().map(str::to_owned),
            storage_class: it.storage_class().map(|class| class.as_str().to_owned()),
            ..listed(ListedKind::Object, it.key(), it.size(), it.last_modified(), encoded)?
        })
    });
    let folders = output.common_prefixes().iter().map(|it| folder(it, encoded));
    let found = objects.chain(folders).collect::<Option<Vec<_>>>()?;
    Some(if output.common_prefixes().is_empty() { found } else { in_order(found) })
}

fn versions(output: &ListObjectVersionsOutput) -> Option<Vec<Listed>> {
    let encoded = is_encoded(output.encoding_type());
    let versions = output.versions().iter().map(|it| {
        Some(Listed {
            version_id: it.version_id().map(str::to_owned),
            is_latest: it.is_latest() == Some(true),
            etag: it.e_tag().map(str::to_owned),
            storage_class: it.storage_class().map(|class| class.as_str().to_owned()),
            ..listed(ListedKind::Object, it.key(), it.size(), it.last_modified(), encoded)?
        })
    });
    let markers = output.delete_markers().iter().map(|it| {
        Some(Listed {
            version_id: it.version_id().map(str::to_owned),
            is_latest: it.is_latest() == Some(true),
            ..listed(ListedKind::DeleteMarker, it.key(), None, it.last_modified(), encoded)?
        })
    });
    let folders = output.common_prefixes().iter().map(|it| folder(it, encoded));
    versions.chain(markers).chain(folders).collect::<Option<Vec<_>>>().map(in_order)
}

/// Sorts a page: it lists objects, delete markers and folders separately, each sorted by name.
fn in_order(mut found: Vec<Listed>) -> Vec<Listed> {
    // The newest version first. The stable sort keeps the store's order for versions of the same second.
    let newest_first = |it: &Listed| (Reverse(it.is_latest), Reverse(it.modified));
    found.sort_by(|one, other| {
        one.key.cmp(&other.key).then_with(|| newest_first(one).cmp(&newest_first(other)))
    });
    found
}

fn listed(
    kind: ListedKind,
    key: Option<&str>,
    size: Option<i64>,
    modified: Option<&DateTime>,
    encoded: bool,
) -> Option<Listed> {
    Some(Listed {
        kind,
        key: decoded(key?, encoded)?,
        bytes: size.unwrap_or(0).try_into().ok().filter(|bytes| *bytes <= MOST_BYTES)?,
        modified: SystemTime::try_from(*modified?).ok()?,
        version_id: None,
        is_latest: true,
        etag: None,
        storage_class: None,
    })
}

fn folder(prefix: &CommonPrefix, encoded: bool) -> Option<Listed> {
    let beginning = DateTime::from_secs(0);
    listed(ListedKind::Folder, prefix.prefix(), None, Some(&beginning), encoded)
}

/// Whether names are URL-encoded: stores that do not implement the encoding omit it from the answer.
fn is_encoded(reported: Option<&EncodingType>) -> bool {
    reported == Some(&EncodingType::Url)
}

/// Decodes a name of a listing; none if its encoding is invalid.
fn decoded(text: &str, encoded: bool) -> Option<String> {
    if encoded { form_decoded(text).ok() } else { Some(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_decoded() {
        for (encoded, plain) in [
            ("a/b", Some("a/b")),
            ("a+b%2Bc%20d", Some("a b+c d")),
            ("%00%0a%C3%A4", Some("\0\nä")),
            ("%", None),
            ("%4", None),
            ("%zz", None),
            ("%ff", None),
        ] {
            assert_eq!(decoded(encoded, true).as_deref(), plain, "{encoded}");
        }
        assert_eq!(decoded("100%+", false).as_deref(), Some("100%+"));
    }
}
