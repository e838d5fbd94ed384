//! `key verify`: these keys still open these objects.

use crate::harness::{Lab, url};

/// A lab with the keys `k` and `old`, an object of each and a plain one; and their MD5s.
fn stocked() -> (Lab, String, String) {
    let lab = Lab::new();
    let (k, old) = (lab.key("k"), lab.key("old"));
    lab.seal("k", "a", b"content");
    lab.seal("old", "b", b"content");
    lab.plain("plain", b"content");
    (lab, k, old)
}

#[test]
fn each_object_is_told_with_the_key_that_opens_it() {
    let (lab, k, old) = stocked();
    let verify = ["key", "verify", "-k", "./k", "-k", "./old", &url("a"), &url("b")];
    let done = lab.run(verify).succeeds();
    assert_eq!(done.stdout, "");
    let expected = format!(
        "opens s3://demo/a (file:./k, key-MD5 {k})\nopens s3://demo/b (file:./old, key-MD5 {old})\n"
    );
    assert_eq!(done.stderr, expected);
    let quiet = lab.run([&["-q"], &verify[..]].concat()).succeeds();
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    let items = lab.run([&["--json"], &verify[..]].concat()).succeeds().json_lines();
    let of_keys = [(url("a"), k, "file:./k"), (url("b"), old, "file:./old")];
    let expected = of_keys.map(|(url, md5, name)| {
        serde_json::json!({"op": "key-verify", "url": url, "opens": true, "keyMd5": md5, "keyName": name})
    });
    assert_eq!(items, expected);
}

#[test]
fn only_heads_are_sent() {
    let (lab, ..) = stocked();
    let before = lab.operations().len();
    lab.run(["key", "verify", "-k", "./k", &url("a")]).succeeds();
    assert_eq!(lab.operations()[before..], ["HeadObject"]);
}

#[test]
fn each_failure_is_told_and_has_its_code() {
    let (lab, ..) = stocked();
    for (object, code, expected) in [
        ("b", 4, "sealed with another key"),
        ("plain", 6, "the object is not sealed: it opens without a key"),
        ("absent", 3, "hint: "),
    ] {
        let done = lab.run(["key", "verify", "-k", "./k", &url(object)]).fails(code);
        assert!(!done.stderr.contains("--allow-plain"), "{}", done.stderr);
        done.says(&[expected, &url(object), "hint: "]);
    }
    // One failure hides neither the others nor what is well.
    let all = ["key", "verify", "-k", "./k", &url("b"), &url("absent"), &url("a")];
    lab.run(all).fails(1).says(&[
        "sealed with another key",
        "s3://demo/absent",
        "opens s3://demo/a",
    ]);
    let items = lab.run([&["--json"], &all[..]].concat()).exits(1);
    assert_eq!(items.json_lines().len(), 1);
    assert_eq!(items.stderr.lines().count(), 2, "{}", items.stderr);
    lab.run(["key", "verify", "-k", "./k", &url("b"), &url("b")]).fails(4);
}

#[test]
fn a_list_names_more() {
    let (lab, ..) = stocked();
    lab.file("list", format!("{}\n\n{}\n", url("a"), url("b")).as_bytes());
    let verify = ["key", "verify", "-k", "./k", "-k", "./old", "--files-from"];
    let opened = |text: &str| text.lines().filter(|line| line.starts_with("opens ")).count();
    assert_eq!(opened(&lab.run([&verify[..], &["list"]].concat()).succeeds().stderr), 2);
    let both = lab.run([&verify[..], &["list", &url("a")]].concat()).succeeds();
    assert_eq!(opened(&both.stderr), 3);
    let piped = lab.run([&verify[..], &["-"]].concat()).stdin(url("a").as_bytes()).succeeds();
    assert_eq!(opened(&piped.stderr), 1);
    let wrong = format!("nonsense\n{}\n", url("a"));
    let wrong = lab.run([&verify[..], &["-"]].concat()).stdin(wrong.as_bytes()).fails(2);
    assert_eq!(opened(&wrong.stderr), 1, "{}", wrong.stderr);
    lab.run([&verify[..], &["none"]].concat()).fails(3).says(&["the list none cannot be read"]);
    lab.run(["key", "verify", "-k", "stdin", "--files-from", "-"])
        .fails(2)
        .says(&["cannot be both the key and the list"]);
}

