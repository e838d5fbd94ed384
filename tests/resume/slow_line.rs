//! Over a slow line parts move in turn, so that a transfer that is interrupted at any moment keeps nearly all of what it
//! has moved.

use std::num::NonZeroU64;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::OnceLock;

use super::downloads::{partials, received};
use super::*;

/// Bytes a second. A part takes more than a second, the whole about five.
const BANDWIDTH: u64 = 4 << 20;
const PART: usize = 5 * MIB;
const PARTS: usize = 4;
/// Those that move while another one is tried at the same time, and one whose answer is awaited.
const MOST_AT_ONCE: usize = 3;

const PUT: [&str; 7] = ["put", "-k", "./k", "--part-size", "5MiB", "file", "s3://demo/x"];
const GET: [&str; 7] = ["get", "-k", "./k", "--part-size", "5MiB", "s3://demo/x", "out"];

/// A lab with a slow server. Tells for each part or range that begins how many bytes are remembered as moved.
fn lab(operation: &'static str) -> (Lab, Vec<u8>, Arc<Mutex<Vec<usize>>>) {
    let (begun, home) = (Arc::new(Mutex::new(Vec::new())), Arc::new(OnceLock::<PathBuf>::new()));
    let (tell, its_home) = (begun.clone(), home.clone());
    let lab = Lab::with(|server| {
        let server = server.bandwidth(NonZeroU64::new(BANDWIDTH).unwrap());
        server.interceptor(move |request| {
            let is_part = operation == "UploadPart" || request.header("range").is_some();
            if request.operation == operation && is_part {
                let home = its_home.get().unwrap();
                tell.lock().unwrap().push(remembered_bytes(home));
            }
            None
        })
    });
    home.set(lab.home().to_owned()).unwrap();
    lab.key("k");
    let content = noise(PARTS * PART);
    lab.file("file", &content);
    (lab, content, begun)
}

fn remembered_bytes(home: &std::path::Path) -> usize {
    let folder = fs::read_dir(home.join("state/s3seal/transfers")).into_iter().flatten();
    let texts = folder.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap_or_default());
    texts.map(|text| received(&text)).sum()
}

/// The ranges that the one journal of a download remembers.
fn kept_ranges(lab: &Lab) -> Vec<Range<u64>> {
    let text = fs::read_to_string(&journals(lab)[0]).unwrap();
    let lines = text.lines().skip(1).filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let range = |line: Value| {
        let start = line["start"].as_u64().unwrap();
        start..start + line["bytes"].as_u64().unwrap()
    };
    lines.map(range).collect()
}

/// When a part begins, at most so many bytes of those before it are not remembered.
#[track_caller]
fn began_in_turn(begun: &[usize]) {
    for (earlier, remembered) in begun.iter().enumerate() {
        let unfinished = (earlier * PART).saturating_sub(*remembered);
        assert!(unfinished < MOST_AT_ONCE * PART, "{begun:?}");
    }
}

#[test]
fn a_killed_upload_loses_only_the_parts_under_way() {
    let (lab, content, begun) = lab("UploadPart");
    let mut child = spawned(&lab, &PUT);
    gate::until(|| begun.lock().unwrap().len() >= PARTS);
    child.kill().unwrap();
    ended(child);
    began_in_turn(&begun.lock().unwrap());
    let kept = remembered_bytes(lab.home());
    assert!(kept >= (PARTS - MOST_AT_ONCE) * PART, "{kept}");
    begun.lock().unwrap().clear();
    lab.run(PUT).succeeds();
    let sent = begun.lock().unwrap().len();
    assert!(sent <= (content.len() - kept) / PART + 1, "{sent} parts were sent again");
    is_done(&lab, &content);
}

#[test]
fn a_killed_download_keeps_what_arrived() {
    let (lab, content, begun) = lab("GetObject");
    lab.run(PUT).succeeds();
    lab.server().clear_requests();
    let mut child = spawned(&lab, &GET);
    let written = || partials(&lab).iter().map(|it| fs::metadata(it).unwrap().blocks() * 512).sum();
    gate::until(|| written() > 8 << 20);
    child.kill().unwrap();
    ended(child);
    let (kept, written): (usize, u64) = (remembered_bytes(lab.home()), written());
    assert!(kept * 10 >= written as usize * 8, "{kept} of {written} bytes are kept");
    began_in_turn(&begun.lock().unwrap());
    let kept = kept_ranges(&lab);
    lab.server().clear_requests();
    lab.run(GET).succeeds();
    for request in lab.server().requests() {
        let Some(range) = request.header("range") else { continue };
        let (start, end) = range.trim_start_matches("bytes=").split_once('-').unwrap();
        let (start, end) = (start.parse::<u64>().unwrap(), end.parse::<u64>().unwrap() + 1);
        let is_kept = |it: &Range<u64>| it.start < end && start < it.end;
        assert!(!kept.iter().any(is_kept), "{range} is there already: {kept:?}");
    }
    assert!(lab.read("out") == content);
    assert_eq!(journals(&lab).len(), 0);
}

#[test]
fn a_download_by_one_request_at_a_time_keeps_what_arrived() {
    let (lab, content, _) = lab("GetObject");
    lab.run(PUT).succeeds();
    let get = [&GET[..], &["--concurrency", "1"]].concat();
    let child = spawned(&lab, &get);
    gate::until(|| remembered_bytes(lab.home()) > PART / 2);
    signal(&child, "-INT");
    let output = ended(child);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("downloaded so far is kept"), "{said}");
    let kept = remembered_bytes(lab.home());
    assert!(!kept.is_multiple_of(PART), "{kept} bytes are kept: a part of a range, too");
    lab.run(get).succeeds();
    assert!(lab.read("out") == content);
}
