//! Downloads stay within their destination and replace only what they should, whatever lies there and whatever
//! other processes do to it meanwhile.

mod kept;
mod leftovers;
mod swapped;

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use s3seal_mock::{Answer, RequestRecord};

use crate::harness::{Lab, noise, url};

const MIB: usize = 1 << 20;
/// So many bytes come in several ranges, into a file that another run can go on with.
const LARGE: usize = 17 * MIB;
/// A user that is not root.
const OTHER_USER: u32 = 12_345;

/// A lab whose server calls this with the lab's home for each request.
fn lab_that(hook: impl Fn(&RequestRecord, &Path) -> Option<Answer> + Send + Sync + 'static) -> Lab {
    let home: Arc<OnceLock<PathBuf>> = Arc::default();
    let its_home = home.clone();
    let lab = Lab::with(|server| server.interceptor(move |request| hook(request, its_home.get()?)));
    home.set(lab.home().to_owned()).unwrap();
    lab
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// What the umask leaves of a mode.
fn umasked(lab: &Lab, wanted: u32) -> u32 {
    let folder = lab.path("made-for-its-mode");
    let _ = fs::create_dir(&folder);
    mode(&folder) & wanted
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn mkfifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Whether this process can give files to another user; says so where a test is cut short by that.
fn is_root(test: &str) -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        let _ = writeln!(
            std::io::stderr(),
            "{test}: skipped, since only root can give files to another user"
        );
    }
    is_root
}

#[test]
fn no_set_id_bit_and_no_wide_mode_is_taken_over() {
    let lab = Lab::new();
    lab.plain("small", b"small");
    lab.plain("large", &noise(LARGE));
    for object in ["small", "large"] {
        set_mode(&lab.file("out", b"old"), 0o6777);
        lab.run(["get", &url(object), "out"]).succeeds();
        assert_eq!(mode(&lab.path("out")), umasked(&lab, 0o777), "{object}");
        set_mode(&lab.path("out"), 0o604);
        lab.run(["get", &url(object), "out"]).succeeds();
        assert_eq!(mode(&lab.path("out")), 0o604, "{object}");
    }
}

#[test]
fn nothing_is_taken_over_of_another_users_file() {
    if !is_root("nothing_is_taken_over_of_another_users_file") {
        return;
    }
    let lab = Lab::new();
    lab.plain("small", b"small");
    lab.plain("large", &noise(LARGE));
    for object in ["small", "large"] {
        let out = lab.file("out", b"old");
        chown(&out, Some(OTHER_USER), None).unwrap();
        set_mode(&out, 0o4777);
        lab.run(["get", &url(object), "out"]).succeeds();
        assert_eq!(mode(&out), umasked(&lab, 0o666), "{object}");
        assert_ne!(fs::metadata(&out).unwrap().uid(), OTHER_USER);
    }
}

#[test]
fn what_is_called_like_an_unfinished_file_is_refused() {
    let lab = Lab::new();
    let name = ".s3seal-0123456789abcdef.part";
    for object in [&format!("p/{name}"), "p/d/.s3seal-.part", "p/ok"] {
        lab.plain(object, b"content");
    }
    for command in [["get", "-r"], ["sync", "--size-only"]] {
        let [command, option] = command;
        lab.run([command, option, &url("p"), command]).exits(1).says(&[
            &format!("s3://demo/p/{name}: "),
            "temporary files have such names",
            "opened 1 object (7 B), 2 failed",
        ]);
        assert_eq!(lab.tree(command).into_keys().collect::<Vec<_>>(), ["ok"]);
    }
    fs::create_dir(lab.path("in")).unwrap();
    lab.run(["get", &url(&format!("p/{name}")), "in"]).fails(2).says(&["name the file"]);
    lab.run(["get", &url("p/ok"), name]).fails(2).says(&["temporary files", "another name"]);
    lab.run(["get", &url(&format!("p/{name}")), "named"]).succeeds();
    assert_eq!(lab.read("named"), b"content");
    assert!(lab.tree("in").is_empty() && !lab.path(name).exists());
}

#[test]
fn what_waits_under_an_objects_name_gets_nothing() {
    let lab = Lab::new();
    lab.plain("p/x", b"content");
    fs::create_dir(lab.path("out")).unwrap();
    let fifo = lab.path("out/x");
    mkfifo(&fifo);
    // It has a reader, who would get all of it.
    let reader = fs::File::options().read(true).write(true).open(&fifo).unwrap();
    for arguments in [
        &["get", "s3://demo/p/x", "out/"][..],
        &["get", "-r", "s3://demo/p", "out"],
        &["sync", "s3://demo/p", "out"],
    ] {
        lab.run(arguments).fails(1).says(&["out/x is a FIFO", "s3://demo/p/x: "]);
    }
    assert_eq!(rustix::io::ioctl_fionread(&reader).unwrap(), 0);
    fs::remove_file(&fifo).unwrap();
    let socket = std::os::unix::net::UnixListener::bind(&fifo).unwrap();
    lab.run(["get", &url("p/x"), "out"]).fails(1).says(&["out/x is a socket"]);
    drop(socket);
    fs::remove_file(&fifo).unwrap();
    lab.file("precious", b"mine");
    symlink("../precious", &fifo).unwrap();
    lab.run(["get", &url("p/x"), "out"]).fails(1).says(&["out/x is a symbolic link"]);
    assert_eq!(lab.read("precious"), b"mine");
}

