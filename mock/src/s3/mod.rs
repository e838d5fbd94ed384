//! The operations of the S3 API.

/// Puts a checksum's value into the field of its algorithm; many outputs have the same five.
macro_rules! set_checksum {
    ($output:expr, $algorithm:expr, $value:expr) => {{
        let value = Some($value);
        match $algorithm {
            $crate::checksum::Algorithm::Crc32 => $output.checksum_crc32 = value,
            $crate::checksum::Algorithm::Crc32c => $output.checksum_crc32c = value,
            $crate::checksum::Algorithm::Crc64Nvme => $output.checksum_crc64nvme = value,
            $crate::checksum::Algorithm::Sha1 => $output.checksum_sha1 = value,
            $crate::checksum::Algorithm::Sha256 => $output.checksum_sha256 = value,
        }
    }};
}

pub(crate) mod bucket;
mod list;
mod manners;
mod multipart;
pub(crate) mod object;

use std::sync::Arc;

use http::{Extensions, HeaderMap};
use s3s::dto::*;
use s3s::host::{S3Host, VirtualHost};
use s3s::{S3, S3Request, S3Response, S3Result};

use crate::exchange::front::Notes;
use crate::manner::Manner;
use crate::refusal::Refusal;
use crate::route;
use crate::settings::DefaultEncryption;
use crate::ssec::{self, CustomerKey, Headers};
use crate::store::Encryption;
use crate::store::Store;

/// The S3 API over a store.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) store: Arc<Store>,
    pub(crate) region: String,
    pub(crate) manner: Manner,
    pub(crate) require_tls: bool,
}

/// What an operation comes to.
pub(crate) type Outcome<T> = Result<S3Response<T>, Refusal>;

/// Gives every operation named here to its function; the S3 layer answers 501 to the others.
macro_rules! serve_operations {
    ($($operation:ident($input:ident) -> $output:ident: $serve:path;)*) => {
        #[async_trait::async_trait]
        impl S3 for Api {
            $(async fn $operation(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                let notes = notes(&request.extensions)?;
                let outcome = $serve(self, request).await;
                notes.settle(outcome)
            })*
        }
    };
}

serve_operations! {
    put_object(PutObjectInput) -> PutObjectOutput: object::put::put_object;
    get_object(GetObjectInput) -> GetObjectOutput: object::get::get_object;
    head_object(HeadObjectInput) -> HeadObjectOutput: object::get::head_object;
    get_object_attributes(GetObjectAttributesInput) -> GetObjectAttributesOutput: object::attributes::get_object_attributes;
    copy_object(CopyObjectInput) -> CopyObjectOutput: object::copy::copy_object;
    delete_object(DeleteObjectInput) -> DeleteObjectOutput: object::delete::delete_object;
    delete_objects(DeleteObjectsInput) -> DeleteObjectsOutput: object::delete::delete_objects;
    create_multipart_upload(CreateMultipartUploadInput) -> CreateMultipartUploadOutput: multipart::upload::create;
    upload_part(UploadPartInput) -> UploadPartOutput: multipart::upload::upload_part;
    upload_part_copy(UploadPartCopyInput) -> UploadPartCopyOutput: multipart::part_copy::upload_part_copy;
    complete_multipart_upload(CompleteMultipartUploadInput) -> CompleteMultipartUploadOutput: multipart::complete::complete;
    abort_multipart_upload(AbortMultipartUploadInput) -> AbortMultipartUploadOutput: multipart::upload::abort;
    list_parts(ListPartsInput) -> ListPartsOutput: multipart::upload::list_parts;
    list_multipart_uploads(ListMultipartUploadsInput) -> ListMultipartUploadsOutput: list::objects::list_multipart_uploads;
    list_objects(ListObjectsInput) -> ListObjectsOutput: list::objects::list_objects;
    list_objects_v2(ListObjectsV2Input) -> ListObjectsV2Output: list::objects::list_objects_v2;
    list_object_versions(ListObjectVersionsInput) -> ListObjectVersionsOutput: list::versions::list_object_versions;
    create_bucket(CreateBucketInput) -> CreateBucketOutput: bucket::buckets::create_bucket;
    head_bucket(HeadBucketInput) -> HeadBucketOutput: bucket::buckets::head_bucket;
    delete_bucket(DeleteBucketInput) -> DeleteBucketOutput: bucket::buckets::delete_bucket;
    list_buckets(ListBucketsInput) -> ListBucketsOutput: bucket::buckets::list_buckets;
    get_bucket_location(GetBucketLocationInput) -> GetBucketLocationOutput: bucket::buckets::get_bucket_location;
    get_bucket_versioning(GetBucketVersioningInput) -> GetBucketVersioningOutput: list::versions::get_bucket_versioning;
    put_bucket_versioning(PutBucketVersioningInput) -> PutBucketVersioningOutput: list::versions::put_bucket_versioning;
    get_object_acl(GetObjectAclInput) -> GetObjectAclOutput: object::acl::get_object_acl;
    get_bucket_ownership_controls(GetBucketOwnershipControlsInput) -> GetBucketOwnershipControlsOutput: object::acl::get_bucket_ownership_controls;
    get_object_tagging(GetObjectTaggingInput) -> GetObjectTaggingOutput: object::tagging::get_object_tagging;
    put_object_tagging(PutObjectTaggingInput) -> PutObjectTaggingOutput: object::tagging::put_object_tagging;
    delete_object_tagging(DeleteObjectTaggingInput) -> DeleteObjectTaggingOutput: object::tagging::delete_object_tagging;
}

