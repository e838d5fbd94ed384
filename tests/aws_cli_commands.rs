//! `s3seal s3 …` and `s3seal s3api …`: the command lines of aws-cli do what they do there, or are refused by
//! name.

use std::os::unix::fs::symlink;

use s3seal_mock::RequestRecord;

use crate::harness::{Done, Lab, url};

const SEAL: [&str; 4] = ["--sse-c", "AES256", "--sse-c-key", "fileb://raw"];
const API_SEAL: [&str; 4] =
    ["--sse-customer-algorithm", "AES256", "--sse-customer-key", "fileb://raw"];

/// 32 bytes that do not quite count, or they would seal nothing.
fn raw() -> Vec<u8> {
    [0xe1, 0xe0].into_iter().chain(0xe2..=0xff).collect()
}

fn lab() -> Lab {
    let lab = Lab::new();
    lab.private_file("raw", &raw());
    lab.file("file", b"content");
    lab.believe_in_the_bucket();
    lab
}

#[track_caller]
fn s3(lab: &Lab, arguments: &[&str]) -> Done {
    lab.run([&["s3"], arguments, &SEAL].concat()).succeeds()
}

#[track_caller]
fn s3api(lab: &Lab, arguments: &[&str]) -> Done {
    lab.run([&["s3api"], arguments, &API_SEAL].concat()).succeeds()
}

#[track_caller]
fn last(lab: &Lab) -> RequestRecord {
    lab.server().requests().last().expect("a request").clone()
}

#[test]
fn s3_cp_stores_and_fetches() {
    let lab = lab();
    s3(&lab, &["cp", "file", "s3://demo/a/x"]);
    s3(&lab, &["cp", "file", "s3://demo"]);
    s3(&lab, &["cp", "file", "s3://demo/a/"]);
    lab.run([&["s3", "cp", "-", "s3://demo/piped"][..], &SEAL].concat()).stdin(b"piped").succeeds();
    lab.holds_only(&["a/file", "a/x", "file", "piped"]);
    assert!(last(&lab).has_key());
    s3(&lab, &["cp", "s3://demo/a/x", "out"]);
    assert_eq!(lab.read("out"), b"content");
    assert_eq!(s3(&lab, &["cp", "s3://demo/piped", "-"]).bytes, b"piped");
    s3(&lab, &["cp", "--recursive", "s3://demo/a", "tree", "--exclude", "*", "--include", "x"]);
    assert_eq!(lab.tree("tree").into_keys().collect::<Vec<_>>(), ["x"]);
}

#[test]
fn s3_commands_take_folders() {
    let lab = lab();
    lab.deep_file("tree/a", b"a");
    lab.deep_file("tree/sub/b.tmp", b"b");
    lab.deep_file("elsewhere/c", b"c");
    symlink("../elsewhere", lab.path("tree/link")).unwrap();
    s3(&lab, &["cp", "tree", "s3://demo/t", "--recursive", "--exclude=*.tmp", "--dryrun"]);
    lab.holds_only(&[]);
    s3(&lab, &["cp", "tree", "s3://demo/t", "--recursive", "--exclude=*.tmp"]);
    lab.holds_only(&["t/a", "t/link/c"]);
    s3(&lab, &["sync", "tree", "s3://demo/t", "--no-follow-symlinks", "--size-only"]);
    lab.holds_only(&["t/a", "t/link/c", "t/sub/b.tmp"]);
    s3(&lab, &["sync", "s3://demo/t", "back"]);
    assert_eq!(lab.tree("back").into_keys().collect::<Vec<_>>(), ["a", "link/c", "sub/b.tmp"]);
    lab.run(["s3", "rm", "s3://demo/t", "--recursive", "--include", "*", "--quiet"]).succeeds();
    lab.holds_only(&[]);
}

