//! Presigned URLs, the receiver's side: a URL and a key, and no AWS account.

mod heads;
mod refusals;

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, mpsc};

use s3seal_mock::{Answer, Behavior, RequestRecord, Tampering};

use crate::harness::{BUCKET, Done, Lab, Run, noise, url};

const ALGORITHM: &str = "x-amz-server-side-encryption-customer-algorithm";
const KEY_MD5: &str = "x-amz-server-side-encryption-customer-key-MD5";

/// A lab with the keys `k` and `other` and the sealed object `x`.
fn stocked(lab: Lab) -> Lab {
    lab.key("k");
    lab.key("other");
    lab.seal("k", "x", b"sealed");
    lab.server().clear_requests();
    lab
}

fn presign(lab: &Lab, arguments: &[&str]) -> String {
    let arguments = ["presign"].iter().chain(arguments);
    lab.run(arguments).succeeds().stdout.trim_end().to_owned()
}

fn presigned_get(lab: &Lab, object: &str) -> String {
    presign(lab, &["-k", "./k", &url(object)])
}

fn presigned_put(lab: &Lab, object: &str) -> String {
    presign(lab, &["-k", "./k", "--method", "PUT", &url(object)])
}

/// Somebody who has nothing to do with AWS; what there is of its configuration is unusable.
fn stranger(lab: &Lab, arguments: &[&str]) -> Run {
    let broken = lab.file("broken-config", b"[");
    let mut run = lab.run(arguments);
    for name in ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"] {
        run = run.without_env(name);
    }
    run.env("AWS_PROFILE", "absent")
        .env("AWS_CONFIG_FILE", &broken)
        .env("AWS_SHARED_CREDENTIALS_FILE", &broken)
}

/// What comes before the query.
fn bare(link: &str) -> &str {
    link.split('?').next().unwrap()
}

fn sent(lab: &Lab) -> Vec<RequestRecord> {
    lab.server().requests()
}

/// Refused before anything was sent, and without giving the signature away.
#[track_caller]
fn refused_at_once(lab: &Lab, arguments: &[&str], code: i32, phrases: &[&str]) -> Done {
    lab.server().clear_requests();
    let done = stranger(lab, arguments).fails(code).says(phrases).says(&["hint: "]);
    assert!(sent(lab).is_empty(), "{:?}", sent(lab));
    assert!(!done.stderr.contains("ignature="), "{}", done.stderr);
    done
}

#[test]
fn a_url_and_a_key_are_enough() {
    for tls in [false, true] {
        let lab = stocked(Lab::with(|server| server.tls(tls)));
        let md5 = lab.run(["key", "md5", "./k"]).succeeds().stdout.trim().to_owned();
        lab.server().clear_requests();

        let link = presigned_get(&lab, "x");
        let got = stranger(&lab, &["get", "-k./k", "--json", &link, "out"]).succeeds().json();
        assert_eq!(lab.read("out"), b"sealed");
        assert_eq!(got["url"], bare(&link));
        assert_eq!(got["keyMd5"], md5.as_str());
        assert_eq!(got["verified"], false, "nobody has signed the question for a checksum");
        assert_eq!(lab.operations(), ["GetObject"], "a small object costs one request");

        lab.server().clear_requests();
        lab.file("report.txt", b"report");
        let link = presigned_put(&lab, "in/report.txt");
        let put =
            stranger(&lab, &["put", "-k./k", "--json", "report.txt", &link]).succeeds().json();
        assert_eq!(put["url"], bare(&link));
        assert_eq!(put["keyMd5"], md5.as_str());
        assert_eq!(put["bytes"], 6);
        assert_eq!(lab.operations(), ["PutObject"]);
        let stored = lab.server().object(BUCKET, "in/report.txt").unwrap();
        assert!(stored.sealed);
        assert_eq!(
            lab.run(["get", "-k./k", &url("in/report.txt"), "-"]).succeeds().stdout,
            "report"
        );
    }
}

