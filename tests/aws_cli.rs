//! Keys in the spellings of aws-cli: the same key comes of them as with aws-cli, and what aws-cli or a store
//! would choke on is refused before anything is sent.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use s3seal_mock::RequestRecord;

use crate::harness::{Lab, Run, url};

/// The key of the bytes e0 to ff, and its MD5.
const KEY: &str = "4eDi4+Tl5ufo6err7O3u7/Dx8vP09fb3+Pn6+/z9/v8=";
const HEX: &str = "e1e0e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";
const MD5: &str = "Jux11e0M8yIAenLCKeQBSA==";
/// A key of published guides: 32 hex digits, which aws-cli uses as 32 ASCII characters.
const ASCII: &str = "23832BAC16516152E560F933F261BF03";
const ASCII_MD5: &str = "rjGuMdjLpPV1eRuotNaPMQ==";
/// What a guide's `echo $encKey | md5sum | awk '{print $1}' | base64 -w0` makes of the key.
const GUIDE_MD5: &str = "N2VlYjY3MWUxMWI4ZTk0M2VjOGRjYzZiOTQ5MmRkYjgK";

/// The 32 bytes of the key: they do not quite count, or they would seal nothing.
fn raw() -> Vec<u8> {
    [0xe1, 0xe0].into_iter().chain(0xe2..=0xff).collect()
}

const ALGORITHM: [&str; 2] = ["--sse-customer-algorithm", "AES256"];

/// A lab with the keys in files.
fn lab() -> Lab {
    let lab = Lab::new();
    lab.file("file", b"content");
    lab.private_file("raw", &raw());
    lab.private_file("text", KEY.as_bytes());
    lab.private_file("line", format!("{KEY}\n").as_bytes());
    lab.private_file("ascii", ASCII.as_bytes());
    lab.private_file("ascii-line", format!("{ASCII}\n").as_bytes());
    lab.private_file("crlf", format!("{}\r\n", &ASCII[..31]).as_bytes());
    lab.file("md5", MD5.as_bytes());
    lab
}

fn put(lab: &Lab, options: &[&str]) -> Run {
    lab.run([&["put"], options, &["file", &url("x")]].concat())
}

fn s3api(lab: &Lab, options: &[&str]) -> Run {
    put(lab, &[&ALGORITHM[..], options].concat())
}

fn s3(lab: &Lab, key: &str) -> Run {
    put(lab, &["--sse-c", "AES256", "--sse-c-key", key])
}

#[track_caller]
fn last(lab: &Lab) -> RequestRecord {
    lab.server().requests().last().expect("a request").clone()
}

#[test]
fn the_key_is_the_one_that_aws_cli_would_send() {
    let lab = lab();
    lab.believe_in_the_bucket();
    // The last MD5 is that of 31 characters and the newline that Python makes of CRLF.
    for (options, md5) in [
        (&["--sse-customer-algorithm", "AES256", "--sse-customer-key", ASCII][..], ASCII_MD5),
        (&["--sse-customer-algorithm=AES256", "--sse-customer-key=fileb://raw"], MD5),
        (&["--sse-customer-algorithm=AES256", "--sse-customer-key=fileb://~/raw"], MD5),
        (&["--sse-customer-algorithm=AES256", "--sse-customer-key=file://ascii"], ASCII_MD5),
        (
            &[
                "--sse-customer-algorithm=AES256",
                "--sse-customer-key",
                KEY,
                "--sse-customer-key-md5",
                MD5,
            ],
            MD5,
        ),
        (
            &[
                "--sse-customer-algorithm=AES256",
                "--sse-customer-key=file://text",
                "--sse-customer-key-md5=file://md5",
            ],
            MD5,
        ),
        (&["--sse-c", "AES256", "--sse-c-key", "fileb://raw"], MD5),
        (&["--sse-c", "--sse-c-key", ASCII], ASCII_MD5),
        (&["--sse-c-key=file://ascii", "--sse-c=AES256"], ASCII_MD5),
        (&["--sse-c", "--sse-c-key", "file://crlf"], "/VxLpsQs6qMvPZGEjm5cJA=="),
    ] {
        put(&lab, options).succeeds();
        let request = last(&lab);
        assert_eq!(request.key_md5(), Some(md5), "{options:?}");
        let algorithm = request.header("x-amz-server-side-encryption-customer-algorithm");
        assert_eq!(algorithm, Some("AES256"), "{options:?}");
        let shown = lab.run([&["key", "md5"], options].concat()).succeeds().stdout;
        assert_eq!(shown.trim(), md5, "{options:?}");
    }
}

