//! Nothing is stored in plaintext by accident, and nothing counts as sealed without proof.

use std::sync::atomic::{AtomicU32, Ordering};

use s3seal_mock::{Answer, Behavior, Reply, RequestRecord, Tampering};

use crate::harness::{BUCKET, Lab, noise, url};

const KEY_MD5: &str = "x-amz-server-side-encryption-customer-key-MD5";

/// A store that ignores the seal, though the program has reason to think that it does not.
fn trusted_but_ignoring(versions: bool) -> Lab {
    let lab = Lab::with(|server| server.behave(Behavior::IgnoresSseC));
    lab.server().set_versioning(BUCKET, versions);
    lab.believe_in_the_bucket();
    lab.key("k");
    lab
}

#[test]
fn without_a_key_nothing_is_written() {
    let lab = Lab::new();
    lab.file("x", b"plain");
    lab.run(["put", "x", &url("x")]).exits(2).says(&["no key was given", "--no-key"]);
    assert!(lab.operations().is_empty());
    lab.run(["put", "--no-key", "x", &url("x")]).succeeds();
    assert!(!lab.server().object(BUCKET, "x").unwrap().sealed);
}

#[test]
fn sealed_objects_are_encrypted_at_rest() {
    let lab = Lab::new();
    lab.key("k");
    let content = b"findme ".repeat(1000);
    lab.seal("k", "x", &content);
    let at_rest = lab.server().raw_at_rest(BUCKET, "x").unwrap();
    assert!(!at_rest.windows(7).any(|window| window == b"findme "));
}

#[test]
fn the_first_sealed_write_to_a_bucket_is_proven_before_it_is_published() {
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "first", b"1");
    assert_eq!(
        lab.operations(),
        ["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"]
    );
    lab.server().clear_requests();
    lab.seal("k", "second", b"2");
    assert_eq!(lab.operations(), ["PutObject"]);
    std::fs::remove_dir_all(lab.path("state")).unwrap();
    lab.server().clear_requests();
    lab.seal("k", "third", b"3");
    assert_eq!(lab.operations()[0], "CreateMultipartUpload");
}

#[test]
fn a_plain_write_proves_nothing_and_needs_no_proof() {
    let lab = Lab::new();
    lab.file("x", b"plain");
    lab.run(["put", "--no-key", "x", &url("x")]).succeeds();
    assert_eq!(lab.operations(), ["PutObject"]);
    assert!(!lab.path("state/s3seal/proven-buckets").exists());
}

#[test]
fn a_store_that_ignores_the_key_never_publishes_anything() {
    let lab = Lab::with(|server| server.behave(Behavior::IgnoresSseC));
    lab.key("k");
    for bytes in [0, 1000, 20 << 20] {
        lab.file("x", &noise(bytes));
        let put = lab.run(["put", "-k", "./k", "--json", "x", &url("secret")]).exits(6);
        assert_eq!(put.error()["kind"], "unsealed");
        assert_eq!(put.error()["url"], url("secret"));
        lab.run(["put", "-k", "./k", "-", &url("secret")])
            .stdin(&noise(bytes))
            .exits(6)
            .says(&[&url("secret"), "nothing was published"]);
    }
    lab.holds_only(&[]);
    assert!(lab.server().versions(BUCKET).is_empty());
    assert!(!lab.operations().iter().any(|operation| operation == "CompleteMultipartUpload"));
}

#[test]
fn plaintext_in_a_trusted_bucket_is_removed() {
    let lab = trusted_but_ignoring(false);
    lab.file("x", b"secret");
    lab.run(["put", "-k", "./k", "x", &url("x")]).exits(6).says(&[
        "plaintext",
        "removed again",
        "is gone",
        &url("x"),
    ]);
    lab.holds_only(&[]);
    let requests = lab.server().requests();
    let delete = requests.iter().find(|request| request.operation == "DeleteObject").unwrap();
    assert!(delete.header("if-match").is_some(), "the delete must hit our object only");
}

#[test]
fn of_a_versioned_object_exactly_our_version_is_removed() {
    let lab = trusted_but_ignoring(true);
    lab.file("x", b"former");
    lab.run(["put", "--no-key", "x", &url("x")]).succeeds();
    let before = lab.server().versions(BUCKET);
    lab.file("x", b"secret");
    lab.run(["put", "-k", "./k", "x", &url("x")]).exits(6).says(&["that version was removed"]);
    assert_eq!(lab.server().versions(BUCKET), before);
    assert_eq!(lab.run(["get", &url("x"), "-"]).succeeds().stdout, "former");
}

