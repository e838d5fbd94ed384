//! What is read is what was named or found: files that say they are empty, files that others replace meanwhile, and what
//! no file of the store can be.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use s3seal_mock::Server;

use crate::harness::{BUCKET, Done, Lab, Run, url};

/// Runs the program against a server that does something of the file system at the first write to each object.
struct Meddled {
    lab: Lab,
    server: Server,
}

impl Meddled {
    fn new(meddle: impl Fn(&Path, &str) + Send + Sync + 'static) -> Meddled {
        let lab = Lab::offline();
        let home = lab.home().to_owned();
        let seen = Mutex::new(Vec::new());
        let server = Server::builder().bucket(BUCKET).interceptor(move |request| {
            let is_write = ["PutObject", "CreateMultipartUpload"].contains(&request.operation);
            if let Some(key) = request.key.clone().filter(|_| is_write) {
                let mut seen = seen.lock().unwrap();
                if !seen.contains(&key) {
                    meddle(&home, &key);
                    seen.push(key);
                }
            }
            None
        });
        Meddled { lab, server: server.start().unwrap() }
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.lab
            .run(arguments)
            .env("AWS_ENDPOINT_URL", self.server.endpoint())
            .env("AWS_ACCESS_KEY_ID", self.server.access_key())
            .env("AWS_SECRET_ACCESS_KEY", self.server.secret_key())
            .env("AWS_REGION", self.server.region())
    }
}

/// What an object that is not sealed holds.
fn content(lab: &Lab, key: &str) -> Vec<u8> {
    lab.run(["get", &url(key), "-"]).succeeds().bytes
}

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Puts a file of this content in the place of another, as large and as old as that.
fn replace_with_twin(path: &Path, content: &[u8]) {
    let modified = fs::metadata(path).unwrap().modified().unwrap();
    let twin = path.with_extension("twin");
    fs::write(&twin, content).unwrap();
    fs::File::options().write(true).open(&twin).unwrap().set_modified(modified).unwrap();
    fs::rename(twin, path).unwrap();
}

#[test]
fn files_that_say_they_are_empty_are_read() {
    let lab = Lab::new();
    let version = fs::read("/proc/version").unwrap();
    assert_eq!(fs::metadata("/proc/version").unwrap().len(), 0);
    lab.run(["put", "--no-key", "/proc/version", &url("named")]).succeeds();
    lab.file("list", b"version\ncpuinfo\nsys/kernel/ostype\n");
    lab.run(["put", "--no-key", "--files-from", "list", "/proc", &url("p")]).succeeds();
    let content = |key: &str| content(&lab, key);
    assert_eq!(content("named"), version);
    assert_eq!(content("p/version"), version);
    assert_eq!(content("p/sys/kernel/ostype"), b"Linux\n");
    assert!(content("p/cpuinfo").starts_with(b"processor"));
    lab.file("empty", b"");
    lab.run(["put", "--no-key", "empty", &url("empty")]).succeeds().says(&["(0 bytes"]);
    assert!(content("empty").is_empty());
}

/// Files of sysfs say that they have 4096 bytes.
#[test]
fn files_that_say_they_are_longer_are_read() {
    let found = ["/sys/kernel/mm/transparent_hugepage/enabled", "/sys/kernel/uevent_seqnum"];
    let lab = Lab::new();
    for path in found.into_iter().filter(|path| Path::new(path).exists()) {
        let expected = fs::read(path).unwrap();
        assert_ne!(fs::metadata(path).unwrap().len(), expected.len() as u64);
        lab.run(["put", "--no-key", path, &url("x")]).succeeds();
        assert_eq!(content(&lab, "x"), expected);
    }
    // A file of nothing but a hole has the size it says.
    fs::File::create(lab.path("hole")).unwrap().set_len(5000).unwrap();
    lab.run(["put", "--no-key", "hole", &url("hole")]).succeeds();
    assert_eq!(content(&lab, "hole"), [0; 5000]);
}