#[test]
fn only_what_was_signed_is_sent() {
    let lab = stocked(Lab::new());
    lab.file("report.txt", b"report");
    let (get, put) = (presigned_get(&lab, "x"), presigned_put(&lab, "y"));
    stranger(&lab, &["get", "-k./k", &get, "out"]).succeeds();
    stranger(&lab, &["put", "-k./k", "report.txt", &put]).succeeds();
    for (request, link) in sent(&lab).iter().zip([&get, &put]) {
        let (path, query) = link.split_once('?').unwrap();
        assert!(path.ends_with(&request.path), "{request:?}");
        assert_eq!(request.query, query, "byte for byte");
        assert!(request.has_key());
        for (name, _) in request.headers() {
            let of_seal = name.starts_with("x-amz-server-side-encryption-customer-");
            assert!(of_seal || !name.starts_with("x-amz-"), "{name}");
            assert!(!name.starts_with("amz-sdk-"), "{name}");
            assert!(!matches!(name, "authorization" | "content-type"), "{name}");
        }
    }
    assert!(sent(&lab)[1].header("content-md5").is_some());
}

#[test]
fn a_large_object_comes_in_ranges() {
    let lab = stocked(Lab::new());
    let content = noise(40 << 20);
    lab.file("big", &content);
    lab.run(["put", "-k", "./k", "big", &url("big")]).succeeds();
    lab.server().clear_requests();
    let link = presigned_get(&lab, "big");
    stranger(&lab, &["get", "-k./k", &link, "out"]).succeeds();
    assert!(lab.read("out") == content);
    let ranges: Vec<_> = sent(&lab).into_iter().filter(|it| it.header("range").is_some()).collect();
    assert!(ranges.len() > 1);
    assert!(ranges.iter().all(|request| request.header("if-match").is_some()));
    assert!(stranger(&lab, &["get", "-k./k", &link, "-"]).succeeds().bytes == content);

    let part = stranger(&lab, &["get", "-k./k", "--range", "bytes=5-9", &link, "-"]).succeeds();
    assert_eq!(part.bytes, content[5..10]);
    let etag = lab.server().object(BUCKET, "big").unwrap().etag;
    stranger(&lab, &["get", "-k./k", "--if-match", &etag, &link, "out"]).succeeds();
    stranger(&lab, &["get", "-k./k", "--if-match", "\"other\"", &link, "out"]).fails(9);
}

#[test]
fn a_broken_connection_is_continued() {
    let cuts = AtomicU32::new(0);
    let lab = stocked(Lab::with(|server| {
        server.interceptor(move |request| {
            let cut = request.operation == "GetObject" && cuts.fetch_add(1, Ordering::SeqCst) < 2;
            cut.then(|| Tampering::new().cut_body_after(50_000).into())
        })
    }));
    let content = noise(200_000);
    lab.seal("k", "x", &content);
    lab.server().clear_requests();
    stranger(&lab, &["get", "-k./k", &presigned_get(&lab, "x"), "out"]).succeeds();
    assert!(lab.read("out") == content);
    let requests = sent(&lab);
    assert_eq!(requests.len(), 3);
    let rest = requests.last().unwrap();
    assert_eq!(rest.header("range"), Some("bytes=100000-199999"));
    assert!(rest.header("if-match").is_some());
}

#[test]
fn bytes_are_verified_where_the_checksum_was_signed() {
    let lab = stocked(Lab::with(|server| {
        server.interceptor(|request| {
            (request.key.as_deref() == Some("damaged") && request.operation == "GetObject")
                .then(|| Tampering::new().flip_bit_at(3).into())
        })
    }));
    lab.seal("k", "damaged", b"sealed");
    let signed = |object: &str| presign(&lab, &["-k", "./k", "--checksum", &url(object)]);
    let got = stranger(&lab, &["get", "-k./k", "--json", &signed("x"), "out"]).succeeds().json();
    assert_eq!(got["verified"], true);
    let (damaged, unnoticed) = (signed("damaged"), presigned_get(&lab, "damaged"));
    stranger(&lab, &["get", "-k./k", &damaged, "out"]).fails(7).says(&["checksums differ"]);
    assert_eq!(lab.read("out"), b"sealed", "what was there is untouched");
    let told = stranger(&lab, &["get", "-k./k", &unnoticed, "out"]).succeeds();
    told.says(&["could not be verified"]);

    let presign = ["presign", "-k./k", "--json", "--checksum", "--headers-file", "h", &url("x")];
    let item = lab.run(presign).succeeds().json();
    let names = item["headers"].as_array().unwrap();
    assert!(names.iter().any(|name| name == "x-amz-checksum-mode"), "{item}");
    let headers = String::from_utf8(lab.read("h")).unwrap();
    assert!(headers.contains("x-amz-checksum-mode: ENABLED\n"), "{headers}");
    let put = ["presign", "-k./k", "--checksum", "--method", "PUT", &url("x")];
    lab.run(put).fails(2).says(&["only a read", "--checksum"]);
}