#[test]
fn plaintext_that_cannot_be_removed_is_named() {
    for (versions, refused) in
        [(false, "DeleteObject"), (true, "DeleteObject"), (false, "HeadObject")]
    {
        let lab = Lab::with(|server| {
            server.behave(Behavior::IgnoresSseC).interceptor(move |request| {
                (request.operation == refused)
                    .then(|| Answer::error(403, "AccessDenied", "Access Denied"))
            })
        });
        lab.server().set_versioning(BUCKET, versions);
        lab.believe_in_the_bucket();
        lab.key("k");
        lab.file("x", b"secret");
        let remains = format!("plaintext remains at {}", url("x"));
        lab.run(["put", "-k", "./k", "x", &url("x")]).exits(6).says(&[&remains]);
    }
}

#[test]
fn plaintext_that_a_delete_marker_merely_hides_remains() {
    let lab = Lab::with(|server| {
        server.behave(Behavior::IgnoresSseC).interceptor(|request| {
            let hides_version = Tampering::new().without_header("x-amz-version-id");
            (request.operation == "PutObject").then(|| hides_version.into())
        })
    });
    lab.server().set_versioning(BUCKET, true);
    lab.believe_in_the_bucket();
    lab.key("k");
    lab.file("x", b"secret");
    lab.run(["put", "-k", "./k", "x", &url("x")]).exits(6).says(&["plaintext remains"]);
}

#[test]
fn an_object_that_somebody_else_wrote_meanwhile_is_left_alone() {
    let lab = Lab::with(|server| {
        server.behave(Behavior::IgnoresSseC).interceptor(|request| {
            let other = Tampering::new().with_header("ETag", "\"somebody-elses\"");
            (request.operation == "HeadObject").then(|| other.into())
        })
    });
    lab.believe_in_the_bucket();
    lab.key("k");
    lab.file("x", b"secret");
    lab.run(["put", "-k", "./k", "x", &url("x")])
        .exits(6)
        .says(&["replaced it since", "left alone"]);
    assert!(!lab.operations().iter().any(|operation| operation == "DeleteObject"));
}

/// Tampers with the answers to one operation.
fn tampered(operation: &'static str, with: impl Fn() -> Tampering + Send + Sync + 'static) -> Lab {
    let lab = Lab::with(|server| {
        server.interceptor(move |request| (request.operation == operation).then(|| with().into()))
    });
    lab.key("k");
    lab
}

#[test]
fn a_part_without_proof_aborts_the_upload() {
    let without: [fn() -> Tampering; 3] = [
        || Tampering::new().without_header(KEY_MD5),
        || Tampering::new().without_header("x-amz-server-side-encryption-customer-algorithm"),
        || Tampering::new().with_header(KEY_MD5, "rjGuMdjLpPV1eRuotNaPMQ=="),
    ];
    for tampering in without {
        let lab = tampered("UploadPart", tampering);
        lab.file("x", &noise(20 << 20));
        lab.run(["put", "-k", "./k", "x", &url("x")]).exits(6).says(&["nothing was published"]);
        lab.holds_only(&[]);
    }
}

#[test]
fn no_answer_is_taken_from_create() {
    let lab = tampered("CreateMultipartUpload", || Tampering::new().without_header(KEY_MD5));
    lab.file("x", b"sealed all the same");
    lab.run(["put", "-k", "./k", "x", &url("x")]).succeeds();
    assert!(lab.server().object(BUCKET, "x").unwrap().sealed);
}

#[test]
fn an_upload_that_cannot_be_aborted_is_named() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| match request.operation {
            "UploadPart" | "AbortMultipartUpload" => {
                Some(Answer::error(403, "AccessDenied", "Access Denied"))
            }
            _ => None,
        })
    });
    lab.key("k");
    lab.file("x", b"x");
    let put = lab.run(["put", "-k", "./k", "x", &url("x")]).exits(5);
    let (_, upload_id) = lab.server().uploads(BUCKET).remove(0);
    put.says(&["could not be aborted", &upload_id]);
}

#[test]
fn a_read_with_a_key_demands_a_sealed_object() {
    // Some stores answer 200 to a key that they do not need, Amazon answers 400.
    for manner in [Behavior::Aws, Behavior::IgnoresSseC] {
        let lab = Lab::with(|server| server.behave(manner));
        lab.key("k");
        lab.file("x", b"plain");
        lab.run(["put", "--no-key", "x", &url("x")]).succeeds();
        lab.run(["get", "-k", "./k", &url("x"), "out"])
            .exits(6)
            .says(&["not sealed", "--allow-plain"]);
        assert!(!lab.path("out").exists());
        lab.run(["get", "-k", "./k", &url("x"), "-"]).exits(6);
        lab.run(["head", "-k", "./k", &url("x")]).exits(6);
        let got =
            lab.run(["get", "-k", "./k", "--allow-plain", "--json", &url("x"), "out"]).succeeds();
        assert_eq!(got.json()["sealed"], false);
        assert_eq!(lab.read("out"), b"plain");
        lab.run(["head", "-k", "./k", "--allow-plain", &url("x")]).succeeds();
    }
}

