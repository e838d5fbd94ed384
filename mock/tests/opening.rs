//! Whatever goes wrong when a folder is opened: nothing in it is removed, and the error says what to do.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use s3seal_mock::{FolderError, Server};
use tempfile::TempDir;

use crate::harness::{BUCKET, ONE, builder};
use crate::raw::Raw;

/// Every file under a folder with its content.
type Content = BTreeMap<PathBuf, Vec<u8>>;

fn content(folder: &Path) -> Content {
    let mut found = Content::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(content(&path));
        } else {
            found.insert(path.clone(), fs::read(path).unwrap());
        }
    }
    found
}

fn blobs(folder: &Path) -> Content {
    content(&folder.join("blobs"))
}

fn start(folder: &Path) -> io::Result<Server> {
    builder().dir(folder).start()
}

/// Three objects, and an upload with a part.
fn stock(folder: &Path) {
    let server = start(folder).unwrap();
    for key in ["a", "b"] {
        assert_eq!(Raw::put(&format!("/demo/{key}"), b"plain").send(&server).status, 200);
    }
    assert_eq!(Raw::put("/demo/c", b"sealed").sse_c(ONE).send(&server).status, 200);
    let id = Raw::post("/demo/d?uploads=", b"").send(&server).element("UploadId");
    let part = Raw::put(&format!("/demo/d?partNumber=1&uploadId={id}"), b"part");
    assert_eq!(part.send(&server).status, 200);
    server.shutdown();
    assert_eq!(blobs(folder).len(), 4);
}

fn stocked() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    stock(folder.path());
    folder
}

fn refused(folder: &Path) -> String {
    let error = start(folder).unwrap_err();
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<FolderError>());
    assert_eq!(cause.map(FolderError::path), Some(folder), "{error}");
    error.to_string()
}

fn serves_all(folder: &Path) {
    let server = start(folder).unwrap();
    assert_eq!(Raw::get("/demo/a").send(&server).body, b"plain");
    assert_eq!(Raw::get("/demo/b").send(&server).body, b"plain");
    assert_eq!(Raw::get("/demo/c").sse_c(ONE).send(&server).body, b"sealed");
    assert_eq!(server.uploads(BUCKET).len(), 1);
}

fn skip(what: &str) {
    let line = format!("skipped: {what}\n");
    io::Write::write_all(&mut io::stderr(), line.as_bytes()).unwrap();
}

#[test]
fn a_folder_where_a_file_belongs_stops_the_start_and_nothing_else() {
    for (name, said) in [
        ("blobs/0123456789abcdef0123456789abcdef", "which is not this server's"),
        ("blobs/thesis.tex", "which is not this server's"),
        ("journal.new", "journal.new: "),
    ] {
        let folder = stocked();
        let folder = folder.path();
        fs::create_dir(folder.join(name)).unwrap();
        let before = content(folder);
        let error = refused(folder);
        assert!(error.contains(said), "{name}: {error}");
        assert_eq!(content(folder), before, "{name}");
        fs::remove_dir(folder.join(name)).unwrap();
        serves_all(folder);
    }
    for name in ["journal", "acknowledged", "lock", "format"] {
        let folder = stocked();
        let folder = folder.path();
        fs::remove_file(folder.join(name)).unwrap();
        fs::create_dir(folder.join(name)).unwrap();
        let before = content(folder);
        assert!(refused(folder).contains(&format!("{name}: ")), "{name}");
        assert_eq!(content(folder), before, "{name}");
    }
}

#[test]
fn a_new_folder_that_cannot_be_set_up() {
    for name in ["format.new", "journal.new"] {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(name)).unwrap();
        assert!(refused(folder.path()).contains(name), "{name}");
        fs::remove_dir(folder.path().join(name)).unwrap();
        start(folder.path()).unwrap();
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    assert!(start(&file.path().join("below")).is_err());
}

#[test]
fn a_missing_piece_is_named() {
    for (name, said) in [
        ("journal", "the journal is missing, and 4 files of objects are there"),
        ("format", "the file `format` is missing"),
    ] {
        let folder = stocked();
        let folder = folder.path();
        let aside = tempfile::tempdir().unwrap();
        fs::rename(folder.join(name), aside.path().join(name)).unwrap();
        let before = content(folder);
        let error = refused(folder);
        assert!(error.contains(said) && error.contains("from a copy"), "{name}: {error}");
        assert_eq!(content(folder), before, "{name}");
        fs::rename(aside.path().join(name), folder.join(name)).unwrap();
        serves_all(folder);
    }
    let folder = stocked();
    let (blobs, gone) = (folder.path().join("blobs"), tempfile::tempdir().unwrap());
    fs::rename(&blobs, gone.path().join("blobs")).unwrap();
    assert!(refused(folder.path()).contains("blobs: "));
    fs::rename(gone.path().join("blobs"), blobs).unwrap();
    serves_all(folder.path());
}

#[test]
fn a_journal_that_lost_something_is_no_crash() {
    let folder = stocked();
    let folder = folder.path();
    let path = folder.join("journal");
    let journal = fs::read(&path).unwrap();
    let ends: Vec<_> = (0..journal.len()).filter(|at| journal[*at] == b'\n').collect();
    assert!(ends.len() > 6, "{}", ends.len());
    let cuts = ends.iter().flat_map(|end| [*end - 3, *end, *end + 1]).chain([0, 1]);
    for cut in cuts.filter(|cut| *cut < journal.len()) {
        fs::write(&path, &journal[..cut]).unwrap();
        let before = content(folder);
        let error = refused(folder);
        let said = error.contains("the journal has") || error.contains("the journal is empty");
        assert!(said || error.contains("is damaged"), "{cut}: {error}");
        assert!(error.contains("from a copy"), "{cut}: {error}");
        assert_eq!(content(folder), before, "{cut}");
    }
    // One wrong byte, in every line, the last one included.
    for end in &ends {
        let mut damaged = journal.clone();
        damaged[end - 3] ^= 1;
        fs::write(&path, &damaged).unwrap();
        let before = content(folder);
        let error = refused(folder);
        assert!(error.contains("of the journal is damaged"), "{end}: {error}");
        assert_eq!(content(folder), before, "{end}");
    }
    fs::write(&path, &journal).unwrap();
    serves_all(folder);
}

