//! What killed runs left is removed by the next run that writes there.

use std::process::Stdio;
use std::sync::mpsc;
use std::sync::{Mutex, atomic::AtomicUsize, atomic::Ordering};

use super::*;

fn made_up(folder: &str, middle: &str) -> String {
    format!("{folder}/.s3seal-{middle}.part")
}

#[test]
fn unfinished_files_are_removed_and_nothing_else_is() {
    for command in [&["get", "-r"][..], &["sync"], &["get"]] {
        let lab = Lab::new();
        lab.plain("p/x", b"content");
        // Those of this version, and of earlier ones.
        let hex = "0123456789abcdef";
        for middle in [&hex.repeat(2), hex, "aZ3x9q"] {
            lab.deep_file(&made_up("back", middle), b"plaintext");
        }
        let locked = lab.file(&made_up("back", "locked"), b"of a live process");
        let lock = fs::File::open(&locked).unwrap();
        lock.lock().unwrap();
        let mut stay = vec![locked];
        stay.push(lab.file("back/.s3seal-notes-of-mine.part", b"mine"));
        stay.push(lab.file(&made_up("back", "twofer"), b"another name of a file"));
        fs::hard_link(stay.last().unwrap(), lab.path("precious")).unwrap();
        stay.push(lab.path(&made_up("back", "linked")));
        symlink("../precious", stay.last().unwrap()).unwrap();
        stay.push(lab.path(&made_up("back", "fifofi")));
        mkfifo(stay.last().unwrap());
        if is_root("unfinished_files_are_removed_and_nothing_else_is") {
            stay.push(lab.file(&made_up("back", "theirs"), b"of another user"));
            chown(stay.last().unwrap(), Some(OTHER_USER), None).unwrap();
        }
        let source = if command == ["get"] { url("p/x") } else { url("p") };
        let done = lab.run(command.iter().chain(&[source.as_str(), "back"])).succeeds();
        done.says(&["removed 3 unfinished files of an interrupted run"]);
        assert!(stay.iter().all(|path| fs::symlink_metadata(path).is_ok()));
        assert_eq!(fs::read_dir(lab.path("back")).unwrap().count(), stay.len() + 1);
    }
}

#[test]
fn sync_removes_them_where_nothing_has_changed() {
    let lab = Lab::new();
    lab.plain("p/d/x", b"content");
    lab.run(["sync", &url("p"), "back"]).succeeds();
    lab.file(&made_up("back/d", "aZ3x9q"), b"plaintext");
    lab.run(["sync", "--dry-run", &url("p"), "back"]).succeeds();
    assert_eq!(lab.tree("back").len(), 2);
    lab.run(["sync", &url("p"), "back"]).succeeds().says(&["1 unfinished file of", "1 unchanged"]);
    assert_eq!(lab.tree("back").into_keys().collect::<Vec<_>>(), ["d/x"]);
}

/// Killed at every stage, first with nothing at the destination, then with files to be replaced.
#[test]
fn kills_leave_no_plaintext_after_the_next_run() {
    const OBJECTS: usize = 30;
    let (tell, arrived) = mpsc::channel();
    let tell = Mutex::new(tell);
    let lab = lab_that(move |request, _| {
        if request.operation == "GetObject" {
            let _ = tell.lock().unwrap().send(());
        }
        None
    });
    let number = AtomicUsize::new(0);
    (0..OBJECTS).for_each(|_| {
        lab.plain(&format!("p/{}/x", number.fetch_add(1, Ordering::SeqCst) % 10), &noise(300_000));
        lab.plain(&format!("p/{}", 100 + number.load(Ordering::SeqCst)), &noise(300_000));
    });
    let get = ["get", "-r", "s3://demo/p", "back"];
    for round in 0..12 {
        while arrived.try_recv().is_ok() {}
        let mut command = lab.run(get).into_command();
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        for _ in 0..=(round * 3) {
            arrived.recv_timeout(std::time::Duration::from_secs(50)).unwrap();
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    lab.run(get).succeeds();
    let left: Vec<_> = lab.tree("back").into_keys().filter(|it| it.contains(".s3seal")).collect();
    assert!(left.is_empty(), "{left:?}");
}
