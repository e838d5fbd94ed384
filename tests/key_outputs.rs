//! Where a key or headers go that are written with `-o` and `--headers-file`: into a file that appears whole, and
//! to whatever is no file as it is.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, lchown, symlink};

use crate::harness::{Lab, url};
use crate::owners::is_root;

const LOG: &[u8] = b"what was there\n";

/// Every command line that writes something secret to a named output.
const COMMANDS: [&str; 6] = [
    "keygen -o",
    "key convert ./k --as rclone -o",
    "key derive -k ./k s3://demo/x -o",
    "presign -k ./k s3://demo/x --headers-file",
    "key convert ./k --as litestream -o",
    "presign -k ./k s3://demo/x --as wget --headers-file",
];

fn lab() -> Lab {
    let lab = Lab::new();
    lab.key("k");
    lab
}

#[test]
fn descriptors_are_written_to_and_not_replaced() {
    for command in COMMANDS {
        for (output, redirection) in [
            ("/dev/stdout", ">>"),
            ("/dev/stderr", "2>>"),
            ("/dev/fd/3", "3>>"),
            ("/proc/self/fd/3", "3>>"),
            ("/dev/../dev/fd/3", "3>>"),
            ("fds/3", "3>>"),
            ("link", "3>>"),
        ] {
            let lab = lab();
            lab.file("log", LOG);
            symlink("/dev/fd", lab.path("fds")).unwrap();
            symlink("/dev/fd/3", lab.path("link")).unwrap();
            let before = fs::metadata(lab.path("log")).unwrap();
            let line = format!("\"$S3SEAL\" {command} {output} {redirection}log");
            lab.shell(&line).succeeds();
            let log = lab.read("log");
            assert!(log.starts_with(LOG) && log.len() > LOG.len() + 40, "{line}: {log:?}");
            let after = fs::metadata(lab.path("log")).unwrap();
            assert_eq!((after.ino(), after.mode()), (before.ino(), before.mode()), "{line}");
            assert!(fs::symlink_metadata(lab.path("link")).unwrap().is_symlink());
        }
    }
}

#[test]
fn pipes_stay_pipes() {
    for command in COMMANDS {
        let lab = lab();
        let line =
            format!("mkfifo pipe; timeout 20 cat pipe > got & \"$S3SEAL\" {command} pipe && wait");
        lab.shell(&line).succeeds();
        assert!(fs::metadata(lab.path("pipe")).unwrap().file_type().is_fifo(), "{command}");
        assert!(lab.read("got").len() > 40, "{command}");
        let leftovers = lab.tree("");
        assert!(leftovers.keys().all(|name| !name.starts_with(".s3seal-")), "{leftovers:?}");
    }
}

#[test]
fn a_dangling_link_is_followed() {
    for command in COMMANDS {
        let lab = lab();
        fs::create_dir(lab.path("folder")).unwrap();
        symlink("folder/other", lab.path("link")).unwrap();
        symlink("key", lab.path("folder/other")).unwrap();
        lab.shell(&format!("\"$S3SEAL\" {command} link")).succeeds();
        assert!(fs::symlink_metadata(lab.path("link")).unwrap().is_symlink(), "{command}");
        let made = fs::symlink_metadata(lab.path("folder/key")).unwrap();
        assert!(made.is_file() && made.len() > 40, "{command}");
        assert_eq!(made.mode() & 0o777, 0o600, "{command}");
    }
}

#[test]
fn a_link_to_a_key_file_overwrites_no_key() {
    let lab = lab();
    lab.key("old");
    let old = lab.read("old");
    symlink("old", lab.path("link")).unwrap();
    for command in &COMMANDS[..3] {
        lab.shell(&format!("\"$S3SEAL\" {command} link")).fails(9).says(&["never overwritten"]);
    }
    let circle = lab.path("circle");
    symlink("circle", &circle).unwrap();
    for command in COMMANDS {
        lab.shell(&format!("\"$S3SEAL\" {command} circle")).fails(1).says(&["circle cannot be"]);
        assert!(fs::symlink_metadata(&circle).unwrap().is_symlink());
    }
    assert_eq!(lab.read("old"), old);
}

#[test]
fn headers_replace_a_file_behind_a_link() {
    let lab = lab();
    fs::create_dir(lab.path("folder")).unwrap();
    lab.file("folder/headers", b"old");
    symlink("folder/headers", lab.path("link")).unwrap();
    lab.run(["presign", "-k", "./k", &url("x"), "--headers-file", "link"]).succeeds();
    assert!(fs::symlink_metadata(lab.path("link")).unwrap().is_symlink());
    let headers = String::from_utf8(lab.read("folder/headers")).unwrap();
    assert!(headers.starts_with("x-amz-server-side-encryption-customer-"), "{headers}");
    assert_eq!(fs::metadata(lab.path("folder/headers")).unwrap().mode() & 0o777, 0o600);
}

#[test]
fn a_key_is_not_added_to_a_key_file_of_the_run() {
    let lab = lab();
    let key = lab.read("k");
    for command in &COMMANDS[1..] {
        let line = format!("\"$S3SEAL\" {command} /dev/fd/3 3>>k");
        lab.shell(&line).fails(2).says(&["/dev/fd/3 is a key file of this run"]);
    }
    assert_eq!(lab.read("k"), key);
}

#[test]
fn a_link_that_another_user_laid_is_not_followed() {
    if !is_root("a_link_that_another_user_laid_is_not_followed") {
        return;
    }
    let lab = lab();
    fs::create_dir(lab.path("shared")).unwrap();
    fs::set_permissions(lab.path("shared"), fs::Permissions::from_mode(0o1777)).unwrap();
    lab.file("mine", b"content");
    for target in ["../mine", "../new"] {
        let link = lab.path("shared/link");
        symlink(target, &link).unwrap();
        lchown(&link, Some(65534), None).unwrap();
        for command in COMMANDS {
            lab.shell(&format!("\"$S3SEAL\" {command} shared/link")).fails(1);
        }
        fs::remove_file(&link).unwrap();
    }
    assert_eq!(lab.read("mine"), b"content");
    assert!(!lab.path("new").exists());
}