#[test]
fn every_command_that_takes_a_key_takes_it_so() {
    let lab = lab();
    let key = ["--sse-c", "AES256", "--sse-c-key", "fileb://raw"];
    lab.deep_file("tree/a", b"a");
    for arguments in [
        &["put", "file", "s3://demo/x"][..],
        &["get", "s3://demo/x", "out"],
        &["head", "s3://demo/x"],
        &["sync", "tree", "s3://demo/tree"],
        &["sync", "s3://demo/tree", "back"],
        &["presign", "--headers-file", "headers", "s3://demo/x"],
        &["key", "show"],
    ] {
        lab.run([arguments, &key].concat()).succeeds();
    }
    assert_eq!(lab.read("out"), b"content");
    assert_eq!(lab.read("back/a"), b"a");
    assert!(String::from_utf8(lab.read("headers")).unwrap().contains(KEY));
    let keyed =
        lab.server().requests().into_iter().filter_map(|it| it.key_md5().map(str::to_owned));
    assert_eq!(keyed.collect::<std::collections::BTreeSet<_>>(), [MD5.to_owned()].into());
}

#[test]
fn a_wrong_md5_is_refused_by_the_name_of_its_recipe() {
    let lab = lab();
    for (given, recipe) in [
        (
            GUIDE_MD5,
            "the MD5 of the key's base64 text with a newline, written as base64 of hex text with a newline;",
        ),
        ("26ec75d5ed0cf322007a72c229e40148", "the MD5 of the key's 32 bytes, written as hex text;"),
        (
            "26EC75D5ED0CF322007A72C229E40148",
            "the MD5 of the key's 32 bytes, written as hex text in capitals;",
        ),
        (
            "MjZlYzc1ZDVlZDBjZjMyMjAwN2E3MmMyMjllNDAxNDg=",
            "the MD5 of the key's 32 bytes, written as base64 of hex text;",
        ),
        (
            "Jux11e0M8yIAenLCKeQBSA",
            "the MD5 of the key's 32 bytes, written as base64 without padding;",
        ),
        (
            "Jux11e0M8yIAenLCKeQBSA==\n",
            "the MD5 of the key's 32 bytes, written as base64 with a newline;",
        ),
        (
            "c0sZGGbzQaj8+UVda0z0Sg==",
            "the MD5 of the key's 32 bytes with a newline, written as base64;",
        ),
        ("j4BJ1rBPTURdTS7i399zhw==", "the MD5 of the key's base64 text, written as base64;"),
        (
            "futnHhG46UPsjcxrlJLduA==",
            "the MD5 of the key's base64 text with a newline, written as base64;",
        ),
        (
            "rDkJ2806paK8RLSgInV0CA==",
            "the MD5 of the key's base64 text with CRLF, written as base64;",
        ),
        ("AVlZuBCPgxa+XILu2DBtkQ==", "the MD5 of the key's hex text, written as base64;"),
        (
            "9FPOuOCf6rEM2gxJ6d0HAA==",
            "the MD5 of the key's hex text with a newline, written as base64;",
        ),
        (
            "X/X7R1l+3en3gybGP/rSJg==",
            "the MD5 of the key's hex text in capitals, written as base64;",
        ),
        (
            "NUZGNUZCNDc1OTdFRERFOUY3ODMyNkM2M0ZGQUQyMjYK",
            "the key's hex text in capitals, written as base64 of hex text in capitals with a newline;",
        ),
        (
            "7eeb671e11b8e943ec8dcc6b9492ddb8  -",
            "the key's base64 text with a newline, written as the whole line of md5sum;",
        ),
        (
            "N2VlYjY3MWUxMWI4ZTk0M2VjOGRjYzZiOTQ5MmRkYjggIC0K",
            "written as base64 of the whole line of md5sum with a newline;",
        ),
        (
            "MD5(stdin)= 8f8049d6b04f4d445d4d2ee2dfdf7387",
            "the MD5 of the key's base64 text, written as the whole line of openssl;",
        ),
        (
            "6c5geqxGbBFY/F7Q0qbVb/KpTkXl+1Kq/0gEjt+GCRY=",
            "the length of a SHA-256, written as base64",
        ),
        (
            "e9ce607aac466c1158fc5ed0d2a6d56ff2a94e45e5fb52aaff48048edf860916",
            "the length of a SHA-256, written as hex text",
        ),
        ("YBO0WY9BDFAYGmaGr95vMvaJRQg=", "it is a SHA-1, written as base64"),
        ("3I/h1kl+vSP1l12NKhxegQ==", "it is an MD5, written as base64, but not this key's"),
        ("b6HZMWQBEvN0", "it is base64 of 9 bytes, and an MD5 has 16"),
        ("not an MD5", "it is no MD5"),
        (KEY, "it holds the key itself"),
        (HEX, "it holds the key itself"),
    ] {
        let refused =
            s3api(&lab, &["--sse-customer-key", KEY, "--sse-customer-key-md5", given]).fails(4);
        refused.says(&["--sse-customer-key-md5: ", recipe, &format!("the right one is {MD5},")]);
    }
    // Of a key that is itself text, the MD5 may be of what that text stands for.
    let base64 = "MjM4MzJCQUMxNjUxNjE1MkU1NjBGOTMzRjI2MUJGMDM=";
    for (given, of) in [
        ("LxY6C3YNyWgvT5vjw68YDA==", "the 16 bytes that the key is the hex of"),
        ("nYUuNk4KFqocsAYU3R/dnQ==", "the bytes that the key is the base64 of"),
        (ASCII, "it holds the key itself"),
    ] {
        let refused =
            s3api(&lab, &["--sse-customer-key", base64, "--sse-customer-key-md5", given]).fails(4);
        refused.says(&[of, &format!("the right one is {ASCII_MD5},")]);
    }
    assert_eq!(lab.operations(), [""; 0]);
}

