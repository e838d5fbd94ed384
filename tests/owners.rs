//! The file system belongs to others, too: config.toml, key files and the state folder are used only where no other
//! user could have put something of their own there. What needs a second user needs root, and is skipped without.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use s3seal_mock::Behavior;

use crate::harness::{BUCKET, Lab, Run, url};

const KEY: &str = "AQACAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// The second user.
const OTHER: u32 = 65534;

/// Whether files can be given to another user; says which test is skipped if not.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so by its name")]
pub(crate) fn is_root(test: &str) -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        println!("skipped, for it needs root to give files to another user: {test}");
    }
    is_root
}

fn give(path: &Path) {
    chown(path, Some(OTHER), None).expect("root gives files away");
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("the file is ours");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").mode() & 0o7777
}

/// A config.toml in its usual place, whose key comes from a command that leaves a trace.
fn configured() -> Lab {
    let lab = Lab::new();
    let text = format!(
        "[keys.k]\nsource = \"cmd:touch ran; echo PO3fJ7cZ0m1xYk9wT2rV5uB8sQeAhLnGdCiXyRjWzEo=\"\n[[rules]]\nendpoint = \"{}\"\nprefix = \"s3://{BUCKET}\"\nkey = \"k\"\n",
        lab.server().endpoint()
    );
    lab.deep_file(".config/s3seal/config.toml", text.as_bytes());
    chmod(&lab.path(".config/s3seal/config.toml"), 0o600);
    lab.file("file", b"content");
    lab
}

fn put(lab: &Lab) -> Run {
    lab.run(["put", "file", &url("x")])
}

#[track_caller]
fn refuses(lab: &Lab, words: &[&str]) {
    put(lab).fails(2).says(words);
    lab.run(["key", "list"]).fails(2).says(words);
    assert!(!lab.path("ran").exists(), "the command of a foreign config.toml ran");
    lab.holds_only(&[]);
}

#[test]
fn a_config_of_another_user_runs_no_command() {
    if !is_root("a_config_of_another_user_runs_no_command") {
        return;
    }
    let lab = configured();
    let config = lab.path(".config/s3seal/config.toml");
    give(&config);
    let words = ["config.toml belongs to another user (uid 65534)", "chown", "S3SEAL_CONFIG="];
    refuses(&lab, &words);
    // Containers see the files of their host under other ids.
    put(&lab).env("S3SEAL_CONFIG", &config).succeeds();
    assert!(lab.path("ran").exists());
}

#[test]
fn a_config_in_a_folder_of_another_user_runs_no_command() {
    if !is_root("a_config_in_a_folder_of_another_user_runs_no_command") {
        return;
    }
    for folder in [".config/s3seal", ".config"] {
        let lab = configured();
        give(&lab.path(folder));
        refuses(&lab, &["another user (uid 65534) owns", folder, "can replace", "S3SEAL_CONFIG"]);
        let config = lab.path(".config/s3seal/config.toml");
        put(&lab).env("S3SEAL_CONFIG", config).succeeds();
    }
}

#[test]
fn a_config_behind_a_link_of_another_user_runs_no_command() {
    if !is_root("a_config_behind_a_link_of_another_user_runs_no_command") {
        return;
    }
    let lab = configured();
    fs::create_dir(lab.path("shared")).unwrap();
    fs::rename(lab.path(".config"), lab.path("shared/own")).unwrap();
    std::os::unix::fs::symlink("shared/link", lab.path(".config")).unwrap();
    std::os::unix::fs::symlink("own", lab.path("shared/link")).unwrap();
    chmod(&lab.path("shared"), 0o1777);
    // The user's own link in a sticky folder stays the user's.
    put(&lab).succeeds();
    fs::remove_file(lab.path("ran")).unwrap();
    lab.run(["rm", &url("x")]).succeeds();
    std::os::unix::fs::lchown(lab.path("shared/link"), Some(OTHER), None).unwrap();
    refuses(&lab, &["another user (uid 65534) owns", "shared/link", "can replace"]);
}

#[test]
fn a_config_below_a_folder_that_all_may_write_runs_no_command() {
    for folder in [".config/s3seal", ".config", "."] {
        let lab = configured();
        chmod(&lab.path(folder), 0o777);
        refuses(&lab, &["others can write", "where config.toml is", "chmod o-w"]);
        chmod(&lab.path(folder), 0o1777);
        put(&lab).succeeds();
    }
}

