//! The subresources of a bucket that are documents: `?encryption`, `?cors` and `?policy`. They are served after the
//! signature check and before the S3 layer, whose types lack some elements of the documents.

use std::sync::Arc;

use bytes::Bytes;
use http::{Extensions, HeaderMap, Method, Uri};
use http_body_util::BodyExt as _;
use s3s::route::S3Route;
use s3s::{Body, S3Request, S3Response, S3Result};

use super::documents::{self, Reply};
use super::encryption;
use crate::auth::{AccessRequest, check_access};
use crate::body::broken_body;
use crate::context::RequestContext;
use crate::refusal::Refusal;
use crate::route::{self, Target};
use crate::s3::api::Api;
use crate::s3::multipart::complete_with_document;
use crate::store::Store;

/// Serves the configuration of the buckets of a store.
pub(crate) struct Configuration {
    pub(crate) store: Arc<Store>,
    pub(crate) api: Api,
}

const SERVED: [&str; 3] = ["BucketEncryption", "BucketCors", "BucketPolicy"];

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
            tls: context.connection.tls,
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
