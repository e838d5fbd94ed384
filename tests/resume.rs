//! An interrupted transfer is gone on with: what arrived is not sent again, and nothing is joined that
//! does not belong together.

mod downloads;
mod gate;
mod incomplete;
mod intentions;
mod slow_line;

use std::fs;
use std::io::Write;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use s3seal_mock::Answer;
use serde_json::Value;

use crate::harness::{BUCKET, Lab, noise, url};
use gate::{Gate, ended, gated_lab, signal, spawned};

const MIB: usize = 1 << 20;
/// Four parts of 5 MiB, the last one smaller.
const SIZE: usize = 17 * MIB;
const PARTS: usize = 4;

const PUT: [&str; 9] =
    ["put", "-k", "./k", "--part-size", "5MiB", "--concurrency", "1", "file", "s3://demo/x"];

/// An upload that was killed when its first two parts were there.
fn killed_upload() -> (Lab, Vec<u8>) {
    let (lab, gate) = gated_lab("UploadPart", 2);
    let content = noise(SIZE);
    lab.file("file", &content);
    let mut child = spawned(&lab, &PUT);
    gate.wait();
    child.kill().unwrap();
    ended(child);
    gate.open(&lab);
    assert_eq!(lab.server().uploads(BUCKET).len(), 1);
    assert_eq!(remembered(&lab, "number"), 2);
    (lab, content)
}

fn journals(lab: &Lab) -> Vec<std::path::PathBuf> {
    let folder = fs::read_dir(lab.path("state/s3seal/transfers")).into_iter().flatten();
    folder.map(|entry| entry.unwrap().path()).collect()
}

/// How many lines with this field the one journal holds.
fn remembered(lab: &Lab, field: &str) -> usize {
    let journals = journals(lab);
    let [journal] = journals.as_slice() else { panic!("{journals:?}") };
    let text = fs::read_to_string(journal).unwrap();
    let lines = text.lines().skip(1).filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line.get(field).is_some()).count()
}

fn count(lab: &Lab, operation: &str) -> usize {
    lab.operations().iter().filter(|found| *found == operation).count()
}

/// The object is what the file was, nothing is left of any upload, and nothing is remembered.
#[track_caller]
fn is_done(lab: &Lab, content: &[u8]) {
    lab.holds_only(&["x"]);
    assert_eq!(journals(lab), [] as [std::path::PathBuf; 0]);
    assert!(lab.run(["get", "-k", "./k", &url("x"), "-"]).succeeds().bytes == content);
}

/// Nothing of the killed upload was used.
#[track_caller]
fn begun_anew(lab: &Lab, content: &[u8]) {
    assert_eq!(count(lab, "CreateMultipartUpload"), 1);
    assert_eq!(count(lab, "UploadPart"), PARTS);
    assert!(count(lab, "AbortMultipartUpload") >= 1);
    is_done(lab, content);
}

#[test]
fn a_killed_upload_is_gone_on_with() {
    let (lab, content) = killed_upload();
    lab.run(PUT).succeeds();
    assert_eq!(count(&lab, "CreateMultipartUpload"), 0);
    assert_eq!(count(&lab, "UploadPart"), PARTS - 2);
    is_done(&lab, &content);
}

#[test]
fn a_signal_leaves_an_upload_to_go_on_with_and_says_so() {
    for (name, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        let (lab, gate) = gated_lab("UploadPart", 2);
        let content = noise(SIZE);
        lab.file("file", &content);
        let child = spawned(&lab, &PUT);
        gate.wait();
        signal(&child, name);
        let output = ended(child);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains("uploaded so far is kept"), "{said}");
        assert!(said.contains("run the same command again"), "{said}");
        assert!(said.contains("rm --incomplete s3://demo/x"), "{said}");
        gate.open(&lab);
        lab.run(PUT).succeeds();
        assert_eq!(count(&lab, "UploadPart"), PARTS - 2);
        is_done(&lab, &content);
    }
}

#[test]
fn a_signal_before_any_part_is_there_leaves_nothing() {
    let (lab, gate) = gated_lab("UploadPart", 0);
    lab.file("file", &noise(SIZE));
    let child = spawned(&lab, &PUT);
    gate.wait();
    signal(&child, "-INT");
    // The abort must get through.
    drop(gate);
    assert_eq!(ended(child).status.code(), Some(130));
    lab.holds_only(&[]);
    assert_eq!(journals(&lab).len(), 0);
}

