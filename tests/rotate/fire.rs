//! Rotation under fire: somebody writes, the network fails, and the program is killed at any moment.
//! `S3SEAL_FIRE=1000` makes it that many objects, `S3SEAL_SEED` other moments.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use s3seal_mock::{Behavior, Fault, FaultKind};
use serde_json::Value;

use super::{Rig, behaving};
use crate::harness::{Random, url};

/// The faults that strike requests, and how often each.
const FAULTS: [FaultKind; 5] = [
    FaultKind::SlowDown,
    FaultKind::InternalError,
    FaultKind::Reset,
    FaultKind::LostAnswer,
    FaultKind::Cut,
];
const SHARE: f64 = 0.01;
/// A run that takes so long hangs.
const PATIENCE: Duration = Duration::from_secs(240);
const KILLS: usize = 4;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn nothing_is_lost_under_fire() {
    for manner in [Behavior::Aws, Behavior::Ceph] {
        under_fire(manner);
    }
}

fn under_fire(manner: Behavior) {
    let (count, seed) = (number("S3SEAL_FIRE", 60) as usize, number("S3SEAL_SEED", 1).max(1));
    let mut random = Random(seed);
    let rig = Rig::with(|server| {
        let server = behaving(server, manner).seed(seed).latency(Duration::from_millis(2));
        FAULTS
            .into_iter()
            .fold(server, |server, kind| server.fault(Fault::new(kind, SHARE).unwrap()))
    });
    let content = |number: usize, write: usize| format!("{number} {write}").into_bytes();
    let mut latest: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for number in 0..count {
        let name = format!("t/{number:04}");
        rig.lab.deep_file(&name, &content(number, 0));
        latest.insert(name, content(number, 0));
    }
    // The network fails while they are stored, too.
    let put = ["put", "-q", "-k", "./old", "-r", "t", "s3://demo/t/"];
    until_it_succeeds(&rig, &put);

    let is_over = AtomicBool::new(false);
    let mut kills = 0;
    let (written, report) = std::thread::scope(|scope| {
        let writer = scope.spawn(|| write(&rig, count, seed, &is_over));
        while kills < KILLS {
            let mut command = rig.rotate(["--json", "s3://demo/t/"]).into_command();
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            let moment = Duration::from_millis(50 + random.below(25 * count) as u64);
            let (ended, end) = mpsc::channel::<()>();
            let id = child.id().to_string();
            let killer = scope.spawn(move || {
                // The moment is by chance, and whether the program is still there does not matter.
                let is_killed = end.recv_timeout(moment).is_err();
                if is_killed {
                    let _ = Command::new("kill").args(["-KILL", &id]).status();
                }
            });
            child.wait().unwrap();
            drop(ended);
            killer.join().unwrap();
            kills += 1;
        }
        is_over.store(true, Ordering::SeqCst);
        let written = writer.join().unwrap();
        (written, settle(&rig, count))
    });
    latest.extend(written);

    // Nothing strikes any more who looks from outside.
    let objects = rig.lab.server().object_keys("demo");
    let trials = objects.iter().filter(|it| it.contains(".s3seal/trial-")).count();
    let own: Vec<&String> = objects.iter().filter(|it| !it.contains(".s3seal/trial-")).collect();
    assert_eq!(own, latest.keys().collect::<Vec<_>>(), "none is lost");
    for (name, content) in &latest {
        let object = rig.lab.server().object("demo", name).unwrap();
        assert_eq!(object.key_md5.as_ref(), report.get(name), "{name} is sealed as reported");
        assert_eq!(object.key_md5, Some(rig.new_md5.clone()), "{name}");
        assert_eq!(object.size, content.len() as u64, "{name}");
    }
    let get = ["get", "-q", "-k", "./new", "-r", "s3://demo/t/", "back"];
    until_it_succeeds(&rig, &get);
    for (name, content) in &latest {
        assert_eq!(&rig.lab.read(&name.replacen('t', "back", 1)), content, "{name}");
    }
    let _ = writeln!(
        std::io::stderr(),
        "{manner}: {count} objects, {kills} runs killed or ended, {trials} throw-away objects of killed runs"
    );
}

/// What fails on the way is tried again.
#[track_caller]
fn until_it_succeeds(rig: &Rig, arguments: &[&str]) {
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        let done = rig.lab.run(arguments).done();
        if done.code == Some(0) {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "it never succeeds: {}", done.stderr);
    }
}

/// Changes objects with the old key until it is over; what they hold at last.
fn write(rig: &Rig, count: usize, seed: u64, is_over: &AtomicBool) -> BTreeMap<String, Vec<u8>> {
    let mut random = Random(seed ^ 0x5eed);
    let mut latest = BTreeMap::new();
    let mut writes = 1;
    while !is_over.load(Ordering::SeqCst) {
        let number = random.below(count);
        let (name, content) = (format!("t/{number:04}"), format!("{number} changed {writes}"));
        let done = rig.lab.run(["put", "-q", "-k", "./old", "-", &url(&name)]);
        // A write whose answer got lost may have been made.
        let mut run = done.stdin(content.as_bytes()).done();
        while run.code != Some(0) {
            let again = rig.lab.run(["put", "-q", "-k", "./old", "-", &url(&name)]);
            run = again.stdin(content.as_bytes()).done();
        }
        latest.insert(name, content.into_bytes());
        writes += 1;
    }
    latest
}

/// Rotates until a run ends well; what it says of each object.
fn settle(rig: &Rig, count: usize) -> BTreeMap<String, String> {
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        assert!(std::time::Instant::now() < deadline, "it never ends well");
        let done = rig.rotate(["--json", "--no-resume", "s3://demo/t/"]).done();
        let report: BTreeMap<String, String> = done
            .stdout
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
            .filter_map(|item| {
                let key = item["url"].as_str()?.strip_prefix("s3://demo/")?.to_owned();
                Some((key, item["keyMd5"].as_str()?.to_owned()))
            })
            .filter(|(key, _)| !key.contains(".s3seal/trial-"))
            .collect();
        if report.len() == count {
            return report;
        }
    }
}