#[test]
fn the_file_is_called_as_the_object() {
    let lab = stocked(Lab::new());
    for (object, file) in [
        ("a/b.txt", "b.txt"),
        ("r\u{e9}sum\u{e9} 1.txt", "r\u{e9}sum\u{e9} 1.txt"),
        ("50%25", "50%25"),
    ] {
        lab.seal("k", object, object.as_bytes());
        stranger(&lab, &["get", "-k./k", &presigned_get(&lab, object)]).succeeds();
        assert_eq!(lab.read(file), object.as_bytes());
    }
    std::fs::create_dir_all(lab.path("deep/er")).unwrap();
    let link = presigned_get(&lab, "x");
    stranger(&lab, &["get", "-k./k", &link, "deep/er"]).succeeds();
    assert_eq!(lab.read("deep/er/x"), b"sealed");
    // However it is written, a name leads nowhere else.
    for path in ["/demo/..", "/demo/%2e%2e", "/demo/a%2F..", "/demo/a/", "/demo/a%00b"] {
        let (origin, query) = (lab.server().endpoint(), link.split_once('?').unwrap().1);
        let link = format!("{origin}{path}?{query}");
        refused_at_once(&lab, &["get", "-k./k", &link, "deep/er/"], 2, &["no name that a file"]);
    }
}

#[test]
fn an_object_that_is_not_sealed_does_not_pass_for_one() {
    let lab = stocked(Lab::new());
    lab.file("plain", b"plain");
    lab.run(["put", "--no-key", "plain", &url("x")]).succeeds();
    let told = stranger(&lab, &["get", "-k./k", &presigned_get(&lab, "x"), "out"]).fails(6);
    told.says(&["not sealed", "hint: "]);
    // A store that knows no seal answers as if nothing were amiss.
    let lab = Lab::with(|server| server.behave(Behavior::IgnoresSseC));
    lab.key("k");
    lab.file("plain", b"plain");
    lab.run(["put", "--no-key", "plain", &url("x")]).succeeds();
    let link = presigned_get(&lab, "x");
    stranger(&lab, &["get", "-k./k", &link, "out"]).fails(6).says(&["not sealed"]);
    assert!(!lab.path("out").exists());
    stranger(&lab, &["get", "-k./k", "--allow-plain", &link, "out"]).succeeds();
    // What it kept cannot be taken back with a URL alone.
    let link = presigned_put(&lab, "y");
    let remains = format!("plaintext remains at {}", bare(&link));
    stranger(&lab, &["put", "-k./k", "plain", &link]).fails(6).says(&[&remains, "hint: "]);
}

#[test]
fn a_write_without_the_whole_echo_is_unproven() {
    for tampering in [
        Tampering::new().without_header(KEY_MD5),
        Tampering::new().without_header(ALGORITHM),
        Tampering::new().with_header(KEY_MD5, "rjGuMdjLpPV1eRuotNaPMQ=="),
    ] {
        let lab = Lab::with(|server| {
            server.interceptor(move |request| {
                (request.operation == "PutObject").then(|| tampering.clone().into())
            })
        });
        lab.key("k");
        lab.file("file", b"file");
        let link = presigned_put(&lab, "x");
        stranger(&lab, &["put", "-k./k", "file", &link])
            .fails(6)
            .says(&["did not prove", "remains"]);
        assert_eq!(lab.operations(), ["PutObject"]);
    }
}

