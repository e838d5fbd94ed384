//! Parts of all objects: the shares of several machines, and lists of names.

use super::{asked, lab};
use crate::harness::{Done, Lab, url};

/// The names in the bucket that were looked at, in order.
pub(super) fn names(done: &Done) -> Vec<String> {
    let name = |item: &serde_json::Value| item["url"].as_str().unwrap()[10..].to_owned();
    done.json_lines().iter().map(name).collect()
}

fn objects(lab: &Lab, count: usize) -> Vec<String> {
    let name = |index: usize| format!("d/{index:02}");
    for index in 0..count {
        lab.deep_file(&name(index), b"x");
    }
    lab.run(["put", "-q", "-r", "-k", "./k", "d", &url("d")]).succeeds();
    (0..count).map(name).collect()
}

#[test]
fn each_object_is_in_exactly_one_share() {
    let lab = lab();
    let objects = objects(&lab, 40);
    asked(&lab);
    let mut found = Vec::new();
    for shard in ["1/3", "2/3", "3/3"] {
        let done =
            lab.run(["audit", "--json", "-k", "./k", "--shard", shard, "s3://demo"]).succeeds();
        let names = names(&done);
        assert!((5..25).contains(&names.len()), "{shard}: {names:?}");
        assert_eq!(asked(&lab).len(), names.len(), "{shard}");
        found.extend(names);
    }
    found.sort();
    assert_eq!(found, objects);
}

#[test]
fn in_a_job_array_each_task_takes_its_share() {
    let lab = lab();
    let objects = objects(&lab, 20);
    let audit = || lab.run(["audit", "--json", "--shard", "auto", "s3://demo"]);
    let mut found = Vec::new();
    for task in 1..=4 {
        let variables = [("ID", task), ("MIN", 1), ("MAX", 4), ("COUNT", 4)];
        let run = variables.iter().fold(audit(), |run, (name, value)| {
            run.env(&format!("SLURM_ARRAY_TASK_{name}"), value.to_string())
        });
        found.extend(names(&run.succeeds()));
    }
    found.sort();
    assert_eq!(found, objects);
    let kubernetes = |shard: &str, task: &str| {
        let audit = ["audit", "--json", "--shard", shard, "s3://demo"];
        lab.run(audit).env("JOB_COMPLETION_INDEX", task)
    };
    let one = lab.run(["audit", "--json", "--shard", "2/4", "s3://demo"]).succeeds();
    assert_eq!(names(&kubernetes("auto/4", "1").succeeds()), names(&one));
    kubernetes("auto", "1").fails(2).says(&["Kubernetes does not set", "auto/N", "completions"]);
    audit().fails(2).says(&["no task of a known job array", "3/16"]);
    lab.run(["audit", "--shard", "5/4", "s3://demo"]).fails(2).says(&["I from 1 to N"]);
}

#[test]
fn a_list_names_objects_below_a_folder() {
    let lab = lab();
    lab.seal("k", "p/a", b"1");
    lab.seal("other", "p/q/b", b"22");
    lab.seal("k", "p/c", b"333");
    lab.file("list", b"c\n\nq/b\r\na\n");
    asked(&lab);
    for prefix in ["s3://demo/p/", "s3://demo/p"] {
        let audit = ["audit", "--json", "-k", "./k", "--files-from", "list", prefix];
        let found = lab.run(audit).succeeds().json_lines();
        let told: Vec<_> =
            found.iter().map(|it| (it["state"].as_str().unwrap(), it["bytes"].as_u64())).collect();
        assert_eq!(told, [("sealed", Some(1)), ("sealed", Some(3)), ("locked", None)]);
        assert!(found[0]["lastModified"].as_str().unwrap().starts_with("20"), "{found:?}");
        assert_eq!(found[2].get("lastModified"), None);
        assert!(!lab.operations().iter().any(|it| it.starts_with("List")), "nothing is listed");
        asked(&lab);
    }
    let piped = ["audit", "--json", "--files-from", "-", "--exclude", "q/*", "s3://demo/p"];
    assert_eq!(names(&lab.run(piped).stdin(b"c\nq/b\n").succeeds()), ["p/c"]);
    let shared = |shard| {
        let audit = ["audit", "--json", "--files-from", "list", "--shard", shard, "s3://demo/p"];
        names(&lab.run(audit).succeeds()).len()
    };
    assert_eq!(shared("1/2") + shared("2/2"), 3);
}

#[test]
fn what_is_wrong_with_a_list_is_said() {
    let lab = lab();
    lab.seal("k", "a", b"1");
    lab.file("list", format!("a\nabsent\n{}\n", "long".repeat(300)).as_bytes());
    let list =
        |more: &[&str]| lab.run([&["audit", "--list", "--files-from", "list"], more].concat());
    let done = list(&["s3://demo"]).exits(1);
    assert_eq!(done.stdout.lines().count(), 2);
    done.says(&["s3://demo/absent: there is no such object", "S3 allows 1024", "2 failed"]);
    lab.file("list", b"absent\n");
    list(&["s3://demo"]).fails(3).says(&["relative to the URL's folder"]);
    list(&["s3://demo/a", "s3://demo/b"]).fails(2).says(&["give that prefix as the one URL"]);
    list(&["--versions", "s3://demo"]).fails(2).says(&["--versions", "cannot be used with"]);
    list(&["--since", "1h", "s3://demo"]).fails(2).says(&["--since", "cannot be used with"]);
    let audit = ["audit", "-k", "stdin", "--files-from", "-", "s3://demo"];
    lab.run(audit).fails(2).says(&["both the key and the list", "fd:N"]);
    lab.run(["audit", "--files-from", "none", "s3://demo"]).fails(3).says(&["check the path"]);
    lab.file("list", b"\xff\n");
    list(&["s3://demo"]).fails(1).says(&["one name a line, in UTF-8"]);
}
