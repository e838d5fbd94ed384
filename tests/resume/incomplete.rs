//! `rm --incomplete`: what was never finished is found and aborted, and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use s3seal_mock::Answer;
use serde_json::Value;

use super::{BUCKET, Lab, journals, killed_upload};

/// A lab with an unfinished upload of each of these keys.
fn lab_with(keys: &[&str]) -> Lab {
    let begins = Arc::new(AtomicBool::new(true));
    let begins_only = begins.clone();
    let lab = Lab::with(|server| {
        server.interceptor(move |request| {
            let fails = ["UploadPart", "AbortMultipartUpload"].contains(&request.operation)
                && begins_only.load(Ordering::SeqCst);
            fails.then(|| Answer::error(403, "AccessDenied", "no"))
        })
    });
    lab.key("k");
    for key in keys {
        let put = lab.run(["put", "-k", "./k", "-", &format!("s3://demo/{key}")]).stdin(b"content");
        put.exits(5).says(&["could not be aborted"]);
    }
    begins.store(false, Ordering::SeqCst);
    lab
}

#[track_caller]
fn left(lab: &Lab, keys: &[&str]) {
    let uploads = lab.server().uploads(BUCKET);
    let found: Vec<&str> = uploads.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(found, keys);
}

#[test]
fn an_object_stands_for_its_own_uploads_and_a_folder_for_all_below() {
    let keys = ["a", "a", "a/b", "a/c d+%", "ab"];
    for (arguments, spared) in [
        (&["s3://demo/a"][..], &["a/b", "a/c d+%", "ab"][..]),
        (&["s3://demo/a/"], &["a", "a", "ab"]),
        (&["-r", "s3://demo/a"], &["a", "a", "ab"]),
        (&["s3://demo"], &[]),
        (&["s3://demo/ab", "s3://demo/a/b"], &["a", "a", "a/c d+%"]),
        (&["s3://demo/b"], &keys),
        (&["--dry-run", "s3://demo"], &keys),
        (&["--older-than", "24h", "s3://demo"], &keys),
        (&["--older-than", "584000000000y", "s3://demo"], &keys),
        (&["--older-than", "0s", "s3://demo/ab"], &keys[..4]),
    ] {
        let lab = lab_with(&keys);
        lab.run([&["rm", "--incomplete"], arguments].concat()).succeeds();
        left(&lab, spared);
    }
}

#[test]
fn each_upload_is_told() {
    let lab = lab_with(&["a b"]);
    let (_, id) = lab.server().uploads(BUCKET).remove(0);
    let rm = ["rm", "--incomplete", "s3://demo"];
    let dry = lab.run([&rm[..], &["--dry-run"]].concat()).succeeds();
    dry.says(&["would abort the unfinished upload", &id, "s3://demo/a b", "(begun 20"]);
    let item = lab.run([&rm[..], &["--dry-run", "--json"]].concat()).succeeds().json();
    assert_eq!(item["dryRun"], true);
    let item = lab.run([&rm[..], &["--json"]].concat()).succeeds().json();
    assert_eq!(item["op"], "rm");
    assert_eq!(item["url"], "s3://demo/a b");
    assert_eq!(item["uploadId"], id);
    assert!(item["initiated"].as_str().unwrap().ends_with('Z'), "{item}");
    assert_eq!(item.get("dryRun"), None);
    assert_eq!(lab.run(rm).succeeds().stderr, "", "there is nothing left to do");
}

#[test]
fn what_was_remembered_of_an_aborted_upload_is_forgotten() {
    let (lab, content) = killed_upload();
    lab.run(["rm", "--incomplete", "--dry-run", "s3://demo"]).succeeds();
    assert_eq!(journals(&lab).len(), 1);
    lab.run(["rm", "--incomplete", "s3://demo"]).succeeds();
    assert_eq!(journals(&lab).len(), 0);
    lab.run(super::PUT).succeeds();
    super::is_done(&lab, &content);
}

/// A lab whose server gives a first page of its own, with this as the place of the next.
fn first_page(next: &'static str) -> Lab {
    let answers = AtomicUsize::new(0);
    Lab::with(|server| {
        server.interceptor(move |request| {
            let is_first = request.query_param("key-marker").is_none();
            // A program that asks for ever gets an end some time, and fails its test.
            let is_again = request.query_param("key-marker").as_deref() == Some("again")
                && answers.fetch_add(1, Ordering::SeqCst) < 10;
            (request.operation == "ListMultipartUploads" && (is_first || is_again)).then(|| {
                let body = format!(
                    "<ListMultipartUploadsResult><EncodingType>url</EncodingType>\
                     <IsTruncated>true</IsTruncated>{next}\
                     <Upload><Key>absent%0A</Key><UploadId>1</UploadId></Upload>\
                     </ListMultipartUploadsResult>"
                );
                Answer::respond(200, &[("Content-Type", "application/xml")], body)
            })
        })
    })
}