#[test]
fn values_that_are_no_key_by_the_rules_of_aws_cli_are_refused() {
    let lab = lab();
    let twice = "would encode that text once more, and the store get a key of";
    for (key, phrases) in [
        (
            KEY,
            &[
                "it is the base64 text of a key",
                twice,
                "44 bytes",
                "add --sse-customer-key-md5 Jux11e0M8yIAenLCKeQBSA==, or",
            ][..],
        ),
        ("file://line", &["file:line: it is the base64 text of a key", "45 bytes"]),
        (HEX, &["it is the hex text of a key", "64 bytes", "`xxd -r -p`"]),
        ("file://ascii-line", &["file:ascii-line: it has 33 bytes: 32 and a line break"]),
        ("file://raw", &["file:raw: it is not UTF-8", "fileb://FILE"]),
        ("fileb://crlf", &["file:crlf: it has 33 bytes: 32 and a line break"]),
        ("fileb://absent", &["file:absent: there is no such file"]),
        ("short", &["--sse-customer-key: it has 5 raw bytes"]),
    ] {
        s3api(&lab, &["--sse-customer-key", key]).fails(4).says(phrases);
    }
    s3(&lab, KEY).fails(4).says(&[
        "--sse-c-key: it is the base64 text of a key",
        "`aws s3` would",
        "fileb://FILE",
    ]);

    for (key, phrases) in [
        ("fileb://raw", &["aws-cli takes no fileb:// together with --sse-customer-key-md5"][..]),
        ("file://line", &["it is base64 with white space around it"]),
        (HEX, &["--sse-customer-key: it is hex; together with"]),
        (&KEY[..43], &["it is base64 without padding; together with"]),
        (ASCII, &["it is 32 bytes as they are", "leave --sse-customer-key-md5 out"]),
        (&KEY[..36], &["it decodes to 27 bytes"]),
    ] {
        s3api(&lab, &["--sse-customer-key", key, "--sse-customer-key-md5", MD5])
            .fails(4)
            .says(phrases);
    }
    s3api(&lab, &["--sse-customer-key", KEY, "--sse-customer-key-md5", "file://absent"])
        .fails(4)
        .says(&["the file that --sse-customer-key-md5 names cannot be read"]);
    assert_eq!(lab.operations(), [""; 0]);
}

