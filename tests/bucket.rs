//! `bucket status`, `allow` and `block`: the switch for SSE-C, and nothing else of the bucket changed.

use std::sync::atomic::{AtomicBool, Ordering};

use s3seal_mock::{Answer, Behavior};

use crate::harness::{Lab, url};

const KMS: &str = "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule>\
     <ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>\
     <KMSMasterKeyID>alias/mine</KMSMasterKeyID></ApplyServerSideEncryptionByDefault>\
     <BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>";

fn blocked() -> Lab {
    let lab = Lab::with(|server| server.behave(Behavior::AwsBlocked));
    lab.key("k");
    lab.file("file", b"content");
    lab
}

#[test]
fn a_bucket_that_blocks_sse_c_is_allowed_and_blocked_again() {
    let lab = blocked();
    let put = || lab.run(["put", "-k", "./k", "file", &url("x")]);
    put().fails(5).says(&["blocks SSE-C", "`s3seal bucket allow s3://demo`"]);
    let status = lab.run(["bucket", "status", "s3://demo"]).succeeds().stdout;
    assert_eq!(status, "s3://demo/\n  SSE-C    blocked\n  default  AES256\n");
    lab.run(["bucket", "allow", "s3://demo"]).succeeds().says(&["SSE-C allowed"]);
    put().succeeds();
    let json = lab.run(["bucket", "status", "--json", "s3://demo"]).succeeds().json();
    assert_eq!(json["op"], "bucket-status");
    assert_eq!(json["sseC"], "allowed");
    assert_eq!(json["defaultEncryption"], "AES256");
    lab.run(["bucket", "block", "s3://demo"]).succeeds().says(&["SSE-C blocked"]);
    put().fails(5);
    // What is there can still be read.
    lab.run(["get", "-k", "./k", &url("x"), "out"]).succeeds();
}

#[test]
fn the_rest_of_the_configuration_stays() {
    // The first answer is a configuration that somebody made; what follows, the server keeps itself.
    let is_made = AtomicBool::new(true);
    let lab = Lab::with(|server| {
        server.behave(Behavior::AwsBlocked).interceptor(move |request| {
            let reads = request.operation == "GetBucketEncryption";
            (reads && is_made.swap(false, Ordering::SeqCst)).then(|| Answer::respond(200, &[], KMS))
        })
    });
    for (verb, state) in [("allow", "allowed"), ("block", "blocked"), ("allow", "allowed")] {
        lab.run(["bucket", verb, "s3://demo"]).succeeds();
        let status = lab.run(["bucket", "status", "s3://demo"]).succeeds().stdout;
        let default = "  default  aws:kms (alias/mine), with a bucket key\n";
        assert!(status.contains(default) && status.contains(state), "{status}");
    }
    let json = lab.run(["bucket", "allow", "--json", "s3://demo"]).succeeds().json();
    assert_eq!(json["changed"], false);
    assert_eq!(json["kmsKeyId"], "alias/mine");
    assert_eq!(json["bucketKey"], true);
}

#[test]
fn what_is_as_it_should_be_is_not_written() {
    let lab = blocked();
    lab.run(["bucket", "block", "s3://demo"]).succeeds().says(&["was blocked already"]);
    assert_eq!(lab.operations(), ["GetBucketEncryption"]);
    // A bucket that says nothing does not block; to allow it is to say so.
    let unstated = Lab::new();
    let status = unstated.run(["bucket", "status", "s3://demo"]).succeeds().stdout;
    assert!(status.contains("not mentioned, so not blocked"), "{status}");
    unstated.run(["bucket", "allow", "s3://demo"]).succeeds().says(&["SSE-C allowed"]);
    unstated.run(["bucket", "allow", "s3://demo"]).succeeds().says(&["was allowed already"]);
}

#[test]
fn a_store_without_the_switch_says_so() {
    for (status, code) in
        [(501, "NotImplemented"), (405, "MethodNotAllowed"), (400, "NotImplemented")]
    {
        let lab = Lab::with(|server| {
            server.interceptor(move |_| Some(Answer::error(status, code, "no")))
        });
        for verb in ["status", "allow", "block"] {
            lab.run(["bucket", verb, "s3://demo"]).fails(1).says(&["no switch for SSE-C"]);
        }
    }
    // One that takes the configuration and drops what it does not know.
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            (request.operation == "PutBucketEncryption").then(|| Answer::respond(200, &[], ""))
        })
    });
    lab.run(["bucket", "block", "s3://demo"]).fails(1).says(&["without the switch"]);
}

#[test]
fn failures_name_the_permission_and_the_bucket() {
    for (operation, permission) in [
        ("GetBucketEncryption", "s3:GetEncryptionConfiguration"),
        ("PutBucketEncryption", "s3:PutEncryptionConfiguration"),
    ] {
        let lab = Lab::with(|server| {
            server.interceptor(move |request| {
                (request.operation == operation)
                    .then(|| Answer::error(403, "AccessDenied", "Access Denied"))
            })
        });
        lab.run(["bucket", "block", "s3://demo"]).fails(5).says(&[permission]);
    }
    let lab = Lab::new();
    lab.run(["bucket", "status", "s3://absent"]).fails(3).says(&["absent"]);
    lab.run(["bucket", "status", "s3://demo/x"]).fails(2).says(&["s3://demo/x", "write s3://demo"]);
    lab.run(["bucket", "status", "demo"]).fails(2).says(&["not an s3:// URL"]);
    lab.run(["bucket", "status"]).fails(2);
}
