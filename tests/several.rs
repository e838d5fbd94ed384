//! Several items in one run: one that fails stops no other, what all would meet stops all, and the end says
//! how many of what.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use s3seal_mock::{Answer, Behavior};

use crate::harness::{BUCKET, Lab, url};

fn tree(lab: &Lab, count: usize) {
    for index in 0..count {
        lab.deep_file(&format!("tree/{index:04}"), format!("file {index}").as_bytes());
    }
}

#[test]
fn several_files_go_into_a_folder_and_out_again() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("a", b"a");
    lab.deep_file("d/b", b"b");
    lab.run(["put", "-k", "./k", "a", "d/b", &url("p/")]).succeeds().says(&[
        "sealed s3://demo/p/a",
        "sealed s3://demo/p/b",
        "sealed 2 objects (2 B)",
    ]);
    lab.holds_only(&["p/a", "p/b"]);
    lab.run(["get", "-k", "./k", &url("p/a"), &url("p/b"), "back"]).succeeds();
    assert_eq!(lab.tree("back").len(), 2);
    lab.run(["put", "-k", "./k", "a", "d/b", &url("p")])
        .fails(2)
        .says(&["several sources", "s3://demo/p/"]);
    lab.run(["get", "-k", "./k", &url("p/a"), &url("p/b"), "a"]).fails(2).says(&["a is no folder"]);
    lab.run(["get", "-k", "./k", &url("p/a"), &url("p/b"), "-"])
        .fails(2)
        .says(&["only one object"]);
    lab.run(["get", "-k", "./k", "-r", &url("p"), "-"]).fails(2).says(&["only one object"]);
    lab.run(["get", "-k", "./k", "-r", &url("p"), "x", "--range", "bytes=0-1"])
        .fails(2)
        .says(&["range"]);
    lab.run(["put", "-k", "./k", "a", "d/b", &url("p/"), "--if-match", "x"])
        .fails(2)
        .says(&["ETag"]);
    lab.run(["put", "a"]).fails(2).says(&["destination"]);
}

#[test]
fn the_same_name_twice_is_reported() {
    let lab = Lab::new();
    lab.deep_file("a/x", b"1");
    lab.deep_file("b/x", b"2");
    lab.deep_file("b/y", b"3");
    let same = ["another source has the same destination", "1 failed"];
    lab.run(["put", "--no-key", "-r", "a", "b", &url("p")]).exits(1).says(&same);
    lab.holds_only(&["p/x", "p/y"]);
    lab.plain("q/x", b"4");
    lab.run(["get", &url("p/x"), &url("q/x"), "back"]).exits(1).says(&same);
    lab.run(["get", "-r", &url("p"), &url("q"), "back"]).exits(1).says(&same);
    assert_eq!(lab.read("back/x"), b"1");
}

#[test]
fn one_failure_stops_no_other() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            let hit = request.key.as_deref().is_some_and(|key| key.ends_with("0013"));
            hit.then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    lab.key("k");
    tree(&lab, 40);
    let denied = ["s3://demo/p/0013: the credentials may not", "1 failed"];
    lab.run(["put", "-k", "./k", "-r", "tree", &url("p")])
        .exits(5)
        .says(&denied)
        .says(&["sealed 39"]);
    assert_eq!(lab.server().object_keys(BUCKET).len(), 39);
    fs::remove_file(lab.path("tree/0013")).unwrap();
    lab.plain("p/x", b"");
    // Two failures of two kinds have no common code.
    let done = lab.run(["get", "-k", "./k", "--json", "-r", &url("p"), "back"]).exits(6);
    assert_eq!(done.json_lines().len(), 39);
    assert_eq!(done.error()["url"], url("p/x"));
    lab.run(["get", "-k", "./k", &url("p/x"), &url("p/0013"), "back"]).fails(1);
}

#[test]
fn each_item_is_a_line_of_json() {
    let lab = Lab::new();
    let md5 = lab.key("k");
    tree(&lab, 3);
    let put = lab.run(["put", "-k", "./k", "--json", "-r", "tree", &url("p")]).succeeds();
    assert!(put.stderr.is_empty(), "{}", put.stderr);
    let items = put.json_lines();
    assert_eq!(items.len(), 3);
    assert_eq!(items[2]["op"], "put");
    assert_eq!(items[2]["url"], url("p/0002"));
    assert_eq!(items[2]["keyMd5"], md5.as_str());
    assert_eq!(items[2]["bytes"], 6);
    let items =
        lab.run(["get", "-k", "./k", "--json", "-r", &url("p"), "back"]).succeeds().json_lines();
    assert_eq!(items[0]["file"], "back/0000");
    assert_eq!(items[0]["verified"], true);
}