#[test]
fn what_is_missing_is_named() {
    let lab = lab();
    for (options, phrases) in [
        (
            &["--sse-customer-key", ASCII][..],
            &[
                "--sse-customer-key is given without --sse-customer-algorithm",
                "add --sse-customer-algorithm AES256",
            ][..],
        ),
        (
            &["--sse-customer-algorithm", "AES256"],
            &["--sse-customer-algorithm is given without --sse-customer-key"],
        ),
        (
            &["--sse-customer-key-md5", MD5],
            &["--sse-customer-key-md5 is given without --sse-customer-key"],
        ),
        (&["--sse-c", "AES256"], &["--sse-c is given without --sse-c-key"]),
        (&["--sse-c-key", ASCII], &["--sse-c-key is given without --sse-c"]),
        (&["--sse-c", "", "--sse-c-key", ASCII], &["--sse-c is empty"]),
        (&["--sse-c", "aes256", "--sse-c-key", ASCII], &["--sse-c is not in capitals"]),
        (
            &["--sse-c", "aws:kms", "--sse-c-key", ASCII],
            &["--sse-c names a key of the store's, not of yours"],
        ),
        (
            &["--sse-c", ASCII, "--sse-c-key", ASCII],
            &["--sse-c names no algorithm of customer keys"],
        ),
        (&["--sse-c", "AES256", "--sse-c-key", ""], &["--sse-c-key is empty", "shell variable"]),
        (
            &["--sse-customer-algorithm", "AES256", "--sse-customer-key="],
            &["--sse-customer-key is empty"],
        ),
        (
            &[
                "--sse-customer-algorithm",
                "AES256",
                "--sse-customer-key",
                KEY,
                "--sse-customer-key-md5",
                "",
            ],
            &["--sse-customer-key-md5 is empty"],
        ),
        (
            &["--sse-c", "--sse-c-key", "--no-progress"],
            &["--sse-c-key has no value: an option follows"],
        ),
        (&["--sse-c", "--sse-c-key", ASCII, "--sse-customer-key", ASCII], &["are mixed"]),
        (
            &["-k", "./text", "--sse-c", "--sse-c-key", ASCII],
            &["--key <SPEC>", "cannot be used with"],
        ),
        (&["--no-key", "--sse-c", "--sse-c-key", ASCII], &["--no-key", "cannot be used with"]),
        (
            &["--sse", "AES256", "--sse-c", "--sse-c-key", ASCII],
            &["--sse <ALGORITHM>", "cannot be used with"],
        ),
        (
            &["--sse-c-copy-source", "AES256"],
            &["--sse-c-copy-source is about the source of a copy"],
        ),
        (
            &["--copy-source-sse-customer-key=x"],
            &["--copy-source-sse-customer-key is about the source of a copy"],
        ),
    ] {
        let done = put(&lab, options).fails(2).says(phrases);
        assert!(!done.stderr.contains(ASCII), "{}", done.stderr);
    }
    lab.run(["key", "show", "./text", "--sse-c", "--sse-c-key", ASCII]).fails(2);
    lab.run(["presign", "--no-key", "--sse-c", "--sse-c-key", ASCII, &url("x")]).fails(2);
    assert_eq!(lab.operations(), [""; 0]);
}

#[test]
fn key_text_on_the_command_line_is_warned_of() {
    let lab = lab();
    let visible = "the key is on the command line, where every user of this machine can see it";
    s3(&lab, ASCII)
        .succeeds()
        .says(&[&format!("warning: --sse-c-key: {visible}"), "32 hex digits as ASCII text"]);
    let silent = s3(&lab, "fileb://raw").succeeds();
    assert!(!silent.stderr.contains("warning"), "{}", silent.stderr);
}

#[test]
fn the_options_count_and_the_variable_does_not() {
    let lab = lab();
    s3(&lab, "fileb://raw").env("S3SEAL_KEY", ASCII).succeeds();
    assert_eq!(last(&lab).key_md5(), Some(MD5));
    // Nor is standard input taken for the key.
    let from_pipe = lab.run(["put", "--sse-c", "--sse-c-key", "fileb://raw", "-", &url("x")]);
    from_pipe.env("S3SEAL_KEY", "stdin").stdin(b"piped").succeeds();
    let both = lab.run(["put", "--sse-c", "--sse-c-key", "fileb:///dev/stdin", "-", &url("x")]);
    both.stdin(b"piped").fails(2).says(&["standard input cannot be both the key and the object"]);
}

