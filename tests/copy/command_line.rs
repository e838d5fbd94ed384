//! What `cp` and `mv` refuse, keep, and leave to `put` and `get`.

use crate::copy::Rig;
use crate::harness::{Lab, url};

#[test]
fn what_is_not_given_is_kept() {
    let rig = Rig::new();
    rig.lab.file("file", b"content");
    let put = ["put", "-k", "./old", "--content-type", "text/x", "--metadata", "a=1,b=2"];
    let rest = ["--tagging", "t=1&u=a%20b", "--storage-class", "STANDARD_IA", "--tag-key"];
    rig.lab.run([&put[..], &rest, &["file", &url("x")]].concat()).succeeds();
    rig.cp(&url("x"), &url("same")).succeeds();
    let same = rig.head(&["-k", "./new"], "same");
    assert_eq!(
        (&same["ContentType"], &same["StorageClass"]),
        (&"text/x".into(), &"STANDARD_IA".into())
    );
    assert_eq!(same["TagCount"], 2, "the tag of the old key is not taken over: {same}");

    let cp = ["cp", "--source-key", "./old", "-k", "./new", "--metadata", "A=3", "--cache-control"];
    let given = ["no-store", "--storage-class", "STANDARD", "--tagging", "v=1", "--tag-key"];
    rig.lab.run([&cp[..], &given, &[&url("x"), &url("other")]].concat()).succeeds();
    let other = rig.head(&["-k", "./new"], "other");
    assert_eq!(other["Metadata"], serde_json::json!({ "a": "3", "b": "2" }));
    assert_eq!(
        (&other["ContentType"], &other["CacheControl"]),
        (&"text/x".into(), &"no-store".into())
    );
    assert_eq!(other["TagCount"], 2, "{other}");
    assert!(other["StorageClass"].is_null(), "{other}");
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_sent() {
    let rig = Rig::new();
    for (arguments, words) in [
        (&["cp", "-k", "./new", "s3://demo/x"][..], "only one was given"),
        (&["mv", "-k", "./new", "s3://demo/x"], "only one was given"),
        (&["cp", "-k", "./new", "a", "b"], "neither the source nor the destination"),
        (&["cp", "-k", "./new", "a", "s3://demo/x", "s3://demo/t/"], "some sources are files"),
        (&["cp", "-k", "./new", "s3://demo/x", "s3://demo/x"], "copied onto itself"),
        (&["cp", "-k", "./new", "s3://demo/t/x", "s3://demo/t/"], "copied onto itself"),
        (&["mv", "-k", "./new", "--version-id", "1", "s3://demo/x", "s3://demo/x"], "onto itself"),
        (&["cp", "-k", "./new", "-r", "s3://demo/t", "s3://demo/t/u"], "lies within"),
        (&["cp", "-k", "./new", "-r", "s3://demo/t", "s3://demo/t"], "lies within"),
        (&["cp", "-k", "./new", "s3://demo/t/", "s3://demo/u"], "is a folder"),
        (&["cp", "-k", "./new", "s3://demo/a", "s3://demo/b", "s3://demo/c"], "several sources"),
        (
            &["cp", "s3://demo/x", "s3://demo/y"],
            "no key was given, and nothing is written unsealed",
        ),
        (&["cp", "-k", "./new", "--include", "*", "s3://demo/x", "s3://demo/y"], "add -r"),
        (
            &["cp", "-k", "./new", "-r", "--version-id", "1", "s3://demo/x", "s3://demo/y"],
            "one object",
        ),
        (
            &["cp", "-k", "./new", "--version-id", "1", "file", "s3://demo/x"],
            "the source is a file",
        ),
        (
            &["cp", "-k", "./new", "--source-key", "./old", "file", "s3://demo/x"],
            "the source is a file",
        ),
        (
            &["cp", "-k", "./new", "--acl", "private", "s3://demo/x", "file"],
            "the destination is a file",
        ),
        (&["cp", "--no-key", "s3://demo/x", "file"], "the destination is a file"),
        (&["mv", "-k", "./new", "-", "s3://demo/x"], "standard input cannot be moved"),
        (&["mv", "-k", "./new", "s3://demo/x", "-"], "nothing is moved to standard output"),
        (
            &["cp", "-k", "stdin", "--source-key", "stdin", "s3://demo/x", "s3://demo/y"],
            "both come from stdin",
        ),
    ] {
        rig.lab.run(arguments).fails(2).says(&[words]);
    }
    assert_eq!(rig.lab.operations(), [""; 0]);
}

#[test]
fn a_copy_never_takes_the_place_of_a_source_that_waits() {
    let rig = Rig::new();
    for object in ["t/u/u/x", "t/u/x"] {
        rig.lab.seal("old", object, object.as_bytes());
    }
    let cp = ["cp", "--source-key", "./old", "-k", "./new", "-r", &url("t/u"), &url("t")];
    rig.lab.run(cp).exits(2).says(&["its copy s3://demo/t/u/x would lie within s3://demo/t/u/"]);
    assert_eq!(rig.content("t/x"), b"t/u/x");
    rig.lab.run(["get", "-k", "./old", &url("t/u/x"), "-"]).succeeds();
}

#[test]
fn two_sources_of_one_name_do_not_overwrite_each_other() {
    let rig = Rig::new();
    rig.lab.seal("old", "a/x", b"first");
    rig.lab.seal("old", "b/x", b"second");
    let cp = ["cp", "--source-key", "./old", "-k", "./new", &url("a/x"), &url("b/x"), &url("t/")];
    rig.lab.run(cp).exits(1).says(&["another source has the same destination"]);
    assert_eq!(rig.content("t/x"), b"first");
}

#[test]
fn a_local_side_makes_it_a_put_or_a_get() {
    let rig = Rig::new();
    rig.lab.file("file", b"content");
    rig.lab.deep_file("tree/a", b"a");
    rig.lab.run(["cp", "-k", "./new", "file", &url("x")]).succeeds();
    rig.lab.run(["cp", "-k", "./new", "-r", "tree", &url("t")]).succeeds();
    rig.lab.holds_only(&["t/a", "x"]);
    rig.lab.run(["cp", "-k", "./new", &url("x"), "out"]).succeeds();
    rig.lab.run(["cp", "--source-key", "./new", &url("x"), "again"]).succeeds();
    assert_eq!(
        (rig.lab.read("out"), rig.lab.read("again")),
        (b"content".into(), b"content".into())
    );
    let out = rig.lab.run(["cp", "-k", "./new", &url("x"), "-"]).succeeds();
    assert_eq!(out.bytes, b"content");
    assert!(rig.lab.path("file").exists());
    rig.lab.holds_only(&["t/a", "x"]);
}

#[test]
fn the_source_must_be_what_its_key_says() {
    let rig = Rig::new();
    rig.lab.plain("plain", b"content");
    rig.lab.seal("old", "sealed", b"content");
    rig.cp(&url("plain"), &url("y")).fails(6).says(&["not sealed, though a key was given"]);
    let wrong = ["cp", "-k", "./new", &url("sealed"), &url("y")];
    rig.lab.run(wrong).fails(4).says(&["sealed with another key"]);
    let keyless = ["cp", "--no-key", &url("sealed"), &url("y")];
    rig.lab.run(keyless).fails(4).says(&["no key was given", "--source-key SPEC"]);
    let none = ["cp", "--source-key", "none", "-k", "./new", &url("sealed"), &url("y")];
    rig.lab.run(none).fails(4).says(&["--source-key SPEC"]);
    rig.cp(&url("absent"), &url("y")).fails(3);
    rig.lab.holds_only(&["plain", "sealed"]);
    let allowed = ["cp", "-k", "./new", "--allow-plain", &url("plain"), &url("y")];
    rig.lab.run(allowed).succeeds();
    assert_eq!(rig.content("y"), b"content");
}

#[test]
fn a_condition_holds_whatever_the_store_makes_of_it() {
    let rig = Rig::new();
    rig.lab.seal("old", "x", b"content");
    rig.lab.seal("new", "y", b"other");
    let cp = ["cp", "--source-key", "./old", "-k", "./new", "--if-none-match", "*", &url("x")];
    rig.lab.run([&cp[..], &[&url("y")]].concat()).fails(9).says(&["exists already"]);
    assert_eq!(rig.content("y"), b"other");
    rig.lab.run([&cp[..], &[&url("z")]].concat()).succeeds();
    assert_eq!(rig.content("z"), b"content");
}

#[test]
fn keys_of_strange_names_are_copied() {
    let lab = Lab::new();
    lab.key("k");
    for name in ["a b+c", "ü?versionId=1", "100%", "a/../b", "a&b=c"] {
        lab.seal("k", name, name.as_bytes());
        let done = lab.run(["cp", "-k", "./k", &url(name), &url("copy")]).succeeds();
        assert!(!done.stderr.contains("went through this machine"), "{name}: {}", done.stderr);
        let copy = lab.run(["get", "-k", "./k", &url("copy"), "-"]).succeeds();
        assert_eq!(copy.bytes, name.as_bytes());
    }
}

/// The rules are those of the key that seals; the names are the source's.
#[test]
fn the_sources_key_is_taken_in_the_spellings_of_aws_cli() {
    let rig = Rig::new();
    rig.lab.private_file("raw", b"23832BAC16516152E560F933F261BF03");
    rig.lab.file("file", b"content");
    rig.lab.run(["put", "--sse-c", "--sse-c-key", "fileb://raw", "file", &url("x")]).succeeds();
    let copy = ["s3://demo/x", "s3://demo/y"];
    let cp =
        |options: &[&str]| rig.lab.run([&["cp", "-k", "./new"], options, &["--"], &copy].concat());
    let api = "--copy-source-sse-customer";
    let (algorithm, key, md5) = (
        &format!("{api}-algorithm=AES256"),
        &format!("{api}-key=fileb://raw"),
        &format!("{api}-key-md5"),
    );
    cp(&["--sse-c-copy-source", "AES256", "--sse-c-copy-source-key", "fileb://raw"]).succeeds();
    cp(&[algorithm, key]).succeeds();
    let base64 = "MjM4MzJCQUMxNjUxNjE1MkU1NjBGOTMzRjI2MUJGMDM=";
    let encoded = format!("{api}-key={base64}");
    cp(&[algorithm, &encoded, &format!("{md5}=rjGuMdjLpPV1eRuotNaPMQ==")]).succeeds();
    assert_eq!(rig.content("y"), b"content");
    let wrong = format!("{md5}=LxY6C3YNyWgvT5vjw68YDA==");
    for (options, code, words) in [
        (
            &[key.as_str()][..],
            2,
            "--copy-source-sse-customer-key is given without --copy-source-sse-customer-algorithm",
        ),
        (
            &["--sse-c-copy-source"],
            2,
            "--sse-c-copy-source is given without --sse-c-copy-source-key",
        ),
        (&["--sse-c-copy-source-key", "fileb://raw"], 2, "is given without --sse-c-copy-source"),
        (
            &["--sse-c-copy-source", "aes256", "--sse-c-copy-source-key", "fileb://raw"],
            2,
            "--sse-c-copy-source is not in capitals",
        ),
        (&[algorithm, key, "--sse-c-copy-source"], 2, "are mixed"),
        (
            &["--source-key", "./old", "--sse-c-copy-source-key", "fileb://raw"],
            2,
            "cannot be used with",
        ),
        (&[algorithm, &encoded], 4, "add --copy-source-sse-customer-key-md5"),
        (&[algorithm, &encoded, &wrong], 4, "the MD5 of the 16 bytes that the key is the hex of"),
    ] {
        let done = cp(options).fails(code).says(&[words]);
        assert!(!done.stderr.contains(&base64[..43]), "{}", done.stderr);
    }
}