/// A lab whose server answers an operation with an error after the first few, as long as the switch is on.
fn troubled(
    operation: &'static str,
    let_through: usize,
    (status, code): (u16, &'static str),
) -> (Lab, Arc<AtomicBool>) {
    let trouble = Arc::new(AtomicBool::new(true));
    let (is_on, count) = (trouble.clone(), AtomicUsize::new(0));
    let lab = Lab::with(|server| {
        server.interceptor(move |request| {
            let strikes = request.operation == operation
                && is_on.load(Ordering::SeqCst)
                && count.fetch_add(1, Ordering::SeqCst) >= let_through;
            strikes.then(|| Answer::error(status, code, "trouble"))
        })
    });
    lab.key("k");
    (lab, trouble)
}

#[test]
fn an_unavailable_store_leaves_an_upload_to_go_on_with() {
    let (lab, trouble) = troubled("UploadPart", 2, (503, "SlowDown"));
    let content = noise(SIZE);
    lab.file("file", &content);
    let put = lab.run(PUT).env("AWS_MAX_ATTEMPTS", "1").exits(8);
    put.says(&["uploaded so far is kept", "run the same command again"]);
    trouble.store(false, Ordering::SeqCst);
    lab.server().clear_requests();
    lab.run(PUT).succeeds();
    assert_eq!(count(&lab, "UploadPart"), PARTS - 2);
    is_done(&lab, &content);
}

#[test]
fn an_upload_that_cannot_be_aborted_can_be_gone_on_with() {
    // As with credentials that expire meanwhile.
    let (is_on, parts) = (Arc::new(AtomicBool::new(true)), AtomicUsize::new(0));
    let expired = is_on.clone();
    let lab = Lab::with(|server| {
        server.interceptor(move |request| {
            let strikes = match request.operation {
                "UploadPart" => parts.fetch_add(1, Ordering::SeqCst) >= 2,
                "AbortMultipartUpload" => true,
                _ => false,
            };
            (strikes && expired.load(Ordering::SeqCst))
                .then(|| Answer::error(400, "ExpiredToken", "The provided token has expired."))
        })
    });
    lab.key("k");
    let content = noise(SIZE);
    lab.file("file", &content);
    lab.run(PUT).exits(5).says(&["have expired", "could not be aborted"]);
    is_on.store(false, Ordering::SeqCst);
    lab.server().clear_requests();
    lab.run(PUT).succeeds();
    assert_eq!(count(&lab, "UploadPart"), PARTS - 2);
    is_done(&lab, &content);
}

#[test]
fn any_other_failure_leaves_nothing() {
    for (error, exit) in [((400, "BadDigest"), 7), ((403, "AccessDenied"), 5)] {
        let (lab, _) = troubled("UploadPart", 2, error);
        lab.file("file", &noise(SIZE));
        lab.run(PUT).exits(exit);
        lab.holds_only(&[]);
        assert_eq!(journals(&lab).len(), 0);
    }
}

#[test]
fn all_parts_may_be_there_already() {
    let (lab, trouble) = troubled("CompleteMultipartUpload", 0, (503, "SlowDown"));
    let content = noise(SIZE);
    lab.file("file", &content);
    lab.run(PUT).env("AWS_MAX_ATTEMPTS", "1").exits(8).says(&["uploaded so far is kept"]);
    trouble.store(false, Ordering::SeqCst);
    lab.server().clear_requests();
    lab.run(PUT).succeeds();
    assert_eq!(count(&lab, "UploadPart"), 0);
    is_done(&lab, &content);
}

#[test]
fn a_changed_file_is_uploaded_anew() {
    let (lab, mut content) = killed_upload();
    content.push(1);
    lab.file("file", &content);
    lab.run(PUT).succeeds();
    begun_anew(&lab, &content);
}

#[test]
fn a_change_that_the_clock_hides_is_found() {
    let (lab, mut content) = killed_upload();
    let file = fs::OpenOptions::new().write(true).open(lab.path("file")).unwrap();
    let modified = file.metadata().unwrap().modified().unwrap();
    content[7] ^= 1;
    file.write_all_at(&content[..8], 0).unwrap();
    file.set_modified(modified).unwrap();
    lab.run(PUT).succeeds();
    assert_eq!(count(&lab, "UploadPart"), PARTS - 1, "the first part was sent again");
    is_done(&lab, &content);
}

#[test]
fn parts_under_another_key_are_never_joined() {
    let (lab, content) = killed_upload();
    lab.key("other");
    fs::rename(lab.path("other"), lab.path("k")).unwrap();
    lab.run(PUT).succeeds();
    begun_anew(&lab, &content);
}

#[test]
fn other_attributes_need_another_upload() {
    for options in [&["--metadata", "a=b"][..], &["--storage-class", "STANDARD_IA"]] {
        let (lab, content) = killed_upload();
        lab.run([&PUT, options].concat()).succeeds();
        begun_anew(&lab, &content);
    }
}

#[test]
fn a_store_that_forgot_the_upload_gets_it_anew() {
    let (lab, content) = killed_upload();
    let (key, id) = lab.server().uploads(BUCKET).remove(0);
    assert_eq!(key, "x");
    // As a lifecycle rule of the bucket does.
    let abort = ["rm", "--incomplete", "s3://demo/x"];
    lab.run(abort).env("XDG_STATE_HOME", lab.path("elsewhere")).succeeds().says(&[&id]);
    lab.run(PUT).succeeds();
    assert_eq!(count(&lab, "UploadPart"), PARTS);
    is_done(&lab, &content);
}

/// A lab with an upload that was interrupted when its first part was there, whose server lists what the
/// returned text says, and that part's ETag.
fn told_upload() -> (Lab, Vec<u8>, Arc<Mutex<String>>, String) {
    let (told, trouble) = (Arc::new(Mutex::new(String::new())), Arc::new(AtomicBool::new(true)));
    let (parts, is_on, sent) = (told.clone(), trouble.clone(), AtomicUsize::new(0));
    let lab = Lab::with(|server| {
        server.interceptor(move |request| {
            let is_part = request.operation == "UploadPart" && is_on.load(Ordering::SeqCst);
            if is_part && sent.fetch_add(1, Ordering::SeqCst) > 0 {
                return Some(Answer::error(503, "SlowDown", "no"));
            }
            let body = format!("<ListPartsResult>{}</ListPartsResult>", parts.lock().unwrap());
            (request.operation == "ListParts")
                .then(|| Answer::respond(200, &[("Content-Type", "application/xml")], body))
        })
    });
    lab.key("k");
    let content = noise(SIZE);
    lab.file("file", &content);
    lab.run(PUT).env("AWS_MAX_ATTEMPTS", "1").exits(8);
    let journal = fs::read_to_string(&journals(&lab)[0]).unwrap();
    let line: Value = serde_json::from_str(journal.lines().nth(1).unwrap()).unwrap();
    trouble.store(false, Ordering::SeqCst);
    lab.server().clear_requests();
    let etag = line["etag"].as_str().unwrap().to_owned();
    (lab, content, told, etag)
}

fn listed(etag: &str, bytes: usize, checksum: &str) -> String {
    format!(
        "<Part><PartNumber>1</PartNumber><ETag>{etag}</ETag><Size>{bytes}</Size>{checksum}</Part>"
    )
}

#[test]
fn a_part_that_the_store_has_otherwise_is_sent_again() {
    const OTHER: &str = "<ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME>";
    type List = fn(&str) -> String;
    let lists: [(List, usize); 5] = [
        (|etag| listed(etag, 5 * MIB, ""), PARTS - 1),
        (|_| listed("\"other\"", 5 * MIB, ""), PARTS),
        (|etag| listed(etag, 5, ""), PARTS),
        (|etag| listed(etag, 5 * MIB, OTHER), PARTS),
        (|_| String::new(), PARTS),
    ];
    for (list, sent) in lists {
        let (lab, content, told, etag) = told_upload();
        *told.lock().unwrap() = list(&etag);
        lab.run(PUT).succeeds();
        assert_eq!(count(&lab, "UploadPart"), sent, "{}", list(&etag));
        assert_eq!(count(&lab, "CreateMultipartUpload"), 0);
        is_done(&lab, &content);
    }
}

#[test]
fn a_store_that_lists_parts_to_everybody_gets_no_part_under_another_key() {
    let (lab, content, told, etag) = told_upload();
    *told.lock().unwrap() = listed(&etag, 5 * MIB, "");
    lab.key("other");
    fs::rename(lab.path("other"), lab.path("k")).unwrap();
    lab.run(PUT).succeeds();
    begun_anew(&lab, &content);
    assert_eq!(count(&lab, "ListParts"), 0, "there is nothing to ask");
}

#[test]
fn what_is_remembered_is_private_and_holds_no_key() {
    let (lab, _) = killed_upload();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let journal = journals(&lab).remove(0);
    assert_eq!(mode(&journal), 0o600);
    assert_eq!(mode(journal.parent().unwrap()), 0o700);
    let text = fs::read_to_string(journal).unwrap();
    let md5 = lab.run(["key", "md5", "./k"]).succeeds().stdout;
    assert!(!text.contains(md5.trim()), "{text}");
    let header: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(header["keyCheck"].as_str().unwrap().len(), 64, "{header}");
    assert_eq!(header["salt"].as_str().unwrap().len(), 32, "{header}");
}

#[test]
fn a_torn_line_is_ignored() {
    let (lab, content) = killed_upload();
    let journal = journals(&lab).remove(0);
    let mut file = fs::OpenOptions::new().append(true).open(journal).unwrap();
    file.write_all(br#"{"number":3,"etag":"x"#).unwrap();
    lab.run(PUT).succeeds();
    assert_eq!(count(&lab, "UploadPart"), PARTS - 2);
    is_done(&lab, &content);
}

#[test]
fn another_format_is_replaced() {
    let (lab, content) = killed_upload();
    let journal = journals(&lab).remove(0);
    let text = fs::read_to_string(&journal).unwrap();
    fs::write(&journal, text.replacen("\"format\":1", "\"format\":2", 1)).unwrap();
    let put = lab.run(PUT).succeeds();
    put.says(&["1 older unfinished upload of s3://demo/x", "rm --incomplete s3://demo/x"]);
    assert_eq!(count(&lab, "UploadPart"), PARTS);
    lab.run(["rm", "--incomplete", "s3://demo/x"]).succeeds();
    is_done(&lab, &content);
}

#[test]
fn two_runs_at_once_do_not_share_an_upload() {
    let (lab, gate) = gated_lab("UploadPart", 1);
    let content = noise(SIZE);
    lab.file("file", &content);
    let first = spawned(&lab, &PUT);
    gate.wait();
    lab.run(PUT).succeeds();
    drop(gate);
    assert_eq!(ended(first).status.code(), Some(0));
    assert_eq!(count(&lab, "CreateMultipartUpload"), 2);
    is_done(&lab, &content);
}

#[test]
fn without_resuming_nothing_is_left_and_nothing_is_joined() {
    let (lab, gate) = gated_lab("UploadPart", 2);
    let content = noise(SIZE);
    lab.file("file", &content);
    let child = spawned(&lab, &[&PUT[..], &["--no-resume"]].concat());
    gate.wait();
    signal(&child, "-INT");
    drop(gate);
    assert_eq!(ended(child).status.code(), Some(130));
    lab.holds_only(&[]);
    assert_eq!(journals(&lab).len(), 0);

    let (lab, content) = killed_upload();
    lab.run([&PUT[..], &["--no-resume"]].concat()).succeeds().says(&["1 older unfinished upload"]);
    assert_eq!(count(&lab, "UploadPart"), PARTS);
    assert_eq!(journals(&lab).len(), 1, "what is remembered of another run is left alone");
    lab.run(["rm", "--incomplete", "s3://demo/x"]).succeeds();
    is_done(&lab, &content);
}

#[test]
fn an_upload_that_nobody_goes_on_with_is_aborted_after_a_week() {
    let (lab, _) = killed_upload();
    let age = |days: u64| {
        let time = SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60);
        let journal = fs::OpenOptions::new().append(true).open(journals(&lab).remove(0)).unwrap();
        journal.set_modified(time).unwrap();
    };
    lab.file("another", &noise(SIZE));
    let put = ["put", "-k", "./k", "another", "s3://demo/another"];
    age(6);
    lab.run(put).succeeds();
    assert_eq!(lab.server().uploads(BUCKET).len(), 1);
    age(8);
    lab.run(put).succeeds();
    lab.holds_only(&["another"]);
    assert_eq!(journals(&lab).len(), 0);
}

#[test]
fn an_upload_to_another_bucket_is_not_forgotten_unaborted() {
    let (lab, _) = killed_upload();
    let path = journals(&lab).remove(0);
    let text =
        fs::read_to_string(&path).unwrap().replace(r#""bucket":"demo""#, r#""bucket":"other""#);
    fs::write(&path, text).unwrap();
    let journal = fs::OpenOptions::new().append(true).open(&path).unwrap();
    journal.set_modified(SystemTime::now() - Duration::from_secs(8 * 24 * 60 * 60)).unwrap();
    lab.file("another", &noise(SIZE));
    lab.run(["put", "-k", "./k", "another", "s3://demo/another"]).succeeds();
    assert_eq!(lab.server().uploads(BUCKET).len(), 1);
    assert_eq!(journals(&lab), [path]);
}

#[test]
fn without_a_journal_older_uploads_are_told_and_left_alone() {
    let (lab, content) = killed_upload();
    // As on a fresh CI runner.
    fs::remove_dir_all(lab.path("state")).unwrap();
    let put = lab.run(PUT).succeeds();
    put.says(&["1 older unfinished upload of s3://demo/x (since 20", "rm --incomplete"]);
    assert_eq!(count(&lab, "UploadPart"), PARTS);
    assert_eq!(lab.server().uploads(BUCKET).len(), 1);
    let piped = ["put", "-k", "./k", "-", "s3://demo/x"];
    lab.run(piped).stdin(&content).succeeds().says(&["1 older unfinished upload"]);
    lab.file("note", b"content");
    lab.run(["put", "-k", "./k", "note", "s3://demo/x"]).succeeds();
    assert_eq!(lab.server().uploads(BUCKET).len(), 1);
}
