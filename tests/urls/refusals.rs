//! What cannot work with a presigned URL is said as soon as it is known, with what the sender of the URL can
//! do about it.

use std::fs::File;

use s3seal_mock::{Answer, Behavior};

use super::{
    bare, presign, presigned_get, presigned_put, refused_at_once, sent, stocked, stranger,
};
use crate::harness::{BUCKET, Lab, url};

#[test]
fn a_wrong_key_is_told_from_a_wrong_url() {
    let lab = stocked(Lab::new());
    let link = presigned_get(&lab, "x");
    let other = lab.run(["key", "md5", "./other"]).succeeds().stdout;
    let told = stranger(&lab, &["get", "-k./other", &link, "out"]).fails(4);
    told.says(&["signature", "another key", other.trim(), bare(&link), "hint: "]);
    assert!(!lab.path("out").exists());
    // Each of several keys is tried.
    stranger(&lab, &["get", "-k./other", "-k./k", &link, "out"]).succeeds();
    assert_eq!(lab.read("out"), b"sealed");
    // The first one writes.
    lab.file("report.txt", b"report");
    let put = presigned_put(&lab, "y");
    lab.server().clear_requests();
    let told = stranger(&lab, &["put", "-k./other", "-k./k", "report.txt", &put]).fails(4);
    told.says(&["another key", other.trim()]);
    assert_eq!(sent(&lab).len(), 1, "and no other is sent");
    // Not every URL says what it is for.
    let head = presign(&lab, &["-k", "./k", "--method", "HEAD", &url("x")]);
    let told = stranger(&lab, &["get", "-k./k", &head, "out"]).fails(4);
    told.says(&["another key", "another method than GET"]);
    // Nothing but the URL can be wrong here.
    lab.run(["put", "--no-key", "report.txt", &url("plain")]).succeeds();
    let plain = presign(&lab, &["--no-key", &url("plain")]);
    let mangled = format!("{}{}", &plain[..plain.len() - 4], "0000");
    let told = stranger(&lab, &["get", &mangled, "out"]).fails(5);
    told.says(&["signature does not fit", "changed on its way", "hint: "]);
}

#[test]
fn a_store_may_tell_a_wrong_key_by_itself() {
    // Where the algorithm alone is signed, the key is the store's to judge.
    for (status, code, message, exit) in [
        (
            403,
            "AccessDenied",
            "Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key.",
            4,
        ),
        (400, "InvalidArgument", "", 4),
        (400, "InvalidRequest", "The encryption parameters are not applicable to this object.", 6),
        (403, "AccessDenied", "There were headers present in the request which were not signed", 5),
        (403, "AccessDenied", "Access Denied", 5),
    ] {
        let lab = Lab::with(|server| {
            server.interceptor(move |_| Some(Answer::error(status, code, message)))
        });
        lab.key("k");
        lab.key("other");
        let prefix = "%3Bx-amz-server-side-encryption-customer-";
        let link = presigned_get(&lab, "x").replace(&format!("{prefix}key{prefix}key-md5"), "");
        let told = stranger(&lab, &["get", "-k./k", "-k./other", &link, "out"]).fails(exit);
        told.says(&[bare(&link), "hint: "]);
        let requests = sent(&lab).len();
        assert_eq!(requests, if exit == 4 { 2 } else { 1 }, "{code} {message}");
    }
}

