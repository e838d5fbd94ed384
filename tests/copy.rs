//! `cp` and `mv`: what was one object's content is another's, sealed as asked and proven to be, whatever the store
//! can copy by itself.

use s3seal_mock::{Behavior, Builder};

use crate::harness::{Done, Lab, Run, url};

mod command_line;
mod faults;
mod metadata;
mod moved;
mod proven;

/// The manners that seal what they are given, over TLS where keys are taken over nothing else.
const SEALING: [Behavior; 4] =
    [Behavior::Aws, Behavior::SeaweedFs, Behavior::Ceph, Behavior::Garage];

/// A lab with two keys, and the bucket `other` besides the usual one.
struct Rig {
    lab: Lab,
    new_md5: String,
}

impl Rig {
    fn with(set_up: impl FnOnce(Builder) -> Builder) -> Rig {
        let lab = Lab::with(|server| set_up(server.bucket("other")));
        lab.key("old");
        let new_md5 = lab.key("new");
        Rig { lab, new_md5 }
    }

    fn at(manner: Behavior) -> Rig {
        Rig::with(|server| match manner {
            Behavior::Ceph | Behavior::Garage => server.behave(manner).tls(true),
            _ => server.behave(manner),
        })
    }

    fn new() -> Rig {
        Rig::at(Behavior::Aws)
    }

    /// Copies from the old key to the new.
    fn cp(&self, from: &str, to: &str) -> Run {
        self.lab.run(["cp", "--source-key", "./old", "-k", "./new", from, to])
    }

    fn mv(&self, from: &str, to: &str) -> Run {
        self.lab.run(["mv", "--source-key", "./old", "-k", "./new", from, to])
    }

    /// The MD5 of the key that seals an object; none where it is plain.
    #[track_caller]
    fn sealed_with(&self, object: &str) -> Option<String> {
        self.lab.server().object("demo", object).expect("an object").key_md5
    }

    /// What opens with the new key.
    #[track_caller]
    fn content(&self, object: &str) -> Vec<u8> {
        self.lab.run(["get", "-k", "./new", &url(object), "-"]).succeeds().bytes
    }

    #[track_caller]
    fn head(&self, arguments: &[&str], object: &str) -> serde_json::Value {
        let url = url(object);
        self.lab.run([&["head", "--json"], arguments, &[&url]].concat()).succeeds().json()
    }

    /// How often the server was asked for this since the last time.
    fn count(&self, operation: &str) -> usize {
        let count = self.lab.operations().iter().filter(|it| *it == operation).count();
        self.lab.server().clear_requests();
        count
    }
}

/// Where objects come from: their names, how they are stored, and how `cp` opens them.
const FROM: [(&str, &[&str], &[&str]); 3] = [
    ("sealed", &["-k", "./old"], &["--source-key", "./old"]),
    ("plain", &["--no-key"], &["--source-key", "none"]),
    ("managed", &["--sse", "AES256"], &["--source-key", "none"]),
];

const TO: [(&str, &[&str]); 3] =
    [("sealed", &["-k", "./new"]), ("plain", &["--no-key"]), ("managed", &["--sse", "AES256"])];

#[test]
fn any_object_becomes_any_other_at_any_store() {
    std::thread::scope(|scope| {
        for manner in SEALING {
            scope.spawn(move || any_object_becomes_any_other(manner));
        }
    });
}

