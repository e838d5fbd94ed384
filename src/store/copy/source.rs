//! The source of a copy: one state of an object, which copy requests identify by its ETag and open with its key.

use std::sync::Arc;

use super::same_bytes::{Comparison, compare};
use crate::failure::{Advice, Failure, Kind};
use crate::key::core::Key;
use crate::location::Location;
use crate::store::object::{ObjectMetadata, ReadOptions};
use crate::store::seal::ALGORITHM;
use crate::store::wire::Store;
use crate::text::percent;

/// One state of an opened object that is to be copied.
#[derive(Debug, Clone)]
pub(crate) struct CopySource {
    pub at: Location,
    /// The key that opened it; none if it is not sealed.
    pub key: Option<Key>,
    pub metadata: ObjectMetadata,
    pub holder: Holder,
}

/// Which store holds the source of a copy.
#[derive(Debug, Clone, Default)]
pub(crate) enum Holder {
    /// The store that is written to.
    #[default]
    Destination,
    /// The same store in another region: it makes the copy, but other requests for the source go to that region.
    Region(Arc<Store>),
    /// Another store: the bytes pass through this machine.
    Other(Arc<Store>),
}

impl Holder {
    /// Whether the store that is written to can read the source by itself.
    pub(crate) fn is_destination(&self) -> bool {
        !matches!(self, Holder::Other(_))
    }

    /// The store to read the source from. `destination` is the store that is written to.
    pub(crate) fn store<'a>(&'a self, destination: &'a Arc<Store>) -> &'a Arc<Store> {
        self.elsewhere().unwrap_or(destination)
    }

    fn elsewhere(&self) -> Option<&Arc<Store>> {
        match self {
            Holder::Destination => None,
            Holder::Region(store) | Holder::Other(store) => Some(store),
        }
    }
}

impl CopySource {
    /// The store to read the source from, if `destination` is written to.
    pub(super) fn store<'a>(&'a self, destination: &'a Store) -> &'a Store {
        self.holder.elsewhere().map_or(destination, |store| store)
    }

    pub(crate) fn version_id(&self) -> Option<&str> {
        self.metadata.version_id.as_deref()
    }

    /// Whether another object has the source's length and a checksum of it. None if they have no checksum in common.
    pub(crate) fn is_like(&self, other: &ObjectMetadata) -> Option<bool> {
        match compare(&self.metadata, other) {
            Comparison::Same { by_checksum } => by_checksum.then_some(true),
            Comparison::Different(_) => Some(false),
        }
    }

    /// The failure of a copy whose source was replaced.
    pub(crate) fn replaced(&self) -> Failure {
        Failure::precondition("the source was replaced while it was copied: nothing was stored")
            .hint(Advice::NameVersion)
            .at(&self.at)
    }

    /// The value of `x-amz-copy-source`; access points have their own form (AWS, "CopyObject").
    fn header(&self) -> String {
        let Location { bucket, key } = &self.at;
        let infix = if bucket.starts_with("arn:") { "object/" } else { "" };
        let key: Vec<String> = key.split('/').map(percent::encoded).collect();
        let version = self.version_id().map(|id| format!("?versionId={}", percent::encoded(id)));
        format!("{bucket}/{infix}{}{}", key.join("/"), version.unwrap_or_default())
    }
}

/// A request that copies from a source.
pub(super) trait Copying: Sized {
    fn copying(self, source: &CopySource) -> Self;
}

macro_rules! copying {
    ($($operation:ident::$builder:ident),* $(,)?) => {$(
        impl Copying for aws_sdk_s3::operation::$operation::builders::$builder {
            fn copying(self, source: &CopySource) -> Self {
                let request = self
                    .copy_source(source.header())
                    .set_copy_source_if_match(source.metadata.etag.clone());
                let Some(key) = &source.key else { return request };
                request
                    .copy_source_sse_customer_algorithm(ALGORITHM)
                    .copy_source_sse_customer_key(key.base64().as_str())
                    .copy_source_sse_customer_key_md5(key.md5_base64())
            }
        }
    )*};
}

copying! {
    copy_object::CopyObjectFluentBuilder,
    upload_part_copy::UploadPartCopyFluentBuilder,
}

impl Store {
    pub(super) async fn is_as_read(&self, source: &CopySource) -> bool {
        let keys: Vec<Key> = source.key.iter().cloned().collect();
        let version_id = source.metadata.version_id.clone();
        let options = ReadOptions { version_id, ..ReadOptions::default() };
        let found = source.store(self).head(&source.at, &keys, &options).await;
        found.is_ok_and(|found| found.answer.etag == source.metadata.etag)
    }

    /// Fails unless the source is still the newest version of the object.
    /// Errors: `Kind::Precondition` if it is not; otherwise the failure of the HEAD.
    pub(crate) async fn check_newest(&self, source: &CopySource) -> Result<(), Failure> {
        let keys: Vec<Key> = source.key.iter().cloned().collect();
        let known = &source.metadata;
        match self.head(&source.at, &keys, &ReadOptions::default()).await {
            Ok(found)
                if (&found.answer.etag, &found.answer.version_id)
                    == (&known.etag, &known.version_id) =>
            {
                Ok(())
            }
            Ok(_) | Err(Failure { kind: Kind::NotFound | Kind::Key | Kind::Unsealed, .. }) => {
                Err(source.replaced())
            }
            Err(failure) => Err(failure),
        }
    }
}
