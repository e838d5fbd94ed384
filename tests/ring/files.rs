//! What `config.toml` may say, and what is said of it where it is wrong.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::Rig;
use crate::harness::{Lab, url};

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

#[test]
fn what_is_wrong_is_named_and_its_place_too() {
    let key = "[keys.k]\nsource = \"./new\"\n";
    let rule = |body: &str| format!("{key}[[rules]]\n{body}");
    let good = "endpoint = \"aws\"\nprefix = \"s3://demo\"\nkey = \"k\"\n";
    let table: &[(String, &[&str])] = &[
        ("keys = 3".into(), &["keys", "[keys.NAME]"]),
        ("rules = 3".into(), &["rules", "[[rules]]"]),
        ("[rules]\nkey = \"k\"".into(), &["rules", "[[rules]]"]),
        ("[key.k]\nsource = \"./new\"".into(), &["`key`", "unknown"]),
        ("[keys.k]\nsource = \"./new\n".into(), &["line 2", "not TOML"]),
        ("[keys]\nk = \"./new\"".into(), &["keys.k", "table"]),
        ("[keys.k]".into(), &["keys.k", "`source` is missing"]),
        ("[keys.k]\nsource = 3".into(), &["keys.k", "`source` should be a text"]),
        ("[keys.k]\nsource = \"\"".into(), &["keys.k", "`source` should be a text"]),
        ("[keys.k]\nsource = \"new\"".into(), &["keys.k", "does not say where the key is"]),
        ("[keys.k]\nsource = \"stdin\"".into(), &["keys.k", "belong to one run"]),
        ("[keys.k]\nsource = \"fd:3\"".into(), &["keys.k", "belong to one run"]),
        ("[keys.k]\nsource = \"env:\"".into(), &["keys.k", "names no environment variable"]),
        (
            format!("[keys.k]\nsource = \"{KEY}\""),
            &["keys.k", "does not say where", "never the key"],
        ),
        (format!("[keys.k]\nsource = \"pass:{KEY}\""), &["keys.k"]),
        (format!("[keys.\"{KEY}\"]\nsource = \"./new\""), &["looks like a key"]),
        (format!("[keys.k]\n\"{KEY}\" = 1\nsource = \"./new\""), &["looks like a key"]),
        (format!("{key}format = \"{KEY}\""), &["`format` is auto"]),
        (format!("{key}derive = \"yes\""), &["`derive` is true or false"]),
        (format!("{key}derive_bucket = \"b\""), &["`derive_bucket` goes with"]),
        (
            format!("{key}derive = true\nderive_bucket = \"s3://b\""),
            &["keys.k", "name of a bucket alone"],
        ),
        (
            format!("{key}derive = true\nderive_bucket = \"b/\""),
            &["keys.k", "name of a bucket alone"],
        ),
        (format!("{key}derive = true\nderive_bucket = \"b-s3alias\""), &["keys.k", "access point"]),
        ("[keys.k]\nsorce = \"./new\"".into(), &["`sorce` is unknown", "`source`"]),
        (rule(&good.replace("prefix", "prefx")), &["`prefx` is unknown", "`prefix`"]),
        (format!("{key}[keys.k]\nsource = \"./new\""), &["line 3", "stands twice"]),
        (
            rule(&good.replace("\"k\"", &format!("\"{}!{}\"", &KEY[..22], &KEY[22..]))),
            &["rule 1", "looks like a key"],
        ),
        (format!("{key}secret = 1"), &["`secret` is unknown", "derive_bucket"]),
        ("[keys.none]\nsource = \"./new\"".into(), &["`none`", "a word"]),
        ("[keys.\"a b\"]\nsource = \"./new\"".into(), &["`a b`", "a word"]),
        (rule("prefix = \"s3://demo\"\nkey = \"k\""), &["rule 1", "`endpoint` is missing"]),
        (rule("endpoint = \"aws\"\nkey = \"k\""), &["rule 1", "`prefix` is missing"]),
        (rule("endpoint = \"aws\"\nprefix = \"s3://demo\""), &["rule 1", "`key` is missing"]),
        (rule(&good.replace("aws", "store.example")), &["rule 1", "`endpoint` is a URL"]),
        (rule(&good.replace("s3://", "")), &["rule 1", "`prefix` is"]),
        (rule(&good.replace("\"k\"", "\"l\"")), &["rule 1", "there is no [keys.l]"]),
        (rule(&good.replace("\"k\"", &format!("\"{KEY}\""))), &["rule 1", "looks like a key"]),
        (rule(&format!("{good}retired = \"k\"")), &["rule 1", "`retired` is a list"]),
        (rule(&format!("{good}retired = [3]")), &["rule 1", "`retired` is a list"]),
        (rule(&format!("{good}retired = [\"l\"]")), &["rule 1", "there is no [keys.l]"]),
        (rule(&format!("{good}zone = \"x\"")), &["rule 1", "`zone` is unknown"]),
        (rule(&format!("{good}region = 3")), &["rule 1", "`region` should be a text"]),
        (rule(&format!("{good}[[rules]]\n{good}")), &["rule 2", "same endpoint and prefix"]),
        (
            rule(&format!("{good}[[rules]]\n{}", good.replace("demo", "demo/"))),
            &["rule 2", "same endpoint and prefix"],
        ),
    ];
    let rig = Rig::new(Lab::new());
    rig.lab.file("file", b"content");
    for (config, phrases) in table {
        rig.write(config);
        for command in [&["key", "list"][..], &["put", "file", "s3://demo/x"], &["key", "md5", "k"]]
        {
            let failed = rig.run(command.iter().copied()).fails(2);
            assert!(!failed.stderr.contains(&KEY[..20]), "{config}: {}", failed.stderr);
            assert!(failed.stderr.contains("config.toml"), "{config}: {}", failed.stderr);
            failed.says(phrases);
        }
    }
    // Who names a source needs none of it.
    rig.run(["put", "-k", "./new", "file", &url("x")]).succeeds();
}

