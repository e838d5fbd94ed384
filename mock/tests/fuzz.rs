//! Random and damaged requests: the server answers every one in time, and no thread of it panics.
//!
//! A run of the suite takes a few hundred of each kind. `S3SEAL_FUZZ_SECONDS` makes it longer, `S3SEAL_FUZZ_SEED`
//! another; the seed and the request are named with every finding.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use s3seal_mock::Server;

use crate::chance::Chance;
use crate::post_form::Form;
use crate::raw::Raw;

/// Requests of each kind in a run of the suite.
const ROUNDS: usize = 300;
/// How long an answer may take before it counts as a hang.
const PATIENCE: Duration = Duration::from_secs(20);
/// A server grows with what it is sent.
const ROUNDS_PER_SERVER: usize = 10_000;

#[test]
fn damaged_messages() {
    fuzz("messages", false, |chance, server| {
        let mut message = random_request(chance).message(server, &server.addr().to_string());
        for _ in 0..=chance.below(4) {
            chance.damage(&mut message);
        }
        message
    });
}

#[test]
fn random_requests() {
    fuzz("requests", true, |chance, server| {
        random_request(chance).message(server, &server.addr().to_string())
    });
}

#[test]
fn damaged_documents() {
    fuzz("documents", true, |chance, server| {
        let (method, target, document) = chance.pick(DOCUMENTS);
        let mut body = document.as_bytes().to_vec();
        for _ in 0..chance.below(6) {
            chance.damage(&mut body);
        }
        Raw::new(method, target).body(&body).message(server, &server.addr().to_string())
    });
}

#[test]
fn damaged_forms() {
    fuzz("forms", true, |chance, server| {
        let mut form = Form::new(server, "demo");
        for _ in 0..chance.below(4) {
            form = form.field(chance.pick(FIELDS), chance.pick(VALUES));
        }
        if chance.below(3) == 0 {
            form = form.condition(chance.pick(CONDITIONS));
        }
        let mut policy = form.policy().into_bytes();
        for _ in 0..chance.below(3) {
            chance.damage(&mut policy);
        }
        let mut body = form.body(&String::from_utf8_lossy(&policy), b"content");
        for _ in 0..chance.below(3) {
            chance.damage(&mut body);
        }
        let kind = chance.pick(&[
            "multipart/form-data; boundary=limit",
            "multipart/form-data; boundary=\"limit\"",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; x=\"\\",
        ]);
        Raw::post("/demo", &body)
            .anonymous()
            .header("content-type", kind)
            .message(server, &server.addr().to_string())
    });
}