#[test]
fn s3_copies_and_moves_between_urls() {
    let lab = lab();
    lab.private_file("old", &raw().into_iter().rev().collect::<Vec<u8>>());
    let old = ["--sse-c", "--sse-c-key", "fileb://old"];
    lab.run([&["s3", "cp", "file", "s3://demo/x"], &old[..]].concat()).succeeds();
    let source = ["--sse-c-copy-source", "AES256", "--sse-c-copy-source-key", "fileb://old"];
    s3(
        &lab,
        &[&["cp", "s3://demo/x", "s3://demo/y", "--metadata-directive=COPY"], &source[..]].concat(),
    );
    s3(&lab, &[&["mv", "s3://demo/x", "s3://demo/z/"], &source[..]].concat());
    lab.holds_only(&["y", "z/x"]);
    assert_eq!(s3(&lab, &["cp", "s3://demo/z/x", "-"]).bytes, b"content");
    // As with aws-cli a source without a key of its own is not sealed.
    lab.run([&["s3", "cp", "s3://demo/y", "s3://demo/w"], &SEAL[..]].concat()).fails(4);
    lab.plain("plain", b"content");
    s3(&lab, &["cp", "s3://demo/plain", "s3://demo/w"]);
    s3(&lab, &["mv", "--recursive", "s3://demo/z", "out"]);
    lab.holds_only(&["plain", "w", "y"]);
}

#[test]
fn s3api_copies_objects_and_versions() {
    let lab = Lab::with(|server| server.versioned_bucket("vault"));
    lab.private_file("raw", &raw());
    for content in [b"old", b"new"] {
        lab.file("file", content);
        s3api(&lab, &["put-object", "--bucket=vault", "--key=a b", "--body=file"]);
    }
    let versions = lab.server().versions("vault");
    let old = format!("--copy-source=/vault/a b?versionId={}", versions.last().expect("one").1);
    let source = [
        "--copy-source-sse-customer-algorithm=AES256",
        "--copy-source-sse-customer-key=fileb://raw",
    ];
    for (from, content) in [("--copy-source=vault/a b", b"new"), (&old, b"old")] {
        let copy = ["copy-object", "--bucket=demo", "--key=y", from];
        s3api(&lab, &[&copy[..], &source].concat());
        s3api(&lab, &["get-object", "--bucket=demo", "--key=y", "out"]);
        assert_eq!(lab.read("out"), content);
    }
}

#[test]
fn s3_presign_prints_a_url() {
    let lab = lab();
    let signed = s3(&lab, &["presign", "s3://demo/x", "--expires-in", "60"]).stdout;
    assert!(signed.contains("/demo/x?") && signed.contains("X-Amz-Expires=60"), "{signed}");
}

#[test]
fn s3api_names_objects_by_options() {
    let lab = lab();
    // A key that looks like a path is the object's, not that of the seal.
    for key in ["x", "./raw", "a b/ü", "/x"] {
        let object = ["--bucket", "demo", "--key", key];
        s3api(&lab, &[&["put-object", "--body", "file"], &object[..]].concat());
        assert_eq!(last(&lab).key.as_deref(), Some(key));
        let head = s3api(&lab, &[&["head-object"], &object[..]].concat()).json();
        assert_eq!(head["ContentLength"], 7, "{key}");
        assert!(head["SSECustomerKeyMD5"].is_string(), "{key}");
        s3api(&lab, &[&["get-object"], &object[..], &["--range=bytes=0-3", "out"]].concat());
        assert_eq!(lab.read("out"), b"cont", "{key}");
        lab.run([&["s3api", "delete-object"], &object[..]].concat()).succeeds();
        lab.holds_only(&[]);
    }
}

