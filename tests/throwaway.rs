//! Throw-away objects: what a store is tried out with is in a folder of its own, stands in no command's way, and goes,
//! even what a killed run has left.

use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use s3seal_mock::{Answer, Builder, RequestRecord};

use crate::harness::{BUCKET, Done, Lab, Run, url};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(50);
const FOLDER: &str = ".s3seal/";

fn is_trial(request: &RequestRecord) -> bool {
    request.key.as_deref().is_some_and(|key| key.contains(FOLDER))
}

/// Holds the first copy of a throw-away object until the gate is dropped.
struct Gate {
    arrived: mpsc::Receiver<()>,
    _hold: mpsc::Sender<()>,
}

fn gated(server: Builder) -> (Builder, Gate) {
    let (tell, arrived) = mpsc::channel();
    let (hold, wait) = mpsc::channel::<()>();
    let (wait, is_first) = (Mutex::new(wait), AtomicBool::new(true));
    let server = server.interceptor(move |request| {
        let is_copy = request.operation == "CopyObject" && is_trial(request);
        if is_copy && is_first.swap(false, Ordering::SeqCst) && tell.send(()).is_ok() {
            // An error means that the gate is open.
            let _ = tokio::task::block_in_place(|| wait.lock().unwrap().recv_timeout(PATIENCE));
        }
        None
    });
    (server, Gate { arrived, _hold: hold })
}

fn lab(set_up: impl FnOnce(Builder) -> Builder) -> Lab {
    let lab = Lab::with(|server| set_up(server.bucket("other")));
    lab.key("k");
    lab.key("new");
    lab.seal("k", "t/x", b"content");
    lab
}

/// Copies within the bucket; the first one is tried out.
fn cp(lab: &Lab) -> Run {
    lab.run(["cp", "--source-key", "./k", "-k", "./new", &url("t/x"), &url("u/y")])
}

fn started(run: Run) -> Child {
    run.into_command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
}

/// A lab in which a run was killed in the middle of a trial.
fn killed(command: impl FnOnce(&Lab) -> Run) -> (Lab, Vec<String>) {
    let mut gate = None;
    let lab = lab(|server| {
        let (server, its_gate) = gated(server);
        gate = Some(its_gate);
        server
    });
    let gate = gate.unwrap();
    let mut child = started(command(&lab));
    gate.arrived.recv_timeout(PATIENCE).expect("a trial");
    child.kill().unwrap();
    child.wait().unwrap();
    drop(gate);
    let left = left(&lab);
    assert!(!left.is_empty());
    (lab, left)
}

fn left(lab: &Lab) -> Vec<String> {
    let keys = lab.server().object_keys(BUCKET);
    keys.into_iter().filter(|key| key.contains(FOLDER)).collect()
}

/// As if the killed run had been on another machine.
fn forget(lab: &Lab) {
    std::fs::remove_dir_all(lab.path("state/s3seal/throw-away")).expect("what is remembered");
}

#[test]
fn no_command_trips_over_what_a_killed_trial_has_left() {
    let (lab, left_before) = killed(cp);
    assert!(left_before.iter().all(|key| key.starts_with(".s3seal/trial-")), "{left_before:?}");
    forget(&lab);
    let all = "s3://demo";
    for command in [
        &["get", "-k", "./k", "-r", all, "back"][..],
        &["sync", "-k", "./k", all, "synced"],
        &["sync", "-k", "./k", "--delete", "synced", all],
        &["cp", "-k", "./k", "-r", all, "s3://other/"],
        &["audit", "-k", "./k", "--fail-on", "locked", all],
        &["rotate", "--from", "./k", "--to", "./new", all],
    ] {
        let done = lab.run(command).done();
        assert_eq!(done.code, Some(0), "{command:?}: {}", done.stderr);
    }
    let done = lab.run(["get", "-k", "./new", "-r", all, "again"]).succeeds();
    done.says(&[&format!("{} skipped", left_before.len())]);
    assert_eq!(lab.tree("back").into_keys().collect::<Vec<_>>(), ["t/x"]);
    assert_eq!(left(&lab), left_before, "nobody's business");
    // What is there is shown, and all means all.
    assert!(lab.run(["ls", "-r", all]).succeeds().stdout.contains(".s3seal/trial-"));
    lab.run(["mv", "--source-key", "./new", "-k", "./new", "-r", all, "s3://other/m"]).succeeds();
    lab.run(["rm", "-r", "--all", all]).succeeds();
    lab.holds_only(&[]);
}

