//! One key per object: derived from a master that goes nowhere.

use s3seal::keys::{Format, Key, derive, parse};
use s3seal_mock::Behavior;

use super::{Rig, SEALING};
use crate::harness::url;

/// The MD5 of the key of one object.
fn md5_of(rig: &Rig, master: &str, bucket: &str, key: &str) -> String {
    derived(rig, master, bucket, key).md5_base64()
}

fn derived(rig: &Rig, master: &str, bucket: &str, key: &str) -> Key {
    let master = &parse(&rig.lab.read(master), Format::Auto).unwrap()[0].key;
    derive(master, bucket, key)
}

/// A ring whose rule for the bucket derives from `new`, and from the retired `old`.
fn rig(manner: Behavior) -> Rig {
    let rig = Rig::at(manner);
    rig.write(
        "[keys.new]\nsource = \"./new\"\nderive = true\n[keys.old]\nsource = \"./old\"\nderive = true\n\
         [keys.other]\nsource = \"./other\"\n\
         [[rules]]\nendpoint = \"ENDPOINT\"\nprefix = \"s3://demo\"\nkey = \"new\"\nretired = [\"old\", \"other\"]\n",
    );
    rig
}

#[test]
fn each_object_has_a_key_of_its_own() {
    for manner in SEALING {
        let rig = rig(manner);
        rig.lab.deep_file("tree/a b", b"1");
        rig.lab.deep_file("tree/\u{e4}/+%", b"2");
        rig.run(["put", "-r", "tree", &url("t/")]).succeeds();
        rig.run(["get", "-r", &url("t/"), "copy"]).succeeds();
        assert_eq!(rig.lab.tree("copy"), rig.lab.tree("tree"), "{manner:?}");
        let names = ["t/a b", "t/\u{e4}/+%"];
        for name in names {
            let got = rig.run(["get", "--json", &url(name), "out"]).succeeds().json();
            assert_eq!(got["keyMd5"], md5_of(&rig, "new", "demo", name), "{manner:?} {name}");
            assert_eq!(got["keyName"], "new");
        }
        let sent = rig.keys_shown();
        let mine = names.map(|name| md5_of(&rig, "new", "demo", name));
        assert!(sent.iter().all(|md5| mine.contains(md5)), "{manner:?}: the master went out");
    }
}

#[test]
fn a_retired_master_opens_and_a_new_one_seals() {
    let rig = rig(Behavior::Aws);
    rig.lab.file("file", b"content");
    rig.run(["put", "-k", "old", "file", &url("x")]).succeeds();
    rig.run(["put", "-k", "other", "file", &url("y")]).succeeds();
    rig.keys_shown();
    let head = rig.run(["head", &url("x"), &url("y")]).succeeds();
    let text = &head.stdout;
    assert!(
        text.contains("sealed, key old, derived, key-MD5")
            && text.contains("sealed, key other, key-MD5"),
        "{text}"
    );
    let md5 = |master, name| md5_of(&rig, master, "demo", name);
    let x = [md5("new", "x"), md5("old", "x")];
    let y = [md5("old", "y"), md5("new", "y"), rig.md5("other")];
    assert_eq!(rig.keys_shown(), x.into_iter().chain(y).collect::<Vec<_>>());
}

#[test]
fn a_master_and_the_same_key_as_it_is_are_two() {
    let rig = rig(Behavior::Aws);
    let config = String::from_utf8(rig.lab.read("config.toml")).unwrap();
    let endpoint = rig.lab.server().endpoint().to_owned();
    rig.write(&format!(
        "{config}[keys.bare]\nsource = \"./new\"\n[[rules]]\nendpoint = \"{endpoint}\"\nprefix = \"s3://demo/b\"\nkey = \"bare\"\nretired = [\"new\"]\n"
    ));
    rig.lab.seal("new", "b/x", b"content");
    rig.run(["get", "-k", "new", "-k", "bare", &url("b/x"), "out"])
        .succeeds()
        .says(&["key bare, key-MD5"]);
}

#[test]
fn what_is_handed_out_opens_one_object_only() {
    let rig = rig(Behavior::Aws);
    rig.lab.file("file", b"content");
    rig.run(["put", "file", &url("x")]).succeeds();
    rig.run(["put", "file", &url("y")]).succeeds();
    let text = rig.run(["key", "derive", &url("x")]).succeeds().stdout;
    assert_eq!(text.trim(), *derived(&rig, "new", "demo", "x").base64());
    rig.run(["key", "derive", &url("x"), "-o", "x.key"]).succeeds();
    rig.run(["get", "-k", "./x.key", &url("x"), "out"]).succeeds();
    assert_eq!(rig.lab.read("out"), b"content");
    rig.run(["get", "-k", "./x.key", &url("y"), "out"]).fails(4);
    rig.run(["presign", &url("x"), "--headers-file", "headers"]).succeeds();
    let headers = String::from_utf8(rig.lab.read("headers")).unwrap();
    assert!(headers.contains(derived(&rig, "new", "demo", "x").base64().as_str()));
    let link = rig.run(["presign", &url("x")]).succeeds().stdout.trim().to_owned();
    rig.run(["get", "-k", "./x.key", &link, "out"]).succeeds();
    // With the master a URL alone is not enough: it does not tell the object's name.
    let master = ["get", "-k", "./new", &link, "out", "--derive-as"];
    rig.run(master.into_iter().chain(["s3://demo/x"])).succeeds();
    rig.run(master.into_iter().chain(["s3://demo"]))
        .fails(2)
        .says(&["a presigned URL does not tell"]);
    let json = rig.run(["key", "derive", "--json", &url("x")]).succeeds().json();
    assert_eq!(json["op"], "key-derive");
    assert_eq!(json["url"], url("x"));
    assert_eq!(json["keyMd5"], md5_of(&rig, "new", "demo", "x"));
    assert_eq!(json["key"], *derived(&rig, "new", "demo", "x").base64());
}