#[test]
fn s3api_reads_and_deletes_versions() {
    let lab = Lab::with(|server| server.versioned_bucket("vault"));
    lab.private_file("raw", &raw());
    lab.file("file", b"old");
    let put = ["put-object", "--bucket=vault", "--key=x", "--body=file", "--json"];
    let old = s3api(&lab, &put).json()["versionId"].as_str().expect("a version").to_owned();
    lab.file("file", b"new");
    s3api(&lab, &put);
    let version = ["--bucket=vault", "--key=x", "--version-id", &old];
    s3api(&lab, &[&["get-object"], &version[..], &["out"]].concat());
    assert_eq!(lab.read("out"), b"old");
    lab.run([&["s3api", "delete-object"], &version[..]].concat()).succeeds();
    lab.run([&["s3api", "head-object"], &version[..], &API_SEAL].concat()).exits(3);
}

#[test]
fn options_of_aws_cli_mean_what_they_mean_there() {
    let lab = lab();
    let header = |arguments: &[&str], name: &str| {
        s3(&lab, &[&["cp", "file", "s3://demo/x"], arguments].concat());
        last(&lab).header(name).map(str::to_owned)
    };
    for (arguments, name, value) in [
        (&["--storage-class", "STANDARD_IA"][..], "x-amz-storage-class", "STANDARD_IA"),
        (&["--metadata", "a=1,b=2"], "x-amz-meta-b", "2"),
        (&["--content-type", "text/x"], "content-type", "text/x"),
        (&["--no-guess-mime-type"], "content-type", "binary/octet-stream"),
        (&["--request-payer"], "x-amz-request-payer", "requester"),
        (&["--request-payer", "requester"], "x-amz-request-payer", "requester"),
        (&["--acl=private", "--no-progress", "--page-size", "5"], "x-amz-acl", "private"),
        (
            &["--debug", "--color", "off", "--no-paginate", "--output=json"],
            "content-type",
            "application/octet-stream",
        ),
        (&["--checksum-algorithm", "CRC64NVME"], "content-type", "application/octet-stream"),
    ] {
        assert_eq!(header(arguments, name).as_deref(), Some(value), "{arguments:?}");
    }
    let silent = s3(&lab, &["cp", "file", "s3://demo/x", "--only-show-errors", "--quiet"]);
    assert_eq!(silent.stderr, "");

    for (arguments, value) in [
        (&["s3", "cp", "file", "s3://demo/y", "--sse"][..], "AES256"),
        (&["s3", "cp", "file", "s3://demo/y", "--sse", "aws:kms"], "aws:kms"),
        (
            &[
                "s3api",
                "put-object",
                "--bucket=demo",
                "--key=y",
                "--body=file",
                "--server-side-encryption=AES256",
            ],
            "AES256",
        ),
    ] {
        lab.run(arguments).succeeds();
        assert_eq!(last(&lab).header("x-amz-server-side-encryption"), Some(value), "{arguments:?}");
    }
}

#[test]
fn options_of_all_commands_may_come_first() {
    let lab = lab();
    let endpoint = lab.server().endpoint().to_owned();
    let start =
        ["--endpoint-url", &endpoint, "--region=us-east-1", "--no-cli-pager", "s3", "--quiet"];
    let done = lab.run([&start[..], &["cp", "file", &url("x")], &SEAL].concat());
    done.without_env("AWS_ENDPOINT_URL").succeeds();
    lab.holds_only(&["x"]);
}

#[test]
fn nothing_is_stored_unsealed_by_accident() {
    let lab = lab();
    let hint = "no key was given, and nothing is written unsealed by accident";
    lab.run(["s3", "cp", "file", "s3://demo/x"]).fails(2).says(&[hint]);
    lab.run(["s3api", "put-object", "--bucket=demo", "--key=x", "--body=file"])
        .fails(2)
        .says(&[hint]);
    lab.holds_only(&[]);
    // This program's own options say so.
    lab.run(["s3", "cp", "file", "s3://demo/x", "--no-key"]).succeeds();
    lab.run(["s3", "cp", "-k", "fileless", "file", "s3://demo/x"]).fails(2);
    lab.run(["s3", "cp", "-k", "./raw", "file", "s3://demo/x"]).succeeds();
    lab.run(["s3", "rm", "s3://demo", "--recursive"])
        .fails(2)
        .says(&["that would empty the bucket"]);
    lab.run(["s3", "rm", "s3://demo", "--recursive", "--all"]).succeeds();
}