#[test]
fn a_move_deletes_only_the_file_that_was_read() {
    let meddled = Meddled::new(|home, key| replace_with_twin(&home.join(key), b"another"));
    let lab = &meddled.lab;
    lab.file("named", b"content");
    lab.deep_file("tree/found", b"content");
    let done = meddled.run(&["mv", "--no-key", "named", &url("named")]).exits(9);
    done.says(&["named was stored, and has changed since or been replaced"]);
    meddled.run(&["mv", "--no-key", "-r", "tree", &url("tree")]).exits(9).says(&["tree/found was"]);
    for name in ["named", "tree/found"] {
        assert_eq!(lab.read(name), b"another", "{name}");
        assert!(meddled.server.object(BUCKET, name).is_some(), "{name}");
    }
}

/// One who writes to a file can make it look as old as it was, but not its inode.
#[test]
fn a_move_spares_a_file_that_was_written_to() {
    let meddled = Meddled::new(|home, key| {
        let path = home.join(key);
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        fs::write(&path, b"another").unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    });
    meddled.lab.file("named", b"content");
    meddled.run(&["mv", "--no-key", "named", &url("named")]).done();
    assert_eq!(meddled.lab.read("named"), b"another");
}

#[test]
fn a_move_leaves_nothing_behind() {
    let lab = Lab::new();
    lab.deep_file("tree/a", b"a");
    lab.deep_file("tree/d/b", b"b");
    lab.run(["mv", "--no-key", "-r", "tree", &url("p")]).succeeds();
    lab.holds_only(&["p/a", "p/d/b"]);
    assert!(lab.tree("tree").is_empty());
    symlink("target", lab.path("link")).unwrap();
    lab.file("target", b"x");
    fifo(&lab.path("fifo"));
    for name in ["link", "fifo"] {
        let done = lab.run(["mv", "--no-key", name, &url("x")]).fails(2);
        done.says(&["not a regular file", "s3seal put"]);
    }
    lab.run(["mv", "--no-key", "absent", &url("x")]).fails(3).says(&["no file absent"]);
}

/// Between two parts: each is whole, and the object never was.
#[test]
fn a_file_that_changes_between_two_parts_is_not_stored() {
    let home: &'static Mutex<Option<PathBuf>> = Box::leak(Box::default());
    let meddle = move |mut change: Box<dyn FnMut(&Path) + Send>| {
        let lab = Lab::with(|server| {
            let change = Mutex::new(move |path: &Path| change(path));
            server.interceptor(move |request| {
                if request.operation == "UploadPart"
                    && request.query_param("partNumber") == Some("2".to_owned())
                {
                    let home = home.lock().unwrap().clone().unwrap();
                    change.lock().unwrap()(&home.join("big"));
                }
                None
            })
        });
        *home.lock().unwrap() = Some(lab.home().to_owned());
        let mut content = vec![b'a'; 5 << 20];
        content.extend([b'b'; 100]);
        lab.file("big", &content);
        let big = url("big");
        let done = lab
            .run(["put", "--no-key", "--part-size", "5MiB", "--concurrency", "1", "big", &big])
            .done();
        (lab, done)
    };
    let (lab, done) = meddle(Box::new(|path| {
        let modified = fs::metadata(path).unwrap().modified().unwrap();
        let mut content = fs::read(path).unwrap();
        content[0] = b'x';
        fs::write(path, content).unwrap();
        fs::File::options().write(true).open(path).unwrap().set_modified(modified).unwrap();
    }));
    assert_eq!(done.code, Some(7), "{}", done.stderr);
    done.says(&["big changed while it was read: nothing was stored"]);
    lab.holds_only(&[]);
    // Another name or other permissions change none of its bytes.
    let (lab, done) = meddle(Box::new(|path| {
        fs::set_permissions(path, fs::Permissions::from_mode(0o640)).unwrap();
        fs::rename(path, path.with_extension("old")).unwrap();
    }));
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    lab.holds_only(&["big"]);
}

