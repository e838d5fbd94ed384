//! The subresources that are documents, such as `?encryption`, `?policy` and `?retention`. They are served after the signature
//! check and before the S3 layer, whose types lack some elements of the documents.

use std::sync::Arc;

use bytes::Bytes;
use http::{Extensions, HeaderMap, Method, Uri};
use http_body_util::BodyExt as _;
use s3s::route::S3Route;
use s3s::{Body, S3Request, S3Response, S3Result};

use super::acls;
use super::documents::{self, Reply};
use super::encryption;
use super::stored;
use crate::auth::{AccessRequest, check_access};
use crate::body::broken_body;
use crate::context::RequestContext;
use crate::refusal::Refusal;
use crate::route::{self, Target};
use crate::s3::api::Api;
use crate::s3::multipart::complete_with_document;
use crate::s3::object::{LockRequest, bypasses};
use crate::settings::DocumentKind;
use crate::store::{Event, Store};

/// Serves the configuration of the buckets of a store.
pub(crate) struct Configuration {
    pub(crate) store: Arc<Store>,
    pub(crate) api: Api,
}

/// The ends of names of operations.
const SERVED: [&str; 3] = ["BucketEncryption", "BucketCors", "BucketPolicy"];
const OF_OWNERSHIP: [&str; 2] = ["PutBucketOwnershipControls", "DeleteBucketOwnershipControls"];
const OF_LOCKS: [&str; 4] =
    ["GetObjectRetention", "PutObjectRetention", "GetObjectLegalHold", "PutObjectLegalHold"];
const OF_ACLS: [&str; 3] = ["GetBucketAcl", "PutBucketAcl", "PutObjectAcl"];
const OF_BUCKET_LOCK: [&str; 2] = ["GetObjectLockConfiguration", "PutObjectLockConfiguration"];

#[async_trait::async_trait]
impl S3Route for Configuration {
    fn is_match(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        extensions: &mut Extensions,
    ) -> bool {
        let query = route::query_pairs(uri.query().unwrap_or_default());
        let (target, operation) = named(method, uri, headers);
        SERVED.iter().any(|document| operation.ends_with(document))
            || operation == "GetBucketPolicyStatus"
            || [&OF_OWNERSHIP[..], &OF_LOCKS, &OF_BUCKET_LOCK, &OF_ACLS]
                .concat()
                .contains(&operation)
            || DocumentKind::of(operation).is_some()
            || route::is_refused(method, &target, &query)
            || !RequestContext::of(extensions).part_checksums().is_empty()
    }

    async fn call(&self, request: S3Request<Body>) -> S3Result<S3Response<Body>> {
        let context = RequestContext::of(&request.extensions).clone();
        let (target, operation) = named(&request.method, &request.uri, &request.headers);
        let query = route::query_pairs(request.uri.query().unwrap_or_default());
        if route::is_refused(&request.method, &target, &query) {
            return context.keep_refusal(Err(Refusal::not_implemented()));
        }
        let bucket = target.bucket.unwrap_or_default();
        let asked = AccessRequest {
            operation,
            bucket: &bucket,
            key: target.key.as_deref(),
            query: &query,
            headers: &request.headers,
            context: &context,
        };
        let outcome = match check_access(&self.store, &asked) {
            Ok(()) => self.answer(operation, &bucket, request).await,
            Err(refusal) => Err(refusal),
        };
        context.keep_refusal(outcome).map(|reply| reply.map_output(Body::from))
    }
}

impl Configuration {
    async fn answer(
        &self,
        operation: &str,
        bucket: &str,
        mut request: S3Request<Body>,
    ) -> Result<Reply, Refusal> {
        // The exchange has limited the size of documents already.
        let document = std::mem::take(&mut request.input).collect().await;
        let document = document.map_err(|error| broken_body(&error.to_string()))?.to_bytes();
        if operation == "CompleteMultipartUpload" {
            return complete_with_document(&self.api, request, &document).await;
        }
        let query = route::query_pairs(request.uri.query().unwrap_or_default());
        let param = |name: &str| {
            query.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
        };
        if OF_ACLS.contains(&operation) {
            let mut buckets = self.store.lock();
            let owner = bucket;
            let bucket = buckets.bucket_mut(bucket)?;
            if operation == "GetBucketAcl" {
                return Ok(acls::get(bucket));
            }
            let acl = acls::requested(bucket, &request.headers, &document)?;
            match Target::of(&request.headers, request.uri.path()).key {
                Some(key) => {
                    let version = param("versionId");
                    bucket.set_acl(&key, version, &acl)?;
                    let found = bucket.find(&key, version).ok();
                    let object = found.map(|(_, object)| Arc::clone(object));
                    let version_id = found.and_then(|it| bucket.shown_id(it.0.id.clone()));
                    let cause = RequestContext::of(&request.extensions).cause();
                    let name = "ObjectAcl:Put";
                    buckets.announce(owner, &Event { name, key, version_id, object, cause });
                }
                None => bucket.settings.acl = Some(acl).filter(|acl| acl != "private"),
            }
            return Ok(Reply::new(Bytes::new()));
        }
        if OF_LOCKS.contains(&operation) {
            let key = Target::of(&request.headers, request.uri.path()).key.unwrap_or_default();
            let asked = LockRequest {
                operation,
                key: &key,
                version: param("versionId"),
                bypass: bypasses(&request.headers),
                document: &document,
            };
            let now = self.store.clock().now();
            let answer = asked.serve(self.store.lock().bucket_mut(bucket)?, now)?;
            return Ok(match answer {
                Some((root, content)) => documents::xml_answer(root, &content),
                None => Reply::new(Bytes::new()),
            });
        }
        if DocumentKind::of(operation).is_some() {
            return stored::serve(
                &mut self.store.lock(),
                operation,
                bucket,
                param("id"),
                &document,
            );
        }
        self.serve(operation, bucket, &document)
    }

    fn serve(&self, operation: &str, bucket: &str, document: &Bytes) -> Result<Reply, Refusal> {
        let mut buckets = self.store.lock();
        let name = bucket;
        let bucket = buckets.bucket_mut(name)?;
        match operation {
            "GetBucketEncryption" => Ok(encryption::get(bucket)),
            "PutBucketEncryption" => encryption::put(bucket, document),
            "DeleteBucketEncryption" => Ok(encryption::delete(bucket)),
            "GetBucketCors" => documents::get_cors(bucket, name),
            "PutBucketCors" => documents::put_cors(bucket, document),
            "DeleteBucketCors" => Ok(documents::delete_cors(bucket)),
            "GetBucketPolicy" => documents::get_policy(bucket, name),
            "PutBucketPolicy" => documents::put_policy(bucket, name, document),
            "DeleteBucketPolicy" => Ok(documents::delete_policy(bucket)),
            "GetBucketPolicyStatus" => documents::get_policy_status(bucket, name),
            "PutBucketOwnershipControls" => documents::put_ownership(bucket, document),
            "DeleteBucketOwnershipControls" => Ok(documents::delete_ownership(bucket)),
            "GetObjectLockConfiguration" => documents::get_lock(bucket, name),
            "PutObjectLockConfiguration" => documents::put_lock(bucket, document),
            _ => Err(Refusal::not_implemented()),
        }
    }
}

fn named(method: &Method, uri: &Uri, headers: &HeaderMap) -> (Target, &'static str) {
    let target = Target::of(headers, uri.path());
    let query = route::query_pairs(uri.query().unwrap_or_default());
    let operation = route::operation(method, &target, &query, headers);
    (target, operation)
}