#[test]
fn what_the_seal_and_the_url_say_must_agree() {
    let lab = stocked(Lab::new());
    lab.file("plain", b"plain");
    lab.run(["put", "--no-key", "plain", &url("plain")]).succeeds();
    let sealed = presigned_get(&lab, "x");
    let plain = presign(&lab, &["--no-key", &url("plain")]);
    refused_at_once(&lab, &["get", &sealed, "out"], 4, &["no key was given", "-k"]);
    refused_at_once(&lab, &["get", "-k./k", &plain, "out"], 6, &["without the seal's headers"]);
    stranger(&lab, &["get", &plain, "out"]).succeeds();
    assert_eq!(lab.read("out"), b"plain");
    lab.server().clear_requests();
    stranger(&lab, &["get", "-k./k", "--allow-plain", &plain, "out"]).succeeds();
    assert!(!sent(&lab)[0].has_key(), "the key goes nowhere");
    // A sealed object, but a URL that cannot open it.
    let useless = presign(&lab, &["--no-key", &url("x")]);
    let told = stranger(&lab, &["get", &useless, "out"]).fails(4);
    told.says(&["wants a key", "without the seal's headers", "presign -k"]);

    let sealed = presigned_put(&lab, "y");
    let plain = presign(&lab, &["--no-key", "--method", "PUT", &url("z")]);
    refused_at_once(&lab, &["put", "plain", &sealed], 2, &["no key was given"]);
    refused_at_once(
        &lab,
        &["put", "--no-key", "plain", &sealed],
        4,
        &["signed for a sealed object"],
    );
    refused_at_once(&lab, &["put", "-k./k", "plain", &plain], 6, &["without the seal's headers"]);
    stranger(&lab, &["put", "--no-key", "plain", &plain]).succeeds();
    assert!(!lab.server().object(BUCKET, "z").unwrap().sealed);
}

#[test]
fn an_expired_url_is_known_by_itself() {
    let lab = stocked(Lab::new());
    lab.file("file", b"file");
    let link = presigned_get(&lab, "x");
    let date = link.split("X-Amz-Date=").nth(1).unwrap().split('&').next().unwrap();
    let old = link.replace(date, "20200102T030405Z");
    let since = "expired at 2020-01-02T04:04:05Z";
    refused_at_once(&lab, &["get", "-k./k", &old, "out"], 5, &[since, bare(&link), "a new one"]);
    let put = "https://b.s3.example/k?AWSAccessKeyId=AKIA&Signature=a&Expires=1577934245";
    let since = "expired at 2020-01-02T03:04:05Z";
    refused_at_once(&lab, &["put", "-k./k", "file", put], 5, &[since]);
    // Within what clocks may differ, the store has the say; and credentials can end before the URL.
    for (code, message, phrase) in [
        ("AccessDenied", "Request has expired", "the URL has expired"),
        ("AccessDenied", "Request is not valid yet", "not valid yet"),
        ("RequestTimeTooSkewed", "The difference is too large", "not valid yet"),
        (
            "ExpiredToken",
            "The provided token has expired.",
            "credentials that signed the URL have expired",
        ),
        ("InvalidAccessKeyId", "", "does not accept the credentials"),
    ] {
        let lab = Lab::with(|server| {
            server.interceptor(move |_| Some(Answer::error(403, code, message)))
        });
        lab.key("k");
        lab.file("file", b"file");
        let (get, put) = (presigned_get(&lab, "x"), presigned_put(&lab, "x"));
        stranger(&lab, &["get", "-k./k", &get, "out"]).fails(5).says(&[
            phrase,
            bare(&get),
            "hint: ",
        ]);
        stranger(&lab, &["put", "-k./k", "file", &put]).fails(5).says(&[phrase, "hint: "]);
    }
}

