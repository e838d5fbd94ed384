//! Another writer while an object is rotated, at a store whose conditions are not atomic: what is told is the real
//! cause, and it is told beforehand that such a store may lose an update.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use s3seal_mock::{Behavior, Builder, RequestRecord, Tampering};

use super::{Rig, behaving};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(50);
const CRC: &str = "x-amz-checksum-crc64nvme";

fn is_of_x(request: &RequestRecord, operation: &str) -> bool {
    request.operation == operation && request.key.as_deref() == Some("x")
}

/// Holds the first look at `x` after it was copied until the other end says so.
fn held(server: Builder) -> (Builder, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (tell, arrived) = mpsc::channel();
    let (go, wait) = mpsc::channel::<()>();
    let (wait, stage) = (Mutex::new(wait), AtomicUsize::new(0));
    let server = server.interceptor(move |request| {
        let moves_on = |from: usize| {
            stage.compare_exchange(from, from + 1, Ordering::SeqCst, Ordering::SeqCst).is_ok()
        };
        if is_of_x(request, "CopyObject") {
            moves_on(0);
        } else if is_of_x(request, "HeadObject") && moves_on(1) {
            let _ = tell.send(());
            let _ = tokio::task::block_in_place(|| wait.lock().unwrap().recv_timeout(PATIENCE));
        }
        None
    });
    (server, arrived, go)
}

/// The copy was made, and its proof finds another writer's object.
#[test]
fn an_object_that_is_replaced_before_its_proof_is_rotated_again() {
    for key in ["old", "new", "other", "none"] {
        let mut ends = None;
        let rig = Rig::with(|server| {
            let (server, arrived, go) = held(behaving(server, Behavior::SeaweedFs));
            ends = Some((arrived, go));
            server
        });
        let (arrived, go) = ends.unwrap();
        rig.lab.believe_in_the_bucket();
        rig.lab.seal("old", "x", b"before");
        std::thread::scope(|scope| {
            let rotation = scope.spawn(|| rig.rotate(["s3://demo/x"]).done());
            arrived.recv_timeout(PATIENCE).expect("a look at the copy");
            match key {
                "none" => rig.lab.plain("x", b"meanwhile"),
                key => rig.lab.seal(key, "x", b"meanwhile"),
            }
            go.send(()).unwrap();
            let done = rotation.join().unwrap();
            assert!(!done.stderr.contains("s3:GetObject"), "{key}: {}", done.stderr);
            assert!(!done.stderr.contains("plaintext now"), "{key}: {}", done.stderr);
            match key {
                // With none of the keys at hand it cannot be looked at again.
                "other" => assert_eq!(done.code, Some(9), "{key}: {}", done.stderr),
                _ => assert_eq!(done.code, Some(0), "{key}: {}", done.stderr),
            }
            if key == "other" {
                done.says(&["another writer has replaced the object"]);
            }
        });
        match key {
            "old" | "new" => assert_eq!(rig.content("./new", "x"), b"meanwhile", "{key}"),
            "other" => assert_eq!(rig.content("./other", "x"), b"meanwhile", "{key}"),
            _ => assert_eq!(rig.sealed_with("x"), None),
        }
        rig.lab.holds_only(&["x"]);
    }
}

/// Between the requests with two keys it is sealed with the one that was tried first: no key seems to fit.
#[test]
fn an_object_that_is_replaced_while_keys_are_tried_is_rotated() {
    let (tell, arrived) = mpsc::channel();
    let (go, wait) = mpsc::channel::<()>();
    let (wait, looks) = (Mutex::new(wait), AtomicUsize::new(0));
    let rig = Rig::with(|server| {
        server.interceptor(move |request| {
            let is_look = is_of_x(request, "HeadObject");
            if is_look && looks.fetch_add(1, Ordering::SeqCst) == 1 && tell.send(()).is_ok() {
                let _ = tokio::task::block_in_place(|| wait.lock().unwrap().recv_timeout(PATIENCE));
            }
            None
        })
    });
    rig.lab.believe_in_the_bucket();
    rig.lab.seal("other", "x", b"before");
    std::thread::scope(|scope| {
        let rotation = scope.spawn(|| rig.rotate(["--from", "./other", "s3://demo/x"]).done());
        arrived.recv_timeout(PATIENCE).expect("a request with the second key");
        rig.lab.seal("old", "x", b"meanwhile");
        go.send(()).unwrap();
        let done = rotation.join().unwrap();
        assert_eq!(done.code, Some(0), "{}", done.stderr);
    });
    assert_eq!(rig.content("./new", "x"), b"meanwhile");
}

/// Whether a store looks and writes without a gap no trial shows, so people are told, once.
#[test]
fn off_amazon_a_run_warns_once_of_other_writers() {
    for manner in [Behavior::Aws, Behavior::SeaweedFs, Behavior::Ceph, Behavior::Garage] {
        let rig = Rig::at(manner);
        for object in ["a", "b", "c"] {
            rig.lab.seal("old", object, b"content");
        }
        let warning = "let no other client write there meanwhile";
        let done = rig.rotate(["s3://demo/"]).succeeds().says(&["warning", "If-Match"]);
        assert_eq!(done.stderr.matches(warning).count(), 1, "{manner}: {}", done.stderr);
        // Nothing is overwritten: there is nothing to warn of.
        for quiet in [&["s3://demo/"][..], &["--dry-run", "s3://demo/"]] {
            let done = rig.rotate(quiet.iter().copied()).succeeds();
            assert!(!done.stderr.contains(warning), "{manner}: {}", done.stderr);
        }
    }
}

/// The answer to a copy tells its checksum, so that a look at it is needed only where the source has none.
#[test]
fn what_has_no_checksum_is_looked_at_after_its_rotation() {
    for (hides, looks) in [(false, 1), (true, 2)] {
        let rig = Rig::with(|server| {
            server.interceptor(move |request| {
                (hides && is_of_x(request, "HeadObject"))
                    .then(|| Tampering::new().without_header(CRC).into())
            })
        });
        rig.lab.seal("old", "x", b"content");
        rig.rotate(["s3://demo/x"]).succeeds();
        assert_eq!(rig.count("HeadObject"), looks);
    }
}

/// At a store that proves nothing by its answer the copy is looked at, and its checksum counts then.
#[test]
fn a_copy_of_another_checksum_is_damage_at_any_store() {
    for manner in [Behavior::Aws, Behavior::SeaweedFs, Behavior::Garage] {
        let heads = AtomicUsize::new(0);
        let rig = Rig::with(|server| {
            behaving(server, manner).interceptor(move |request| {
                let is_look = is_of_x(request, "HeadObject");
                let is_first = is_look && heads.fetch_add(1, Ordering::SeqCst) == 0;
                is_first.then(|| Tampering::new().with_header(CRC, "AAAAAAAAAAA=").into())
            })
        });
        rig.lab.seal("old", "x", b"content");
        let done = rig.rotate(["s3://demo/x"]).fails(7);
        done.says(&["another checksum than its source", "unless another writer replaced"]);
    }
}