#[test]
fn any_key_can_be_a_master_but_a_weak_one() {
    let rig = rig(Behavior::Aws);
    let derived = derived(&rig, "other", "b", "k");
    let of = |source: &str| rig.run(["key", "derive", "-k", source, "s3://b/k"]);
    assert_eq!(of("./other").succeeds().stdout.trim(), *derived.base64());
    // Whatever rules say: nothing is sent.
    of("new").succeeds();
    rig.lab.private_file("weak", b"correct horse battery staple 123");
    of("./weak").fails(4).says(&["too weak to derive keys from", "keygen"]);
    of("other").fails(2).says(&["`other`", "derive = true"]);
    rig.lab.file("file", b"content");
    let put = ["put", "-k", "./weak", "--derive-as", "s3://demo", "file", "s3://demo/x"];
    rig.run(put).fails(4).says(&["too weak"]);
    rig.run(["key", "derive", "s3://elsewhere/x"]).fails(2).says(&["no rule of", "gives it one"]);
    rig.run(["key", "derive", "s3://demo"]).fails(2).says(&["names a bucket"]);
    rig.lab.run(["key", "derive", "s3://demo/x"]).fails(2).says(&["no key was given"]);
    let md5 = ["key", "md5", "./other", "--derive-as", "s3://b/k"];
    assert_eq!(rig.run(md5).succeeds().stdout.trim(), derived.md5_base64());
    rig.run(["key", "md5", "./other", "--derive-as", "s3://b"]).fails(2).says(&["s3://BUCKET/KEY"]);
    let curl = ["key", "convert", "--as", "curl", "-k", "new"];
    rig.run(curl).fails(2).says(&["`new` is a master key", "--derive-as"]);
    let curl = rig.run(curl.into_iter().chain(["--derive-as", &url("x")])).succeeds().stdout;
    assert!(curl.contains(self::derived(&rig, "new", "demo", "x").base64().as_str()), "{curl}");
    rig.run(["key", "derive", &url("x"), "-o", "./new"]).fails(9).says(&["never overwritten"]);
}

#[test]
fn whose_name_counts_can_be_said() {
    let rig = rig(Behavior::Aws);
    rig.lab.file("file", b"content");
    let json =
        |arguments: &[&str]| rig.run(arguments.iter().copied()).succeeds().json()["keyMd5"].clone();
    // An object that was replicated from another bucket, or copied byte for byte under another name.
    let replica = json(&["put", "--json", "--derive-as", "s3://origin", "file", "s3://demo/x"]);
    assert_eq!(replica, md5_of(&rig, "new", "origin", "x"));
    let renamed = json(&["put", "--json", "--derive-as", "s3://origin/y", "file", "s3://demo/z"]);
    assert_eq!(renamed, md5_of(&rig, "new", "origin", "y"));
    rig.run(["get", &url("x"), "out"]).fails(4);
    rig.run(["get", "--derive-as", "s3://origin", &url("x"), "out"]).succeeds();
    rig.run(["head", "--derive-as", "s3://origin/y", &url("z")]).succeeds();
    let own = json(&[
        "put",
        "--json",
        "-k",
        "./other",
        "--derive-as",
        "s3://demo",
        "file",
        "s3://demo/x",
    ]);
    assert_eq!(own, md5_of(&rig, "other", "demo", "x"));
    // A name of one object is no name for several: all would share one key.
    rig.lab.deep_file("tree/a", b"a");
    for command in [
        &["put", "-r", "tree", "s3://demo/t/"][..],
        &["sync", "tree", "s3://demo/t/"],
        &["get", "-r", "s3://demo/", "copy"],
        &["head", "s3://demo/x", "s3://demo/z"],
        &["key", "verify", "s3://demo/x", "s3://demo/z"],
    ] {
        let run = rig.run(command.iter().copied().chain(["--derive-as", "s3://origin/y"]));
        run.fails(2).says(&["names one object"]);
    }
    rig.run(["get", "--derive-as", "s3://origin/y/", &url("z"), "out"])
        .fails(2)
        .says(&["names a folder"]);
    rig.run(["put", "--no-key", "--derive-as", "s3://origin", "file", &url("z")]).fails(2);
    // What is not derived has no name to count.
    rig.run(["get", "-k", "other", "--derive-as", "s3://demo", &url("x"), "out"])
        .fails(2)
        .says(&["derive = true"]);
    rig.run(["get", "--derive-as", "demo", &url("x"), "out"]).fails(2).says(&["not an s3:// URL"]);
    let config = String::from_utf8(rig.lab.read("config.toml")).unwrap();
    rig.write(&config.replacen("derive = true", "derive = true\nderive_bucket = \"origin\"", 1));
    rig.run(["get", &url("z"), "out", "--derive-as", "s3://origin/y"]).succeeds();
    let configured = json(&["put", "--json", "file", "s3://demo/x"]);
    assert_eq!(configured, md5_of(&rig, "new", "origin", "x"));
}

#[test]
fn an_access_point_does_not_tell_the_buckets_name() {
    let rig = rig(Behavior::Aws);
    for bucket in ["arn:aws:s3:eu-west-1:123456789012:accesspoint/mine", "mine-abc-s3alias"] {
        let object = format!("s3://{bucket}/x");
        rig.run(["key", "derive", "-k", "new", &object])
            .fails(2)
            .says(&["access point", "--derive-as"]);
        rig.run(["key", "derive", "-k", "new", "--derive-as", "s3://demo", &object]).succeeds();
        rig.run(["key", "derive", "-k", "new", "--derive-as", &object, "s3://demo/x"]).fails(2);
    }
}
