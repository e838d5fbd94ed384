//! Which keys a store is shown, which it is not, and how its answers to them are read.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, OnceLock};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use s3seal_mock::{Answer, Behavior, Server};

use super::{ALL, Ask, Cause, READS, Rig, WRITES};
use crate::harness::{BUCKET, Lab, url};

const KEY_MD5: &str = "x-amz-server-side-encryption-customer-key-md5";
const ALGORITHM: &str = "x-amz-server-side-encryption-customer-algorithm";

#[test]
fn the_key_that_fits_is_found_among_others() {
    let rig = Rig::new();
    for keys in [&["k"][..], &["w1", "k"], &["k", "w1"], &["w1", "w2", "k"]] {
        for ask in READS {
            rig.run(ask, keys, "sealed", &[]).succeeds();
        }
        assert_eq!(rig.lab.read("out"), b"sealed", "{keys:?}");
    }
    let got = rig.run(Ask::Get, &["w1", "k"], "sealed", &["--json"]).succeeds().json();
    assert_eq!(got["keyMd5"], rig.md5("k").as_str());
}

#[test]
fn each_key_is_shown_once_and_one_question_comes_without() {
    let rig = Rig::new();
    let (k, w1, w2) = (rig.md5("k"), rig.md5("w1"), rig.md5("w2"));
    for ask in READS {
        // The second question is for a tag that may tell which of the others fits, or would have.
        for (keys, shown, without) in [
            (&["k", "w1"][..], vec![&k], 0),
            (&["w1", "w2"], vec![&w1, &w2], 2),
            (&["w1", "w2", "k"], vec![&w1, &w2, &k], 2),
            // The same key, however often it is named.
            (&["w1", "w1"], vec![&w1], 2),
        ] {
            rig.lab.server().clear_requests();
            rig.run(ask, keys, "sealed", &[]).done();
            assert_eq!(rig.keys_shown().iter().collect::<Vec<_>>(), shown, "{ask:?} {keys:?}");
            assert_eq!(rig.requests_without_key(), without, "{ask:?} {keys:?}");
        }
    }
}

#[test]
fn who_merely_denies_or_misses_is_shown_no_further_key() {
    let rig = Rig::new();
    let w1 = rig.md5("w1");
    let denied = Cause {
        exit: 5,
        answer: Some((403, "AccessDenied")),
        says: "may not read",
        hint: "s3:GetObject",
    };
    rig.answer(Answer::error(403, "AccessDenied", "Access Denied"));
    for ask in READS {
        rig.fails(ask, &["w1", "w2", "k"], "sealed", &[], &denied);
        rig.lab.server().clear_requests();
        rig.run(ask, &["w1", "w2", "k"], "sealed", &[]).exits(5);
        assert_eq!(rig.keys_shown(), [w1.as_str()], "{ask:?}");
        assert_eq!(rig.requests_without_key(), 1, "{ask:?}");
    }
    rig.rule(|_| None);
    for ask in READS {
        rig.lab.server().clear_requests();
        rig.run(ask, &["w1", "w2", "k"], "absent", &[]).exits(3);
        assert_eq!(rig.keys_shown(), [w1.as_str()], "{ask:?}");
    }
    let written = Cause { says: "may not write", hint: "s3:PutObject", ..denied };
    rig.answer(Answer::error(403, "AccessDenied", "Access Denied"));
    for ask in WRITES {
        rig.fails(ask, &["k", "w1"], "new", &[], &written);
    }
    let k = rig.md5("k");
    assert!(rig.keys_shown().iter().all(|shown| *shown == k), "the first key alone writes");
}

