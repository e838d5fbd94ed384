//! Keys that protect nothing seal nothing, and text that is most often a key cut short seals only if that is meant.
//! What they have sealed can still be opened.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::primitives::ByteStream;
use s3seal::keys::Key;

use crate::harness::{BUCKET, Lab, url};

/// Raw keys that can be guessed.
fn patterns() -> Vec<[u8; 32]> {
    let counting = |start: u8, step: u8| {
        std::array::from_fn(|at| start.wrapping_add(step.wrapping_mul(at as u8)))
    };
    vec![
        [0; 32],
        *b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        counting(0, 1),
        counting(0xf8, 1),
        counting(31, 0xff),
        *b"abcdabcdabcdabcdabcdabcdabcdabcd",
    ]
}

const HEX: &[u8] = b"23832BAC16516152E560F933F261BF03";
const BASE64: &[u8] = b"q83vASNFZ4mrze8BI0VniavN7wEjRWeJ";
const URL_SAFE: &[u8] = b"q83vASNFZ4mrze8BI0Vni-vN7wEjRWeJ";
/// The start of 64 hex digits, as they come from a variable that was cut.
const LOWER: &[u8] = b"0123456789abcdef0123456789abcdef";

/// Seals with any key, as other clients do: the server does not judge.
fn seal_anyhow(lab: &Lab, bytes: [u8; 32], object: &str) {
    let server = lab.server();
    let credentials =
        Credentials::new(server.access_key(), server.secret_key(), None, None, "test");
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(server.region().to_owned()))
        .endpoint_url(server.endpoint())
        .credentials_provider(credentials)
        .force_path_style(true)
        .build();
    let key = Key::from_bytes(bytes);
    let put = Client::from_conf(config)
        .put_object()
        .bucket(BUCKET)
        .key(object)
        .sse_customer_algorithm("AES256")
        .sse_customer_key(key.base64().as_str())
        .sse_customer_key_md5(key.md5_base64())
        .body(ByteStream::from_static(b"content"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(put.send()).expect("the object is stored");
}

#[test]
fn patterns_never_seal() {
    for pattern in patterns() {
        let lab = Lab::new();
        lab.private_file("weak", &pattern);
        lab.key("good");
        lab.deep_file("data/file", b"content");
        lab.seal("good", "good", b"content");
        let words = ["follow a pattern", "protects nothing and does not seal", "s3seal keygen"];
        let (at, good, folder) = (url("x"), url("good"), url("p/"));
        for arguments in [
            &["put", "-k", "./weak", "data/file", &at][..],
            &["put", "-k", "./weak", "--key-format", "raw", "data/file", &at],
            &["put", "-k", "./weak", "--dry-run", "data/file", &at],
            &["put", "-k", "./weak", "-r", "data", &folder],
            &["put", "--sse-c", "AES256", "--sse-c-key", "fileb://weak", "data/file", &at],
            &["sync", "-k", "./weak", "data", &folder],
            &["cp", "-k", "./weak", "data/file", &at],
            &["mv", "-k", "./weak", "data/file", &at],
            &["cp", "--source-key", "./good", "-k", "./weak", &good, &at],
            &["mv", "--source-key", "./good", "-k", "./weak", &good, &at],
            &["rotate", "--from", "./good", "--to", "./weak", &good],
            &["presign", "-k", "./weak", "--method", "PUT", &at],
        ] {
            lab.run(arguments).fails(4).says(&words);
        }
        lab.run(["put", "data/file", &at]).env("S3SEAL_KEY", "file:weak").fails(4).says(&words);
        assert!(lab.path("data/file").exists());
        lab.holds_only(&["good"]);
    }
}

#[test]
fn presigned_urls_and_rules_take_no_pattern_either() {
    let lab = Lab::new();
    lab.private_file("weak", &patterns()[2]);
    lab.file("file", b"content");
    lab.key("k");
    let presign = ["presign", "-k", "./k", "--method", "PUT", &url("x")];
    let link = lab.run(presign).succeeds().stdout;
    lab.run(["put", "-k", "./weak", "file", link.trim()]).fails(4).says(&["does not seal"]);
    for (derive, format) in [("", ""), ("derive = true\n", ""), ("", "format = \"raw\"\n")] {
        let text = format!(
            "[keys.weak]\nsource = \"./weak\"\n{derive}{format}[[rules]]\nendpoint = \"{}\"\nprefix = \"s3://{BUCKET}\"\nkey = \"weak\"\n",
            lab.server().endpoint()
        );
        lab.private_file("config.toml", text.as_bytes());
        let put = lab.run(["put", "file", &url("x")]).env("S3SEAL_CONFIG", "config.toml");
        put.fails(4).says(&["weak: the bytes of this key follow a pattern"]);
        let put = ["put", "-r", ".", &url("x")];
        let put = lab.run(put).env("S3SEAL_CONFIG", "config.toml");
        put.fails(4).says(&["follow a pattern"]);
    }
    lab.holds_only(&[]);
}

#[test]
fn what_a_pattern_has_sealed_still_opens() {
    let lab = Lab::new();
    lab.private_file("weak", &patterns()[2]);
    lab.key("good");
    seal_anyhow(&lab, patterns()[2], "x");
    let get = lab.run(["get", "-k", "./weak", &url("x"), "out"]).succeeds();
    get.says(&["follow a pattern that can be guessed"]);
    assert_eq!(lab.read("out"), b"content");
    lab.run(["head", "-k", "./weak", &url("x")]).succeeds();
    lab.run(["presign", "-k", "./weak", &url("x")]).succeeds();
    lab.run(["rotate", "--from", "./weak", "--to", "./good", &url("x")]).succeeds();
    lab.run(["get", "-k", "./good", &url("x"), "out"]).succeeds();
}

#[test]
fn text_that_may_be_a_key_cut_short_seals_only_if_it_is_meant() {
    for text in [HEX, BASE64, URL_SAFE, LOWER] {
        let lab = Lab::new();
        lab.file("file", b"content");
        lab.private_file("raw", text);
        lab.private_file("line", &[text, b"\n"].concat());
        let words = ["32 characters of base64 or hex", "cut short", "--key-format raw"];
        let put = |key: &[&str]| lab.run([&["put", "file", &url("x")], key].concat());
        for key in ["./raw", "./line", "cmd:cat raw"] {
            put(&["-k", key]).fails(4).says(&words);
        }
        let value = std::str::from_utf8(text).unwrap();
        put(&[]).env("S3SEAL_KEY", value).fails(4).says(&words);
        put(&["-k", "env:K"]).env("K", value).fails(4).says(&words);
        let presign = ["presign", "-k", "./raw", "--method", "PUT", &url("x")];
        lab.run(presign).fails(4).says(&words);
        lab.holds_only(&[]);

        put(&["-k", "./raw", "--key-format", "raw"]).succeeds().says(&["weak"]);
        put(&["--key-format", "raw"]).env("S3SEAL_KEY", value).succeeds();
        put(&["--sse-c", "AES256", "--sse-c-key", "fileb://raw"]).succeeds().says(&["weak"]);
        put(&["--sse-customer-algorithm", "AES256", "--sse-customer-key", value]).succeeds();
        // Reading needs no word for it.
        for key in ["./raw", "./line"] {
            lab.run(["get", "-k", key, &url("x"), "out"]).succeeds().says(&["weak"]);
        }
        lab.run(["get", &url("x"), "out"]).env("S3SEAL_KEY", value).succeeds();
        assert_eq!(lab.read("out"), b"content");
    }
}

#[test]
fn config_toml_can_say_that_it_is_meant() {
    let lab = Lab::new();
    lab.file("file", b"content");
    lab.private_file("raw", HEX);
    let put = |format: &str| {
        let text = format!(
            "[keys.k]\nsource = \"./raw\"\n{format}[[rules]]\nendpoint = \"{}\"\nprefix = \"s3://{BUCKET}\"\nkey = \"k\"\n",
            lab.server().endpoint()
        );
        lab.private_file("config.toml", text.as_bytes());
        lab.run(["put", "file", &url("x")]).env("S3SEAL_CONFIG", "config.toml")
    };
    put("").fails(4).says(&["k: this key is 32 characters", "format = \"raw\""]);
    lab.holds_only(&[]);
    put("format = \"raw\"\n").succeeds();
    lab.holds_only(&["x"]);
}

#[test]
fn other_text_and_digits_alone_seal_with_a_warning() {
    let lab = Lab::new();
    lab.file("file", b"content");
    for text in [&b"01234567890123456789012345678901"[..], b"correct horse battery staple 123"] {
        lab.private_file("k", text);
        lab.run(["put", "-k", "./k", "file", &url("x")]).succeeds().says(&["weak"]);
    }
}

#[test]
fn a_variable_that_is_set_but_empty_is_named() {
    let lab = Lab::new();
    lab.file("file", b"content");
    lab.plain("plain", b"content");
    for empty in ["", " ", "\n"] {
        for arguments in [
            &["put", "file", &url("x")][..],
            &["get", &url("plain"), "out"],
            &["key", "show"],
            &["rotate", "--to", "cmd:true", &url("plain")],
        ] {
            let run = lab.run(arguments).env("S3SEAL_KEY", empty);
            run.fails(2).says(&["S3SEAL_KEY is set, but empty", "CI secret", "unset it"]);
        }
        // Where it does not count it does not matter.
        lab.run(["put", "--no-key", "file", &url("plain")]).env("S3SEAL_KEY", empty).succeeds();
        lab.run(["ls", &url("")]).env("S3SEAL_KEY", empty).succeeds();
    }
    lab.holds_only(&["plain"]);
}