#[test]
fn what_is_no_use_is_said_before_anything_is_sent() {
    let lab = stocked(Lab::new());
    lab.file("file", b"file");
    let (get, put) = (presigned_get(&lab, "x"), presigned_put(&lab, "y"));
    let cut_off = get.split('&').next().unwrap();
    let elsewhere = get.replace("127.0.0.1", "192.0.2.1");
    let hoisted = format!("{get}&x-amz-server-side-encryption-customer-key=a2V5");
    let part = format!("{}&uploadId=u&partNumber=1", put.replace("x-id=PutObject", "a=b"));
    let cases: &[(&[&str], i32, &[&str])] = &[
        (&["get", "-k./k", &put, "out"], 2, &["signed for PutObject"]),
        (&["put", "-k./k", "file", &get], 2, &["signed for GetObject"]),
        (&["put", "-k./k", "file", &part], 2, &["signed for UploadPart"]),
        (&["get", "-k./k", cut_off, "out"], 2, &["quotes"]),
        (&["get", "-k./k", bare(&get), "out"], 2, &["not presigned", "quotes"]),
        (&["get", "-k./k", &hoisted, "out"], 6, &["in its query"]),
        (&["get", "-k./k", &elsewhere, "out"], 6, &["plain http", "--allow-http"]),
        (
            &["put", "-k./k", "file", &elsewhere.replace("GetObject", "PutObject")],
            6,
            &["plain http"],
        ),
        (&["get", "-k./k", "--version-id", "v", &get, "out"], 2, &["--version-id"]),
        (
            &["get", "-k./k", "--request-payer", "requester", &get, "out"],
            2,
            &["x-amz-request-payer", "leave out --request-payer"],
        ),
        (
            &["put", "-k./k", "--acl", "private", "file", &put],
            2,
            &["without the header x-amz-acl", "--acl"],
        ),
        (&["put", "-k./k", "--metadata", "a=b", "file", &put], 2, &["x-amz-meta-a", "--metadata"]),
        (
            &[
                "put",
                "--sse",
                "aws:kms",
                "file",
                &presign(&lab, &["--no-key", "--method", "PUT", &url("y")]),
            ],
            2,
            &["x-amz-server-side-encryption", "--sse"],
        ),
        (&["put", "-k./k", &get, &url("y")], 2, &["`put` reads files", "s3seal get URL"]),
        (&["get", "-k./k", &url("x"), &put], 2, &["is not an s3:// URL", "by itself"]),
        (&["get", "-k./k", "-r", &get, "out"], 2, &["is not an s3:// URL", "by itself"]),
        (&["put", "-k./k", "file", "k", &put], 2, &["for one object", "one file"]),
        (&["put", "-k./k", "-r", ".", &put], 2, &["for one object", "one file"]),
        (&["put", "-k./k", ".", &put], 2, &["is a folder"]),
        (&["put", "-k./k", "--preserve", "file", &put], 2, &["x-amz-meta-mtime"]),
        (&["head", "-k./k", &get], 2, &["signed for GetObject", "`head` one for HeadObject"]),
        (&["head", "-k./k", &put], 2, &["signed for PutObject"]),
        (&["put", "-k./k", "absent", &put], 3, &["no file absent"]),
    ];
    for (arguments, code, phrases) in cases {
        refused_at_once(&lab, arguments, *code, phrases);
    }
    assert!(!lab.path("out").exists());
}

#[test]
fn what_was_signed_must_be_given() {
    let lab = stocked(Lab::new());
    lab.file("page", b"page");
    let attributes = [
        "--content-type",
        "text/x-page",
        "--metadata",
        "owner=ops",
        "--storage-class",
        "STANDARD_IA",
    ];
    let signing = ["-k", "./k", "--method", "PUT"].iter().chain(&attributes).copied();
    let at = url("page");
    let link = presign(&lab, &signing.chain([at.as_str()]).collect::<Vec<_>>());
    let put = ["put", "-k./k", "page", &link];
    refused_at_once(&lab, &put, 2, &["the header content-type", "--content-type"]);
    let typed = [&put[..], &attributes[..2]].concat();
    refused_at_once(&lab, &typed, 2, &["x-amz-meta-owner", "--metadata owner=VALUE"]);
    refused_at_once(&lab, &[&put[..], &attributes[..4]].concat(), 2, &["--storage-class"]);
    let other = [&put[..], &["--content-type", "text/html"], &attributes[2..]].concat();
    let told = stranger(&lab, &other).fails(4);
    told.says(&["another key", "another value of content-type", "x-amz-meta-owner"]);
    stranger(&lab, &[&put[..], &attributes].concat()).succeeds();
    let stored = lab.server().object(BUCKET, "page").unwrap();
    assert_eq!(stored.content_type, "text/x-page");
    assert_eq!(stored.metadata["owner"], "ops");

    let payer = ["--request-payer", "requester"];
    let link = presign(&lab, &[&["-k", "./k"][..], &payer, &[&url("x")]].concat());
    let get = ["get", "-k./k", &link, "out"];
    refused_at_once(&lab, &get, 2, &["x-amz-request-payer", "--request-payer"]);
    stranger(&lab, &[&get[..], &payer].concat()).succeeds();
    let strange =
        presigned_get(&lab, "x").replace("SignedHeaders=host", "SignedHeaders=host%3Bx-strange");
    refused_at_once(&lab, &["get", "-k./k", &strange, "out"], 2, &["x-strange", "curl"]);
}

