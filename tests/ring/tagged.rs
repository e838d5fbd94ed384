//! `--tag-key`: an object tells which key it needs, so that nobody has to try keys.

use s3seal_mock::{Answer, Behavior};

use super::Rig;
use crate::harness::{Lab, noise, url};

const SAID: &str = "the store keeps no tags";

/// The tags that came with requests since the last time.
fn tags_sent(rig: &Rig) -> Vec<String> {
    let requests = rig.lab.server().requests();
    let tags = |it: &s3seal_mock::RequestRecord| it.header("x-amz-tagging").map(str::to_owned);
    let sent = requests.iter().filter_map(tags).collect();
    rig.lab.server().clear_requests();
    sent
}

fn tag(md5: &str) -> String {
    let md5 = md5.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    format!("s3seal-key-md5={md5}")
}

#[test]
fn the_key_that_a_tag_names_is_tried_next() {
    for manner in [Behavior::Aws, Behavior::SeaweedFs, Behavior::Ceph] {
        let rig = Rig::at(manner);
        rig.lab.file("file", b"content");
        let [new, old, oldest] = ["new", "old", "oldest"].map(|key| rig.md5(key));
        rig.run(["put", "-k", "oldest", "--tag-key", "--tagging", "a=1", "file", &url("x")])
            .succeeds();
        assert!(tags_sent(&rig).iter().all(|sent| *sent == format!("a=1&{}", tag(&oldest))));
        let head = rig.run(["head", "--json", "-k", "oldest", &url("x")]).succeeds().json();
        assert_eq!(head["TagCount"], 2, "{manner:?}");
        rig.keys_shown();
        for command in [&["get", "s3://demo/x", "out"][..], &["head", "s3://demo/x"]] {
            rig.run(command.iter().copied()).succeeds();
            assert_eq!(rig.keys_shown(), [new.as_str(), &oldest], "{manner:?} {command:?}");
        }
        // Keys that the user names are spared the same trials.
        rig.run(["get", "-k", "./new", "-k", "./old", "-k", "./oldest", &url("x"), "out"])
            .succeeds();
        assert_eq!(rig.keys_shown(), [new.as_str(), &oldest], "{manner:?}");
        // A tag can be wrong: it is a hint and no more.
        rig.run(["put", "-k", "oldest", "--tagging", &tag(&old), "file", &url("y")]).succeeds();
        rig.keys_shown();
        rig.run(["get", &url("y"), "out"]).succeeds();
        assert_eq!(rig.keys_shown(), [new.as_str(), &old, &oldest], "{manner:?}");
    }
}

#[test]
fn large_objects_and_whole_folders_are_tagged_too() {
    let rig = Rig::new(Lab::new());
    let new = rig.md5("new");
    rig.lab.believe_in_the_bucket();
    rig.lab.deep_file("tree/large", &noise(11 << 20));
    rig.lab.deep_file("tree/small", b"small");
    rig.run(["put", "-r", "--tag-key", "--part-size", "5MiB", "tree", &url("t/")]).succeeds();
    assert_eq!(tags_sent(&rig), [tag(&new), tag(&new)]);
    rig.lab.file("tree/small", b"changed");
    rig.run(["sync", "--size-only", "--tag-key", "tree", &url("t/")]).succeeds();
    assert_eq!(tags_sent(&rig), [tag(&new)]);
}

#[test]
fn a_derived_key_needs_no_tag_and_a_weak_one_gets_none() {
    let rig = Rig::new(Lab::new());
    rig.lab.file("file", b"content");
    rig.run(["put", "--tag-key", "-k", "./new", "--derive-as", "s3://demo", "file", &url("x")])
        .succeeds();
    assert_eq!(tags_sent(&rig), [""; 0]);
    rig.lab.private_file("weak", b"correct horse battery staple 123");
    let weak = rig.run(["put", "--tag-key", "-k", "./weak", "file", &url("y")]).fails(4);
    weak.says(&["is weak", "leave out --tag-key"]);
    rig.lab.holds_only(&["x"]);
    rig.run(["put", "--tag-key", "--no-key", "file", &url("y")]).fails(2);
    let link = rig.run(["presign", "--method", "PUT", &url("y")]).succeeds().stdout;
    rig.run(["put", "--tag-key", "-k", "./new", "file", link.trim()])
        .fails(2)
        .says(&["the signer of a presigned URL decides"]);
}

