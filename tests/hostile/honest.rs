//! What an honest store would answer: a lie changes one thing of it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use crc_fast::{CrcAlgorithm, checksum};

use super::server::{Reply, Request};

pub(crate) const ALGORITHM: &str = "x-amz-server-side-encryption-customer-algorithm";
pub(crate) const KEY_MD5: &str = "x-amz-server-side-encryption-customer-key-MD5";
pub(crate) const MANAGED: &str = "x-amz-server-side-encryption";
pub(crate) const CRC64: &str = "x-amz-checksum-crc64nvme";
/// The MD5 of a key that no test has.
pub(crate) const OTHER_MD5: &str = "rjGuMdjLpPV1eRuotNaPMQ==";
/// The checksum of other bytes.
pub(crate) const OTHER_CRC64: &str = "AAAAAAAAAAA=";
const MODIFIED: &str = "Sat, 21 Nov 2026 12:00:00 GMT";

/// What every object holds whose name does not begin with `big`.
pub(crate) const CONTENT: &[u8] = b"all that was ever written";

/// What the object of this name holds.
pub(crate) fn content(name: &str) -> Vec<u8> {
    if name.ends_with("big") { crate::harness::noise(17 << 20) } else { CONTENT.to_vec() }
}

/// The checksum header's value.
pub(crate) fn crc64(content: &[u8]) -> String {
    BASE64_STANDARD.encode(checksum(CrcAlgorithm::Crc64Nvme, content).to_be_bytes())
}

/// The store's honest answer. All objects are sealed but those under `open/`.
pub(crate) fn answer(request: &Request) -> Reply {
    let reply = match request.method.as_str() {
        "GET" | "HEAD" if request.is_list() => list(request),
        "GET" | "HEAD" => read(request),
        "PUT" if request.header("x-amz-copy-source").is_some() => error(501, "NotImplemented"),
        "PUT" => written(request, Reply::new(200, "").with("ETag", "\"of-what-was-put\"")),
        "POST" if request.query.starts_with("uploads") => document(
            "InitiateMultipartUploadResult",
            "<Bucket>demo</Bucket><Key>x</Key><UploadId>id</UploadId>",
        ),
        "POST" if request.parameter("uploadId").is_some() => {
            completed(request.header(CRC64).unwrap_or_default())
        }
        _ => Reply::new(204, "").with("Connection", "keep-alive"),
    };
    reply.with("x-amz-request-id", "1")
}

/// An XML document.
pub(crate) fn document(name: &str, content: &str) -> Reply {
    Reply::new(200, format!("<{name}>{content}</{name}>")).with("Content-Type", "application/xml")
}

/// The end of a multipart upload whose object has this checksum.
pub(crate) fn completed(crc64: &str) -> Reply {
    let sum = format!(
        "<ChecksumCRC64NVME>{crc64}</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType>"
    );
    let object = "<Bucket>demo</Bucket><Key>x</Key><ETag>\"of-what-was-put\"</ETag>";
    document("CompleteMultipartUploadResult", &format!("{object}{sum}"))
}

/// A refusal.
pub(crate) fn error(status: u16, code: &str) -> Reply {
    let body = format!("<Error><Code>{code}</Code><Message>No.</Message></Error>");
    Reply::new(status, body)
}

/// An object of a listing.
pub(crate) fn listed(key: &str, bytes: &str) -> String {
    format!(
        "<Contents><Key>{key}</Key><LastModified>2026-11-21T12:00:00Z</LastModified><Size>{bytes}</Size><ETag>\"e\"</ETag></Contents>"
    )
}

/// A page of a listing; more follows where there is a token.
pub(crate) fn page(objects: &str, token: Option<&str>) -> Reply {
    let more = token.map_or("<IsTruncated>false</IsTruncated>".to_owned(), |token| {
        format!(
            "<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>"
        )
    });
    document("ListBucketResult", &format!("{more}{objects}"))
}

fn list(request: &Request) -> Reply {
    if request.parameter("uploads").is_some() {
        return document("ListMultipartUploadsResult", "<IsTruncated>false</IsTruncated>");
    }
    if request.parameter("prefix").is_some_and(|prefix| !prefix.starts_with("dir")) {
        return page("", None);
    }
    page(&listed("dir/x", &CONTENT.len().to_string()), None)
}

fn read(request: &Request) -> Reply {
    let name = request.path.trim_start_matches("/demo/");
    let is_sealed = !name.starts_with("open/");
    let md5 = request.header(&KEY_MD5.to_ascii_lowercase());
    if is_sealed && md5.is_none() {
        return error(400, "InvalidRequest");
    }
    let content = content(name);
    let mut reply = Reply::new(200, "")
        .with("ETag", "\"of-the-object\"")
        .with("Last-Modified", MODIFIED)
        .with("Content-Length", content.len());
    if let Some(md5) = md5.filter(|_| is_sealed) {
        reply = reply.with(ALGORITHM, "AES256").with(KEY_MD5, md5);
    }
    let range = request.header("range").and_then(|range| {
        let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
        Some((first.parse::<usize>().ok()?, last.parse::<usize>().ok()?.min(content.len() - 1)))
    });
    if range.is_some_and(|(first, _)| first >= content.len()) {
        return error(416, "InvalidRange");
    }
    match range {
        Some((first, last)) => Reply { body: content[first..=last].to_vec(), ..reply }
            .status(206)
            .with("Content-Length", last + 1 - first)
            .with("Content-Range", format!("bytes {first}-{last}/{}", content.len())),
        None => {
            let sum = crc64(&content);
            Reply { body: content, ..reply }.with(CRC64, sum)
        }
    }
}

fn written(request: &Request, reply: Reply) -> Reply {
    let echo = request.header(&KEY_MD5.to_ascii_lowercase());
    let reply = reply.with(CRC64, crc64(&request.body));
    echo.map_or(reply.clone(), |md5| reply.with(ALGORITHM, "AES256").with(KEY_MD5, md5))
}