#[test]
fn what_one_request_cannot_hold_is_refused() {
    let lab = stocked(Lab::new());
    let sparse = File::create(lab.path("sparse")).unwrap();
    sparse.set_len((5 << 30) + 1).unwrap();
    let link = presigned_put(&lab, "y");
    refused_at_once(&lab, &["put", "-k./k", "sparse", &link], 2, &["5 GiB", "split"]);
    lab.server().clear_requests();
    let too_long = "head -c 67108865 /dev/zero | \"$S3SEAL\" put -k ./k - \"$LINK\"";
    let told = lab.shell(too_long).env("LINK", &link).fails(2);
    told.says(&["64 MiB", "to a file first"]);
    assert!(sent(&lab).is_empty());
}

#[test]
fn damage_on_the_way_is_noticed_by_the_store() {
    let lab = stocked(Lab::with(|server| {
        server.interceptor(|request| {
            (request.operation == "PutObject" && request.key.as_deref() == Some("y")).then(|| {
                Answer::error(
                    400,
                    "BadDigest",
                    "The Content-MD5 you specified did not match what we received.",
                )
            })
        })
    }));
    lab.file("file", b"file");
    let link = presigned_put(&lab, "y");
    stranger(&lab, &["put", "-k./k", "file", &link]).fails(7).says(&["other bytes"]);
}

#[test]
fn refusals_name_what_the_sender_of_the_url_can_do() {
    let lab = Lab::with(|server| server.behave(Behavior::AwsBlocked));
    lab.key("k");
    lab.file("file", b"file");
    let put = presigned_put(&lab, "y");
    let told = stranger(&lab, &["put", "-k./k", "file", &put]).fails(5);
    told.says(&["blocks SSE-C", bare(&put), "the sender of the URL"]);
    let lab = stocked(Lab::new());
    let absent = presigned_get(&lab, "absent");
    stranger(&lab, &["get", "-k./k", &absent, "out"]).fails(3).says(&["no such object", "hint: "]);
    let bucket = presign(&lab, &["-k", "./k", "s3://nowhere/x"]);
    stranger(&lab, &["get", "-k./k", &bucket, "out"]).fails(3).says(&["bucket does not exist"]);
    let refused = presigned_get(&lab, "x").replace(lab.server().endpoint(), "http://127.0.0.1:1");
    let told = stranger(&lab, &["get", "-k./k", &refused, "out"]).fails(8);
    told.says(&["connection was refused", "that the URL names its port"]);
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Lab::new();
    let target = format!("{}/demo/x", elsewhere.server().endpoint());
    let lab = Lab::with(|server| {
        server.interceptor(move |_| {
            Some(Answer::respond(
                307,
                &[("Location", &target), ("x-amz-bucket-region", "eu-west-1")],
                "",
            ))
        })
    });
    lab.key("k");
    lab.file("file", b"file");
    let (get, put) = (presigned_get(&lab, "x"), presigned_put(&lab, "x"));
    stranger(&lab, &["get", "-k./k", &get, "out"]).fails(5).says(&["was not followed there"]);
    stranger(&lab, &["put", "-k./k", "file", &put]).fails(5).says(&["was not followed there"]);
    assert!(sent(&elsewhere).is_empty());
}
