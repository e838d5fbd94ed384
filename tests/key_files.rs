//! The files of a run's keys, and config.toml, are neither overwritten, nor deleted, nor stored by accident.

use std::fs;
use std::os::unix::fs::symlink;

use crate::harness::{BUCKET, Lab, url};

/// A lab with the key file `k`, and the objects `k` and `p/k` sealed with it.
fn lab() -> (Lab, Vec<u8>) {
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "k", b"content");
    lab.seal("k", "p/k", b"content");
    let key = lab.read("k");
    (lab, key)
}

/// A config.toml whose one rule gives the bucket the key `k`, with `old` retired.
fn config(lab: &Lab) -> String {
    lab.key("old");
    let text = format!(
        "[keys.k]\nsource = \"./k\"\n[keys.old]\nsource = \"./old\"\n[[rules]]\nendpoint = \"{}\"\nprefix = \"s3://{BUCKET}\"\nkey = \"k\"\nretired = [\"old\"]\n",
        lab.server().endpoint()
    );
    lab.private_file("config.toml", text.as_bytes());
    text
}

#[test]
fn a_download_spares_the_key_however_it_is_called() {
    let (lab, key) = lab();
    fs::create_dir(lab.path("folder")).unwrap();
    symlink("../k", lab.path("folder/link")).unwrap();
    fs::hard_link(lab.path("k"), lab.path("folder/hard")).unwrap();
    let absolute = lab.path("k").display().to_string();
    let refused = ["is a key file of this run, and is not written to", "hint: name another"];
    for dest in ["k", "./k", "folder/../k", "folder/link", "folder/hard", &absolute, "."] {
        lab.run(["get", "-k", "./k", &url("k"), dest]).fails(2).says(&refused);
        assert_eq!(lab.read("k"), key, "{dest}");
    }
    for command in ["cp", "mv"] {
        lab.run([command, "-k", "./k", &url("k"), "k"]).fails(2).says(&refused);
        lab.run([command, "--source-key", "./k", &url("k"), "k"]).fails(2).says(&refused);
    }
    lab.run(["get", &url("k"), "k"]).env("S3SEAL_KEY", "./k").fails(2).says(&refused);
    lab.run(["get", "-k", "./k", "--range", "bytes=0-1", &url("k"), "k"]).fails(2).says(&refused);
    // A key that the variable names, and another that this run uses.
    lab.key("other");
    let run = lab.run(["get", "-k", "./k", &url("k"), "other"]);
    run.env("S3SEAL_KEY", "file:other").fails(2).says(&refused);
    let fd = lab.shell(r#"exec "$S3SEAL" get -k fd:3 s3://demo/k k 3<k"#);
    fd.fails(2).says(&refused);
    assert_eq!(lab.read("k"), key);
    lab.holds_only(&["k", "p/k"]);
}

#[test]
fn so_it_is_with_the_spellings_of_aws_cli() {
    let lab = Lab::new();
    let key: Vec<u8> = (0..32_u8).map(|it| it.wrapping_mul(77).wrapping_add(it / 3)).collect();
    lab.private_file("k", &key);
    lab.file("file", b"content");
    let sse = ["--sse-c", "AES256", "--sse-c-key", "fileb://k"];
    lab.run(["put", "file", &url("k")].iter().chain(&sse)).succeeds();
    lab.run(["get", &url("k"), "k"].iter().chain(&sse)).fails(2).says(&["key file of this run"]);
    assert_eq!(lab.read("k"), key);
}

#[test]
fn what_is_printed_is_not_added_to_the_key() {
    let (lab, key) = lab();
    let line = r#""$S3SEAL" get -k ./k s3://demo/k - >> k"#;
    lab.shell(line).fails(2).says(&["standard output is a key file of this run"]);
    lab.shell(r#""$S3SEAL" get -k ./k s3://demo/k /dev/stdout >> k"#).fails(2);
    assert_eq!(lab.read("k"), key);
}

#[test]
fn in_a_folder_the_other_objects_arrive() {
    let (lab, key) = lab();
    lab.seal("k", "p/a", b"a");
    lab.seal("k", "p/z", b"z");
    let done = lab.run(["get", "-r", "-k", "./k", &url("p/"), "."]).fails(2);
    done.says(&["k is a key file of this run", "opened 2 objects", "1 failed"]);
    assert_eq!(lab.read("k"), key);
    assert_eq!((lab.read("a"), lab.read("z")), (b"a".to_vec(), b"z".to_vec()));
    let moved = lab.run(["mv", "-r", "-k", "./k", &url("p/"), "."]).fails(2);
    moved.says(&["k is a key file of this run"]);
    lab.holds_only(&["k", "p/k"]);
    assert_eq!(lab.read("k"), key);
}

#[test]
fn config_toml_and_the_keys_that_it_names_are_spared_unread() {
    let (lab, key) = lab();
    let text = config(&lab);
    let old = lab.read("old");
    for dest in ["k", "old", "config.toml"] {
        for key in [&[][..], &["-k", "./k"]] {
            let run = lab.run([&["get", &url("k"), dest], key].concat());
            run.env("S3SEAL_CONFIG", "config.toml").fails(2).says(&["of this run, and is not"]);
        }
        let mock = lab.run(["mock", "--env-file", dest]).env("S3SEAL_CONFIG", "config.toml");
        mock.fails(2).says(&["of this run"]);
        let mock = lab.run(["mock", "--log", dest, "--", "true"]);
        mock.env("S3SEAL_CONFIG", "config.toml").fails(2).says(&["of this run"]);
        let presign = ["presign", "-k", "./k", &url("k"), "--headers-file", dest];
        let presign = lab.run(presign).env("S3SEAL_CONFIG", "config.toml");
        presign.fails(2).says(&["of this run"]);
    }
    assert_eq!((lab.read("k"), lab.read("old")), (key, old));
    assert_eq!(lab.read("config.toml"), text.as_bytes());
}

#[test]
fn sync_neither_overwrites_nor_deletes_a_key() {
    let (lab, key) = lab();
    lab.seal("k", "p/a", b"a");
    lab.file("extra", b"extra");
    let down = ["sync", "-k", "./k", "--delete", &url("p/"), "."];
    let done = lab.run(down.iter().chain(&["--exclude", "state/*"])).fails(2);
    done.says(&["k is a key file of this run"]);
    assert_eq!(lab.read("k"), key);
    assert!(lab.path("extra").exists(), "nothing is deleted where something failed");
    // Nothing of that name is in the store: it would be deleted.
    lab.run(["rm", &url("p/k")]).succeeds();
    let done = lab.run(down.iter().chain(&["--exclude", "state/*"])).succeeds();
    done.says(&["k is a key file of this run: not deleted", "1 skipped", "1 deleted"]);
    assert_eq!(lab.read("k"), key);
    assert!(!lab.path("extra").exists());
}

/// The folder `data` with the key file of the run and one more file.
fn data(lab: &Lab) {
    lab.deep_file("data/file", b"content");
    lab.key("data/k");
}

const LEFT_OUT: [&str; 2] = ["data/k is a key file of this run: left out", "1 skipped"];

#[test]
fn a_folder_is_stored_without_its_key() {
    for command in [&["put", "-r"][..], &["cp", "-r"], &["sync"]] {
        let lab = Lab::new();
        data(&lab);
        let dest = url("p/");
        let up = [command, &["-k", "./data/k", "data", &dest]].concat();
        lab.run([&up[..], &["--dry-run"]].concat()).succeeds().says(&LEFT_OUT);
        lab.run(&up).succeeds().says(&LEFT_OUT);
        lab.holds_only(&["p/file"]);
        lab.run([&up[..], &["--include-keys"]].concat()).succeeds();
        lab.holds_only(&["p/file", "p/k"]);
    }
}

#[test]
fn lists_and_rules_leave_it_out_too() {
    let lab = Lab::new();
    data(&lab);
    let list = lab.run(["put", "-k", "./data/k", "--files-from", "-", "data", &url("p/")]);
    list.stdin(b"file\nk\n").succeeds().says(&LEFT_OUT);
    lab.holds_only(&["p/file"]);
    let text = format!(
        "[keys.k]\nsource = \"./k\"\n[[rules]]\nendpoint = \"{}\"\nprefix = \"s3://{BUCKET}\"\nkey = \"k\"\n",
        lab.server().endpoint()
    );
    lab.private_file("data/config.toml", text.as_bytes());
    let put = lab.run(["put", "-r", "data", &url("q/")]).env("S3SEAL_CONFIG", "data/config.toml");
    put.succeeds().says(&[
        "k is a key file",
        "config.toml is config.toml of this run",
        "2 skipped",
    ]);
    lab.holds_only(&["p/file", "q/file"]);
}

#[test]
fn what_sync_leaves_out_is_not_deleted_at_the_store() {
    let lab = Lab::new();
    data(&lab);
    lab.key("other");
    for object in ["p/k", "p/extra"] {
        lab.seal("other", object, b"of another run");
    }
    let up = ["sync", "-k", "./data/k", "--delete", "data", &url("p/")];
    lab.run(up).succeeds().says(&["left out", "1 skipped", "1 deleted"]);
    lab.holds_only(&["p/file", "p/k"]);
    lab.run(["get", "-k", "./other", &url("p/k"), "out"]).succeeds();
    assert_eq!(lab.read("out"), b"of another run");
}

#[test]
fn a_key_is_not_sealed_with_itself() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("file", b"content");
    let words = ["k is a key file of this run", "--include-keys"];
    for arguments in [&["put", "k"][..], &["cp", "k"], &["put", "file", "k"], &["mv", "k"]] {
        lab.run([arguments, &["-k", "./k", &url("p/")]].concat()).fails(2).says(&words);
    }
    let stdin = lab.shell(r#""$S3SEAL" put -k ./k - s3://demo/x < k"#);
    stdin.fails(2).says(&["- is a key file of this run", "--include-keys"]);
    lab.holds_only(&[]);
    lab.run(["put", "--include-keys", "-k", "./k", "k", &url("p/")]).succeeds();
    lab.holds_only(&["p/k"]);
}

#[test]
fn a_move_never_deletes_a_key() {
    let lab = Lab::new();
    data(&lab);
    let key = lab.read("data/k");
    let up = ["mv", "-r", "-k", "./data/k", "data", &url("p/")];
    lab.run(up).succeeds().says(&LEFT_OUT);
    lab.holds_only(&["p/file"]);
    lab.run(up.iter().chain(&["--include-keys"])).succeeds().says(&["stored, but not deleted"]);
    lab.holds_only(&["p/file", "p/k"]);
    assert_eq!(lab.read("data/k"), key);
}