#[test]
fn a_write_is_one_request_whatever_the_source() {
    let lab = stocked(Lab::new());
    for bytes in [0, 1000, 20 << 20] {
        let content = noise(bytes);
        lab.file("file", &content);
        lab.server().clear_requests();
        let link = presigned_put(&lab, "from-file");
        stranger(&lab, &["put", "-k./k", "file", &link]).succeeds();
        let link = presigned_put(&lab, "from-stdin");
        stranger(&lab, &["put", "-k./k", "-", &link]).stdin(&content).succeeds();
        assert_eq!(lab.operations(), ["PutObject", "PutObject"], "{bytes}");
        for name in ["from-file", "from-stdin"] {
            let back = lab.run(["get", "-k./k", &url(name), "-"]).succeeds().bytes;
            assert!(back == content, "{name} {bytes}");
        }
    }
    let link = presigned_put(&lab, "x");
    let exists = stranger(&lab, &["put", "-k./k", "--if-none-match", "*", "file", &link]).fails(9);
    exists.says(&["left alone", "hint: "]);
    let fresh = presigned_put(&lab, "fresh");
    stranger(&lab, &["put", "-k./k", "--if-none-match", "*", "file", &fresh]).succeeds();
}

#[test]
fn an_answer_that_got_lost_is_told() {
    let lab = stocked(Lab::with(|server| {
        server.interceptor(|request| {
            (request.operation == "PutObject" && request.key.as_deref() == Some("y"))
                .then(|| Tampering::new().then_reset().into())
        })
    }));
    lab.file("file", b"file");
    let link = presigned_put(&lab, "y");
    let told = stranger(&lab, &["put", "-k./k", "file", &link]).fails(8);
    told.says(&["may have been stored", bare(&link), "send it again"]);
}

#[test]
fn version_2_of_the_signature_covers_what_is_sent() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            let md5 = request.key_md5().unwrap_or_default().to_owned();
            let headers = [(ALGORITHM, "AES256"), (KEY_MD5, md5.as_str()), ("ETag", "\"e\"")];
            Some(Answer::respond(200, &headers, "sealed"))
        })
    });
    lab.key("k");
    lab.file("file", b"file");
    let endpoint = lab.server().endpoint();
    let link =
        format!("{endpoint}/demo/x?AWSAccessKeyId=AKIA&Signature=a%2Bb%3D&Expires=4102444800");
    stranger(&lab, &["get", "-k./k", &link, "out"]).succeeds();
    stranger(&lab, &["put", "-k./k", "file", &link]).succeeds();
    stranger(&lab, &["put", "-k./k", "--content-type", "text/plain", "file", &link]).succeeds();
    let types: Vec<_> =
        sent(&lab).iter().map(|it| it.header("content-type").map(str::to_owned)).collect();
    assert_eq!(types, [None, None, Some("text/plain".to_owned())]);
    for request in sent(&lab) {
        assert!(request.has_key());
        assert!(
            request.header("content-md5").is_none() && request.header("x-amz-user-agent").is_none()
        );
    }
}

#[test]
fn a_signal_ends_an_upload_in_doubt() {
    let (tell, arrived) = mpsc::channel();
    let (hold, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let lab = stocked(Lab::with(|server| {
        server.interceptor(move |request| {
            if request.operation == "PutObject" && tell.send(()).is_ok() {
                // An error means that the hold is over.
                let _ = wait.lock().unwrap().recv();
            }
            None
        })
    }));
    lab.file("file", b"file");
    let link = presigned_put(&lab, "y");
    let mut put = stranger(&lab, &["put", "-k./k", "file", &link]).into_command();
    let child = put.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    arrived.recv().unwrap();
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    let done = Done::from(child.wait_with_output().unwrap());
    drop(hold);
    assert_eq!(done.code, Some(130), "{done:?}");
    done.says(&["may or may not have been stored", bare(&link), "the same URL"]);
}
