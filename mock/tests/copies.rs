//! CopyObject and UploadPartCopy: every pair of encryptions, directives, conditions, and copies in place.

use s3seal_mock::Server;

use crate::harness::{BUCKET, Key, ONE, TWO, server};
use crate::raw::{Answer, Raw};

const SSE: &str = "x-amz-server-side-encryption";
const SOURCE: &str = "x-amz-copy-source";
const ILLEGAL: &str = "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";

/// How one side is encrypted: with a customer's key, or as `x-amz-server-side-encryption` says.
#[derive(Clone, Copy)]
enum Side {
    Customer(Key),
    Header(&'static str),
    Plain,
}

const SIDES: [Side; 5] = [
    Side::Customer(ONE),
    Side::Customer(TWO),
    Side::Header("AES256"),
    Side::Header("aws:kms"),
    Side::Plain,
];

impl Side {
    fn target(self, request: Raw) -> Raw {
        match self {
            Self::Customer(key) => request.sse_c(key),
            Self::Header(method) => request.header(SSE, method),
            Self::Plain => request,
        }
    }

    fn source(self, request: Raw) -> Raw {
        let prefix = "x-amz-copy-source-server-side-encryption-customer-";
        match self {
            Self::Customer(key) => request
                .header(&format!("{prefix}algorithm"), "AES256")
                .header(&format!("{prefix}key"), key.base64)
                .header(&format!("{prefix}key-md5"), key.md5),
            _ => request,
        }
    }

    fn read(self, request: Raw) -> Raw {
        match self {
            Self::Customer(key) => request.sse_c(key),
            _ => request,
        }
    }

