//! Content-MD5 (RFC 1864), which S3 requires for requests whose body is a document. Every store accepts it, unlike the
//! SDK's checksums.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest, Md5};

/// Adds it in place of the SDK's checksum.
pub(crate) fn add_content_md5(request: &mut HttpRequest) {
    let md5 = Md5::digest(request.body().bytes().unwrap_or_default());
    let headers = request.headers_mut();
    headers.insert("content-md5", BASE64_STANDARD.encode(md5));
    headers.remove("x-amz-checksum-crc32");
    headers.remove("x-amz-sdk-checksum-algorithm");
}
