//! Interrupted wherever it was, a rotation goes on.

use std::process::Stdio;
use std::sync::Mutex;
use std::sync::mpsc;
use std::time::Duration;

use s3seal_mock::{Answer, Builder, RequestRecord};

use super::Rig;
use crate::audit::inventory::{COLUMNS, inventory, row, zipped};
use crate::harness::Lab;

const PATIENCE: Duration = Duration::from_secs(50);
/// More than are remembered at once.
const COUNT: usize = 450;

fn name(number: usize) -> String {
    format!("t/{number:04}")
}

/// A lab with many objects, and a server that tells when the copy of the last but few begins.
fn rig(set_up: impl FnOnce(Builder) -> Builder) -> Rig {
    let rig = Rig::of(Lab::with(set_up));
    for number in 0..COUNT {
        rig.lab.deep_file(&name(number), b"content");
    }
    rig.lab.run(["put", "-q", "-k", "./old", "-r", "t", "s3://demo/t/"]).succeeds();
    rig.lab.server().clear_requests();
    rig
}

fn held(
    server: Builder,
    answer: fn(&RequestRecord) -> Option<Answer>,
) -> (Builder, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (tell, arrived) = mpsc::channel();
    let (go, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let server = server.interceptor(move |request| {
        let is_late = request.key.as_deref() == Some(&name(COUNT - 10));
        if request.operation == "CopyObject" && is_late && tell.send(()).is_ok() {
            let _ = tokio::task::block_in_place(|| wait.lock().unwrap().recv_timeout(PATIENCE));
        }
        answer(request)
    });
    (server, arrived, go)
}

/// Stops a rotation shortly before its end; what another run then looks at.
fn stopped_by(signal: &str) -> (Rig, usize, String) {
    let (rig, looked_at, told) = stopped(signal, |_| None, |_| vec!["s3://demo/t/".to_owned()]);
    (rig, looked_at.len(), told)
}

fn stopped(
    signal: &str,
    answer: fn(&RequestRecord) -> Option<Answer>,
    arguments: impl FnOnce(&Rig) -> Vec<String>,
) -> (Rig, Vec<String>, String) {
    let mut ends = None;
    let rig = rig(|server| {
        let (server, arrived, go) = held(server, answer);
        ends = Some((arrived, go));
        server
    });
    let (arrived, go) = ends.unwrap();
    let arguments = arguments(&rig);
    let rotate = || rig.rotate(arguments.iter().map(String::as_str));
    let mut command = rotate().into_command();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    arrived.recv_timeout(PATIENCE).expect("a copy begins");
    let kill = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    drop(go);
    drop(arrived);
    child.wait().unwrap();
    rig.count("");
    let done = rotate().succeeds();
    let requests = rig.lab.server().requests();
    let looks = requests.iter().filter(|it| it.operation == "HeadObject");
    let looked_at = looks.filter_map(|it| it.key.clone()).collect();
    for number in 0..COUNT {
        assert_eq!(rig.sealed_with(&name(number)), Some(rig.new_md5.clone()));
    }
    (rig, looked_at, done.stderr)
}

#[test]
fn a_killed_rotation_goes_on_where_it_was() {
    let (rig, looks, told) = stopped_by("-KILL");
    assert!(told.contains("going on after t/"), "{told}");
    // At most what was not remembered yet, each with one key or two.
    assert!(looks < COUNT, "{looks}");
    // Then all of it was looked at, and nothing is remembered.
    let done = rig.rotate(["s3://demo/t/"]).succeeds();
    assert!(done.stderr.contains(&format!("{COUNT} as they should be")), "{}", done.stderr);
    assert_eq!(std::fs::read_dir(rig.lab.path("state/s3seal/transfers")).unwrap().count(), 0);
}

#[test]
fn a_signal_ends_it_in_good_order() {
    let (_, looks, told) = stopped_by("-TERM");
    assert!(told.contains("going on after t/"), "{told}");
    assert!(looks < COUNT, "{looks}");
}

/// The whole listing, wherever it should begin.
fn lists_all(request: &RequestRecord) -> Option<Answer> {
    (request.operation == "ListObjectsV2").then(|| {
        let object = |number| {
            let key = name(number);
            format!(
                "<Contents><Key>{key}</Key><LastModified>2026-11-22T05:26:21.000Z</LastModified><Size>7</Size></Contents>"
            )
        };
        let objects: String = (0..COUNT).map(object).collect();
        let xml = format!(
            "<ListBucketResult><IsTruncated>false</IsTruncated>{objects}</ListBucketResult>"
        );
        Answer::respond(200, &[("content-type", "application/xml")], xml)
    })
}

#[test]
fn a_store_that_lists_all_anew_does_not_have_all_of_it_looked_at() {
    let (_, looked_at, told) = stopped("-TERM", lists_all, |_| vec!["s3://demo/t/".to_owned()]);
    assert!(told.contains("going on after t/"), "{told}");
    assert!(!looked_at.contains(&name(0)), "{looked_at:?}");
}

/// Another list may have the same name: nothing in it is passed over.
#[test]
fn lists_and_inventories_begin_anew() {
    let (rig, looked_at, told) = stopped(
        "-KILL",
        |_| None,
        |rig| {
            let list: String = (0..COUNT).map(|number| format!("{number:04}\n")).collect();
            rig.lab.file("list", list.as_bytes());
            ["--files-from", "list", "s3://demo/t/"].map(str::to_owned).to_vec()
        },
    );
    assert!(!told.contains("going on"), "{told}");
    assert!(looked_at.contains(&name(0)), "{looked_at:?}");
    let rows: String = (0..COUNT).map(|number| row(&name(number), "SSE-C")).collect();
    let manifest = inventory(&rig.lab, COLUMNS, &[zipped(&rows)]);
    let done = rig.rotate(["--inventory", &manifest, "s3://demo/t/"]).succeeds();
    assert!(done.stderr.contains(&format!("{COUNT} as they should be")), "{}", done.stderr);
}

/// What failed is looked at again, though others behind it are done.
#[test]
fn what_failed_is_not_passed_over() {
    let rig = rig(|server| {
        server.interceptor(|request| {
            let is_early = request.key.as_deref() == Some("t/0003");
            let is_late = request.key.as_deref() == Some(&name(COUNT - 10));
            match request.operation {
                "CopyObject" if is_early => Some(Answer::error(403, "AccessDenied", "no")),
                // No use in going on.
                "CopyObject" if is_late => Some(Answer::error(403, "ExpiredToken", "expired")),
                _ => None,
            }
        })
    });
    rig.rotate(["s3://demo/t/"]).exits(5);
    let again = rig.rotate(["s3://demo/t/"]).exits(5);
    assert!(again.stderr.contains("s3://demo/t/0003"), "{}", again.stderr);
}

#[test]
fn another_rotation_begins_anew() {
    let (rig, ..) = stopped_by("-KILL");
    for arguments in [["--shard", "1/2"], ["--exclude", "x"]] {
        let run = rig.rotate([&arguments[..], &["s3://demo/t/"]].concat()).succeeds();
        assert!(!run.stderr.contains("going on"), "{}", run.stderr);
    }
}

/// The same names of keys, and another key behind one of them.
#[test]
fn another_key_begins_anew() {
    let rig = rig(|server| {
        server.interceptor(|request| {
            let is_late = request.key.as_deref() == Some(&name(COUNT - 10));
            (request.operation == "CopyObject" && is_late)
                .then(|| Answer::error(403, "ExpiredToken", "expired"))
        })
    });
    rig.rotate(["s3://demo/t/"]).exits(5).says(&["run the same command again to go on"]);
    let again = rig.rotate(["s3://demo/t/"]).exits(5);
    assert!(again.stderr.contains("going on after"), "{}", again.stderr);
    let anew = rig.rotate(["--no-resume", "s3://demo/t/"]).exits(5);
    assert!(!anew.stderr.contains("going on after"), "{}", anew.stderr);
    rig.rotate(["s3://demo/t/"]).exits(5);
    std::fs::rename(rig.lab.path("new"), rig.lab.path("middle")).unwrap();
    rig.lab.key("new");
    let keys = ["rotate", "--from", "./old", "--to", "./new", "s3://demo/t/"];
    let run = rig.lab.run(keys).done();
    assert!(!run.stderr.contains("going on after"), "{}", run.stderr);
}

/// The last object that was done is gone: nobody knows what comes after it, and all is looked at again.
#[test]
fn a_listing_without_the_last_object_begins_anew() {
    let rig = rig(|server| {
        server.interceptor(|request| {
            let is_late = request.key.as_deref() == Some(&name(COUNT - 10));
            (request.operation == "CopyObject" && is_late)
                .then(|| Answer::error(403, "ExpiredToken", "expired"))
        })
    });
    let first = rig.rotate(["--concurrency", "1", "s3://demo/t/"]).exits(5);
    assert!(first.stderr.contains("run the same command again"), "{}", first.stderr);
    rig.lab
        .run(["rm", "-q", "-r", "--exclude", "*", "--include", "0[34]*", "s3://demo/t/"])
        .succeeds();
    rig.lab.seal("old", "t/.first", b"content");
    let again = rig.rotate(["s3://demo/t/"]).succeeds();
    assert!(again.stderr.contains("going on after"), "{}", again.stderr);
    assert_eq!(rig.sealed_with("t/.first"), Some(rig.new_md5.clone()));
}

/// What failed below one URL says nothing of another.
#[test]
fn each_url_is_remembered_by_itself() {
    let rig = Rig::new();
    rig.lab.seal("other", "a/locked", b"theirs");
    rig.lab.seal("old", "b/x", b"content");
    let urls = ["s3://demo/a/", "s3://demo/b/"];
    let done = rig.rotate(urls).exits(4);
    assert!(!done.stderr.contains("is remembered"), "{}", done.stderr);
    rig.lab.seal("old", "b/c", b"written since");
    rig.rotate(urls).exits(4);
    assert_eq!(rig.sealed_with("b/c"), Some(rig.new_md5.clone()));
}