fn any_object_becomes_any_other(manner: Behavior) {
    let rig = Rig::at(manner);
    rig.lab.file("file", b"content");
    let mut objects = Vec::new();
    for (from, stored, opened) in FROM {
        let put = [&["put", "--content-type", "text/x", "--metadata", "a=b"], stored];
        let source = url(from);
        let put = [&put.concat()[..], &["--cache-control=no-store", "file", &source]].concat();
        // Not every store manages keys of its own.
        if rig.lab.run(put).done().code != Some(0) {
            assert_eq!(from, "managed", "{manner}");
            continue;
        }
        objects.push(from.to_owned());
        for (to, sealing) in TO {
            let object = format!("to/{from}-{to}");
            let copy = url(&object);
            let cp = [&["cp", "--json"], opened, sealing, &[&source, &copy]].concat();
            let done = rig.lab.run(cp).done();
            if to == "managed" && done.code != Some(0) {
                continue;
            }
            assert_eq!(done.code, Some(0), "{manner} {object}: {}", done.stderr);
            objects.push(object.clone());
            let item = done.json();
            assert_eq!((&item["op"], &item["bytes"]), (&"cp".into(), &7.into()), "{item}");
            assert_eq!(
                (&item["url"], &item["source"]),
                (&copy.as_str().into(), &source.as_str().into())
            );
            assert_eq!(item["sealed"], to == "sealed", "{manner} {object}");
            let (key, md5) = match to {
                "sealed" => (&["-k", "./new"][..], Some(rig.new_md5.clone())),
                _ => (&[][..], None),
            };
            assert_eq!(rig.sealed_with(&object), md5, "{manner} {object}");
            assert_eq!(item["keyMd5"].as_str().map(str::to_owned), md5);
            let get = [&["get"], key, &[&copy, "-"]].concat();
            assert_eq!(rig.lab.run(get).succeeds().bytes, b"content", "{manner} {object}");
            let head = rig.head(key, &object);
            assert_eq!(head["ContentType"], "text/x", "{manner} {object}");
            assert_eq!(head["CacheControl"], "no-store", "{manner} {object}");
            assert_eq!(head["Metadata"]["a"], "b", "{manner} {object}");
            assert_eq!(head["ETag"], item["etag"], "{manner} {object}");
        }
    }
    objects.sort();
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    rig.lab.holds_only(&objects);
    assert!(rig.lab.read("file") == b"content");
}

#[test]
fn a_store_that_seals_nothing_is_found_out_and_keeps_nothing() {
    let rig = Rig::at(Behavior::IgnoresSseC);
    rig.lab.plain("x", b"content");
    let cp = ["cp", "--source-key", "none", "-k", "./new", &url("x"), &url("y")];
    rig.lab.run(cp).fails(6).says(&["ignored the key", "nothing was published"]);
    rig.lab.holds_only(&["x"]);
    let mv = ["mv", "--source-key", "none", "-k", "./new", &url("x"), &url("y")];
    rig.lab.run(mv).fails(6);
    rig.lab.holds_only(&["x"]);
}

/// All but Ceph copy by themselves, and are trusted with it once they have shown it.
#[test]
fn the_store_copies_by_itself_where_it_can() {
    for manner in SEALING {
        let rig = Rig::at(manner);
        rig.lab.seal("old", "x", b"content");
        rig.lab.seal("old", "y", b"content");
        let first = rig.cp(&url("x"), &url("to/x")).succeeds();
        let within = manner != Behavior::Ceph;
        assert_eq!(!first.stderr.contains("went through this machine"), within, "{manner}");
        rig.count("");
        rig.cp(&url("y"), &url("to/y")).succeeds();
        let operations = rig.lab.operations();
        let copies = operations.iter().filter(|it| *it == "CopyObject").count();
        assert_eq!(copies, 1, "{manner} {operations:?}");
        assert_eq!(operations.iter().any(|it| it == "PutObject"), !within, "{manner}");
        assert_eq!(rig.content("to/y"), b"content", "{manner}");
        rig.lab.holds_only(&["to/x", "to/y", "x", "y"]);
    }
}

#[test]
fn a_large_object_goes_through_memory_in_parts() {
    let rig = Rig::at(Behavior::Ceph);
    let content = crate::harness::noise(17 << 20);
    rig.lab.seal("old", "x", &content);
    let cp = rig.cp(&url("x"), &url("y")).succeeds();
    cp.says(&["went through this machine"]);
    let requests = rig.lab.server().requests();
    let is_part_of_y = |it: &&s3seal_mock::RequestRecord| {
        it.operation == "UploadPart" && it.key.as_deref() == Some("y")
    };
    assert_eq!(requests.iter().filter(is_part_of_y).count(), 3);
    assert!(rig.content("y") == content);
    rig.lab.holds_only(&["x", "y"]);
}