#[test]
fn the_file_is_found_where_the_variables_say() {
    let rig = Rig::new(Lab::new());
    let config = rig.lab.read("config.toml");
    let own =
        String::from_utf8(config).unwrap().replace("./", &format!("{}/", rig.lab.home().display()));
    let list = || rig.lab.run(["key", "list"]);
    assert_eq!(list().succeeds().stdout, "");
    rig.lab.deep_file(".config/s3seal/config.toml", own.as_bytes());
    assert!(list().succeeds().stdout.contains("oldest"));
    rig.lab.deep_file("xdg/s3seal/config.toml", b"[keys.xdg]\nsource = \"env:X\"\n");
    let xdg = || list().env("XDG_CONFIG_HOME", rig.lab.path("xdg")).env("X", KEY);
    assert!(xdg().succeeds().stdout.contains("xdg"));
    rig.lab.file("mine.toml", b"[keys.mine]\nsource = \"env:X\"\n");
    assert!(xdg().env("S3SEAL_CONFIG", "mine.toml").succeeds().stdout.contains("mine"));
    assert!(xdg().env("S3SEAL_CONFIG", "").succeeds().stdout.contains("xdg"));
    assert_eq!(xdg().env("S3SEAL_CONFIG", "/dev/null").succeeds().stdout, "");
    xdg().env("S3SEAL_CONFIG", "absent.toml").fails(2).says(&["absent.toml is not there", "unset"]);
    xdg().env("S3SEAL_CONFIG", ".").fails(2).says(&["cannot be read"]);
    let long = vec![b'#'; 1 << 20];
    rig.lab.file("long.toml", &long);
    xdg().env("S3SEAL_CONFIG", "long.toml").fails(2).says(&["longer than 1 MiB"]);
}

#[test]
fn paths_are_seen_from_the_file_and_the_home_folder() {
    let rig = Rig::new(Lab::new());
    rig.lab.deep_file("sub/dir/config.toml", b"[keys.near]\nsource = \"file:near\"\n[keys.home]\nsource = \"~/new\"\n[keys.up]\nsource = \"../../old\"\n");
    fs::rename(rig.lab.path("other"), rig.lab.path("sub/dir/near")).unwrap();
    let md5 = |name: &str| {
        let run = rig.lab.run(["key", "md5", name]).env("S3SEAL_CONFIG", "sub/dir/config.toml");
        run.succeeds().stdout
    };
    assert_eq!(md5("home").trim(), rig.md5("new"));
    assert_eq!(md5("up").trim(), rig.md5("old"));
    assert_eq!(md5("near").len(), 25);
}

