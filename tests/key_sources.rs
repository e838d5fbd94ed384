//! What reading a key must not do: give it to children, leave it in a core dump, wait for ever, or take
//! one that somebody else could have put there.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Stdio};

use crate::harness::{Lab, Run, url};

const KEY: &str = "AQACAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const MD5: &str = "B5cdas81S8vtaeA886ajLA==";
const OTHER: &str = "PO3fJ7cZ0m1xYk9wT2rV5uB8sQeAhLnGdCiXyRjWzEo=";

#[track_caller]
fn gives_the_key(run: Run) {
    assert_eq!(run.succeeds().stdout.trim_end(), MD5);
}

#[test]
fn children_do_not_inherit_the_variables_that_hold_keys() {
    let lab = Lab::new();
    lab.file("file", b"content");
    let spy = format!("cmd:env >> seen; echo {KEY}");
    for spelling in [&["-k", "env:K"][..], &["-kenv:K"], &["--key=env:K"], &["-qkenv:K"]] {
        let arguments = [&["put", "file", "s3://demo/x"], spelling, &["-k", &spy]].concat();
        lab.run(arguments).env("K", OTHER).succeeds();
    }
    gives_the_key(lab.run(["key", "md5", &spy]).env("S3SEAL_KEY", OTHER));
    let both = lab.run(["key", "md5", "env:K", &spy]).env("K", OTHER).succeeds();
    assert_eq!(both.stdout.lines().count(), 2);
    assert!(!seen(&lab).contains(OTHER), "{}", seen(&lab));
}

#[test]
fn programs_that_hand_out_credentials_do_not_inherit_them_either() {
    let lab = Lab::new();
    let config = "[default]\ncredential_process = sh -c \"env >> seen; echo '{}'\"\n";
    lab.file("config", config.as_bytes());
    let head = |arguments: &[&str], variable: &str, value: &str| {
        let run = lab.run([&["head", &url("x")], arguments].concat()).env(variable, value);
        let run = run.env("K", OTHER).env("AWS_CONFIG_FILE", lab.path("config"));
        run.without_env("AWS_ACCESS_KEY_ID").fails(5);
        let seen = seen(&lab);
        assert!(seen.contains("HOME="), "the spy saw something: {seen}");
        assert!(!seen.contains(OTHER), "{seen}");
        fs::remove_file(lab.path("seen")).unwrap();
    };
    head(&["-k", "env:K"], "S3SEAL_KEY", "");
    head(&[], "S3SEAL_KEY", "env:K");
    lab.private_file("config.toml", b"[keys.backup]\nsource = \"env:K\"\n");
    head(&[], "S3SEAL_CONFIG", "config.toml");
}

#[test]
fn a_variable_that_is_no_source_of_a_key_stays() {
    let lab = Lab::offline();
    let command = format!("cmd:test -n \"$K\" && test -n \"$HOME\" && echo {KEY}");
    gives_the_key(lab.run(["key", "md5", &command]).env("K", "env:HOME"));
    // What follows `--` belongs to the command that the embedded server is for.
    let inner = "\"$S3SEAL\" mock -- \"$S3SEAL\" key md5 -k env:K";
    gives_the_key(lab.shell(inner).env("K", KEY));
}

fn seen(lab: &Lab) -> String {
    String::from_utf8(lab.read("seen")).unwrap()
}

#[test]
fn a_command_that_does_not_end_is_killed() {
    let lab = Lab::offline();
    let spec = "cmd:echo $$ > pid; exec sleep 60 2>/dev/null";
    let run = lab.run(["key", "md5", spec, "--key-timeout", "1"]);
    run.fails(4).says(&[
        "cmd:echo …: the command did not end within 1 s, and its shell was killed",
        "hint: run it by itself",
        "--key-timeout",
    ]);
    let pid = String::from_utf8(lab.read("pid")).unwrap();
    let alive = Command::new("kill").args(["-0", pid.trim()]).stderr(Stdio::null()).status();
    assert!(!alive.unwrap().success(), "the command is still there");
    // One that says nothing more does not end either.
    let silent = "cmd:exec sleep 60 >&- 2>/dev/null";
    lab.run(["key", "md5", silent, "--key-timeout", "1"]).fails(4).says(&["within 1 s"]);
    lab.private_file("config.toml", b"[keys.slow]\nsource = \"cmd:exec sleep 60 2>/dev/null\"\n");
    let named = lab.run(["key", "md5", "slow", "--key-timeout", "1"]);
    named.env("S3SEAL_CONFIG", "config.toml").fails(4).says(&["the key `slow`", "within 1 s"]);
}

#[test]
fn a_command_that_is_given_for_ever_still_ends_by_itself() {
    let lab = Lab::offline();
    let spec = format!("cmd:echo {KEY}");
    gives_the_key(lab.run(["key", "md5", &spec, "--key-timeout", "0"]));
    lab.run(["key", "md5", &spec, "--key-timeout", "soon"]).fails(2).says(&["invalid value"]);
}

#[test]
fn what_a_command_leaves_running_is_not_waited_for() {
    let lab = Lab::offline();
    // An agent that keeps the pipe open: waiting for its end would end in the timeout.
    let spec = format!("cmd:sleep 60 2>/dev/null & echo $! > pid; echo {KEY}");
    gives_the_key(lab.run(["key", "md5", &spec, "--key-timeout", "10"]));
    let pid = String::from_utf8(lab.read("pid")).unwrap();
    let killed = Command::new("kill").arg(pid.trim()).status().unwrap();
    assert!(killed.success(), "it was left alone");
}

