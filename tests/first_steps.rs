//! What newcomers type: commands and options by the names of other tools, and the tip that leads on.

use crate::harness::{Lab, url};

#[test]
fn aliases_are_what_they_say() {
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "x", b"content");
    assert_eq!(lab.run(["cat", "-k", "./k", &url("x")]).succeeds().stdout, "content");
    let part = lab.run(["cat", "-k", "./k", "--range", "bytes=1-3", &url("x")]);
    assert_eq!(part.succeeds().stdout, "ont");
    lab.run(["cat", "-k", "./k", "s3://demo"]).fails(2);
    let stat = lab.run(["stat", "-k", "./k", "--json", &url("x")]).succeeds().json();
    assert_eq!(stat["ContentLength"], 7);
    lab.run(["delete", &url("x")]).succeeds();
    lab.holds_only(&[]);
}

#[test]
fn commands_of_other_tools_are_named() {
    let lab = Lab::offline();
    for (typed, tip) in [
        ("upload", "s3seal put"),
        ("download", "s3seal get"),
        ("version", "s3seal --version"),
        ("list", "s3seal ls"),
        ("mb", "s3seal bucket create"),
        ("copy", "s3seal cp"),
        ("decrypt", "s3seal get"),
    ] {
        lab.run([typed])
            .fails(2)
            .says(&["unrecognized subcommand", &format!("tip: write `{tip}`")]);
    }
    // A slip of the fingers suggests nothing that writes.
    for typed in ["rotat", "syn", "mve", "putt", "buckett"] {
        let said = lab.run([typed]).fails(2).stderr;
        assert!(!said.contains("tip:"), "{typed}: {said}");
    }
    lab.run(["audi"]).fails(2).says(&["'audit'"]);
}

#[test]
fn the_tip_is_the_right_one() {
    let lab = Lab::new();
    lab.key("enc.key");
    lab.file("file", b"content");
    lab.run(["put", "-k", "enc.key", "file", &url("x")]).fails(2).says(&["./enc.key"]);
    lab.run(["put", "-k", "no.key", "file", &url("x")]).fails(2).says(&["there is no key"]);
    let put = lab.run(["put", "-k", "./enc.key", &url("x"), "file"]);
    put.fails(2).says(&["is an object", "`s3seal get`"]);
    let get = lab.run(["get", "-k", "./enc.key", &url("x"), "-o", "out"]);
    get.exits(2).says(&["the file comes last"]);
    lab.holds_only(&[]);
    lab.seal("enc.key", "folder/x", b"content");
    let get = |name: &str| lab.run(["get", "-k", "./enc.key", &url(name), "out"]);
    get("folder").fails(3).says(&["there are objects below s3://demo/folder/", "-r"]);
    let absent = get("fold").fails(3);
    assert!(!absent.stderr.contains("-r"), "{}", absent.stderr);
}

#[test]
fn the_wrong_scheme_is_told() {
    for (tls, scheme, words) in
        [(false, "https", "does not speak https"), (true, "http", "does not speak http")]
    {
        let lab = Lab::with(|server| server.tls(tls));
        let (_, authority) = lab.server().endpoint().split_once("://").unwrap();
        let endpoint = format!("{scheme}://{authority}");
        let ls = lab.run(["ls", "s3://demo", "--endpoint-url", &endpoint]);
        ls.fails(8).says(&[words, "in the endpoint"]);
    }
}