const METHODS: &[&str] = &["GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH"];
const PATHS: &[&str] = &[
    "/",
    "/demo",
    "/demo/",
    "/demo/a",
    "/demo/a/b",
    "/demo/%00",
    "/demo/%ff",
    "/demo/%2e%2e/x",
    "//",
    "/demo//",
    "/nowhere",
    "/nowhere/a",
    "/%F0%9F%94%91/x",
    "/demo/%F0%9F%94%91",
    "/x",
    "/demo/..",
    "/DEMO/a",
];
const PARAMS: &[&str] = &[
    "uploads",
    "uploadId",
    "partNumber",
    "versionId",
    "versions",
    "versioning",
    "tagging",
    "acl",
    "cors",
    "policy",
    "encryption",
    "location",
    "delete",
    "attributes",
    "list-type",
    "prefix",
    "delimiter",
    "marker",
    "start-after",
    "continuation-token",
    "max-keys",
    "max-uploads",
    "max-parts",
    "part-number-marker",
    "key-marker",
    "version-id-marker",
    "upload-id-marker",
    "encoding-type",
    "fetch-owner",
    "response-content-type",
    "response-expires",
    "x-id",
    "select",
    "restore",
    "lifecycle",
    "retention",
    "X-Amz-Expires",
    "X-Amz-Date",
];
const HEADERS: &[&str] = &[
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-server-side-encryption-customer-key",
    "x-amz-server-side-encryption-customer-key-md5",
    "x-amz-copy-source-server-side-encryption-customer-algorithm",
    "x-amz-copy-source-server-side-encryption-customer-key",
    "x-amz-copy-source-server-side-encryption-customer-key-md5",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-copy-source",
    "x-amz-copy-source-range",
    "x-amz-copy-source-if-match",
    "x-amz-metadata-directive",
    "x-amz-copy-source-if-modified-since",
    "x-amz-tagging",
    "x-amz-tagging-directive",
    "x-amz-meta-a",
    "x-amz-acl",
    "x-amz-grant-read",
    "x-amz-storage-class",
    "x-amz-checksum-crc32",
    "x-amz-checksum-crc64nvme",
    "x-amz-checksum-sha256",
    "x-amz-checksum-algorithm",
    "x-amz-checksum-type",
    "x-amz-checksum-mode",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-trailer",
    "x-amz-decoded-content-length",
    "x-amz-mp-object-size",
    "x-amz-object-attributes",
    "x-amz-max-parts",
    "x-amz-part-number-marker",
    "x-amz-object-lock-mode",
    "x-amz-expected-bucket-owner",
    "content-md5",
    "content-type",
    "content-encoding",
    "range",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
    "expires",
    "origin",
    "cache-control",
    "access-control-request-method",
    "access-control-request-headers",
    "x-amz-website-redirect-location",
];
const VALUES: &[&str] = &[
    "",
    "0",
    "1",
    "-1",
    "2147483647",
    "9223372036854775808",
    "10001",
    "true",
    "AES256",
    "aws:kms",
    "SSE-C",
    "*",
    "\"x\"",
    "W/\"x\"",
    "bytes=0-",
    "bytes=-0",
    "bytes=-1",
    "bytes=5-2",
    "bytes=0-18446744073709551615",
    "/demo/a",
    "demo/a?versionId=x",
    "demo",
    "/",
    "%",
    "%zz",
    "REPLACE",
    "COPY",
    "CRC32",
    "COMPOSITE",
    "FULL_OBJECT",
    "ENABLED",
    "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
    "4Funlf7OsLF0HL+vKU+fkg==",
    "AAAAAA==",
    "====",
    "a=b&c=d",
    "Wed, 21 Oct 2015 07:28:00 GMT",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "2015-10-21T07:28:00Z",
    "null",
    "url",
    "/",
    "k",
    "p",
    "a0",
    "multipart/form-data; boundary=x",
    "aws-chunked",
    "ETag,Checksum,ObjectParts",
    "private",
    "https://x",
    "x-amz-checksum-crc32",
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "é",
];
const FIELDS: &[&str] = &[
    "acl",
    "tagging",
    "content-type",
    "expires",
    "success_action_status",
    "success_action_redirect",
    "x-amz-meta-a",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-server-side-encryption-customer-key",
    "x-amz-server-side-encryption-customer-key-md5",
    "x-amz-checksum-crc32",
    "x-amz-storage-class",
    "x-amz-copy-source",
    "x-ignore-a",
    "x amz",
    "bucket",
    "key",
];
const CONDITIONS: &[&str] = &[
    r#"["content-length-range", 0, 3]"#,
    r#"["content-length-range", 9, 1]"#,
    r#"["starts-with", "$key", "x"]"#,
    r#"["eq", "key", "x"]"#,
    r#"["gt", "$key", "x"]"#,
    r#"["eq", "$key"]"#,
    "{}",
    "[]",
    "null",
    "[[[]]]",
    r#"["content-length-range", -1, 18446744073709551616]"#,
    r#"{"key": 1}"#,
];
const DOCUMENTS: &[(&str, &str, &str)] = &[
    (
        "PUT",
        "/demo?encryption=",
        "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>k&amp;&#65;</KMSMasterKeyID></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled><BlockedEncryptionTypes><EncryptionType>NONE</EncryptionType></BlockedEncryptionTypes></Rule></ServerSideEncryptionConfiguration>",
    ),
    (
        "PUT",
        "/demo?cors=",
        "<CORSConfiguration><CORSRule><ID>a</ID><AllowedOrigin>https://*.example</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedHeader>x-amz-*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds></CORSRule></CORSConfiguration>",
    ),
    (
        "PUT",
        "/demo?policy=",
        r#"{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Deny","Principal":"*","Action":["s3:PutO?ject*"],"Resource":"arn:aws:s3:::demo/secret*","Condition":{"Null":{"s3:x-amz-server-side-encryption-customer-algorithm":"true"},"StringNotEqualsIfExists":{"s3:x-amz-server-side-encryption":["AES256"]},"Bool":{"aws:SecureTransport":false}}}]}"#,
    ),
    (
        "PUT",
        "/demo?versioning=",
        "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>",
    ),
    (
        "PUT",
        "/demo/a?tagging=",
        "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>",
    ),
    (
        "POST",
        "/demo?delete=",
        "<Delete><Object><Key>a</Key><VersionId>null</VersionId></Object><Quiet>true</Quiet></Delete>",
    ),
    (
        "POST",
        "/demo/a?uploadId=x",
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"x\"</ETag><ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part></CompleteMultipartUpload>",
    ),
    (
        "PUT",
        "/fresh-bucket",
        "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>",
    ),
];