#[test]
fn an_unproven_bucket_is_proven_once() {
    let lab = Lab::new();
    lab.key("k");
    tree(&lab, 30);
    lab.run(["put", "-k", "./k", "-r", "tree", &url("p")]).succeeds();
    let count = |name: &str| lab.operations().iter().filter(|operation| *operation == name).count();
    assert_eq!(count("CreateMultipartUpload"), 1);
    assert_eq!(count("PutObject"), 29);
    lab.server().clear_requests();
    lab.run(["put", "-k", "./k", "-r", "tree", &url("p")]).succeeds();
    lab.run(["get", "-k", "./k", "-r", &url("p"), "back"]).succeeds();
    assert_eq!((count("PutObject"), count("GetObject"), count("ListObjectsV2")), (30, 30, 1));
    assert_eq!(lab.operations().len(), 61);
    assert_eq!(lab.tree("back"), lab.tree("tree"));
}

#[test]
fn where_nothing_can_be_remembered_a_run_still_proves_once() {
    let lab = Lab::new();
    lab.key("k");
    tree(&lab, 5);
    lab.file("no-folder", b"");
    let put = lab.run(["put", "-k", "./k", "-r", "tree", &url("p")]);
    put.env("XDG_STATE_HOME", lab.path("no-folder")).succeeds();
    let multiparts = lab.operations().iter().filter(|it| *it == "CreateMultipartUpload").count();
    assert_eq!(multiparts, 1);
}

#[test]
fn a_store_that_does_not_seal_ends_the_run_at_once() {
    let lab = Lab::with(|server| server.behave(Behavior::IgnoresSseC));
    lab.key("k");
    tree(&lab, 100);
    let done = lab.run(["put", "-k", "./k", "-r", "tree", &url("p")]).fails(6);
    assert_eq!(done.stderr.matches("error: ").count(), 1, "{}", done.stderr);
    assert!(lab.operations().len() < 8, "{:?}", lab.operations());
    lab.holds_only(&[]);
    // Even where it was believed to seal: what got through meanwhile is taken back.
    lab.believe_in_the_bucket();
    lab.run(["put", "-k", "./k", "-r", "tree", &url("p")]).fails(6).says(&["removed again"]);
    lab.holds_only(&[]);
}

#[test]
fn what_all_would_meet_is_told_once() {
    let lab = Lab::new();
    lab.key("k");
    tree(&lab, 200);
    let put = |dest: &str| lab.run(["put", "-k", "./k", "-r", "tree", dest]);
    let told_once = |done: crate::harness::Done| {
        assert_eq!(done.stderr.matches("error: ").count(), 1, "{}", done.stderr);
        assert!(lab.operations().len() < 100, "{:?}", lab.operations().len());
        lab.server().clear_requests();
    };
    told_once(put(&url("p")).env("AWS_SECRET_ACCESS_KEY", "wrong").fails(5));
    told_once(put("s3://absent/p").fails(3));
    told_once(put(&url("p")).env("AWS_ENDPOINT_URL", "http://127.0.0.1:1").fails(8));
    lab.believe_in_the_bucket();
    lab.server().block_sse_c(BUCKET, true);
    told_once(put(&url("p")).fails(5).says(&["blocks SSE-C"]));
    lab.holds_only(&[]);
}

#[test]
fn a_listing_that_leads_nowhere_ends() {
    let page = |more: &str| {
        format!("<ListBucketResult><IsTruncated>true</IsTruncated>{more}</ListBucketResult>")
    };
    let cases = [
        ("<NextContinuationToken>again</NextContinuationToken>", "round in circles"),
        ("", "but not where"),
        (
            "<Contents><Key>other</Key><Size>1</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents><NextContinuationToken>a</NextContinuationToken>",
            "not asked for",
        ),
        (
            "<EncodingType>url</EncodingType><Contents><Key>p%zz</Key><Size>1</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents><NextContinuationToken>a</NextContinuationToken>",
            "cannot be read",
        ),
    ];
    for (more, says) in cases {
        let body = page(more);
        let asked = AtomicUsize::new(0);
        let lab = Lab::with(|server| {
            server.interceptor(move |request| {
                // A client that goes on for ever must not do so here.
                let goes_on = asked.fetch_add(1, Ordering::Relaxed) < 20;
                (goes_on && request.operation == "ListObjectsV2")
                    .then(|| Answer::respond(200, &[], body.clone()))
            })
        });
        lab.run(["get", "-r", &url("p"), "back"]).fails(1).says(&[says]);
        lab.run(["rm", "-r", &url("p")]).fails(1).says(&[says]);
        let listed = lab.operations().len();
        assert!(listed <= 4, "{listed}");
    }
}

#[test]
fn a_listing_that_is_denied_says_which_permission() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            let lists = request.operation.starts_with("List");
            lists.then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    lab.run(["get", "-r", &url("p"), "back"]).fails(5).says(&["list the bucket", "s3:ListBucket"]);
}

