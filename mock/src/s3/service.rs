//! Which function serves which operation, and how a request gets there.

use http::{Request, Response};
use s3s::dto::*;
use s3s::host::{S3Host, VirtualHost};
use s3s::service::S3Service;
use s3s::{Body, S3, S3Request, S3Response, S3Result};

use super::api::Api;
use super::corrections::{corrected, rename_checksum};
use super::{bucket, list, multipart, object};
use crate::context::RequestContext;
use crate::refusal::{ErrorReply, Refusal};
use crate::route;

/// Gives every operation named here to its function; the S3 layer answers 501 to the others.
macro_rules! serve_operations {
    ($($operation:ident($input:ident) -> $output:ident: $serve:path;)*) => {
        #[async_trait::async_trait]
        impl S3 for Api {
            $(async fn $operation(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                let context = RequestContext::of(&request.extensions).clone();
                context.keep_refusal($serve(self, request).await)
            })*
        }
    };
}

serve_operations! {
    put_object(PutObjectInput) -> PutObjectOutput: object::put_object;
    get_object(GetObjectInput) -> GetObjectOutput: object::get_object;
    head_object(HeadObjectInput) -> HeadObjectOutput: object::head_object;
    get_object_attributes(GetObjectAttributesInput) -> GetObjectAttributesOutput: object::get_object_attributes;
    copy_object(CopyObjectInput) -> CopyObjectOutput: object::copy_object;
    delete_object(DeleteObjectInput) -> DeleteObjectOutput: object::delete_object;
    delete_objects(DeleteObjectsInput) -> DeleteObjectsOutput: object::delete_objects;
    create_multipart_upload(CreateMultipartUploadInput) -> CreateMultipartUploadOutput: multipart::create_multipart_upload;
    upload_part(UploadPartInput) -> UploadPartOutput: multipart::upload_part;
    upload_part_copy(UploadPartCopyInput) -> UploadPartCopyOutput: multipart::upload_part_copy;
    complete_multipart_upload(CompleteMultipartUploadInput) -> CompleteMultipartUploadOutput: multipart::complete_multipart_upload;
    abort_multipart_upload(AbortMultipartUploadInput) -> AbortMultipartUploadOutput: multipart::abort_multipart_upload;
    list_parts(ListPartsInput) -> ListPartsOutput: list::list_parts;
    list_multipart_uploads(ListMultipartUploadsInput) -> ListMultipartUploadsOutput: list::list_multipart_uploads;
    list_objects(ListObjectsInput) -> ListObjectsOutput: list::list_objects;
    list_objects_v2(ListObjectsV2Input) -> ListObjectsV2Output: list::list_objects_v2;
    list_object_versions(ListObjectVersionsInput) -> ListObjectVersionsOutput: list::list_object_versions;
    create_bucket(CreateBucketInput) -> CreateBucketOutput: bucket::create_bucket;
    head_bucket(HeadBucketInput) -> HeadBucketOutput: bucket::head_bucket;
    delete_bucket(DeleteBucketInput) -> DeleteBucketOutput: bucket::delete_bucket;
    list_buckets(ListBucketsInput) -> ListBucketsOutput: bucket::list_buckets;
    get_bucket_location(GetBucketLocationInput) -> GetBucketLocationOutput: bucket::get_bucket_location;
    get_bucket_versioning(GetBucketVersioningInput) -> GetBucketVersioningOutput: bucket::get_bucket_versioning;
    put_bucket_versioning(PutBucketVersioningInput) -> PutBucketVersioningOutput: bucket::put_bucket_versioning;
    get_object_acl(GetObjectAclInput) -> GetObjectAclOutput: object::get_object_acl;
    get_bucket_ownership_controls(GetBucketOwnershipControlsInput) -> GetBucketOwnershipControlsOutput: bucket::get_bucket_ownership_controls;
    get_object_tagging(GetObjectTaggingInput) -> GetObjectTaggingOutput: object::get_object_tagging;
    put_object_tagging(PutObjectTaggingInput) -> PutObjectTaggingOutput: object::put_object_tagging;
    delete_object_tagging(DeleteObjectTaggingInput) -> DeleteObjectTaggingOutput: object::delete_object_tagging;
}

/// Has a service answer a request.
pub(crate) async fn call(
    service: &S3Service,
    mut request: Request<Body>,
    operation: &str,
    context: &RequestContext,
) -> Result<Response<Body>, Refusal> {
    request.extensions_mut().insert(context.clone());
    let mut response = service.call(request).await.map_err(|_| Refusal::not_implemented())?;
    if let Some(refusal) = context.refusal() {
        return Err(refusal);
    }
    let status = response.status().as_u16();
    if status < 400 {
        rename_checksum(response.headers_mut());
        // The content of an object is nobody's document.
        let is_document = operation != "GetObject";
        return Ok(response.map(|body| match body.bytes() {
            Some(document) if is_document => corrected(operation, document).into(),
            _ => body,
        }));
    }
    let xml = response.into_body().bytes().unwrap_or_default();
    Err(reworded(status, &String::from_utf8_lossy(&xml)))
}

/// An error of the S3 layer, with Amazon's message.
fn reworded(status: u16, xml: &str) -> Refusal {
    let code = between(xml, "<Code>", "</Code>").unwrap_or("InternalError").to_owned();
    let message = match code.as_str() {
        "SignatureDoesNotMatch" => ErrorReply::SIGNATURE_DOES_NOT_MATCH.2,
        "MalformedXML" => ErrorReply::MALFORMED_XML.2,
        "InternalError" => ErrorReply::INTERNAL_ERROR.2,
        "NotImplemented" => "A header you provided implies functionality that is not implemented",
        "InvalidURI" => "Couldn't parse the specified URI.",
        "InvalidBucketName" => "The specified bucket is not valid.",
        "KeyTooLongError" => "Your key is too long",
        "MethodNotAllowed" => "The specified method is not allowed against this resource.",
        _ => between(xml, "<Message>", "</Message>").unwrap_or("The request is not valid."),
    };
    Refusal::new(status, code, message.to_owned())
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let rest = &text[text.find(before)? + before.len()..];
    rest.find(after).map(|end| &rest[..end])
}

/// Virtual-hosted-style names under `localhost`; anything else is addressed path-style.
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