#[test]
fn a_key_file_of_another_user_is_warned_of_each_time() {
    if !is_root("a_key_file_of_another_user_is_warned_of_each_time") {
        return;
    }
    let lab = Lab::new();
    lab.key("k");
    lab.file("file", b"content");
    give(&lab.path("k"));
    for _ in 0..2 {
        let put = lab.run(["put", "-k", "./k", "file", &url("x")]).succeeds();
        put.says(&["k: this key file belongs to another user (uid 65534)"]);
    }
    fs::write(lab.path("raw"), KEY.as_bytes()).unwrap();
    chmod(&lab.path("raw"), 0o644);
    give(&lab.path("raw"));
    let both = lab.run(["key", "md5", "./raw"]).succeeds();
    both.says(&["belongs to another user", "others can read this key file"]);
    let aws = ["get", "--sse-customer-algorithm", "AES256", "--sse-customer-key", "file://raw"];
    let md5 = ["--sse-customer-key-md5", "B5cdas81S8vtaeA886ajLA==", &url("none"), "out"];
    lab.run(aws.into_iter().chain(md5)).fails(3).says(&["belongs to another user (uid 65534)"]);
}

#[test]
fn a_key_file_in_a_folder_of_another_user_is_refused() {
    if !is_root("a_key_file_in_a_folder_of_another_user_is_refused") {
        return;
    }
    for folder in ["a/b", "a"] {
        let lab = Lab::offline();
        lab.deep_file("a/b/k", KEY.as_bytes());
        chmod(&lab.path("a/b/k"), 0o600);
        lab.run(["key", "md5", "./a/b/k"]).succeeds();
        give(&lab.path(folder));
        let refused = lab.run(["key", "md5", "./a/b/k"]).fails(4);
        refused.says(&[
            "another user (uid 65534) owns",
            folder,
            "copy it into a folder of your own",
        ]);
        // Who owns the file can change it anyway: that is warned of.
        give(&lab.path("a/b/k"));
        lab.run(["key", "md5", "./a/b/k"]).succeeds().says(&["belongs to another user"]);
    }
}

#[test]
fn a_key_file_below_a_folder_that_all_may_write_is_refused() {
    let lab = Lab::offline();
    lab.deep_file("a/b/k", KEY.as_bytes());
    chmod(&lab.path("a/b/k"), 0o600);
    for folder in ["a/b", "a"] {
        for (bits, code) in [(0o777, 4), (0o1777, 0), (0o775, 0), (0o700, 0)] {
            chmod(&lab.path(folder), bits);
            let done = lab.run(["key", "md5", "./a/b/k"]).exits(code);
            if code == 4 {
                done.says(&["others can write the folder of this key file", "chmod o-w", folder]);
            }
        }
    }
}

/// A lab at a store that is not known to seal, so that what is proven is remembered.
fn elsewhere() -> Lab {
    let lab = Lab::with(|server| server.behave(Behavior::SeaweedFs));
    lab.key("k");
    lab.file("file", b"content");
    lab
}

/// Whether a write proves first that the bucket seals.
fn proves(lab: &Lab) -> bool {
    lab.server().clear_requests();
    lab.run(["put", "-k", "./k", "file", &url("x")]).succeeds();
    lab.operations().iter().any(|operation| operation == "CreateMultipartUpload")
}

#[test]
fn the_state_folder_and_its_files_are_the_users_alone() {
    let lab = elsewhere();
    assert!(proves(&lab) && !proves(&lab));
    let (folder, file) = (lab.path("state/s3seal"), lab.path("state/s3seal/proven-buckets"));
    assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
    // What an older version made is closed, and still believed.
    chmod(&folder, 0o755);
    chmod(&file, 0o644);
    assert!(!proves(&lab));
    assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
}

#[test]
fn a_proof_that_others_could_have_written_is_none() {
    let lab = elsewhere();
    lab.believe_in_the_bucket();
    assert!(!proves(&lab));
    let file = lab.path("state/s3seal/proven-buckets");
    chmod(&file, 0o666);
    assert!(proves(&lab));
    assert_eq!(mode(&file), 0o600);
    assert!(!proves(&lab));
}

#[test]
fn a_proof_of_another_user_is_none() {
    if !is_root("a_proof_of_another_user_is_none") {
        return;
    }
    let lab = elsewhere();
    lab.believe_in_the_bucket();
    let (folder, file) = (lab.path("state/s3seal"), lab.path("state/s3seal/proven-buckets"));
    give(&file);
    assert!(proves(&lab), "the file of another user");
    assert_eq!(fs::metadata(&file).unwrap().uid(), 0, "it was begun anew");
    assert!(!proves(&lab));
    // In a folder of another user nothing is believed, and nothing is written.
    give(&folder);
    let before = lab.tree("state");
    assert!(proves(&lab) && proves(&lab), "the folder of another user");
    assert_eq!(lab.tree("state"), before);
    let log = lab.run(["put", "-k", "./k", "file", &url("x"), "-vv"]).succeeds();
    log.says(&["the state folder is not used", "it belongs to another user (uid 65534)"]);
}