#[test]
fn what_replaces_a_file_after_the_walk_is_not_followed() {
    // Whichever file is the first, all others are replaced while it is stored.
    let meddled = Meddled::new(|home, key| {
        let first = key.trim_start_matches("p/");
        let tree = home.join("tree");
        for name in ["a", "b", "c"].into_iter().filter(|name| *name != first) {
            let path = tree.join(name);
            if !path.symlink_metadata().is_ok_and(|found| found.is_file()) {
                continue;
            }
            fs::remove_file(&path).unwrap();
            if name == "b" { fifo(&path) } else { symlink("../secret", &path).unwrap() }
        }
        if first != "d/x" && !tree.join("d").is_symlink() {
            fs::rename(tree.join("d"), home.join("d")).unwrap();
            symlink("../secrets", tree.join("d")).unwrap();
        }
    });
    let lab = &meddled.lab;
    lab.file("secret", b"secret");
    lab.deep_file("secrets/x", b"secret");
    lab.key("k");
    let plant = || {
        let _ = fs::remove_dir_all(lab.path("tree"));
        for name in ["a", "b", "c", "d/x"] {
            lab.deep_file(&format!("tree/{name}"), b"public");
        }
    };
    plant();
    let done = meddled.run(&["sync", "-k", "./k", "tree", &url("p")]).exits(1);
    done.says(&["sealed 1 object"]);
    plant();
    meddled.run(&["put", "-k", "./k", "-r", "tree", &url("q")]).done();
    for key in meddled.server.object_keys(BUCKET) {
        let done = meddled.run(&["get", "-k", "./k", &url(&key), "-"]).succeeds();
        assert_eq!(done.bytes, b"public", "{key}");
    }
}

/// A list may have been made long before, by another program.
#[test]
fn what_a_list_names_is_not_followed_unasked() {
    let lab = Lab::new();
    lab.deep_file("outside/x", b"secret");
    lab.deep_file("tree/a", b"a");
    symlink("../outside/x", lab.path("tree/link")).unwrap();
    symlink("../outside", lab.path("tree/folder")).unwrap();
    fifo(&lab.path("tree/fifo"));
    fs::create_dir(lab.path("tree/empty")).unwrap();
    lab.file("list", b"link\nfolder/x\nfifo\nempty\na\n");
    let put = |more: &[&str]| {
        let common = ["put", "--no-key", "--files-from", "list", "tree", &url("p")];
        lab.run([&common[..], more].concat()).exits(1)
    };
    put(&[]).says(&[
        "tree/link is a symbolic link",
        "tree/folder/x is reached through a symbolic link",
        "--follow-symlinks",
        "tree/fifo is not a regular file",
        "tree/empty is not a regular file",
        "stored 1 object",
        "4 failed",
    ]);
    lab.holds_only(&["p/a"]);
    put(&["--follow-symlinks"]).says(&["stored 3 objects", "2 failed"]);
    lab.holds_only(&["p/a", "p/folder/x", "p/link"]);
    lab.run(["put", "--no-key", "--files-from", "list", "absent", &url("p")])
        .fails(3)
        .says(&["no folder absent"]);
}

/// What the user names is read as it is: through links, and from pipes.
#[test]
fn what_is_named_is_followed_and_waited_for() {
    let lab = Lab::new();
    lab.file("file", b"content");
    symlink("file", lab.path("link")).unwrap();
    fifo(&lab.path("fifo"));
    lab.shell("printf later > fifo & \"$S3SEAL\" put --no-key link fifo s3://demo/p/; wait")
        .succeeds();
    let content = |key: &str| content(&lab, key);
    assert_eq!(content("p/link"), b"content");
    assert_eq!(content("p/fifo"), b"later");
}