/// What other stores answer, as measured, to a wrong key and to none.
#[test]
fn every_stores_way_of_refusing_a_key_is_understood() {
    let rig = Rig::new();
    let right = Arc::new(OnceLock::new());
    right.set(rig.md5("k")).unwrap();
    for (store, wrong_key, no_key) in [
        ("SeaweedFS", (403, "AccessDenied"), (400, "InvalidArgument")),
        ("Ceph", (400, "InvalidArgument"), (400, "InvalidArgument")),
        ("Garage", (400, "InvalidRequest"), (400, "InvalidRequest")),
        ("LocalStack", (403, "AccessDenied"), (400, "InvalidRequest")),
        ("MinIO", (403, "AccessDenied"), (400, "InvalidRequest")),
        ("StorageGRID", (403, "AccessDenied"), (404, "NoSuchKey")),
        ("StorageGRID, wrong key as 400", (400, "InvalidRequest"), (404, "NoSuchKey")),
    ] {
        let right = right.clone();
        rig.rule(move |request| match request.key_md5() {
            Some(md5) if md5 == right.get().unwrap() => None,
            Some(_) => Some(Answer::error(wrong_key.0, wrong_key.1, "no")),
            None => Some(Answer::error(no_key.0, no_key.1, "no")),
        });
        for ask in READS {
            let wrong = rig.run(ask, &["w1", "w2"], "sealed", &["--json"]).done();
            assert_eq!(wrong.code, Some(4), "{store}, {ask:?}: {}", wrong.stderr);
            let found = rig.run(ask, &["w1", "k"], "sealed", &[]).done();
            assert_eq!(found.code, Some(0), "{store}, {ask:?}: {}", found.stderr);
            // StorageGRID hides what is sealed from whoever has no key.
            let none = rig.run(ask, &[], "sealed", &["--json"]).done();
            let expected = if no_key.0 == 404 { 3 } else { 4 };
            assert_eq!(none.code, Some(expected), "{store}, {ask:?}: {}", none.stderr);
        }
    }
}

#[test]
fn a_read_without_the_echo_of_its_own_key_is_no_sealed_object() {
    let ignores = Lab::with(|server| server.behave(Behavior::IgnoresSseC));
    ignores.key("k");
    ignores.file("file", b"content");
    ignores.run(["put", "--no-key", "file", &url("plain")]).succeeds();
    ignores.run(["get", "-k", "./k", &url("plain"), "out"]).exits(6).says(&["not sealed"]);
    ignores.run(["head", "-k", "./k", &url("plain")]).exits(6).says(&["not sealed"]);
    assert!(!ignores.path("out").exists());

    let rig = Rig::new();
    let (k, other) = (rig.md5("k"), rig.md5("w1"));
    let etag = ("ETag", "\"e\"");
    for (what, headers, exit) in [
        ("echoed", vec![(ALGORITHM, "AES256"), (KEY_MD5, &k)], 0),
        // As SeaweedFS answers.
        ("echoed twice", vec![(ALGORITHM, "AES256"), (KEY_MD5, &k), (KEY_MD5, &k)], 0),
        ("another key", vec![(ALGORITHM, "AES256"), (KEY_MD5, &other)], 6),
        ("another algorithm", vec![(ALGORITHM, "aws:kms"), (KEY_MD5, &k)], 6),
        ("no algorithm", vec![(KEY_MD5, &k)], 6),
        ("no key", vec![(ALGORITHM, "AES256")], 6),
        ("managed by the store", vec![("x-amz-server-side-encryption", "AES256")], 6),
    ] {
        let headers: Vec<_> = headers.into_iter().chain([etag]).collect();
        rig.answer(Answer::respond(200, &headers, "sealed"));
        for ask in READS {
            let done = rig.run(ask, &["k"], "sealed", &[]).done();
            assert_eq!(done.code, Some(exit), "{what}, {ask:?}: {}", done.stderr);
        }
    }
    // Two echoes that contradict each other prove nothing, whichever comes first.
    for (first, second) in [(&k, &other), (&other, &k)] {
        let headers = [(ALGORITHM, "AES256"), (KEY_MD5, first), (KEY_MD5, second), etag];
        rig.answer(Answer::respond(200, &headers, "sealed"));
        for ask in READS {
            assert_ne!(rig.run(ask, &["k"], "sealed", &[]).done().code, Some(0), "{ask:?}");
        }
    }
}

