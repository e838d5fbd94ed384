//! What is sent to each store, and what is not: the seal on every request that needs it, never in a query, nothing that
//! some store cannot read, and nothing a second time that was refused because of a key.

use s3seal_mock::{Answer, Behavior, RequestRecord, Tampering};

use super::{at_each, named};
use crate::harness::{BUCKET, Lab, noise, url};

const SEAL: &str = "server-side-encryption-customer-";

/// All commands that send keys.
fn exercise(lab: &Lab) {
    lab.file("large", &noise(9 << 20));
    let at = url("sealed/large");
    lab.run(["put", "-k", "./k", "--part-size", "8MiB", "large", &at]).succeeds();
    lab.run(["put", "-k", "./k", "file", &url("sealed/file")]).succeeds();
    lab.run(["get", "-k", "./w", "-k", "./k", &at, "out"]).succeeds();
    lab.run(["head", "-k", "./k", &at]).succeeds();
    lab.run(["cp", "--source-key", "./k", "-k", "./w", &at, &url("copied")]).succeeds();
    for method in ["GET", "PUT"] {
        let at = url("sealed/file");
        let link = lab.run(["presign", "-k", "./k", "--method", method, &at]).succeeds().stdout;
        let through = match method {
            "GET" => ["get", "-k", "./k", link.trim(), "out"],
            _ => ["put", "-k", "./k", "file", link.trim()],
        };
        lab.run(through).succeeds();
    }
}

/// The names of the headers that the signature covers, be it in a header or in a URL.
fn signed(request: &RequestRecord) -> Vec<String> {
    let names = request.query_param("X-Amz-SignedHeaders").or_else(|| {
        let (_, rest) = request.header("authorization")?.split_once("SignedHeaders=")?;
        Some(rest.split(',').next()?.to_owned())
    });
    names.unwrap_or_default().split(';').map(str::to_owned).collect()
}

#[test]
fn every_request_is_fit_for_every_store() {
    at_each(|store| {
        let lab = store.empty();
        exercise(&lab);
        for request in lab.server().requests() {
            let what = format!("{}: {} {}", store.name, request.operation, request.query);
            let hoisted = request.query.split('&').any(|it| {
                it.to_lowercase().contains(SEAL) && !it.starts_with("X-Amz-SignedHeaders=")
            });
            assert!(!hoisted, "{what}");
            let payload = request.header("x-amz-content-sha256").unwrap_or_default();
            assert!(!payload.starts_with("STREAMING-"), "{what}: trailers break some stores");
            match request.operation {
                "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload" => {
                    assert!(request.has_key(), "{what}");
                }
                // Ceph would answer with the whole object.
                "GetObject" => assert_eq!(request.query_param("partNumber"), None, "{what}"),
                _ => {}
            }
            let signed = signed(&request);
            let seals = request.headers().filter_map(|(name, _)| name.strip_suffix("algorithm"));
            let mut seals = seals.filter(|prefix| prefix.ends_with(SEAL)).peekable();
            assert_eq!(seals.peek().is_some(), request.has_key(), "{what}");
            for prefix in seals {
                for name in ["algorithm", "key", "key-md5"] {
                    assert!(signed.contains(&format!("{prefix}{name}")), "{what}: {prefix}{name}");
                }
            }
        }
    });
}

#[test]
fn what_is_refused_because_of_a_key_is_not_sent_again() {
    at_each(|store| {
        let lab = store.stocked();
        // B2 refuses the checksums first.
        let most = if store.name == "B2" { 2 } else { 1 };
        for arguments in [
            &["get", "-k", "./w", "s3://demo/sealed", "out"][..],
            &["head", "-k", "./w", "s3://demo/sealed"],
            &["cp", "--source-key", "./w", "-k", "./k", "s3://demo/sealed", "s3://demo/copy"],
        ] {
            lab.server().clear_requests();
            lab.run(arguments).fails(4);
            let requests = lab.server().requests();
            let keyed = requests.iter().filter(|it| it.has_key()).count();
            assert!(keyed <= most, "{}: {arguments:?}: {requests:?}", store.name);
            // SeaweedFS would answer 500 to a copy, as if it were in trouble.
            assert!(!requests.iter().any(|it| it.operation == "CopyObject"), "{}", store.name);
        }
    });
}

#[test]
fn checksums_that_are_refused_are_left_out_from_then_on_and_that_is_said_once() {
    let lab = named("B2").empty();
    for name in ["a", "b", "c", "d"] {
        lab.deep_file(&format!("tree/{name}"), b"content");
    }
    let put = lab.run(["put", "-r", "-k", "./k", "--concurrency", "1", "tree", &url("t/")]);
    let told = put.succeeds().stderr;
    assert_eq!(told.matches("takes no checksums").count(), 1, "{told}");
    let refused = lab.server().requests().iter().filter(|it| it.status == Some(400)).count();
    assert_eq!(refused, 1, "the first request alone finds out");
}

#[test]
fn what_an_upload_left_in_the_coding_is_no_coding() {
    let lab = Lab::with(|server| {
        server.behave(Behavior::SeaweedFs).interceptor(|request| {
            let coded = Tampering::new().with_header("content-encoding", "gzip,aws-chunked");
            (request.operation == "HeadObject").then(|| Answer::from(coded))
        })
    });
    lab.key("k");
    lab.seal("k", "x", b"content");
    let head = lab.run(["head", "--json", "-k", "./k", &url("x")]).succeeds().json();
    assert_eq!(head["ContentEncoding"], "gzip");
    assert!(lab.server().object(BUCKET, "x").unwrap().sealed);
}