#[test]
fn a_command_may_print_slowly_and_in_pieces() {
    let lab = Lab::offline();
    let (start, rest) = KEY.split_at(20);
    // A pipe in between: the second half comes when the first has been read.
    let spec =
        format!("cmd:mkfifo go; (echo > go) & printf {start}; cat go > /dev/null; echo {rest}");
    gives_the_key(lab.run(["key", "md5", &spec]));
}

/// The command looks at the process that waits for it.
const LOOK: &str =
    "grep '^Max core file size' /proc/$PPID/limits; stat -c 'group %g' /proc/$PPID/environ";

#[test]
#[cfg(target_os = "linux")]
fn a_crash_writes_no_key_to_a_file() {
    let lab = Lab::offline();
    let spec = format!("cmd:{{ {LOOK}; }} > seen; echo {KEY}");
    let limits = |seen: &str| seen.split_whitespace().skip(4).take(2).collect::<Vec<_>>().join(" ");

    in_another_group(lab.run(["key", "md5", &spec]).into_command());
    let hidden = seen(&lab);
    assert_eq!(limits(&hidden), "0 0", "{hidden}");
    // The kernel gives what it keeps others out of to root.
    assert!(hidden.ends_with("group 0\n"), "{hidden}");

    // The server has no keys of the user, and its command may want to be debugged.
    let script = format!("{{ {LOOK}; ulimit -Hc; }} > seen");
    let hard = lab.shell("ulimit -Hc").succeeds().stdout;
    in_another_group(lab.run(["mock", "--", "sh", "-c", &script]).into_command());
    let open = seen(&lab);
    assert!(!open.contains("group 0\n"), "the look sees a difference: {open}");
    assert_eq!(open.lines().last(), hard.lines().last(), "{open}");
}

/// Runs it with a group that is not root's.
#[track_caller]
fn in_another_group(mut command: Command) {
    if rustix::process::geteuid().is_root() {
        command.gid(65534);
    }
    assert!(command.stdout(Stdio::null()).status().unwrap().success());
}

#[test]
fn a_program_that_is_aborted_dumps_no_core() {
    let lab = Lab::offline();
    let line = "ulimit -c unlimited 2>/dev/null; exec \"$S3SEAL\" key md5 'cmd:kill -ABRT $PPID'";
    let status = lab.shell(line).into_command().status().unwrap();
    assert_eq!(status.signal(), Some(6), "{status:?}");
    assert!(!status.core_dumped(), "{status:?}");
    assert!(lab.tree("").is_empty(), "{:?}", lab.tree("").keys());
}

#[test]
fn a_key_file_that_others_can_exchange_is_refused() {
    let lab = Lab::offline();
    fs::create_dir(lab.path("folder")).unwrap();
    fs::create_dir(lab.path("links")).unwrap();
    lab.private_file("folder/a.key", KEY.as_bytes());
    symlink("../folder/a.key", lab.path("links/a.key")).unwrap();
    let chmod = |name: &str, mode| {
        fs::set_permissions(lab.path(name), Permissions::from_mode(mode)).unwrap();
    };
    let refused = |key: &str, folder: &str| {
        let hint = format!("`chmod o-w {folder}`");
        lab.run(["key", "md5", key]).fails(4).says(&["others can write the folder", &hint]);
    };
    for mode in [0o700, 0o755, 0o775, 0o1777] {
        chmod("folder", mode);
        gives_the_key(lab.run(["key", "md5", "./folder/a.key"]));
        gives_the_key(lab.run(["key", "md5", "./links/a.key"]));
    }
    chmod("folder", 0o777);
    refused("./folder/a.key", "./folder");
    refused("./links/a.key", &lab.path("folder").canonicalize().unwrap().display().to_string());
    chmod("folder", 0o700);
    chmod("links", 0o777);
    refused("./links/a.key", "./links");
    // A name without a folder is in the current one.
    chmod("folder", 0o777);
    let mut here = lab.run(["key", "md5", "file:a.key"]).into_command();
    let refused = here.current_dir(lab.path("folder")).output().unwrap();
    assert_eq!(refused.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("`chmod o-w .`"));
}

#[test]
fn the_mode_of_a_key_file_counts_behind_a_link_too() {
    let lab = Lab::offline();
    lab.private_file("a.key", KEY.as_bytes());
    symlink("a.key", lab.path("link")).unwrap();
    assert_eq!(fs::symlink_metadata(lab.path("link")).unwrap().mode() & 0o777, 0o777);
    gives_the_key(lab.run(["key", "md5", "./link"]));
    fs::set_permissions(lab.path("a.key"), Permissions::from_mode(0o620)).unwrap();
    lab.run(["key", "md5", "./link"]).fails(4).says(&["others can write this key file"]);
    // What is no file has no mode that counts: pipes and descriptors come from this very user.
    let line = format!("mkfifo -m 666 pipe; echo {KEY} > pipe & \"$S3SEAL\" key md5 ./pipe");
    gives_the_key(lab.shell(&line));
}