#[test]
fn a_read_is_proven_too() {
    for operation in ["GetObject", "HeadObject"] {
        let lab = tampered(operation, || Tampering::new().without_header(KEY_MD5));
        lab.seal("k", "x", b"sealed");
        let command = if operation == "GetObject" { "get" } else { "head" };
        let done = lab.run([command, "-k", "./k", &url("x")]).exits(6);
        assert_eq!(done.stdout, "");
    }
}

#[test]
fn every_range_is_proven() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            let ranged = request.operation == "GetObject" && request.header("range").is_some();
            ranged.then(|| Tampering::new().without_header(KEY_MD5).into())
        })
    });
    lab.key("k");
    lab.file("big", &noise(40 << 20));
    lab.run(["put", "-k", "./k", "big", &url("big")]).succeeds();
    lab.run(["get", "-k", "./k", &url("big"), "out"]).exits(6);
    assert!(!lab.path("out").exists());
}

#[test]
fn a_store_managed_key_is_demanded_back() {
    let lab = Lab::new();
    lab.key("k");
    let key = String::from_utf8(lab.read("k")).unwrap().lines().last().unwrap().to_owned();
    lab.file("x", b"managed");
    for algorithm in ["AES256", "aws:kms"] {
        let put =
            lab.run(["put", "--sse", algorithm, "--json", "x", &url("x")]).env("S3SEAL_KEY", &key);
        let put = put.succeeds().json();
        assert_eq!(put["sealed"], false);
        assert_eq!(put["sse"], algorithm);
    }
    lab.run(["put", "--no-key", "x", &url("x")]).env("S3SEAL_KEY", &key).succeeds();
    assert!(
        lab.server().requests().iter().all(|request| !request.has_key()),
        "no key was asked for"
    );

    let lab =
        tampered("PutObject", || Tampering::new().without_header("x-amz-server-side-encryption"));
    lab.file("x", b"managed");
    lab.run(["put", "--sse", "aws:kms", "x", &url("x")]).exits(6).says(&["removed"]);
    lab.holds_only(&[]);
    lab.run(["put", "--sse", "AES256", "-k", "./k", "x", &url("x")]).exits(2);
}

#[test]
fn conditions_protect_what_is_there() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("x", b"new");
    lab.run(["put", "-k", "./k", "--if-none-match", "*", "x", &url("x")]).succeeds();
    lab.run(["put", "-k", "./k", "--if-none-match", "*", "x", &url("x")])
        .exits(9)
        .says(&["exists already"]);
    lab.run(["put", "-k", "./k", "--if-match", "\"other\"", "x", &url("x")])
        .exits(9)
        .says(&["--if-match"]);
    let etag = lab.server().object(BUCKET, "x").unwrap().etag;
    lab.run(["put", "-k", "./k", "--if-match", &etag, "x", &url("x")]).succeeds();
    lab.run(["put", "-k", "./k", "--if-none-match", "abc", "x", &url("x")]).exits(2);
}

#[test]
fn a_store_that_forgets_the_condition_is_asked_first() {
    // Garage overwrites in spite of If-None-Match: *, so the program must not have sent the write.
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "x", b"old");
    lab.server().clear_requests();
    lab.file("x", b"new");
    lab.run(["put", "-k", "./k", "--if-none-match", "*", "x", &url("x")]).exits(9);
    let writes = ["PutObject", "CreateMultipartUpload"];
    assert!(!lab.operations().iter().any(|operation| writes.contains(&operation.as_str())));
}

/// Lets the first request of an operation take effect and loses its answer.
fn loses_the_first_answer(operation: &'static str) -> impl Fn(&RequestRecord) -> Option<Answer> {
    let seen = AtomicU32::new(0);
    move |request| {
        let first = request.operation == operation && seen.fetch_add(1, Ordering::SeqCst) == 0;
        first.then(|| Tampering::new().then_reset().into())
    }
}

#[test]
fn a_conditional_write_is_not_refused_because_of_its_own_success() {
    for (operation, bytes) in [("PutObject", 1000), ("CompleteMultipartUpload", 20 << 20)] {
        let lab = Lab::with(|server| server.interceptor(loses_the_first_answer(operation)));
        lab.believe_in_the_bucket();
        lab.key("k");
        lab.file("x", &noise(bytes));
        let put = lab.run(["put", "-k", "./k", "--if-none-match", "*", "--json", "x", &url("x")]);
        assert_eq!(put.succeeds().json()["bytes"], bytes, "{operation}");
        assert!(
            lab.operations().iter().filter(|seen| *seen == operation).count() >= 2,
            "{operation}"
        );
        lab.holds_only(&["x"]);
    }
}