#[test]
fn a_store_that_keeps_no_tags_is_named_once() {
    let refuses = |status, message: &'static str| {
        Rig::new(Lab::with(|server| {
            server.interceptor(move |request| {
                let is_tagged = request.header("x-amz-tagging").is_some();
                is_tagged.then(|| Answer::error(status, "NotImplemented", message))
            })
        }))
    };
    for rig in [
        Rig::at(Behavior::Garage),
        refuses(501, "A header you provided implies functionality that is not implemented"),
        refuses(400, "Unsupported header 'x-amz-tagging' received for this API call."),
    ] {
        rig.lab.deep_file("tree/a", b"a");
        rig.lab.deep_file("tree/b", b"b");
        let put = rig.run(["put", "-r", "--tag-key", "tree", &url("t/")]).succeeds();
        assert_eq!(put.stderr.matches(SAID).count(), 1, "{}", put.stderr);
        rig.run(["get", "-r", &url("t/"), "copy"]).succeeds();
        assert_eq!(rig.lab.tree("copy"), rig.lab.tree("tree"));
    }
    // What the user asked for is not left out.
    let rig = refuses(501, "A header you provided implies functionality that is not implemented");
    rig.lab.file("file", b"content");
    rig.run(["put", "--tag-key", "--tagging", "a=1", "file", &url("x")]).done();
    rig.lab.holds_only(&[]);
}

#[test]
fn many_at_once_learn_together_that_there_are_no_tags() {
    let rig = Rig::new(Lab::with(|server| {
        server.interceptor(|request| {
            let is_tagged = request.header("x-amz-tagging").is_some();
            is_tagged.then(|| Answer::error(501, "NotImplemented", "not implemented"))
        })
    }));
    rig.lab.believe_in_the_bucket();
    for index in 0..20 {
        rig.lab.deep_file(&format!("tree/{index}"), b"content");
    }
    rig.run(["put", "-r", "--tag-key", "tree", &url("t/")]).succeeds().says(&["20 objects", SAID]);
}

#[test]
fn where_no_key_fits_the_tag_tells_which_would() {
    let rig = Rig::new(Lab::new());
    rig.lab.file("file", b"content");
    rig.run(["put", "-k", "./other", "--tag-key", "file", &url("x")]).succeeds();
    let md5 = rig.md5("other");
    rig.run(["get", &url("x"), "out"]).fails(4).says(&["its tag says", &md5]);
    rig.run(["head", "-k", "./new", &url("x")]).fails(4).says(&["its tag says", &md5]);
    let down = ["sync", "--tag-key", &url(""), "copy"];
    rig.run(down).fails(2).says(&["these are fetched"]);
    // That the bucket blocks SSE-C is the one cause, tag or not.
    rig.lab.server().block_sse_c("demo", true);
    rig.run(["put", "--tag-key", "file", &url("y")])
        .fails(5)
        .says(&["`s3seal bucket allow s3://demo`"]);
}

#[test]
fn who_may_not_tag_is_told_which_permission_is_missing() {
    let rig = Rig::new(Lab::with(|server| {
        server.interceptor(|request| {
            let is_tagged = request.header("x-amz-tagging").is_some();
            is_tagged.then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    }));
    rig.lab.file("file", b"content");
    rig.run(["put", "--tag-key", "file", &url("x")]).fails(5).says(&["s3:PutObjectTagging"]);
    // Who may not read tags, as after a failed look at the one that was written, is not the store's fault.
    let rig = Rig::new(Lab::with(|server| {
        server.interceptor(|request| {
            let reads = request.operation == "GetObjectTagging";
            reads.then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    }));
    rig.lab.file("file", b"content");
    let put = rig.run(["put", "-k", "oldest", "--tag-key", "file", &url("x")]).succeeds();
    assert!(!put.stderr.contains(SAID), "{}", put.stderr);
    rig.run(["get", &url("x"), "out"]).succeeds();
}