#[test]
fn a_folder_is_copied_and_filters_choose() {
    for manner in [Behavior::Aws, Behavior::Ceph] {
        let rig = Rig::at(manner);
        for object in ["t/a", "t/sub/b", "t/sub/c.tmp", "t2/d"] {
            rig.lab.seal("old", object, object.as_bytes());
        }
        let cp = ["cp", "--source-key", "./old", "-k", "./new", "-r", "--exclude", "*.tmp"];
        let planned = [&cp[..], &["--dry-run", "s3://demo/t", "s3://demo/u"]].concat();
        rig.lab.run(planned).succeeds().says(&["would copy s3://demo/t/a to s3://demo/u/a"]);
        rig.lab.holds_only(&["t/a", "t/sub/b", "t/sub/c.tmp", "t2/d"]);
        let done = rig.lab.run([&cp[..], &[&url("t"), &url("u")]].concat()).succeeds();
        assert!(done.stderr.contains("copied 2 objects"), "{}", done.stderr);
        let all = ["t/a", "t/sub/b", "t/sub/c.tmp", "t2/d", "u/a", "u/sub/b"];
        rig.lab.holds_only(&all);
        assert_eq!(rig.content("u/sub/b"), b"t/sub/b");
        assert_eq!(rig.sealed_with("u/a"), Some(rig.new_md5.clone()));
    }
}

#[test]
fn another_bucket_takes_copies_too() {
    let rig = Rig::new();
    rig.lab.seal("old", "x", b"content");
    rig.cp(&url("x"), "s3://other/").succeeds();
    let copy = rig.lab.server().object("other", "x").expect("the copy");
    assert_eq!(copy.key_md5, Some(rig.new_md5.clone()));
    assert_eq!(rig.lab.server().object_keys("other"), ["x"]);
}

#[test]
fn rules_give_both_sides_their_keys() {
    let rig = Rig::new();
    let config = format!(
        "[keys.old]\nsource = \"./old\"\nderive = true\n[keys.new]\nsource = \"./new\"\nderive = true\n\
         [[rules]]\nendpoint = \"{0}\"\nprefix = \"s3://demo/a/\"\nkey = \"old\"\n\
         [[rules]]\nendpoint = \"{0}\"\nprefix = \"s3://demo/b/\"\nkey = \"new\"\n",
        rig.lab.server().endpoint()
    );
    rig.lab.file("config.toml", config.as_bytes());
    let run = |arguments: &[&str]| -> Done {
        rig.lab.run(arguments).env("S3SEAL_CONFIG", rig.lab.path("config.toml")).succeeds()
    };
    rig.lab.file("file", b"content");
    run(&["put", "file", &url("a/x")]);
    let item = run(&["cp", "--json", &url("a/x"), &url("b/x")]).json();
    assert_eq!(item["keyName"], "new");
    assert_ne!(item["keyMd5"], rig.new_md5, "a key of its own");
    assert_eq!(run(&["get", &url("b/x"), "-"]).bytes, b"content");
}

#[test]
fn an_old_version_is_copied_by_its_name() {
    let lab = Lab::with(|server| server.versioned_bucket("vault"));
    lab.key("k");
    for content in ["one", "two"] {
        lab.run(["put", "-k", "./k", "-", "s3://vault/x"]).stdin(content.as_bytes()).succeeds();
    }
    let versions = lab.server().versions("vault");
    let old = &versions.last().expect("a version").1;
    let cp = ["cp", "-k", "./k", "--version-id", old, "s3://vault/x", "s3://vault/x"];
    lab.run(cp).succeeds();
    assert_eq!(lab.run(["get", "-k", "./k", "s3://vault/x", "-"]).succeeds().bytes, b"one");
    assert_eq!(lab.server().versions("vault").len(), versions.len() + 1, "no trial is left");
}