#[test]
fn a_key_and_an_object_are_needed() {
    let (lab, ..) = stocked();
    let before = lab.operations().len();
    lab.run(["key", "verify", &url("a")]).fails(2).says(&["there is no key to verify"]);
    lab.run(["key", "verify", "-k", "./k"]).fails(2).says(&["<URL>"]);
    lab.run(["key", "verify", "-k", "./k", &url("a"), "s3://demo/"]).fails(2);
    lab.run(["key", "verify", "-k", "./none", &url("a")]).fails(4);
    assert_eq!(lab.operations().len(), before, "nothing was asked");
}

#[test]
fn the_rules_of_the_ring_count() {
    let (lab, k, _) = stocked();
    let config = format!(
        "[keys.mine]\nsource = \"./k\"\n[[rules]]\nendpoint = \"{}\"\nprefix = \"s3://demo/a\"\nkey = \"mine\"\n",
        lab.server().endpoint()
    );
    lab.file("config.toml", config.as_bytes());
    let verify = |object: &str| {
        lab.run(["key", "verify", &url(object)]).env("S3SEAL_CONFIG", lab.path("config.toml"))
    };
    let expected = format!("opens s3://demo/a (mine, key-MD5 {k})\n");
    assert_eq!(verify("a").succeeds().stderr, expected);
    verify("b").fails(4).says(&["no key was given"]);
}

#[test]
fn a_store_that_cannot_be_reached_is_told_once() {
    let lab = Lab::offline();
    lab.key("k");
    let nobody = ["--endpoint-url", "http://127.0.0.1:1", "--no-sign-request"];
    let verify = ["key", "verify", "-k", "./k", &url("a"), &url("b"), &url("c")];
    let done = lab.run([&verify[..], &nobody].concat()).env("AWS_MAX_ATTEMPTS", "1").fails(8);
    assert_eq!(done.stderr.matches("error: ").count(), 1, "{}", done.stderr);
}

#[test]
fn a_list_of_nothing_is_an_error_and_comments_are_none() {
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "x", b"content");
    let verify = ["key", "verify", "-k", "./k", "--files-from", "-"];
    for list in ["", "# canaries\n"] {
        lab.run(verify).stdin(list.as_bytes()).fails(2).says(&["names no object"]);
    }
    lab.run(verify).stdin(b"# canaries\ns3://demo/x\n").succeeds().says(&["opens s3://demo/x"]);
}

/// What `key convert` writes, and what a tool's configuration has around it.
#[test]
fn what_was_exported_still_opens() {
    let (lab, k, _) = stocked();
    let dialects = [
        "aws",
        "s3api",
        "rclone",
        "mc",
        "s3fs",
        "curl",
        "env",
        "velero",
        "thanos",
        "terraform",
        "object-store",
        "clickhouse",
        "nextcloud",
        "pgbackrest",
        "litestream",
        "tempo",
        "duckdb",
        "k8s-secret",
    ];
    for dialect in dialects {
        lab.run(["key", "convert", "./k", "--as", dialect, "-o", dialect]).succeeds();
        let file = format!("./{dialect}");
        let done = lab.run(["key", "verify", &file, "--for", &url("a")]).succeeds();
        assert_eq!(done.stderr, format!("opens s3://demo/a (file:{file}, key-MD5 {k})\n"));
        for (object, code) in [("b", 4), ("plain", 6), ("absent", 3)] {
            lab.run(["key", "verify", &file, "--for", &url(object)]).fails(code);
        }
        lab.run(["key", "verify", "-k", &file, &url("a")]).succeeds();
    }
    let json = ["--json", "key", "verify", "./rclone", "--for", &url("a")];
    let expected = serde_json::json!({
        "op": "key-verify", "url": url("a"), "opens": true, "keyMd5": k, "keyName": "file:./rclone",
    });
    assert_eq!(lab.run(json).succeeds().json(), expected);

    let lines = String::from_utf8(lab.read("rclone")).unwrap();
    let config = format!("[other]\ntype = local\n\n[remote]\ntype = s3\n{lines}region = x\n");
    lab.private_file("rclone.conf", config.as_bytes());
    lab.run(["key", "verify", "./rclone.conf", "--for", &url("a")]).succeeds();
    let env = String::from_utf8(lab.read("object-store")).unwrap();
    let piped = lab.run(["key", "verify", "stdin", "--for", &url("a")]).stdin(env.as_bytes());
    piped.succeeds();
}