#[test]
fn what_has_no_counterpart_is_refused_by_name() {
    let lab = lab();
    let object = ["--bucket", "demo", "--key", "x"];
    for (arguments, phrases) in [
        (&["s3"][..], &["`s3` alone does nothing", "there are `s3 cp`"][..]),
        (&["s3", "ls", "s3://demo"], &["`s3 ls` has no counterpart here", "`s3seal ls`"]),
        (&["s3", "website", "s3://demo"], &["`s3 website` has no counterpart here", "`s3 cp`"]),
        (
            &["s3", "rb", "s3://demo", "--force"],
            &["--force has no counterpart here", "`s3seal s3 rm"],
        ),
        (&["s3api", "upload-part"], &["`s3api upload-part` has no counterpart", "`s3seal put`"]),
        (
            &["s3", "cp", "s3://demo/x", "s3://demo/y", "--metadata-directive", "REPLACE"],
            &["--metadata-directive can only be COPY"],
        ),
        (&["s3", "mv", "file", "other"], &["neither the source nor the destination"]),
        (&[&["s3api", "copy-object"], &object[..]].concat(), &["--copy-source is missing"]),
        (
            &[&["s3api", "copy-object", "--copy-source=demo"], &object[..]].concat(),
            &["--copy-source names no object"],
        ),
        (
            &["s3api", "copy-object", "--copy-source=demo/x", "--bucket=demo", "--key=a/"],
            &["a key that ends in `/`"],
        ),
        (
            &["s3api", "head-object", "--copy-source=demo/x", "--bucket=demo", "--key", "cp"],
            &["has no --copy-source"],
        ),
        (
            &["s3", "cp", "file", "other"],
            &["neither the source nor the destination is an s3:// URL"],
        ),
        (
            &["s3", "cp", "file"],
            &["`s3 cp` takes a source and a destination, and 1 operands are given"],
        ),
        (&["s3", "rm", "s3://demo/x", "s3://demo/y"], &["`s3 rm` takes one URL, and 2 operands"]),
        (
            &["s3", "cp", "file", "s3://demo/x", "--grants", "read=x"],
            &["--grants has no counterpart here", "--acl"],
        ),
        (
            &["s3", "cp", "file", "s3://demo/x", "--expires=2030"],
            &["--expires has no counterpart here"],
        ),
        (&["s3", "cp", "file", "s3://demo/x", "-z"], &["-z has no counterpart here"]),
        (
            &["s3", "cp", "file", "s3://demo/x", "--query", "ETag"],
            &["--query has no counterpart here", "jq"],
        ),
        (&["s3", "cp", "file", "s3://demo/x", "--no-verify-ssl"], &["--ca-bundle FILE"]),
        (
            &["s3", "cp", "file", "s3://demo/x", "--checksum-algorithm", "SHA1"],
            &["--checksum-algorithm can only be CRC64NVME"],
        ),
        (
            &["s3", "cp", "s3://demo/x", "out", "--storage-class=GLACIER"],
            &["--storage-class means nothing to `s3seal get`"],
        ),
        (
            &["s3", "cp", "s3://demo/x", "out", "--sse-c-copy-source", "AES256"],
            &["--sse-c-copy-source means nothing to `s3seal get`"],
        ),
        (&["s3", "cp", "file", "s3://demo/x", "--recursive=yes"], &["--recursive takes no value"]),
        (&["s3", "cp", "file", "s3://demo/x", "--acl"], &["--acl needs a value"]),
        (
            &["s3api", "list-objects-v2", "--bucket", "demo"],
            &["`s3api list-objects-v2` has no counterpart here"],
        ),
        (&["s3api", "put-object", "--bucket", "demo"], &["`s3api` needs --key"]),
        (&["s3api", "put-object", "--bucket=", "--key=x"], &["`s3api` needs --bucket"]),
        (
            &["s3api", "head-object", "--bucket=demo/a", "--key=x"],
            &["--bucket takes the bucket's name alone"],
        ),
        (&[&["s3api", "put-object"], &object[..]].concat(), &["without --body stores nothing"]),
        (
            &["s3api", "put-object", "--bucket=demo", "--key=a/", "--body=file"],
            &["a key that ends in `/`"],
        ),
        (&[&["s3api", "get-object"], &object[..]].concat(), &["needs a file to write to"]),
        (
            &[&["s3api", "get-object"], &object[..], &["a", "b"]].concat(),
            &["takes no such operand"],
        ),
        (&[&["s3api", "head-object"], &object[..], &["a"]].concat(), &["takes no such operand"]),
        (&[&["s3api", "head-object"], &object[..], &["--body=file"]].concat(), &["has no --body"]),
        (
            &[&["s3api", "head-object"], &object[..], &["--output=text"]].concat(),
            &["--output text needs a --query here"],
        ),
        (
            &[&["s3api", "head-object"], &object[..], &["--output=table"]].concat(),
            &["--output can only be json or text here"],
        ),
        (
            &[&["s3api", "head-object"], &object[..], &["--query", "Parts[0]"]].concat(),
            &["--query takes names of fields here", "jq"],
        ),
        (
            &[&["s3api", "head-object"], &object[..], &["--part-number=1"]].concat(),
            &["--part-number has no counterpart"],
        ),
    ] {
        lab.run(arguments).fails(2).says(phrases);
    }
    assert_eq!(lab.operations(), [""; 0]);
    let json = lab.run(["s3", "ls", "--json"]).fails(2).error();
    assert_eq!(json["kind"], "usage");
}