#[test]
fn a_redirect_is_not_followed_and_the_key_stays() {
    let rig = Rig::new();
    let elsewhere = Server::builder().bucket(BUCKET).start().unwrap();
    let location = format!("{}/{BUCKET}/sealed", elsewhere.endpoint());
    for (status, code) in
        [(301, "PermanentRedirect"), (307, "TemporaryRedirect"), (302, "Found"), (308, "Moved")]
    {
        for region in [Some("eu-central-1"), None] {
            let mut headers = vec![("Location", location.as_str())];
            headers.extend(region.map(|region| ("x-amz-bucket-region", region)));
            let body = format!(
                "<Error><Code>{code}</Code><Message>Elsewhere.</Message><Endpoint>{}</Endpoint></Error>",
                elsewhere.addr()
            );
            rig.answer(Answer::respond(status, &headers, body));
            let (says, hint) = match region {
                Some(region) => (region, "--region eu-central-1"),
                None => ("elsewhere", "endpoint"),
            };
            let cause = Cause { exit: 2, answer: Some((status, code)), says, hint };
            for ask in ALL {
                rig.fails(ask, &["k"], "sealed", &[], &cause);
                let asked = rig.lab.server().requests();
                assert!(!asked.is_empty() && asked.iter().all(|it| it.path == "/demo/sealed"));
            }
        }
    }
    assert!(elsewhere.requests().is_empty(), "nothing may arrive at the other host");
}

/// Some stores repeat the headers, or what they computed the signature of: the key is among them.
#[test]
fn a_key_that_a_store_repeats_is_not_shown() {
    let rig = Rig::new();
    // All that can differ between ways of writing it does: `+`, `/` and `=` are in it.
    let bytes: Vec<u8> = (0..32).map(|n| 0xfb_u8.wrapping_sub(n % 5)).collect();
    let base64 = BASE64_STANDARD.encode(&bytes);
    assert!(base64.contains('+') && base64.contains('/'), "{base64}");
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let percent = base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let forms = [
        base64.trim_end_matches('=').to_owned(),
        BASE64_URL_SAFE.encode(&bytes).trim_end_matches('=').to_owned(),
        percent.trim_end_matches("%3D").to_owned(),
        hex.to_ascii_uppercase(),
        hex,
    ];
    let path = rig.lab.file("loud", base64.as_bytes());
    std::fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();

    let all = forms.join(" or ");
    let said = format!("you sent customer-key:{all} here");
    let xml = |code: &str| {
        let canonical = format!("<CanonicalRequest>GET\n{said}</CanonicalRequest>");
        format!("<Error><Code>{code}</Code><Message>{said}</Message>{canonical}</Error>")
    };
    for answer in [
        Answer::respond(403, &[], xml("SignatureDoesNotMatch")),
        Answer::respond(403, &[], xml("AccessDenied")),
        Answer::respond(400, &[], xml("InvalidRequest")),
        Answer::respond(400, &[], xml(&all)),
        Answer::respond(418, &[], xml("Teapot")),
        Answer::respond(400, &[], said.clone()),
    ] {
        // First to whoever sends the key, then to all: the question without it comes after it.
        for to_all in [false, true] {
            let answer = answer.clone();
            rig.rule(move |request| (to_all || request.has_key()).then(|| answer.clone()));
            for ask in ALL {
                for more in [&["-vvv"][..], &["--json"]] {
                    let told = rig.run(ask, &["loud", "w1"], "sealed", more).done();
                    assert_ne!(told.code, Some(0), "{ask:?}: {}", told.stderr);
                    for form in &forms {
                        let shown = told.stderr.contains(form) || told.stdout.contains(form);
                        assert!(!shown, "{ask:?} {more:?} shows the key: {}", told.stderr);
                    }
                }
            }
        }
    }
}

#[test]
fn a_policy_that_denies_is_not_answered_by_a_permission() {
    let message = "User: arn:aws:iam::123456789012:user/mock is not authorized to perform it on resource: \"x\" \
                   with an explicit deny in a resource-based policy";
    let lab = Lab::with(|server| {
        server.interceptor(move |request| {
            let denied = ["PutObject", "CreateMultipartUpload", "GetObject"];
            denied.contains(&request.operation).then(|| Answer::error(403, "AccessDenied", message))
        })
    });
    lab.key("k");
    lab.file("f", b"content");
    let to = url("f");
    lab.run(["put", "--no-key", "f", &to]).fails(5).says(&["a policy denies it", "sealed", "-k"]);
    lab.run(["put", "-k", "./k", "f", &to])
        .fails(5)
        .says(&["a policy denies s3:PutObject, whatever else grants it"]);
    lab.run(["get", "-k", "./k", &to, "out"]).fails(5).says(&["a policy denies s3:GetObject"]);
}
