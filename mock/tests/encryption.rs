//! Bucket encryption configuration: the default, and the switch that blocks SSE-C.

use s3seal_mock::{Behavior, Server};

use crate::harness::{ONE, builder, server};
use crate::raw::{Answer, Raw};

const METHOD: &str = "x-amz-server-side-encryption";
const KMS_KEY: &str = "x-amz-server-side-encryption-aws-kms-key-id";
const BUCKET_KEY: &str = "x-amz-server-side-encryption-bucket-key-enabled";
const ARN: &str = "arn:aws:kms:us-east-1:123456789012:key/abc";

fn put(server: &Server, rule: &str) -> Answer {
    let document = format!(
        "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule>{rule}</Rule></ServerSideEncryptionConfiguration>"
    );
    Raw::put("/demo?encryption=", document.as_bytes()).send(server)
}

fn rule(server: &Server) -> String {
    let answer = Raw::get("/demo?encryption=").send(server);
    assert_eq!(answer.status, 200);
    answer.element("Rule")
}

fn default(method: &str, key: &str, bucket_key: bool) -> String {
    let key = if key.is_empty() {
        String::new()
    } else {
        format!("<KMSMasterKeyID>{key}</KMSMasterKeyID>")
    };
    format!(
        "<ApplyServerSideEncryptionByDefault><SSEAlgorithm>{method}</SSEAlgorithm>{key}</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>{bucket_key}</BucketKeyEnabled>"
    )
}

fn blocked(kind: &str) -> String {
    format!(
        "<BlockedEncryptionTypes><EncryptionType>{kind}</EncryptionType></BlockedEncryptionTypes>"
    )
}

fn seals(server: &Server) -> bool {
    Raw::put("/demo/sealed", b"x").sse_c(ONE).send(server).status == 200
}

#[test]
fn the_default_is_applied_and_named() {
    let server = server();
    assert_eq!(rule(&server), default("AES256", "", false));
    assert_eq!(put(&server, &default("aws:kms", "abc", true)).status, 200);
    assert_eq!(rule(&server), default("aws:kms", "abc", true));
    let writes = [
        Raw::put("/demo/key", b"x"),
        Raw::post("/demo/key?uploads=", b""),
        Raw::put("/demo/copy", b"").header("x-amz-copy-source", "/demo/key"),
        Raw::get("/demo/key"),
        Raw::head("/demo/copy"),
    ];
    for write in writes {
        let answer = write.send(&server);
        assert_eq!((answer.header(METHOD), answer.header(KMS_KEY)), (Some("aws:kms"), Some(ARN)));
        assert_eq!(answer.header(BUCKET_KEY), Some("true"));
    }
    let own = Raw::put("/demo/own", b"x").header(METHOD, "AES256").send(&server);
    assert_eq!((own.header(METHOD), own.header(KMS_KEY)), (Some("AES256"), None));
    let named = Raw::put("/demo/own", b"x").header(METHOD, "aws:kms").send(&server);
    assert_eq!((named.header(METHOD), named.header(BUCKET_KEY)), (Some("aws:kms"), None));
    let sealed = Raw::put("/demo/sealed", b"x").sse_c(ONE).send(&server);
    assert_eq!((sealed.status, sealed.header(METHOD)), (200, None));
    // A plain copy of a sealed object lands in the default.
    let copy = Raw::put("/demo/open", b"")
        .header("x-amz-copy-source", "/demo/sealed")
        .header("x-amz-copy-source-server-side-encryption-customer-algorithm", "AES256")
        .header("x-amz-copy-source-server-side-encryption-customer-key", ONE.base64)
        .header("x-amz-copy-source-server-side-encryption-customer-key-md5", ONE.md5)
        .send(&server);
    assert_eq!((copy.status, copy.header(METHOD)), (200, Some("aws:kms")));
    assert_eq!(Raw::delete("/demo?encryption=").send(&server).status, 204);
    assert_eq!(rule(&server), default("AES256", "", false));
    assert_eq!(Raw::put("/demo/key", b"x").send(&server).header(METHOD), Some("AES256"));
}

#[test]
fn the_switch_blocks_and_unblocks() {
    let server = server();
    assert!(seals(&server));
    assert_eq!(put(&server, &(default("aws:kms", "abc", true) + &blocked("SSE-C"))).status, 200);
    assert_eq!(rule(&server), default("aws:kms", "abc", true) + &blocked("SSE-C"));
    assert!(!seals(&server));
    assert_eq!(Raw::get("/demo/sealed").sse_c(ONE).send(&server).status, 200, "reads go on");
    // The rule is replaced, and the KMS default with it; the switch is not for leaving it out.
    assert_eq!(put(&server, &default("AES256", "", false)).status, 200);
    assert_eq!(rule(&server), default("AES256", "", false) + &blocked("SSE-C"));
    assert!(!seals(&server));
    assert_eq!(Raw::delete("/demo?encryption=").send(&server).status, 204);
    assert!(!seals(&server));
    assert_eq!(put(&server, &blocked("NONE")).status, 200);
    assert_eq!(rule(&server), default("AES256", "", false) + &blocked("NONE"));
    assert!(seals(&server));
}

#[test]
fn new_buckets_of_a_blocking_account_can_be_unblocked() {
    let server = builder().behave(Behavior::AwsBlocked).start().unwrap();
    assert!(!seals(&server));
    assert_eq!(Raw::put("/fresh", b"").send(&server).status, 200);
    assert_eq!(Raw::put("/fresh/key", b"x").sse_c(ONE).send(&server).status, 403);
    assert_eq!(rule(&server), default("AES256", "", false) + &blocked("SSE-C"));
    assert_eq!(put(&server, &(default("AES256", "", false) + &blocked("NONE"))).status, 200);
    assert!(seals(&server));
}

#[test]
fn what_is_no_configuration() {
    let server = server();
    let rows = [
        (blocked("SSE-KMS"), "MalformedXML"),
        (blocked("SSE-C") + &blocked("NONE"), "MalformedXML"),
        ("<BlockedEncryptionTypes/>".to_owned(), "MalformedXML"),
        (default("DES", "", false), "MalformedXML"),
        (default("AES256", "abc", false), "InvalidArgument"),
        ("<Surprise/>".to_owned(), "MalformedXML"),
        ("</Rule><Rule>".to_owned(), "MalformedXML"),
    ];
    for (rule, code) in rows {
        assert_eq!(put(&server, &rule).verdict(), (400, code.to_owned()), "{rule}");
    }
    assert_eq!(rule(&server), default("AES256", "", false));
    let nowhere = Raw::get("/nowhere?encryption=").send(&server);
    assert_eq!(nowhere.verdict(), (404, "NoSuchBucket".to_owned()));
    let wrong = Raw::put("/demo?encryption=", b"x").secret_key("wrong").send(&server);
    assert_eq!(wrong.verdict(), (403, "SignatureDoesNotMatch".to_owned()));
}
