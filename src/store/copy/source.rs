//! The source of a copy: one state of an object, which copy requests identify by its ETag and open with its key.

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
}

impl CopySource {
    pub(crate) fn version_id(&self) -> Option<&str> {
        self.metadata.version_id.as_deref()
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
        let found = self.head(&source.at, &keys, &options).await;
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