#[test]
fn what_the_journal_began_with_is_known_without_another_file() {
    let folder = stocked();
    let folder = folder.path();
    // The second start writes all that there is as the beginning.
    start(folder).unwrap().shutdown();
    fs::remove_file(folder.join("acknowledged")).unwrap();
    let path = folder.join("journal");
    let journal = fs::read(&path).unwrap();
    let cut = journal[..journal.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    fs::write(&path, &journal[..cut]).unwrap();
    let before = content(folder);
    assert!(refused(folder).contains("and began with"));
    assert_eq!(content(folder), before);
    fs::write(&path, &journal).unwrap();
    serves_all(folder);
}

#[test]
fn what_fails_after_the_folder_is_open_removes_nothing() {
    let folder = stocked();
    let folder = folder.path();
    let before = blobs(folder);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = builder().dir(folder).addr(taken.local_addr().unwrap()).start().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    assert!(error.get_ref().is_none_or(|cause| !cause.is::<FolderError>()), "{error}");
    assert_eq!(blobs(folder), before);
    for builder in [
        builder().dir(folder).bucket("No Bucket"),
        builder().dir(folder).bucket("new-bucket").bucket("new-bucket"),
        builder().dir(folder).log_file("/nowhere/at/all"),
    ] {
        builder.start().unwrap_err();
        assert_eq!(blobs(folder), before);
    }
    serves_all(folder);
}

#[test]
fn a_journal_that_cannot_be_replaced() {
    let folder = stocked();
    let folder = folder.path();
    let journal = folder.join("journal");
    let chattr = |flag: &str| {
        let done = Command::new("chattr").arg(flag).arg(&journal).output();
        done.is_ok_and(|done| done.status.success())
    };
    if !chattr("+i") {
        return skip("an immutable journal: chattr needs root and a file system that knows it");
    }
    let before = content(folder);
    let outcome = start(folder).map(drop);
    let after = content(folder);
    assert!(chattr("-i"));
    assert!(outcome.unwrap_err().to_string().contains("journal: "));
    let without = |content: Content| {
        content.into_iter().filter(|(path, _)| !path.ends_with("journal.new")).collect::<Content>()
    };
    assert_eq!(without(after), without(before));
    serves_all(folder);
}

/// Not a test, but a start in a process of its own, with limits that the test below sets.
#[test]
#[ignore = "the other half of the test below"]
fn start_within_limits() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let error = start(Path::new(&folder)).unwrap_err();
    assert!(error.to_string().contains("journal.new: "), "{error}");
}

const FOLDER: &str = "S3SEAL_MOCK_OPENING_FOLDER";

#[test]
fn a_process_that_may_write_nothing() {
    let folder = stocked();
    let before = content(folder.path());
    // The signal is ignored, as the child inherits: writes fail instead.
    let script =
        "trap '' XFSZ; ulimit -f 0; exec \"$0\" --exact opening::start_within_limits --ignored";
    let status = Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .env(FOLDER, folder.path())
        // What the child says would go to a file, should the output of this test be one.
        .output()
        .unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stdout));
    let mut after = content(folder.path());
    after.remove(&folder.path().join("journal.new"));
    assert_eq!(after, before);
    serves_all(folder.path());
}

#[test]
fn a_full_disk() {
    let disk = tempfile::tempdir().unwrap();
    let mount = |command: &str, arguments: &[&str]| {
        let done = Command::new(command).args(arguments).arg(disk.path()).output();
        done.is_ok_and(|done| done.status.success())
    };
    if !mount("mount", &["-t", "tmpfs", "-o", "size=256k", "tmpfs"]) {
        return skip("a full disk: a file system to fill can only be mounted by root");
    }
    let folder = disk.path().join("store");
    let outcome = std::panic::catch_unwind(|| {
        stock(&folder);
        let filler = disk.path().join("filler");
        let mut file = fs::File::create(&filler).unwrap();
        while io::Write::write_all(&mut file, &[0; 4096]).is_ok() {}
        let before = blobs(&folder);
        let error = refused(&folder);
        assert!(error.contains("journal.new: "), "{error}");
        assert_eq!(blobs(&folder), before);
        drop(file);
        fs::remove_file(filler).unwrap();
        serves_all(&folder);
    });
    assert!(mount("umount", &[]));
    outcome.unwrap();
}

#[test]
fn only_the_owner_can_have_written_what_is_there() {
    let folder = stocked();
    let folder = folder.path();
    let mode = |mode| fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
    for writable in [0o770, 0o707, 0o722] {
        mode(writable);
        let error = refused(folder);
        assert!(error.contains("other users can write to it"), "{error}");
    }
    mode(0o755);
    serves_all(folder);
    assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
    // An empty folder holds nothing that another user could have written.
    let empty = tempfile::tempdir().unwrap();
    fs::set_permissions(empty.path(), fs::Permissions::from_mode(0o775)).unwrap();
    stock(empty.path());
    assert_eq!(fs::metadata(empty.path()).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn the_folder_of_another_user_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    if std::os::unix::fs::chown(folder.path(), Some(65_534), None).is_err() {
        return skip("the folder of another user: only root can make one");
    }
    let error = refused(folder.path());
    assert!(error.contains("it belongs to user 65534"), "{error}");
}