/// The server holds its answers to an operation until the gate is dropped.
fn interrupted(
    operation: &'static str,
    act: impl Fn(&Lab) -> std::process::Command,
) -> (Lab, std::process::Output) {
    let (tell, arrived) = mpsc::channel();
    let (hold, wait) = mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let lab = Lab::with(|server| {
        server.interceptor(move |request| {
            if request.operation == operation && tell.send(()).is_ok() {
                let _ = wait.lock().unwrap().recv();
            }
            None
        })
    });
    lab.key("k");
    tree(&lab, 100);
    lab.believe_in_the_bucket();
    let child = act(&lab).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    arrived.recv_timeout(std::time::Duration::from_secs(60)).expect("a request");
    signal(&child, "-INT");
    let ended = child.wait_with_output().unwrap();
    drop(hold);
    (lab, ended)
}

fn signal(child: &Child, name: &str) {
    let kill = std::process::Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
}

#[test]
fn an_interrupted_run_starts_nothing_new() {
    let (lab, ended) = interrupted("PutObject", |lab| {
        lab.run(["put", "-k", "./k", "-r", "tree", &url("p")]).into_command()
    });
    let told = String::from_utf8_lossy(&ended.stderr);
    assert_eq!((ended.status.code(), ended.status.signal()), (Some(130), None), "{told}");
    let last = told.lines().last().unwrap();
    assert!(
        last.starts_with("error: interrupted by SIGINT: ") && last.contains(" unfinished"),
        "{told}"
    );
    assert!(last.ends_with("; run the same command again"), "{told}");
    let puts = lab.operations().iter().filter(|it| *it == "PutObject").count();
    assert!(puts <= 64, "{puts}");
    assert!(lab.server().uploads(BUCKET).is_empty());
}

#[test]
fn an_interrupted_download_leaves_no_half_files() {
    let (lab, ended) = interrupted("GetObject", |lab| {
        lab.run(["put", "-k", "./k", "-r", "tree", &url("p")]).succeeds();
        lab.run(["get", "-k", "./k", "-r", &url("p"), "back"]).into_command()
    });
    let told = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(130), "{told}");
    assert_eq!(told.matches("interrupted").count(), 1, "{told}");
    assert!(lab.tree("back").is_empty(), "{:?}", lab.tree("back").keys());
}

#[test]
fn equal_failures_are_printed_three_times_and_counted() {
    let lab = Lab::new();
    lab.key("k");
    lab.key("other");
    tree(&lab, 10);
    lab.run(["put", "-q", "-r", "-k", "./k", "tree", &url("t/")]).succeeds();
    let get = |more: &[&str]| {
        lab.run([&["get", "-r", "-k", "./other", &url("t/"), "back"], more].concat()).exits(4)
    };
    let done =
        get(&[]).says(&["and 7 more for the same reason: ", "--list names them", "10 failed"]);
    assert_eq!(done.stderr.matches("\nerror: s3://").count() + 1, 3, "{}", done.stderr);
    for all in [&["--list"][..], &["-v"]] {
        let stderr = get(all).stderr;
        assert_eq!(stderr.matches("error: s3://").count(), 10, "{stderr}");
        assert!(!stderr.contains("more for the same reason"), "{stderr}");
    }
    let json = get(&["--json"]).stderr;
    assert_eq!(json.lines().filter(|line| line.contains("\"kind\":\"key\"")).count(), 10);
}

#[test]
fn a_line_for_each_item_comes_on_request_and_deletions_always_have_one() {
    let lab = Lab::new();
    lab.key("k");
    tree(&lab, 5);
    let put = ["put", "-r", "-k", "./k", "tree", &url("t/")];
    assert_eq!(lab.run(put).succeeds().stderr.lines().count(), 1);
    for option in ["--list", "-v"] {
        let stderr = lab.run([&put[..], &[option]].concat()).succeeds().stderr;
        assert_eq!(stderr.matches("sealed s3://demo/t/").count(), 5, "{stderr}");
    }
    let get = ["get", "--list", "-r", "-k", "./k", &url("t/"), "back"];
    assert_eq!(lab.run(get).succeeds().stderr.lines().count(), 6);
    let removed = lab.run(["rm", "-r", &url("t/")]).succeeds().stderr;
    assert_eq!(removed.matches("deleted s3://demo/t/").count(), 5, "{removed}");
    assert!(removed.ends_with("deleted 5 objects\n"), "{removed}");
}

#[test]
fn requests_are_logged_with_their_outcome() {
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "x", b"content");
    let log = lab.run(["head", "-v", "-k", "./k", &url("x")]).succeeds().stderr;
    let line = log.lines().next().unwrap();
    assert!(line.starts_with("HEAD http") && line.contains("/demo/x"), "{line}");
    assert!(line.contains(": 200, ") && line.ends_with(" ms, attempt 1"), "{line}");
    let detailed = lab.run(["head", "-vv", "-k", "./k", &url("x")]).succeeds().stderr;
    let stamp = detailed.lines().find(|line| line.contains("attempt 1")).unwrap();
    assert!(stamp.starts_with("20") && stamp.contains(" INFO "), "{stamp}");
}