#[test]
fn a_file_that_others_can_write_is_refused() {
    let rig = Rig::new(Lab::new());
    for (mode, code) in [(0o644, 0), (0o600, 0), (0o666, 2), (0o660, 2), (0o602, 2)] {
        fs::set_permissions(rig.lab.path("config.toml"), Permissions::from_mode(mode)).unwrap();
        let done = rig.run(["key", "list"]).exits(code);
        assert_eq!(done.stderr.contains("chmod go-w"), code == 2, "{mode:o}");
    }
}

#[test]
fn a_folder_that_others_can_write_is_no_place_for_it() {
    let rig = Rig::new(Lab::new());
    rig.lab.deep_file("open/config.toml", &rig.lab.read("config.toml"));
    let list = || rig.lab.run(["key", "list"]).env("S3SEAL_CONFIG", "open/config.toml");
    for (mode, code) in [(0o755, 4), (0o777, 2), (0o1777, 4)] {
        fs::set_permissions(rig.lab.path("open"), Permissions::from_mode(mode)).unwrap();
        let done = list().exits(code);
        assert_eq!(done.stderr.contains("chmod o-w"), code == 2, "{mode:o}: {}", done.stderr);
    }
}

#[test]
fn a_pipe_is_read_once_and_a_home_that_is_none_has_no_config() {
    let rig = Rig::new(Lab::new());
    rig.lab.file("file", b"content");
    let line = "cat config.toml | S3SEAL_CONFIG=/dev/stdin \"$S3SEAL\" put --json file s3://demo/x";
    // A path in a pipe is seen from the pipe's folder.
    let config = String::from_utf8(rig.lab.read("config.toml")).unwrap();
    rig.write(&config.replace("./", &format!("{}/", rig.lab.home().display())));
    assert_eq!(rig.lab.shell(line).succeeds().json()["keyName"], "new");
    rig.lab.plain("plain", b"plain");
    rig.lab.run(["head", &url("plain")]).env("HOME", "/dev/null").succeeds();
}

#[test]
fn the_list_shows_names_sources_md5s_and_rules_and_no_key() {
    let rig = Rig::with(
        Lab::new(),
        "[keys.broken]\nsource = \"./absent\"\n[keys.master]\nsource = \"cmd:cat ./new # hush\"\nderive = true\n\
         [[rules]]\nendpoint = \"https://store.example/\"\nprefix = \"s3://b/p/\"\nkey = \"new\"\nretired = [\"old\"]\n\
         [[rules]]\nendpoint = \"aws\"\nprefix = \"s3://b\"\nkey = \"master\"\n",
    );
    let listed = rig.run(["key", "list"]).exits(4);
    let text = &listed.stdout;
    for line in [
        &format!("  key-MD5  {}\n", rig.md5("new"))[..],
        "  source   cmd:cat …\n",
        "  seals    s3://b/p/ at https://store.example\n",
        "  opens    s3://b/p/ at https://store.example\n",
        "  seals    s3://b/ at aws, with a key derived for each object\n",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(!text.contains("hush"), "{text}");
    listed.says(&["the key `broken`", "no such file"]);
    let lines = rig.run(["key", "list", "--json"]).exits(4);
    let keys: Vec<serde_json::Value> =
        lines.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: Vec<_> = keys.iter().map(|key| key["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["broken", "master", "new", "old", "oldest", "other"]);
    assert_eq!(keys[1]["derive"], true);
    assert_eq!(keys[1]["keyMd5"], rig.md5("new"));
    assert!(keys[0].get("keyMd5").is_none());
    assert_eq!(keys[3]["rules"][0]["retired"], true);
    assert_eq!(keys[3]["rules"][0]["endpoint"], "https://store.example");
    assert_eq!(keys[3]["rules"][0]["prefix"], "s3://b/p/");
}
