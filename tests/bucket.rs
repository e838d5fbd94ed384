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

#[test]
fn buckets_are_made_listed_and_deleted() {
    let lab = blocked();
    let made = lab.run(["bucket", "create", "s3://new"]).succeeds();
    made.says(&["made s3://new/", "SSE-C allowed"]);
    lab.run(["put", "-k", "./k", "file", "s3://new/x"]).succeeds();
    assert_eq!(lab.run(["ls"]).succeeds().stdout, "s3://demo\ns3://new\n");
    let json = lab.run(["ls", "--json"]).succeeds().json_lines();
    assert_eq!((&json[1]["url"], &json[1]["type"]), (&"s3://new".into(), &"bucket".into()));
    assert!(json[1]["created"].as_str().unwrap().starts_with("20"), "{json:?}");
    let long = lab.run(["ls", "--long"]).succeeds().stdout;
    assert!(long.lines().all(|line| line.contains("Z ") && line.contains("s3://")), "{long}");
    lab.run(["ls", "-r"]).fails(2).says(&["none is named", "s3seal ls -r s3://bucket"]);

    lab.run(["bucket", "create", "s3://new"]).done();
    let delete = || lab.run(["bucket", "delete", "s3://new"]);
    delete().fails(9).says(&["not empty", "s3seal rm -r --all --all-versions s3://new"]);
    lab.run(["rm", "s3://new/x"]).succeeds();
    delete().succeeds().says(&["deleted s3://new/"]);
    delete().fails(3).says(&["does not exist"]);
    let json = lab.run(["bucket", "create", "--json", "s3://other"]).succeeds().json();
    assert_eq!((&json["op"], &json["sseC"]), (&"bucket-create".into(), &"allowed".into()));
    lab.run(["bucket", "create", "s3://b/k"]).fails(2);
    lab.run(["bucket", "create", "s3://Not_A_Name"]).fails(2).says(&["no bucket of that name"]);
}

#[test]
fn a_bucket_of_another_account_is_not_made() {
    for (code, words) in
        [("BucketAlreadyExists", "another account's"), ("BucketAlreadyOwnedByYou", "yours")]
    {
        let lab = Lab::with(|server| {
            server.interceptor(move |request| {
                (request.operation == "CreateBucket").then(|| Answer::error(409, code, "no"))
            })
        });
        lab.run(["bucket", "create", "s3://taken"]).fails(9).says(&[words]);
    }
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            let asks = ["ListBuckets", "DeleteBucket", "CreateBucket"].contains(&request.operation);
            asks.then(|| Answer::error(403, "AccessDenied", "no"))
        })
    });
    lab.run(["ls"]).fails(5).says(&["list the buckets", "s3:ListAllMyBuckets"]);
    lab.run(["bucket", "create", "s3://x"]).fails(5).says(&["s3:CreateBucket"]);
    lab.run(["bucket", "delete", "s3://x"]).fails(5).says(&["s3:DeleteBucket"]);
}