#[test]
fn what_was_written_although_its_answer_cannot_be_read_is_taken_back() {
    // Two echoes that differ prove nothing.
    let lab = Lab::with(|server| {
        server.behave(Behavior::IgnoresSseC).interceptor(|request| {
            let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            let headers = vec![
                header("ETag", "\"5ebe2294ecd0e0f08eab7690d2a6ee69\""),
                header("x-amz-server-side-encryption-customer-algorithm", "AES256"),
                header(KEY_MD5, request.key_md5().unwrap_or_default()),
                header(KEY_MD5, "rjGuMdjLpPV1eRuotNaPMQ=="),
            ];
            let reply = Reply { status: 200, headers, body: Vec::new() };
            (request.operation == "PutObject").then(|| Tampering::new().then_respond(reply).into())
        })
    });
    lab.believe_in_the_bucket();
    lab.key("k");
    lab.file("x", b"secret");
    lab.run(["put", "-k", "./k", "x", &url("x")]).exits(6).says(&["removed again"]);
    lab.holds_only(&[]);
}

#[test]
fn the_null_version_is_not_ours_alone() {
    // Amazon names no version that is written into a bucket whose versioning is suspended; other stores name the null one.
    for named in [None, Some("null")] {
        let lab = Lab::with(|server| {
            server.behave(Behavior::IgnoresSseC).interceptor(move |request| {
                let is_write = request.operation == "PutObject";
                let named = named.filter(|_| is_write)?;
                Some(Tampering::new().with_header("x-amz-version-id", named).into())
            })
        });
        lab.server().set_versioning(BUCKET, true);
        lab.believe_in_the_bucket();
        lab.key("k");
        lab.server().set_versioning(BUCKET, false);
        lab.file("x", b"secret");
        lab.run(["put", "-k", "./k", "x", &url("x")]).exits(6).says(&["is gone"]);
        let requests = lab.server().requests();
        let delete = requests.iter().find(|it| it.operation == "DeleteObject").unwrap();
        assert!(delete.header("if-match").is_some());
        assert!(lab.server().versions(BUCKET).is_empty());
    }
}

#[test]
fn an_object_without_an_etag_cannot_be_told_from_another() {
    let lab = Lab::with(|server| {
        server.behave(Behavior::IgnoresSseC).interceptor(|request| {
            (request.operation == "PutObject")
                .then(|| Tampering::new().without_header("ETag").into())
        })
    });
    lab.believe_in_the_bucket();
    lab.key("k");
    lab.file("x", b"secret");
    lab.run(["put", "-k", "./k", "x", &url("x")]).exits(6).says(&["plaintext remains"]);
}

#[test]
fn a_lost_answer_is_looked_up() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            (request.operation == "PutObject").then(|| Tampering::new().then_reset().into())
        })
    });
    lab.believe_in_the_bucket();
    lab.key("k");
    lab.file("x", b"stored, though nobody said so");
    lab.run(["put", "-k", "./k", "x", &url("x")]).succeeds();

    let lab = Lab::with(|server| {
        server.interceptor(|request| (request.operation == "PutObject").then_some(Answer::Reset))
    });
    lab.believe_in_the_bucket();
    lab.key("k");
    lab.file("x", b"not stored");
    let put = lab.run(["put", "-k", "./k", "x", &url("x")]).env("AWS_MAX_ATTEMPTS", "1");
    put.exits(8).says(&["may have been stored", "s3seal head"]);
}

#[test]
fn plaintext_whose_answer_was_lost_is_named() {
    let lab = Lab::with(|server| {
        server.behave(Behavior::IgnoresSseC).interceptor(|request| {
            (request.operation == "PutObject").then(|| Tampering::new().then_reset().into())
        })
    });
    lab.believe_in_the_bucket();
    lab.key("k");
    lab.file("x", b"secret");
    let put = lab.run(["put", "-k", "./k", "x", &url("x")]).env("AWS_MAX_ATTEMPTS", "1");
    put.exits(6).says(&["plaintext may remain at s3://demo/x"]);
}

#[test]
fn somebody_elses_object_is_no_success_of_ours() {
    // The first attempt is lost without effect; at the second, the object that is there is another.
    let seen = AtomicU32::new(0);
    let lab = Lab::with(|server| {
        server.interceptor(move |request| match (request.operation, request.header("if-match")) {
            ("PutObject", Some(_)) if seen.fetch_add(1, Ordering::SeqCst) == 0 => {
                Some(Answer::Reset)
            }
            ("PutObject", Some(_)) => Some(Answer::error(412, "PreconditionFailed", "changed")),
            _ => None,
        })
    });
    lab.key("k");
    lab.seal("k", "x", b"theirs");
    lab.file("x", b"ours");
    lab.run(["put", "-k", "./k", "--if-match", "\"e\"", "x", &url("x")]).exits(9);
}