#[test]
fn all_pages_are_read() {
    let lab = first_page(
        "<NextKeyMarker>a%2B+b</NextKeyMarker><NextUploadIdMarker>2</NextUploadIdMarker>",
    );
    let rm = lab.run(["rm", "--incomplete", "--json", "s3://demo"]).succeeds();
    let item: Value = rm.json();
    assert_eq!(item["url"], "s3://demo/absent\n");
    assert_eq!(item.get("initiated"), None);
    let requests = lab.server().requests();
    let lists: Vec<_> =
        requests.iter().filter(|it| it.operation == "ListMultipartUploads").collect();
    assert_eq!(lists.len(), 2);
    assert_eq!(lists[1].query_param("key-marker").as_deref(), Some("a+ b"));
    assert_eq!(lists[1].query_param("upload-id-marker").as_deref(), Some("2"));
}

#[test]
fn a_list_without_an_end_is_left() {
    for next in ["", "<NextKeyMarker>again</NextKeyMarker>"] {
        let lab = first_page(next);
        lab.run(["rm", "--incomplete", "s3://demo"]).exits(1).says(&["never ends"]);
    }
}

#[test]
fn refusals_are_told_and_the_others_are_aborted() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            let is_refused = match request.operation {
                "ListMultipartUploads" => true,
                "AbortMultipartUpload" => request.key.as_deref() == Some("absent\n"),
                _ => false,
            };
            is_refused.then(|| Answer::error(403, "AccessDenied", "no"))
        })
    });
    let rm = lab.run(["rm", "--incomplete", "s3://demo"]).exits(5);
    assert!(rm.stderr.contains("s3:ListBucketMultipartUploads"), "{}", rm.stderr);
    lab.run(["rm", "--incomplete", "s3://absent"]).exits(5);
    lab.run(["rm", "--incomplete", "demo"]).exits(2);
    lab.run(["rm", "--older-than", "24h", "s3://demo/x"]).exits(2);
    lab.run(["rm", "--incomplete", "--older-than", "soon", "s3://demo/x"]).exits(2);
    lab.run(["rm", "--incomplete", "--version-id", "1", "s3://demo/x"]).exits(2);
    Lab::new().run(["rm", "--incomplete", "s3://absent"]).exits(3).says(&["does not exist"]);
}

#[test]
fn one_that_cannot_be_aborted_does_not_stop_the_others() {
    let denies = Arc::new(AtomicBool::new(false));
    let is_denied = denies.clone();
    let lab = Lab::with(|server| {
        server.interceptor(move |request| {
            let is_part = request.operation == "UploadPart";
            let is_abort = request.operation == "AbortMultipartUpload";
            let is_first = request.key.as_deref() == Some("a");
            let fails = is_part || (is_abort && (is_first || !is_denied.load(Ordering::SeqCst)));
            fails.then(|| Answer::error(403, "AccessDenied", "no"))
        })
    });
    lab.key("k");
    for key in ["a", "b"] {
        let put = lab.run(["put", "-k", "./k", "-", &format!("s3://demo/{key}")]).stdin(b"x");
        put.exits(5);
    }
    denies.store(true, Ordering::SeqCst);
    let rm = lab.run(["rm", "--incomplete", "s3://demo"]).exits(5);
    rm.says(&["s3:AbortMultipartUpload", "aborted the unfinished upload"]);
    left(&lab, &["a"]);
}

#[test]
fn a_store_that_ignores_the_prefix_loses_no_other_upload() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            let upload = |key| format!("<Upload><Key>{key}</Key><UploadId>1</UploadId></Upload>");
            let body = format!(
                "<ListMultipartUploadsResult>{}{}</ListMultipartUploadsResult>",
                upload("p/mine"),
                upload("q/theirs")
            );
            (request.operation == "ListMultipartUploads")
                .then(|| Answer::respond(200, &[("Content-Type", "application/xml")], body))
        })
    });
    let run = lab.run(["rm", "--incomplete", "-r", "--dry-run", "s3://demo/p"]).succeeds();
    assert!(run.stderr.contains("p/mine") && !run.stderr.contains("q/theirs"), "{}", run.stderr);
}