#[test]
fn the_next_run_removes_what_a_killed_one_has_left() {
    let doctor = |lab: &Lab| lab.run(["doctor", "s3://demo"]);
    for command in [cp as fn(&Lab) -> Run, doctor] {
        let (lab, _) = killed(command);
        cp(&lab).succeeds();
        lab.holds_only(&["t/x", "u/y"]);
        assert_eq!(lab.tree("state/s3seal/throw-away").len(), 0);
        // Nothing is left: nothing is looked for.
        lab.server().clear_requests();
        cp(&lab).succeeds();
        assert!(
            !lab.operations().iter().any(|it| it.starts_with("List")),
            "{:?}",
            lab.operations()
        );
    }
}

#[test]
fn what_a_living_run_needs_is_left_alone() {
    let mut gate = None;
    let lab = lab(|server| {
        let (server, its_gate) = gated(server);
        gate = Some(its_gate);
        server
    });
    let gate = gate.unwrap();
    let first = started(cp(&lab));
    gate.arrived.recv_timeout(PATIENCE).expect("a trial");
    let before = left(&lab);
    lab.run(["cp", "--source-key", "./k", "-k", "./new", &url("t/x"), &url("u/z")]).succeeds();
    lab.run(["rm", "--incomplete", "s3://demo"]).succeeds();
    lab.run(["doctor", "s3://demo"]).succeeds();
    assert_eq!(left(&lab), before);
    drop(gate);
    let done = Done::from(first.wait_with_output().unwrap());
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(!done.stderr.contains("through this machine"), "{}", done.stderr);
    lab.holds_only(&["t/x", "u/y", "u/z"]);
}

#[test]
fn credentials_that_may_not_write_at_the_top_use_the_folder_of_the_copy() {
    for command in [cp as fn(&Lab) -> Run, |lab| lab.run(["doctor", "s3://demo/u"])] {
        let lab = lab(|server| {
            server.interceptor(|request| {
                let is_at_top = request.key.as_deref().is_some_and(|key| key.starts_with(FOLDER));
                let is_denied = is_at_top && matches!(request.method.as_str(), "PUT" | "POST");
                is_denied.then(|| Answer::error(403, "AccessDenied", "Access Denied"))
            })
        });
        lab.server().clear_requests();
        let done = command(&lab).succeeds();
        assert!(!done.stderr.contains("through this machine"), "{}", done.stderr);
        let requests = lab.server().requests();
        let copied = requests.iter().find(|it| it.operation == "CopyObject").expect("a trial");
        assert!(copied.key.as_deref().unwrap().starts_with("u/.s3seal/trial-"), "{copied:?}");
        assert!(left(&lab).is_empty());
    }
}

#[test]
fn rm_incomplete_deletes_what_runs_of_any_machine_have_left() {
    let (lab, left_before) = killed(cp);
    forget(&lab);
    lab.plain(".s3seal/notes", b"mine");
    let rm = |arguments: &[&str]| lab.run([&["rm", "--incomplete"], arguments].concat()).succeeds();
    for spares in [
        &["--older-than", "1h", "s3://demo"][..],
        &["--dry-run", "s3://demo"],
        &["s3://demo/t/"],
        &["s3://demo/t"],
    ] {
        rm(spares);
        assert_eq!(left(&lab).len(), left_before.len() + 1, "{spares:?}");
    }
    rm(&["--dry-run", "s3://demo"]).says(&["would delete the throw-away object", &left_before[0]]);
    let item = rm(&["--json", "s3://demo"]).json_lines().remove(0);
    assert_eq!((&item["op"], &item["url"]), (&"rm".into(), &url(&left_before[0]).into()));
    lab.holds_only(&[".s3seal/notes", "t/x"]);
}

/// What another machine's run has left is as old as the store's listing says.
#[test]
fn the_next_trial_removes_what_is_old() {
    let old = Arc::new(Mutex::new(None::<String>));
    let listed = old.clone();
    let (lab_of_key, left) = killed(cp);
    drop(lab_of_key);
    let lab = lab(|server| {
        server.interceptor(move |request| {
            let is_folder = request.query_param("prefix").as_deref() == Some(".s3seal/trial-");
            let key = listed.lock().unwrap().clone().filter(|_| is_folder)?;
            let body = format!(
                "<ListVersionsResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>\
                 <Version><Key>{key}</Key><VersionId>null</VersionId><IsLatest>true</IsLatest>\
                 <LastModified>2020-01-01T00:00:00Z</LastModified><Size>9</Size></Version>\
                 </ListVersionsResult>"
            );
            (request.operation == "ListObjectVersions")
                .then(|| Answer::respond(200, &[("Content-Type", "application/xml")], body))
        })
    });
    *old.lock().unwrap() = Some(left[0].clone());
    lab.server().clear_requests();
    cp(&lab).succeeds();
    let requests = lab.server().requests();
    let deletes = requests.iter().filter(|it| it.operation == "DeleteObject");
    assert!(deletes.into_iter().any(|it| it.key.as_ref() == Some(&left[0])));
}
