//! CompleteMultipartUpload with checksums that the types of the S3 layer lack, and which its reader would refuse: the
//! document is read and answered here instead.

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use s3s::dto::{
    CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedMultipartUpload,
    CompletedPart, ETag, ETagCondition,
};
use s3s::{Body, S3Request, S3Response};

use super::complete::complete_multipart_upload;
use crate::refusal::Refusal;
use crate::route::{Target, query_pairs};
use crate::s3::api::{Api, Outcome};
use crate::xml::{Element, escape};

/// Completes an upload with a document that was already verified.
pub(crate) async fn complete_with_document(
    api: &Api,
    request: S3Request<Body>,
    document: &Bytes,
) -> Outcome<Bytes> {
    let target = Target::of(&request.headers, request.uri.path());
    let query = query_pairs(request.uri.query().unwrap_or_default());
    let upload_id = query.into_iter().find(|(name, _)| name == "uploadId").map(|(_, id)| id);
    let root = Element::parse(document, "CompleteMultipartUpload")?;
    root.only(&["Part"])?;
    let parts = root.all("Part").map(part).collect::<Result<Vec<_>, _>>()?;
    let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok());
    let condition = |name: &str| {
        let parse = |value: &str| ETagCondition::parse_http_header(value.as_bytes());
        header(name)
            .map(parse)
            .transpose()
            .map_err(|_| Refusal::invalid_argument("The condition is not an ETag.", name, ""))
    };
    let size = header("x-amz-mp-object-size").map(|size| {
        size.parse().map_err(|_| Refusal::invalid_argument("", "x-amz-mp-object-size", size))
    });
    let input = CompleteMultipartUploadInput {
        bucket: target.bucket.unwrap_or_default(),
        key: target.key.unwrap_or_default(),
        upload_id: upload_id.unwrap_or_default(),
        multipart_upload: Some(CompletedMultipartUpload { parts: Some(parts) }),
        if_match: condition("if-match")?,
        if_none_match: condition("if-none-match")?,
        checksum_type: header("x-amz-checksum-type").map(|kind| kind.to_owned().into()),
        mpu_object_size: size.transpose()?,
        ..Default::default()
    };
    let completed = complete_multipart_upload(api, request.map_input(|_| input)).await?;
    Ok(answer(&completed.output))
}

fn part(element: &Element) -> Result<CompletedPart, Refusal> {
    let text = |name: &str| element.one(name).map(|child| child.map(|child| child.text.clone()));
    let number = text("PartNumber")?.map(|number| number.parse());
    Ok(CompletedPart {
        part_number: number.transpose().map_err(|_| Refusal::malformed_xml())?,
        e_tag: text("ETag")?.map(|etag| ETag::Strong(etag.trim_matches('"').to_owned())),
        checksum_crc32: text("ChecksumCRC32")?,
        checksum_crc32c: text("ChecksumCRC32C")?,
        checksum_crc64nvme: text("ChecksumCRC64NVME")?,
        checksum_sha1: text("ChecksumSHA1")?,
        checksum_sha256: text("ChecksumSHA256")?,
    })
}

fn answer(output: &CompleteMultipartUploadOutput) -> S3Response<Bytes> {
    let etag = output.e_tag.as_ref().map(|etag| format!("\"{}\"", etag.value()));
    let elements = [
        ("Location", output.location.clone()),
        ("Bucket", output.bucket.clone()),
        ("Key", output.key.clone()),
        ("ETag", etag),
        ("ChecksumSHA256", output.checksum_sha256.clone()),
        ("ChecksumType", output.checksum_type.as_ref().map(|kind| kind.as_str().to_owned())),
    ];
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CompleteMultipartUploadResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">",
    );
    for (name, value) in elements {
        if let Some(value) = value {
            xml.push_str(&format!("<{name}>{}</{name}>", escape(&value)));
        }
    }
    xml.push_str("</CompleteMultipartUploadResult>");
    let mut response = S3Response::new(Bytes::from(xml));
    let encryption = output.server_side_encryption.as_ref();
    let headers = [
        ("content-type", Some("application/xml".to_owned())),
        ("x-amz-version-id", output.version_id.clone()),
        ("x-amz-server-side-encryption", encryption.map(|method| method.as_str().to_owned())),
        ("x-amz-server-side-encryption-aws-kms-key-id", output.ssekms_key_id.clone()),
        (
            "x-amz-server-side-encryption-bucket-key-enabled",
            output.bucket_key_enabled.map(|enabled| enabled.to_string()),
        ),
    ];
    for (name, value) in headers {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            response.headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}