#[test]
fn what_is_skipped_is_told_counted_and_kept_at_the_other_side() {
    let lab = Lab::new();
    for name in ["a", ".s3seal-0123456789abcdef.part", "d/.s3seal-x.part"] {
        lab.deep_file(&format!("tree/{name}"), b"x");
    }
    fifo(&lab.path("tree/fifo"));
    symlink("nowhere", lab.path("tree/link")).unwrap();
    let there =
        [".s3seal-0123456789abcdef.part", "a", "d/.s3seal-x.part", "fifo", "gone", "link/x"];
    for name in there {
        lab.plain(&format!("p/{name}"), b"x");
    }
    let said = [
        "note: tree/.s3seal-0123456789abcdef.part is an unfinished download: skipped",
        "note: tree/d/.s3seal-x.part is an unfinished download: skipped",
        "note: tree/fifo is neither a file nor a folder: skipped",
        "note: 1 symbolic link was skipped",
        "4 skipped",
    ];
    let sync = |more: &[&str]| {
        lab.run(
            [&["sync", "--no-key", "--delete", "--size-only", "tree", &url("p")], more].concat(),
        )
    };
    let done = sync(&["--dry-run"]).succeeds().says(&said);
    let done = done.says(&["4 items were not deleted", "would delete s3://demo/p/gone"]);
    assert_eq!(done.stderr.matches("tree/fifo").count(), 1, "{}", done.stderr);
    sync(&[]).succeeds().says(&said).says(&["1 deleted"]);
    let kept = there.iter().filter(|name| **name != "gone").map(|name| format!("p/{name}"));
    assert_eq!(lab.server().object_keys(BUCKET), kept.collect::<Vec<_>>());
    lab.run(["put", "--no-key", "-r", "tree", &url("q")]).succeeds().says(&said);
    // What a filter leaves out is expected.
    let done = sync(&["--exclude", "fifo"]).succeeds();
    assert!(!done.stderr.contains("tree/fifo"), "{}", done.stderr);
}

#[test]
fn an_object_with_content_that_is_called_as_a_folder_is_told() {
    let lab = Lab::new();
    lab.plain("p/a", b"a");
    lab.marker("p/d/", b"bytes");
    lab.marker("p/empty/", b"");
    lab.deep_file("back/extra", b"");
    let done = lab.run(["sync", "--delete", &url("p"), "back"]).exits(1);
    done.says(&["s3://demo/p/d/: ", "opened 1 object", "1 failed", "nothing was deleted"]);
    assert_eq!(lab.tree("back").into_keys().collect::<Vec<_>>(), ["a", "extra"]);
    lab.marker("p/", b"bytes");
    for command in [&["sync"][..], &["get", "-r"]] {
        let prefix = url("p");
        let arguments = [command, &[&prefix, "back"]].concat();
        lab.run(arguments).exits(1).says(&["s3://demo/p/: ", "s3://demo/p/d/: ", "2 failed"]);
    }
    // At the destination they are no leftovers.
    lab.run(["sync", "--no-key", "--delete", "back", &url("p")]).succeeds();
    lab.holds_only(&["p/", "p/a", "p/d/", "p/empty/", "p/extra"]);
}

/// Runs the program as a user who owns the home folder and may read no more than others.
#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
fn as_other_user(lab: &Lab, arguments: &[&str]) -> Option<Done> {
    const NOBODY: u32 = 65534;
    if chown(lab.home(), Some(NOBODY), Some(NOBODY)).is_err() {
        eprintln!("skipped: only root can run the program as another user");
        return None;
    }
    let run = lab.run(arguments).env("XDG_STATE_HOME", lab.path("state-of-nobody"));
    let mut command = run.into_command();
    Some(Done::from(command.uid(NOBODY).gid(NOBODY).output().unwrap()))
}

#[test]
fn what_may_not_be_read_deletes_nothing() {
    let lab = Lab::new();
    lab.deep_file("tree/a", b"a");
    lab.deep_file("tree/locked/x", b"x");
    lab.deep_file("tree/zz", b"z");
    lab.run(["put", "--no-key", "-r", "tree", &url("p")]).succeeds();
    lab.plain("p/gone", b"");
    for (name, why) in [("tree/locked", "may not be read"), ("tree/zz", "could be copied")] {
        fs::set_permissions(lab.path(name), fs::Permissions::from_mode(0o000)).unwrap();
        if name == "tree/zz" {
            // It looks changed, so it is read.
            let file = fs::File::open(lab.path(name)).unwrap();
            file.set_modified(std::time::SystemTime::now() + std::time::Duration::from_secs(3600))
                .unwrap();
        }
        let arguments = ["sync", "--no-key", "--delete", "tree", &url("p")];
        let Some(done) = as_other_user(&lab, &arguments) else { return };
        assert_eq!(done.code, Some(1), "{}", done.stderr);
        done.says(&[name, "may not be read", "nothing was deleted", why]);
        assert_eq!(lab.server().object_keys(BUCKET).len(), 4);
        fs::set_permissions(lab.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
}