/// A presigned URL's headers, in either form.
#[test]
fn a_file_of_headers_is_an_export_too() {
    let (lab, ..) = stocked();
    for tool in ["curl", "wget"] {
        let presign = ["presign", "-k", "./k", &url("a"), "--as", tool, "--headers-file", "h"];
        lab.run(presign).succeeds();
        lab.run(["key", "verify", "./h", "--for", &url("a")]).succeeds();
        lab.run(["key", "verify", "./h", "--for", &url("b")]).fails(4);
    }
}

#[test]
fn several_keys_and_objects() {
    let (lab, ..) = stocked();
    let both = ["key", "convert", "-k", "./k", "-k", "./old", "--as", "s3fs", "-o", "both"];
    lab.run(both).succeeds();
    let done = lab.run(["key", "verify", "./both", "--for", &url("a"), "--for", &url("b")]);
    assert_eq!(done.succeeds().stderr.matches("opens ").count(), 2);
    let done = lab.run(["key", "verify", "./k", "./old", "--for", &url("b")]).succeeds();
    done.says(&["opens s3://demo/b (file:./old"]);
    lab.file("list", format!("{}\n", url("b")).as_bytes());
    let done = lab.run(["key", "verify", "./both", "--for", &url("a"), "--files-from", "list"]);
    assert_eq!(done.succeeds().stderr.matches("opens ").count(), 2);
}

#[test]
fn slips_with_for() {
    let (lab, k, old) = stocked();
    let before = lab.operations().len();
    let text = lab.read("k");
    let text = String::from_utf8_lossy(&text);
    let base64 = text.lines().last().unwrap();
    let damaged = format!("sse_customer_key_base64 = {base64}\nsse_customer_key_md5 = {old}\n");
    lab.private_file("damaged", damaged.as_bytes());
    let told = lab.run(["key", "verify", "./damaged", "--for", &url("a")]).fails(4);
    let told = told.says(&["file:./damaged", "that of another key", "key convert"]);
    assert!(!told.stderr.contains(base64) && !told.stderr.contains(&k), "{}", told.stderr);

    lab.private_file("none", b"region = x\nendpoint = https://example.org\n");
    lab.run(["key", "verify", "./none", "--for", &url("a")]).fails(4).says(&["file:./none"]);
    lab.run(["key", "verify", "./absent", "--for", &url("a")]).fails(4).says(&["no such file"]);
    lab.run(["key", "verify", "./k", &url("a")]).fails(2).says(&["is a file", "--for s3://"]);
    let told = lab.run(["key", "verify", &url("a"), "--for", &url("b")]).fails(2);
    told.says(&["operands are sources of keys", "repeat --for"]);
    lab.run(["key", "verify", "./k", "--for", "s3://demo/"]).fails(2);
    lab.run(["key", "verify", "--for", &url("a")]).fails(2).says(&["no key to verify"]);
    let mixed = ["key", "verify", "./k", "--for", &url("a"), "--sse-c-key", "fileb://k"];
    lab.run(mixed).fails(2).says(&["name the keys one way"]);
    let format = ["key", "verify", "./damaged", "--key-format", "base64", "--for", &url("a")];
    lab.run(format).fails(4);
    assert_eq!(lab.operations().len(), before, "nothing was asked");
    lab.run(["key", "verify", "-k", "./k", "--for", &url("a")]).succeeds();
}