impl Api {
    /// The customer's key of a write into `bucket`.
    pub(crate) fn write_key(
        &self,
        request: &Head<'_>,
        bucket: &str,
        key: &str,
    ) -> Result<Option<CustomerKey>, Refusal> {
        let Some(given) = self.sse_c(request, ssec::PREFIX)? else { return Ok(None) };
        if self.store.lock().bucket(bucket)?.blocks_sse_c {
            return Err(ssec::blocked(bucket, key));
        }
        let sse = request
            .headers
            .get("x-amz-server-side-encryption")
            .map(|value| value.to_str().unwrap_or_default());
        given.for_write(sse)
    }

    /// The customer's key of a later request in a multipart upload.
    pub(crate) fn part_key(&self, request: &Head<'_>) -> Result<Option<CustomerKey>, Refusal> {
        self.sse_c(request, ssec::PREFIX)?.map_or(Ok(None), |given| given.for_write(None))
    }

    /// The customer's key of a read.
    pub(crate) fn read_key(&self, request: &Head<'_>) -> Result<Option<CustomerKey>, Refusal> {
        self.sse_c(request, ssec::PREFIX)?.map_or(Ok(None), |given| given.for_read())
    }

    /// The customer's key of a copy's source.
    pub(crate) fn source_key(&self, request: &Head<'_>) -> Result<Option<CustomerKey>, Refusal> {
        self.sse_c(request, ssec::SOURCE_PREFIX)?.map_or(Ok(None), |given| given.for_read())
    }

    fn sse_c<'a>(&self, request: &Head<'a>, prefix: &str) -> Result<Option<Headers<'a>>, Refusal> {
        let given = Headers::of(request.headers, prefix);
        if self.manner == Manner::IgnoresSseC || !given.any() {
            return Ok(None);
        }
        let require_tls = self.require_tls || self.manner.requires_tls();
        if require_tls && !notes_of(request.extensions)?.connection.tls {
            return Err(self.manner.insecure());
        }
        Ok(Some(given))
    }

    /// How an object is encrypted that is written with these headers.
    pub(crate) fn encryption(
        &self,
        bucket: &str,
        headers: &HeaderMap,
        key: Option<&CustomerKey>,
    ) -> Result<Encryption, Refusal> {
        if let Some(key) = key {
            return Ok(Encryption::Customer(ssec::KeyCheck::new(key)));
        }
        let get = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        match get("x-amz-server-side-encryption") {
            None if self.manner == Manner::IgnoresSseC => Ok(Encryption::None),
            None => Ok(self.default_encryption(bucket)?),
            Some("AES256") => Ok(Encryption::S3),
            Some(method @ ("aws:kms" | "aws:kms:dsse")) => {
                let key_id = get("x-amz-server-side-encryption-aws-kms-key-id");
                let bucket_key = get("x-amz-server-side-encryption-bucket-key-enabled");
                Ok(self.kms(method, key_id, bucket_key == Some("true")))
            }
            Some(other) => Err(Refusal::new(
                400,
                "InvalidEncryptionAlgorithmError",
                "The Encryption request you specified is not valid. Supported value: AES256.",
            )
            .detail("ArgumentName", "x-amz-server-side-encryption")
            .detail("ArgumentValue", other)),
        }
    }

    /// What the bucket does with objects that name no encryption.
    fn default_encryption(&self, bucket: &str) -> Result<Encryption, Refusal> {
        Ok(match &self.store.lock().bucket(bucket)?.settings.encryption {
            DefaultEncryption::S3 => Encryption::S3,
            DefaultEncryption::Kms { method, key_id, bucket_key } => {
                self.kms(method, key_id.as_deref(), *bucket_key)
            }
        })
    }

    /// KMS with a key of the customer's or, unnamed, AWS's own. Answers name a key by its ARN.
    fn kms(&self, method: &str, key_id: Option<&str>, bucket_key: bool) -> Encryption {
        let key_id = key_id.unwrap_or("00000000-0000-4000-8000-000000000000");
        let key_id = if key_id.starts_with("arn:") {
            key_id.to_owned()
        } else {
            let kind = if key_id.starts_with("alias/") { "" } else { "key/" };
            format!("arn:aws:kms:{}:123456789012:{kind}{key_id}", self.region)
        };
        Encryption::Kms { method: method.to_owned(), key_id, bucket_key }
    }
}

/// The parts of a request that hold whatever the typed input does not.
pub(crate) struct Head<'a> {
    pub(crate) headers: &'a HeaderMap,
    pub(crate) extensions: &'a Extensions,
}

impl<'a> Head<'a> {
    pub(crate) fn of<T>(request: &'a S3Request<T>) -> Self {
        Self { headers: &request.headers, extensions: &request.extensions }
    }
}

/// Virtual-hosted-style names under `localhost`; anything else is addressed path-style.
#[derive(Debug)]
pub(crate) struct LocalhostDomain;

impl S3Host for LocalhostDomain {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let name = VirtualHost::new(host);
        Ok(match route::host_bucket(host) {
            Some(bucket) => name.with_bucket(bucket),
            None => name,
        })
    }
}

pub(crate) fn notes(extensions: &Extensions) -> S3Result<Notes> {
    extensions.get::<Notes>().cloned().ok_or_else(|| s3s::s3_error!(InternalError))
}

pub(crate) fn notes_of(extensions: &Extensions) -> Result<&Notes, Refusal> {
    extensions
        .get::<Notes>()
        .ok_or_else(|| Refusal::new(500, "InternalError", "The request lost its notes."))
}

/// `Timestamp`s of answers have whole seconds, as in HTTP dates.
pub(crate) fn whole_seconds(time: time::OffsetDateTime) -> time::OffsetDateTime {
    time.replace_nanosecond(0).unwrap_or(time)
}