#[test]
fn key_files_are_looked_at_as_with_any_other_option() {
    let lab = lab();
    fs::set_permissions(lab.path("raw"), Permissions::from_mode(0o644)).unwrap();
    s3(&lab, "fileb://raw").succeeds().says(&["file:raw: others can read this key file"]);
    fs::set_permissions(lab.path("raw"), Permissions::from_mode(0o622)).unwrap();
    s3(&lab, "fileb://raw").fails(4).says(&["file:raw: others can write this key file"]);
}

#[test]
fn no_message_quotes_what_stands_where_a_key_belongs() {
    let lab = lab();
    // Neither as long nor as odd as keys are.
    let typed = "my dog's name";
    for arguments in [
        &["put", "file", "s3://demo/x", "--sse-c", "--sse-c-key", typed][..],
        &["put", "file", "s3://demo/x", "--sse", typed, "--sse-c-key", typed],
        &[
            "put",
            "file",
            "s3://demo/x",
            &format!("--sse={typed}"),
            &format!("--sse-customer-key={typed}"),
        ],
        &["put", "file", "s3://demo/x", &format!("--sse-c-kye={typed}")],
        &["rm", "s3://demo/x", &format!("--sse-c-key={typed}")],
        &["s3", "cp", "file", "s3://demo/x", "--sse-c", "--sse-c-key", typed],
        &["s3", "cp", "file", "s3://demo/x", "--sse", typed, "--sse-c-key", typed],
        &["s3", "cp", "file", "s3://demo/x", "--sse-c-kye", typed],
    ] {
        for json in [&[][..], &["--json"]] {
            let done = lab.run([arguments, json].concat()).done();
            assert_ne!(done.code, Some(0), "{arguments:?}");
            assert!(!done.stderr.contains(typed), "{arguments:?}: {}", done.stderr);
        }
    }
}

/// The scripts of two published guides, with s3seal where aws was.
#[test]
fn the_scripts_of_published_guides_run_or_are_told_what_is_wrong_in_them() {
    let lab = lab();
    let with_md5 = "\"$S3SEAL\" s3api put-object --bucket demo --key guide --body file \
         --sse-customer-algorithm AES256 --sse-customer-key \"$encKey\" --sse-customer-key-md5 \"$md5Key\"";
    lab.shell(with_md5).env("encKey", KEY).env("md5Key", GUIDE_MD5).fails(4).says(&[
        "the MD5 of the key's base64 text with a newline, written as base64 of hex text with a newline",
        &format!("the right one is {MD5}"),
    ]);
    assert_eq!(lab.operations(), [""; 0]);
    lab.shell(with_md5).env("encKey", KEY).env("md5Key", MD5).succeeds();
    assert_eq!(last(&lab).key_md5(), Some(MD5));

    let without = format!(
        "\"$S3SEAL\" s3api put-object --bucket demo --key guide --body file \
         --sse-customer-algorithm AES256 --sse-customer-key {ASCII} && \
         \"$S3SEAL\" s3api get-object --bucket demo --key guide \
         --sse-customer-algorithm AES256 --sse-customer-key {ASCII} out && \
         \"$S3SEAL\" s3 cp --sse-c AES256 --sse-c-key {ASCII} s3://demo/guide out2"
    );
    let done = lab.shell(&without).succeeds().says(&["on the command line", "weak"]);
    let document = format!("\"SSECustomerKeyMD5\": \"{ASCII_MD5}\"");
    assert_eq!(done.stdout.matches(&document).count(), 2, "{}", done.stdout);
    assert!(done.stdout.ends_with("download: s3://demo/guide to ./out2\n"), "{}", done.stdout);
    assert_eq!(last(&lab).key_md5(), Some(ASCII_MD5));
    assert_eq!(lab.read("out"), b"content");
    assert_eq!(lab.read("out2"), b"content");
}