#[test]
fn a_named_fifo_is_written_to() {
    let lab = Lab::new();
    let content = noise(LARGE);
    lab.plain("x", &content);
    mkfifo(&lab.path("fifo"));
    symlink("fifo", lab.path("link")).unwrap();
    let path = lab.path("fifo");
    let reader = std::thread::spawn(move || fs::read(path).unwrap());
    lab.run(["get", &url("x"), "link"]).succeeds();
    assert!(reader.join().unwrap() == content);
}

#[test]
fn inherited_descriptors_are_written_where_they_stand() {
    let lab = Lab::new();
    lab.plain("x", b"content\n");
    symlink("/dev/stdout", lab.path("link")).unwrap();
    for target in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link"] {
        lab.file("log", b"before\n");
        lab.shell(&format!(r#""$S3SEAL" get s3://demo/x {target} >>log && echo after >>log"#))
            .succeeds();
        assert_eq!(lab.read("log"), b"before\ncontent\nafter\n", "{target}");
        let line =
            format!(r#"{{ echo before; "$S3SEAL" get s3://demo/x {target}; echo after; }} >log"#);
        lab.shell(&line).succeeds();
        assert_eq!(lab.read("log"), b"before\ncontent\nafter\n", "{target}");
    }
    let line = r#"{ echo before >&3; "$S3SEAL" get s3://demo/x /dev/fd/3; echo after >&3; } 3>log"#;
    lab.shell(line).succeeds();
    assert_eq!(lab.read("log"), b"before\ncontent\nafter\n");
    lab.run(["get", &url("x"), "/dev/fd/99"]).fails(1).says(&["descriptor 99 cannot be written"]);
    lab.run(["get", &url("x"), "/dev/no-such-device"]).done().says(&["/dev/no-such-device"]);
    assert!(!Path::new("/dev/no-such-device").exists());
}

#[test]
fn what_a_dangling_link_points_to_is_made() {
    let lab = Lab::new();
    for (object, bytes) in [("small", 10), ("large", LARGE)] {
        lab.plain(object, &noise(bytes));
        fs::create_dir(lab.path(object)).unwrap();
        symlink(format!("{object}/target"), lab.path("link")).unwrap();
        lab.run(["get", &url(object), "link"]).succeeds();
        assert!(fs::symlink_metadata(lab.path("link")).unwrap().is_symlink());
        assert!(lab.read(&format!("{object}/target")) == noise(bytes));
        fs::remove_file(lab.path("link")).unwrap();
    }
    symlink("nowhere/target", lab.path("link")).unwrap();
    lab.run(["get", &url("small"), "link"]).fails(3).says(&["folder does not exist"]);
}

/// A store whose one object says when it was stored, and what it holds.
fn store_at(time: Arc<std::sync::Mutex<(&'static str, &'static str)>>) -> Lab {
    Lab::with(|server| {
        server.interceptor(move |request| {
            let (seconds, content) = *time.lock().unwrap();
            match request.operation {
                "ListObjectsV2" => Some(Answer::respond(
                    200,
                    &[],
                    format!(
                        "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>p/x</Key>\
                        <Size>3</Size><LastModified>2020-01-01T00:00:{seconds}.250Z</LastModified>\
                        </Contents></ListBucketResult>"
                    ),
                )),
                "GetObject" => {
                    let stored = format!("Wed, 01 Jan 2020 00:00:{seconds} GMT");
                    let headers = [("Last-Modified", stored.as_str()), ("ETag", "\"e\"")];
                    Some(Answer::respond(200, &headers, content))
                }
                _ => None,
            }
        })
    })
}

#[test]
fn an_object_that_is_replaced_after_it_was_fetched_is_fetched_again() {
    let state = Arc::new(std::sync::Mutex::new(("10", "old")));
    let lab = store_at(state.clone());
    let sync = || lab.run(["sync", &url("p"), "back"]).succeeds();
    sync().says(&["opened 1 object"]);
    let modified = fs::metadata(lab.path("back/x")).unwrap().modified().unwrap();
    assert_eq!(humantime::format_rfc3339(modified).to_string(), "2020-01-01T00:00:10Z");
    sync().says(&["opened 0 objects, 1 unchanged"]);
    *state.lock().unwrap() = ("11", "new");
    sync().says(&["opened 1 object"]);
    assert_eq!(lab.read("back/x"), b"new");
    // What is newer here stays.
    lab.file("back/x", b"own");
    sync().says(&["1 unchanged"]);
    assert_eq!(lab.read("back/x"), b"own");
}
