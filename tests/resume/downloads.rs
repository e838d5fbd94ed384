//! Downloads: what has arrived stays in a partial file, and only the rest is asked for again.

use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Child;

use super::*;

const GET: [&str; 9] =
    ["get", "-k", "./k", "--part-size", "5MiB", "--concurrency", "2", "s3://demo/x", "out"];

/// A lab that holds `x`, and a server that holds one of the requests for its ranges.
fn lab_with_object(let_through: usize) -> (Lab, Gate, Vec<u8>) {
    let (lab, gate) = gated_lab("GetObject", let_through);
    let content = noise(SIZE);
    lab.file("source", &content);
    lab.run(["put", "-k", "./k", "source", "s3://demo/x"]).succeeds();
    lab.file("out", b"before");
    (lab, gate, content)
}

/// A download that waits for the last of its units, one that is held.
fn held_download() -> (Lab, Gate, Vec<u8>, Child) {
    let (lab, gate, content) = lab_with_object(2);
    let child = spawned(&lab, &GET);
    gate.wait();
    gate::until(|| kept(&lab) == SIZE - 5 * MIB);
    (lab, gate, content, child)
}

/// A download that was killed when all of its units but one were there.
fn killed_download() -> (Lab, Vec<u8>) {
    let (lab, gate, content, mut child) = held_download();
    child.kill().unwrap();
    ended(child);
    gate.open(&lab);
    assert_eq!(lab.read("out"), b"before");
    assert_eq!(partials(&lab).len(), 1);
    (lab, content)
}

pub(super) fn partials(lab: &Lab) -> Vec<PathBuf> {
    let files = fs::read_dir(lab.home()).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(".s3seal-"))
        .collect()
}

/// How many bytes of the one download under way are remembered as fetched.
fn kept(lab: &Lab) -> usize {
    let journals = journals(lab);
    let [journal] = journals.as_slice() else { panic!("{journals:?}") };
    received(&fs::read_to_string(journal).unwrap())
}

/// How many bytes the lines of a journal are about.
pub(super) fn received(journal: &str) -> usize {
    let lines = journal.lines().skip(1).filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter_map(|line| line["bytes"].as_u64()).sum::<u64>() as usize
}

/// How many ranges were asked for, each of the object that the first request found.
fn ranges(lab: &Lab) -> usize {
    let requests = lab.server().requests();
    let ranged: Vec<_> = requests.iter().filter(|it| it.header("range").is_some()).collect();
    assert!(ranged.iter().all(|request| request.header("if-match").is_some()));
    ranged.len()
}

#[track_caller]
fn is_fetched(lab: &Lab, content: &[u8]) {
    assert!(lab.read("out") == content);
    assert_eq!(partials(lab), [] as [PathBuf; 0]);
    assert_eq!(journals(lab).len(), 0);
}

#[test]
fn a_killed_download_is_gone_on_with() {
    let (lab, content) = killed_download();
    fs::set_permissions(lab.path("out"), fs::Permissions::from_mode(0o440)).unwrap();
    lab.run(GET).succeeds();
    assert_eq!(ranges(&lab), 1);
    is_fetched(&lab, &content);
    let mode = fs::metadata(lab.path("out")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o440);
}

#[test]
fn a_signal_leaves_a_download_to_go_on_with_and_says_so() {
    for (name, code) in [("-INT", 130), ("-TERM", 143)] {
        let (lab, gate, content, child) = held_download();
        signal(&child, name);
        let output = ended(child);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains("downloaded so far is kept"), "{said}");
        assert!(said.contains("run the same command again"), "{said}");
        gate.open(&lab);
        assert_eq!(lab.read("out"), b"before");
        lab.run(GET).succeeds();
        assert_eq!(ranges(&lab), 1);
        is_fetched(&lab, &content);
    }
}

#[test]
fn a_signal_before_anything_arrived_leaves_nothing() {
    let (lab, gate, _) = lab_with_object(0);
    let get = ["get", "-k", "./k", "--part-size", "32MiB", "s3://demo/x", "out"];
    let child = spawned(&lab, &get);
    gate.wait();
    signal(&child, "-INT");
    let output = ended(child);
    assert_eq!(output.status.code(), Some(130));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!said.contains("is kept"), "{said}");
    drop(gate);
    assert_eq!(lab.read("out"), b"before");
    assert_eq!((partials(&lab).len(), journals(&lab).len()), (0, 0));
}

#[test]
fn without_resuming_nothing_is_left() {
    let (lab, gate, _) = lab_with_object(2);
    let child = spawned(&lab, &[&GET[..], &["--no-resume"]].concat());
    gate.wait();
    signal(&child, "-INT");
    assert_eq!(ended(child).status.code(), Some(130));
    drop(gate);
    assert_eq!(lab.read("out"), b"before");
    assert_eq!((partials(&lab).len(), journals(&lab).len()), (0, 0));
}