fn random_request(chance: &mut Chance) -> Raw {
    let mut request = Raw::new(chance.pick(METHODS), chance.pick(PATHS));
    let mut params = Vec::new();
    for _ in 0..chance.below(4) {
        let name = chance.pick(PARAMS);
        if !params.contains(&name) {
            params.push(name);
            request = request.param(name, chance.pick(VALUES));
        }
    }
    let mut headers = Vec::new();
    for _ in 0..chance.below(6) {
        let name = chance.pick(HEADERS);
        if !headers.contains(&name) {
            headers.push(name);
            request = request.header(name, chance.pick(VALUES));
        }
    }
    if chance.below(4) == 0 {
        request = request.presigned_for(60);
    }
    let mut body = vec![0; chance.below(64)];
    body.fill_with(|| chance.below(256) as u8);
    if chance.below(3) == 0 {
        body = chance.pick(DOCUMENTS).2.as_bytes().to_vec();
    }
    request.body(&body)
}

/// Sends what `make` makes. Where messages are `whole`, each is answered, and with no error of the server's own.
fn fuzz(kind: &str, whole: bool, make: impl Fn(&mut Chance, &Server) -> Vec<u8>) {
    watch_for_panics();
    let number = |name| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seed = number("S3SEAL_FUZZ_SEED").unwrap_or(1);
    let until = number("S3SEAL_FUZZ_SECONDS").map(|s| Instant::now() + Duration::from_secs(s));
    let mut chance = Chance::new(seed);
    let (mut rounds, mut statuses) = (0, std::collections::BTreeMap::<u16, usize>::new());
    let mut server = stocked();
    loop {
        if until.map_or(rounds == ROUNDS, |until| Instant::now() >= until) {
            break;
        }
        if rounds % ROUNDS_PER_SERVER == ROUNDS_PER_SERVER - 1 {
            server = stocked();
        }
        let message = make(&mut chance, &server);
        let shown = || format!("seed {seed}, {kind} {rounds}: {}", message.escape_ascii());
        let panics = PANICS.load(Ordering::SeqCst);
        let status =
            exchange(&server, &message, whole).unwrap_or_else(|why| panic!("{why}: {}", shown()));
        assert_eq!(PANICS.load(Ordering::SeqCst), panics, "a panic near {}", shown());
        assert!(!whole || status != 0, "no answer to {}", shown());
        assert!(status < 500 || status == 501, "{status}: {}", shown());
        *statuses.entry(status).or_default() += 1;
        rounds += 1;
    }
    assert_eq!(Raw::get("/").send(&server).status, 200, "the server still serves");
    if until.is_some() {
        writeln!(std::io::stderr(), "{kind}: {rounds} rounds, seed {seed}: {statuses:?}").unwrap();
    }
}

fn stocked() -> Server {
    let server = Server::builder().bucket("demo").start().unwrap();
    assert_eq!(Raw::put("/demo/a", b"content").send(&server).status, 200);
    server
}

/// The status; 0 where the connection was closed without an answer.
fn exchange(server: &Server, message: &[u8], whole: bool) -> Result<u16, String> {
    let mut stream = loop {
        match TcpStream::connect(server.addr()) {
            Ok(stream) => break stream,
            // All ports are used up by connections just closed: the system frees them in time.
            Err(err) if err.kind() == std::io::ErrorKind::AddrNotAvailable => {
                std::thread::yield_now();
            }
            Err(err) => return Err(err.to_string()),
        }
    };
    stream.set_read_timeout(Some(PATIENCE)).map_err(|err| err.to_string())?;
    // An early refusal may close the connection under the sender.
    let _ = stream.write_all(message);
    if !whole {
        // What a damaged message promises and does not bring never comes.
        let _ = stream.shutdown(Shutdown::Write);
    }
    let mut answer = [0; 4096];
    let mut head = Vec::new();
    loop {
        match stream.read(&mut answer) {
            Ok(0) => break,
            Ok(len) => {
                let room = 64_usize.saturating_sub(head.len());
                head.extend_from_slice(&answer[..len.min(room)]);
            }
            Err(err)
                if matches!(
                    err.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                ) =>
            {
                return Err("a hang".to_owned());
            }
            Err(_) => break,
        }
    }
    let text = String::from_utf8_lossy(&head);
    Ok(text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default())
}

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Counts the panics of the server's threads, which its runtime would swallow.
fn watch_for_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if std::thread::current().name().is_some_and(|name| name.starts_with("s3seal-mock")) {
                PANICS.fetch_add(1, Ordering::SeqCst);
            }
            before(info);
        }));
    });
}
