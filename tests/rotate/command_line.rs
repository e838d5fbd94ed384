//! What is asked for makes sense, or is refused before anything is changed.

use super::Rig;
use crate::harness::url;

#[test]
fn both_keys_must_be_said() {
    let rig = Rig::new();
    let run = |arguments: &[&str]| rig.lab.run([&["rotate"], arguments].concat()).fails(2);
    run(&["s3://demo"]).says(&["the objects are sealed with was not given", "--from SPEC"]);
    run(&["--to", "./new", "s3://demo"]).says(&["--from SPEC"]);
    run(&["--from", "./old", "s3://demo"]).says(&["are to get was not given", "--to SPEC"]);
    run(&["--from", "none", "s3://demo"]).says(&["--to SPEC"]);
    run(&["--from", "none", "--to", "none", "s3://demo"]).says(&["nothing to do"]);
    run(&["--to", "none", "s3://demo"]).says(&["--from SPEC"]);
    run(&["--from", "stdin", "--to", "stdin", "s3://demo"]).says(&["both come from stdin"]);
    run(&["--from", "./old", "--to", "./new"]).says(&["<URL>"]);
}

#[test]
fn the_variable_is_the_side_that_is_not_named() {
    let rig = Rig::new();
    rig.lab.seal("old", "x", b"content");
    let rotate = |arguments: &[&str], variable: &str| {
        let run = rig.lab.run([&["rotate"], arguments, &["s3://demo/x"]].concat());
        run.env("S3SEAL_KEY", variable)
    };
    rotate(&["--from", "./old"], "file:./new").succeeds();
    assert_eq!(rig.content("./new", "x"), b"content");
    rotate(&["--to", "./old"], "file:./new").succeeds();
    assert_eq!(rig.content("./old", "x"), b"content");
    rotate(&[], "file:./new").fails(2).says(&["--from SPEC"]);
}

#[test]
fn a_key_itself_is_refused_and_not_repeated() {
    let rig = Rig::new();
    let key = rig.lab.run(["keygen"]).succeeds().stdout;
    for arguments in
        [["--from", key.trim(), "--to", "./new"], ["--from", "./old", "--to", key.trim()]]
    {
        let done = rig.lab.run([&["rotate"], &arguments[..], &["s3://demo"]].concat()).fails(2);
        assert!(!done.stderr.contains(key.trim()));
    }
}

#[test]
fn a_destination_lies_apart_from_what_is_rotated() {
    let rig = Rig::new();
    rig.lab.seal("old", "t/a", b"content");
    for dest in ["s3://demo/t/", "s3://demo/t/u/", "s3://demo"] {
        rig.rotate(["--dest", dest, "s3://demo/t/"]).fails(2).says(&["within each other"]);
    }
    rig.rotate(["--dest", "s3://demo/t/a", "s3://demo/t/a"]).fails(2);
    rig.rotate(["--dest", "s3://demo/u/", "s3://demo/t/", "s3://demo/v/"])
        .fails(2)
        .says(&["--dest is for one URL"]);
    rig.rotate(["--dest", "s3://demo/u/", "--all-versions", "s3://demo/t/"]).fails(2);
}

#[test]
fn one_object_is_meant_or_all_below_a_prefix() {
    let rig = Rig::new();
    for object in ["t", "t/a", "t/b", "t2"] {
        rig.lab.seal("old", object, b"content");
    }
    rig.rotate([&url("t")[..]]).succeeds();
    let sealed = |object| rig.sealed_with(object) == Some(rig.new_md5.clone());
    assert_eq!(["t", "t/a", "t/b", "t2"].map(sealed), [true, false, false, false]);
    rig.rotate(["-r", "--exclude", "b", &url("t")]).succeeds();
    assert_eq!(["t/a", "t/b", "t2"].map(sealed), [true, false, false]);
    rig.lab.file("list", b"b\n\n");
    rig.rotate(["--files-from", "list", &url("t")]).succeeds();
    assert_eq!(["t/b", "t2"].map(sealed), [true, false]);
    rig.rotate(["s3://demo/none"]).fails(3);
    rig.rotate(["s3://demo/none/"]).fails(3).says(&["nothing below it"]);
}

#[test]
fn a_bucket_that_blocks_sse_c_is_named_and_nothing_is_changed() {
    let rig = Rig::new();
    rig.lab.seal("old", "x", b"content");
    rig.lab.server().block_sse_c("demo", true);
    rig.rotate(["s3://demo/"]).exits(5).says(&["blocks SSE-C", "s3seal bucket allow"]);
    rig.lab.server().block_sse_c("demo", false);
    assert_eq!(rig.content("./old", "x"), b"content");
    rig.lab.holds_only(&["x"]);
}
