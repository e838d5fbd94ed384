//! Closed standard streams, and few file descriptors.

use crate::harness::{Done, Lab};

fn shell(lab: &Lab, line: &str) -> Done {
    lab.shell(line).done()
}

#[test]
fn closed_streams_are_not_taken_for_empty_ones() {
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "x", b"content");
    lab.file("file", b"other");
    for line in [
        "\"$S3SEAL\" put -k ./k - s3://demo/x <&-",
        "\"$S3SEAL\" put -k stdin file s3://demo/x <&-",
        "\"$S3SEAL\" put -k ./k --files-from - . s3://demo/p/ <&-",
        "\"$S3SEAL\" get -k ./k s3://demo/x - >&-",
        "\"$S3SEAL\" --json get -k ./k s3://demo/x out >&-",
        "\"$S3SEAL\" --json put -k ./k file s3://demo/y >&-",
        "\"$S3SEAL\" ls s3://demo >&-",
        "\"$S3SEAL\" head -k ./k s3://demo/x >&-",
        "\"$S3SEAL\" audit -k ./k s3://demo >&-",
        "\"$S3SEAL\" presign -k ./k s3://demo/x >&-",
        "\"$S3SEAL\" keygen >&-",
    ] {
        let done = shell(&lab, line);
        assert_eq!(done.code, Some(2), "{line}: {}", done.stderr);
        assert!(done.stderr.contains("is closed"), "{line}: {}", done.stderr);
    }
    lab.holds_only(&["x"]);
    assert!(!lab.path("out").exists());
    let content = lab.run(["get", "-k", "./k", "s3://demo/x", "-"]).succeeds();
    assert_eq!(content.bytes, b"content");
}

#[test]
fn what_is_not_needed_may_be_closed() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("file", b"content");
    for line in [
        "\"$S3SEAL\" put -k ./k file s3://demo/x <&- >&- 2>&-",
        "\"$S3SEAL\" get -k ./k s3://demo/x out <&- >&-",
        "\"$S3SEAL\" ls s3://demo <&- 2>&-",
        "\"$S3SEAL\" put -k ./k - s3://demo/empty <>/dev/null",
        "\"$S3SEAL\" ls s3://demo 1<>/dev/null",
    ] {
        let done = shell(&lab, line);
        assert_eq!(done.code, Some(0), "{line}: {}", done.stderr);
    }
    assert_eq!(lab.read("out"), b"content");
}

#[test]
fn few_descriptors_mean_less_at_once() {
    let lab = Lab::new();
    lab.key("k");
    for index in 0..200 {
        lab.deep_file(&format!("tree/f{index:03}"), format!("content {index}").as_bytes());
    }
    for line in [
        "ulimit -n 64; \"$S3SEAL\" put -r -k ./k tree s3://demo/t/",
        "ulimit -n 64; \"$S3SEAL\" get -r -k ./k s3://demo/t/ back",
        "ulimit -S -n 20; \"$S3SEAL\" sync -k ./k s3://demo/t/ again",
    ] {
        let done = shell(&lab, line);
        assert_eq!(done.code, Some(0), "{line}: {}", done.stderr);
    }
    assert_eq!(lab.tree("back"), lab.tree("tree"));
    assert_eq!(lab.tree("again"), lab.tree("tree"));
}

#[test]
fn too_few_descriptors_are_named() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("file", b"content");
    let mut named = 0;
    for limit in 7..14 {
        let line = format!("ulimit -n {limit}; \"$S3SEAL\" put -k ./k file s3://demo/x");
        let done = shell(&lab, &line);
        assert!(!done.stderr.contains("has no address"), "{}", done.stderr);
        named += usize::from(done.stderr.contains("too many files and connections are open"));
    }
    assert!(named > 0);
}

#[test]
fn a_limit_of_file_sizes_is_an_error_and_no_signal() {
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "x", &vec![7; 3 << 20]);
    let done = shell(&lab, "ulimit -f 1000; \"$S3SEAL\" get -k ./k s3://demo/x out");
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    assert!(done.stderr.contains("larger than a file may be"), "{}", done.stderr);
    assert!(!lab.path("out").exists());
}
