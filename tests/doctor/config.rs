//! What doctor says of config.toml: its rules, its keys, and the endpoints of its rules.

use std::fs::Permissions;
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use s3seal::keys::{Format, parse};

use super::{FOLDER, check, doctor, ends, names};
use crate::harness::Lab;

/// A lab with this config.toml, in which `ENDPOINT` stands for the server's.
fn lab(config: &str) -> Lab {
    let lab = Lab::new();
    lab.key("k");
    lab.key("old");
    let config = config.replace("ENDPOINT", lab.server().endpoint());
    lab.deep_file(".config/s3seal/config.toml", config.as_bytes());
    lab.server().clear_requests();
    lab
}

const ONE_RULE: &str = "[keys.k]\nsource = \"~/k\"\n[[rules]]\nendpoint = \"ENDPOINT\"\nprefix = \"s3://demo\"\nkey = \"k\"\n";

#[test]
fn a_config_that_is_fine() {
    let lab = lab(ONE_RULE);
    let done = doctor(&lab).succeeds();
    ends(&done, "rules", "pass", "none overlap", "");
    ends(&done, "keys", "pass", "1 was read", "");
    ends(&done, "rule-endpoints", "pass", lab.server().endpoint(), "");
    let file = String::from_utf8(lab.read("k")).unwrap();
    let key = parse(file.as_bytes(), Format::Auto).unwrap().remove(0).key;
    for arguments in [&["doctor", "--json", FOLDER][..], &["doctor", "-vvv", FOLDER]] {
        let done = lab.run(arguments).succeeds();
        for text in [key.base64(), key.hex()] {
            assert!(!done.stdout.contains(&*text) && !done.stderr.contains(&*text));
        }
    }
    let md5 = key.md5_base64();
    assert!(lab.server().requests().iter().all(|it| it.key_md5() != Some(md5.as_str())));
}

#[test]
fn keys_that_cannot_be_read() {
    let absent = |prefix: &str, role: &str| {
        format!(
            "[keys.gone]\nsource = \"~/gone\"\n[keys.k]\nsource = \"~/k\"\n[[rules]]\nendpoint = \"ENDPOINT\"\nprefix = \"{prefix}\"\n{role}"
        )
    };
    let seals = "key = \"gone\"\nretired = [\"k\"]\n";
    // What would be sealed here cannot be.
    let here = lab(&absent("s3://demo/folder/deep", seals));
    let done = doctor(&here).exits(4);
    assert_eq!(names(&done, "fail"), ["keys"]);
    ends(&done, "keys", "fail", "the key `gone`: file:", "check the path");
    let done = here.run(["doctor", "--json"]).exits(4);
    ends(&done, "keys", "fail", "there is no such file", "");
    // Elsewhere, and for what was sealed once, it is to be known.
    let elsewhere = lab(&absent("s3://other", seals));
    ends(&doctor(&elsewhere).succeeds(), "keys", "warn", "the key `gone`", "check the path");
    let retired = lab(&absent("s3://demo", "key = \"k\"\nretired = [\"gone\"]\n"));
    ends(&doctor(&retired).succeeds(), "keys", "warn", "the key `gone`", "check the path");
    // A variable that is not set.
    let variable = lab(
        "[keys.v]\nsource = \"env:NO_SUCH_KEY\"\n[[rules]]\nendpoint = \"aws\"\nprefix = \"s3://demo\"\nkey = \"v\"\n",
    );
    ends(&doctor(&variable).exits(4), "keys", "fail", "is not set", "export it");
    // A folder in the place of the file, and a file that holds no key.
    let lab = lab(ONE_RULE);
    lab.private_file("k", b"no key");
    let done = doctor(&lab).exits(4);
    assert!(check(&done, "keys")["message"].as_str().unwrap().contains("the key `k`"));
}

#[test]
fn key_files_with_wrong_permissions() {
    let lab = lab(ONE_RULE);
    let set = |mode| {
        std::fs::set_permissions(lab.path("k"), Permissions::from_mode(mode)).unwrap();
    };
    set(0o644);
    ends(&doctor(&lab).succeeds(), "keys", "warn", "others can read this key file", "");
    set(0o666);
    ends(&doctor(&lab).exits(4), "keys", "fail", "others can write this key file", "chmod 600");
}

#[test]
fn commands_and_pipes_are_left_alone() {
    let lab = lab(
        "[keys.asks]\nsource = \"cmd:touch asked\"\n[keys.flows]\nsource = \"~/pipe\"\n[[rules]]\nendpoint = \"ENDPOINT\"\nprefix = \"s3://demo\"\nkey = \"asks\"\nretired = [\"flows\"]\n",
    );
    let made = std::process::Command::new("mkfifo").arg(lab.path("pipe")).status().unwrap();
    assert!(made.success());
    let done = doctor(&lab).succeeds();
    ends(&done, "keys", "pass", "0 were read; not read here: asks (a command), flows (a pipe)", "");
    assert!(!lab.path("asked").exists());
}

#[test]
fn rules_that_overlap_or_never_count() {
    let second = |prefix: &str, key: &str| {
        format!(
            "{ONE_RULE}[keys.old]\nsource = \"~/old\"\n[[rules]]\nendpoint = \"ENDPOINT\"\nprefix = \"{prefix}\"\nkey = \"{key}\"\n"
        )
    };
    let overlap = doctor(&lab(&second("s3://demo/folder", "old"))).succeeds();
    ends(&overlap, "rules", "pass", "rule 2 (s3://demo/folder/ at", "");
    ends(&overlap, "rules", "pass", "comes before rule 1", "");
    let useless = doctor(&lab(&second("s3://demo/folder", "k"))).succeeds();
    ends(&useless, "rules", "warn", "changes nothing", "leave out the rule");
    ends(&useless, "rules", "warn", "no rule names the key `old`", "add a rule for `old`");
    // Two that are equal are refused when the file is read.
    let equal = doctor(&lab(&second("s3://demo/", "old"))).exits(2);
    ends(&equal, "config", "fail", "another rule has the same endpoint and prefix", "");
    for check in ["rules", "keys", "rule-endpoints"] {
        ends(&equal, check, "skip", "`config` failed", "");
    }
    let amazon = ONE_RULE.replace("ENDPOINT", "https://s3.eu-west-1.amazonaws.com");
    let lab = lab(&amazon);
    // That endpoint would be connected to.
    let done = lab.run(["doctor", "--json", FOLDER]).env("HTTPS_PROXY", "http://127.0.0.1:1");
    let done = done.succeeds();
    ends(&done, "rules", "warn", "only if that URL is named as the endpoint", "endpoint = \"aws\"");
    ends(&done, "rule-endpoints", "skip", "through a proxy", "");
}

#[test]
fn endpoints_of_rules_get_a_connection_and_nothing_on_it() {
    let there = TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let config = format!(
        "{}[[rules]]\nendpoint = \"http://{gone}\"\nprefix = \"s3://demo\"\nkey = \"k\"\n",
        ONE_RULE.replace("ENDPOINT", &format!("https://{}", there.local_addr().unwrap()))
    );
    let lab = lab(&config);
    let done = doctor(&lab).succeeds();
    let said = format!("http://{gone}: the connection was refused");
    ends(&done, "rule-endpoints", "warn", &said, "check the URL");
    let (mut connection, _) = there.accept().unwrap();
    let mut sent = Vec::new();
    connection.read_to_end(&mut sent).unwrap();
    assert!(sent.is_empty(), "{sent:?}");
    there.set_nonblocking(true).unwrap();
    assert!(there.accept().is_err(), "one connection");
}