#[test]
fn errors_of_the_own_command_say_what_was_read_as_what() {
    let lab = lab();
    lab.run(["s3", "cp", "file", "s3://demo/x", "--part-size=1"])
        .fails(2)
        .says(&["--part-size", "`s3 cp` was read as `s3seal put`"]);
    for arguments in
        [&["s3", "cp", "help"][..], &["s3api", "get-object", "--help"], &["s3", "rm", "help"]]
    {
        let help = lab.run(arguments).succeeds();
        assert!(help.stdout.contains("Examples:"), "{}", help.stdout);
    }
    assert!(lab.run(["--help"]).succeeds().stdout.contains("`s3seal s3api …`"));
}

#[test]
fn own_command_lines_are_left_alone() {
    let lab = lab();
    lab.key("k");
    // A file called as a service is.
    lab.file("s3", b"content");
    lab.run(["put", "-k", "./k", "s3", &url("s3")]).succeeds();
    lab.run(["--quiet", "head", "-k", "./k", &url("s3")]).succeeds();
    lab.run(["--frob", "s3", "cp"]).fails(2).says(&["unexpected argument '--frob'"]);
    lab.run(["put", "-k", "./k", "file", "--", "--sse-c-copy-source"])
        .fails(2)
        .says(&["not an s3:// URL"]);
}

#[test]
fn a_file_may_be_called_help() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("help", b"content");
    lab.run(["key", "convert", "./k", "--as", "aws", "-o", "raw"]).succeeds();
    let key = ["--sse-c", "AES256", "--sse-c-key", "fileb://raw"];
    lab.run(["s3", "cp", "help", "s3://demo/help"].into_iter().chain(key)).succeeds();
    lab.run(["s3", "rm", "s3://demo/help"]).succeeds();
    lab.holds_only(&[]);
    let help = lab.run(["s3", "cp", "help"]).succeeds().stdout;
    assert!(help.contains("Usage: s3seal"), "{help}");
    // The file that `keygen` writes is no raw key: aws-cli would take all of it for one.
    let file = ["s3", "cp", "help", "s3://demo/x", "--sse-c", "--sse-c-key", "fileb://k"];
    lab.run(file).fails(4).says(&["a key file of s3seal", "--as aws"]);
}