#[test]
fn an_object_that_was_replaced_is_fetched_anew() {
    let (lab, _) = killed_download();
    let other: Vec<u8> = noise(SIZE).iter().map(|byte| byte ^ 1).collect();
    lab.file("source", &other);
    lab.run(["put", "-k", "./k", "source", "s3://demo/x"]).succeeds();
    lab.server().clear_requests();
    lab.run(GET).succeeds();
    assert_eq!(ranges(&lab), PARTS);
    is_fetched(&lab, &other);
}

#[test]
fn what_the_disk_lost_is_fetched_again() {
    let (lab, content) = killed_download();
    // As after a power failure: the file is as long as it was, and empty.
    let file = fs::OpenOptions::new().write(true).open(&partials(&lab)[0]).unwrap();
    let bytes = file.metadata().unwrap().len();
    file.set_len(0).unwrap();
    file.set_len(bytes).unwrap();
    lab.run(GET).succeeds();
    assert_eq!(ranges(&lab), PARTS);
    is_fetched(&lab, &content);
}

#[test]
fn a_partial_file_that_is_gone_is_made_anew() {
    let (lab, content) = killed_download();
    fs::remove_file(&partials(&lab)[0]).unwrap();
    lab.run(GET).succeeds();
    assert_eq!(ranges(&lab), PARTS);
    is_fetched(&lab, &content);
}

#[test]
fn a_partial_file_without_a_journal_is_used_up() {
    let (lab, content) = killed_download();
    fs::remove_dir_all(lab.path("state")).unwrap();
    lab.run(GET).succeeds();
    assert_eq!(ranges(&lab), PARTS);
    is_fetched(&lab, &content);
}

#[test]
fn an_unavailable_store_leaves_a_download_to_go_on_with() {
    let trouble = Arc::new(AtomicUsize::new(0));
    let budget = trouble.clone();
    let lab = Lab::with(|server| {
        server.interceptor(move |request| {
            let is_range = request.operation == "GetObject" && request.header("range").is_some();
            let fails = is_range && budget.load(Ordering::SeqCst) > 0 && {
                let end = request.header("range") != Some("bytes=0-5242879");
                end && request.header("range") != Some("bytes=5242880-10485759")
            };
            fails.then(|| Answer::error(503, "SlowDown", "no"))
        })
    });
    lab.key("k");
    let content = noise(SIZE);
    lab.file("source", &content);
    lab.run(["put", "-k", "./k", "source", "s3://demo/x"]).succeeds();
    trouble.store(1, Ordering::SeqCst);
    let get = lab.run(GET).env("AWS_MAX_ATTEMPTS", "1").exits(8);
    let is_kept = !journals(&lab).is_empty();
    assert_eq!(is_kept, get.stderr.contains("downloaded so far is kept"), "{}", get.stderr);
    let missing = if is_kept { (SIZE - kept(&lab)).div_ceil(5 * MIB) } else { PARTS };
    trouble.store(0, Ordering::SeqCst);
    lab.server().clear_requests();
    lab.run(GET).succeeds();
    assert_eq!(ranges(&lab), missing);
    is_fetched(&lab, &content);
}

#[test]
fn two_runs_at_once_do_not_share_a_file() {
    let (lab, gate, content) = lab_with_object(2);
    let first = spawned(&lab, &GET);
    gate.wait();
    lab.run(GET).succeeds();
    assert!(lab.read("out") == content);
    drop(gate);
    assert_eq!(ended(first).status.code(), Some(0));
    is_fetched(&lab, &content);
}

#[test]
fn a_file_that_somebody_else_put_there_is_not_written_to() {
    for is_symlink in [true, false] {
        let (lab, content) = killed_download();
        let partial = partials(&lab).remove(0);
        let victim = lab.file("victim", b"precious");
        fs::remove_file(&partial).unwrap();
        match is_symlink {
            true => symlink(&victim, &partial).unwrap(),
            false => fs::hard_link(&victim, &partial).unwrap(),
        }
        lab.run(GET).succeeds();
        assert!(lab.read("out") == content);
        assert_eq!(lab.read("victim"), b"precious");
        assert_eq!(fs::read(&partial).unwrap(), b"precious");
    }
}

#[test]
fn a_download_that_nobody_goes_on_with_is_removed_after_a_week() {
    let (lab, _) = killed_download();
    let journal = fs::OpenOptions::new().append(true).open(journals(&lab).remove(0)).unwrap();
    let week = Duration::from_secs(8 * 24 * 60 * 60);
    journal.set_modified(SystemTime::now() - week).unwrap();
    lab.run(["put", "-k", "./k", "source", "s3://demo/y"]).succeeds();
    assert_eq!((partials(&lab).len(), journals(&lab).len()), (0, 0));
    assert_eq!(lab.read("out"), b"before");
}