    fn assert_echo(self, answer: &Answer) {
        let md5 = answer.header("x-amz-server-side-encryption-customer-key-md5");
        let expected = match self {
            Self::Customer(key) => (None, Some(key.md5)),
            Self::Header(method) => (Some(method), None),
            Self::Plain => (Some("AES256"), None),
        };
        assert_eq!((answer.header(SSE), md5), expected);
    }
}

fn copy(from: &str, to: &str) -> Raw {
    Raw::put(&format!("/demo/{to}"), b"").header(SOURCE, &format!("/demo/{from}"))
}

fn put(server: &Server, key: &str) -> Answer {
    let answer = Raw::put(&format!("/demo/{key}"), b"content")
        .header("x-amz-meta-a", "old")
        .header("x-amz-tagging", "t=old")
        .header("content-type", "text/old")
        .send(server);
    assert_eq!(answer.status, 200);
    answer
}

#[test]
fn every_pair_of_encryptions() {
    let server = server();
    for from in SIDES {
        assert_eq!(from.target(Raw::put("/demo/from", b"content")).send(&server).status, 200);
        for to in SIDES {
            let answer = from.source(to.target(copy("from", "to"))).send(&server);
            assert_eq!(answer.status, 200, "{}", answer.message());
            to.assert_echo(&answer);
            let read = to.read(Raw::get("/demo/to")).send(&server);
            assert_eq!((read.status, read.body.as_slice()), (200, &b"content"[..]));

            let create = to.target(Raw::post("/demo/to?uploads=", b"")).send(&server);
            let upload = create.element("UploadId");
            let part = to
                .read(copy("from", "to?partNumber=1"))
                .param("uploadId", &upload)
                .header("x-amz-copy-source-range", "bytes=1-4");
            let answer = from.source(part).send(&server);
            assert_eq!(answer.status, 200, "{}", answer.message());
            to.assert_echo(&answer);
            let list = format!(
                "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{}</ETag></Part></CompleteMultipartUpload>",
                answer.element("ETag")
            );
            let done =
                Raw::post("/demo/to", list.as_bytes()).param("uploadId", &upload).send(&server);
            assert_eq!(done.status, 200, "{}", done.message());
            assert_eq!(to.read(Raw::get("/demo/to")).send(&server).body, b"onte");
        }
        if !matches!(from, Side::Customer(_)) {
            let answer = Side::Customer(ONE).source(copy("from", "to")).send(&server);
            assert_eq!(
                answer.message(),
                "The encryption parameters are not applicable to this object."
            );
        }
    }
}

#[test]
fn directives_keep_or_replace() {
    let server = server();
    put(&server, "from");
    let changed = |request: Raw| {
        request
            .header("x-amz-meta-b", "new")
            .header("x-amz-tagging", "t=new")
            .header("content-type", "text/new")
    };
    let rows = [
        (None, None, "text/old", "old"),
        (Some("COPY"), Some("COPY"), "text/old", "old"),
        (Some("REPLACE"), None, "text/new", "old"),
        (None, Some("REPLACE"), "text/old", "new"),
        (Some("REPLACE"), Some("REPLACE"), "text/new", "new"),
    ];
    for (metadata, tagging, content_type, tag) in rows {
        let mut request = changed(copy("from", "to"));
        if let Some(directive) = metadata {
            request = request.header("x-amz-metadata-directive", directive);
        }
        if let Some(directive) = tagging {
            request = request.header("x-amz-tagging-directive", directive);
        }
        assert_eq!(request.send(&server).status, 200);
        let object = server.object(BUCKET, "to").unwrap();
        assert_eq!(object.content_type, content_type, "{metadata:?}");
        let name = if content_type == "text/new" { "b" } else { "a" };
        assert_eq!(object.metadata.keys().collect::<Vec<_>>(), [name]);
        assert_eq!(object.tags, [("t".to_owned(), tag.to_owned())], "{tagging:?}");
    }
    for name in ["x-amz-metadata-directive", "x-amz-tagging-directive"] {
        let answer = copy("from", "to").header(name, "KEEP").send(&server);
        assert_eq!(answer.verdict(), (400, "InvalidArgument".to_owned()), "{name}");
    }
}

#[test]
fn a_copy_in_place_must_change_something() {
    let server = server();
    put(&server, "same");
    let same = || copy("same", "same");
    let refused = [
        same(),
        same().header("x-amz-tagging-directive", "REPLACE").header("x-amz-tagging", "a=b"),
    ];
    for request in refused {
        let answer = request.send(&server);
        assert_eq!(
            (answer.verdict(), answer.message().as_str()),
            ((400, "InvalidRequest".to_owned()), ILLEGAL)
        );
    }
    let changes = [
        same().header("x-amz-metadata-directive", "REPLACE"),
        same().header("x-amz-storage-class", "STANDARD_IA"),
        same().header("x-amz-website-redirect-location", "/elsewhere"),
        same().header(SSE, "AES256"),
        same().sse_c(ONE),
    ];
    for request in changes {
        assert_eq!(request.send(&server).status, 200);
    }
    // Sealed by now: to another key, and open again.
    let one = Side::Customer(ONE);
    assert_eq!(one.source(same().sse_c(TWO)).send(&server).status, 200);
    assert_eq!(one.source(same()).send(&server).status, 403, "the key was changed");
    assert_eq!(Side::Customer(TWO).source(same()).send(&server).status, 200);
    assert_eq!(Raw::get("/demo/same").send(&server).body, b"content");
}

#[test]
fn conditions_on_the_source() {
    let server = server();
    let etag = put(&server, "from").header("etag").unwrap().to_owned();
    let (past, future) = ("Wed, 21 Oct 2015 07:28:00 GMT", "Fri, 21 Oct 2050 07:28:00 GMT");
    let if_match = ("x-amz-copy-source-if-match", etag.as_str());
    let rows: [(&[(&str, &str)], u16); 9] = [
        (&[if_match], 200),
        (&[("x-amz-copy-source-if-match", "\"other\"")], 412),
        (&[("x-amz-copy-source-if-none-match", &etag)], 412),
        (&[("x-amz-copy-source-if-none-match", "\"other\"")], 200),
        (&[("x-amz-copy-source-if-modified-since", past)], 200),
        (&[("x-amz-copy-source-if-unmodified-since", past)], 412),
        (&[("x-amz-copy-source-if-unmodified-since", future)], 200),
        // An ETag that fits decides over a date that does not, and one that does not over a date that does.
        (&[if_match, ("x-amz-copy-source-if-unmodified-since", past)], 200),
        (
            &[
                ("x-amz-copy-source-if-none-match", &etag),
                ("x-amz-copy-source-if-modified-since", past),
            ],
            412,
        ),
    ];
    for (headers, status) in rows {
        let answer = copy("from", "to").headers(headers).send(&server);
        assert_eq!(answer.status, status, "{headers:?}");
        let failed = (answer.code(), answer.element("Condition").to_ascii_lowercase());
        let named = headers.iter().any(|(name, _)| *name == failed.1);
        assert!(status == 200 || (failed.0 == "PreconditionFailed" && named), "{failed:?}");
    }
}

#[test]
fn null_versions_in_a_suspended_bucket() {
    let server = server();
    put(&server, "key");
    server.set_versioning(BUCKET, true);
    let enabled = put(&server, "key").header("x-amz-version-id").unwrap().to_owned();
    server.set_versioning(BUCKET, false);
    // Suspended: the null version is replaced, the others stay.
    assert_eq!(put(&server, "key").header("x-amz-version-id"), None);
    let ids = |server: &Server| -> Vec<(String, bool)> {
        server.versions(BUCKET).into_iter().map(|(_, id, marker)| (id, marker)).collect()
    };
    assert_eq!(ids(&server), [("null".to_owned(), false), (enabled.clone(), false)]);
    let deleted = Raw::delete("/demo/key").send(&server);
    assert_eq!(deleted.header("x-amz-version-id"), Some("null"));
    assert_eq!(ids(&server), [("null".to_owned(), true), (enabled.clone(), false)]);
    let source = format!("/demo/key?versionId={enabled}");
    let restored = Raw::put("/demo/key", b"").header(SOURCE, &source).send(&server);
    assert_eq!(restored.status, 200, "{}", restored.message());
    assert_eq!(restored.header("x-amz-copy-source-version-id"), Some(enabled.as_str()));
    assert_eq!(Raw::get("/demo/key?versionId=null").send(&server).body, b"content");
}
