//! Whether untrusted users can replace a file: this follows from the owners and modes of all folders above it, and of the
//! folders that symbolic links lead through.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

/// In a folder with this bit and without the sticky one, every user can replace a file. The group's bit is ignored for
/// folders: some systems have a umask of 002 and a group per user by default.
const OPEN_TO_ALL: u32 = 0o002;
const STICKY: u32 = 0o1000;
/// The kernel's limit of symbolic links in one path (Linux, `MAXSYMLINKS`).
const MAX_LINKS: usize = 40;

/// The place where another user could replace a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ReplacementRisk {
    /// The folder; in a sticky folder, the entry.
    pub(crate) path: PathBuf,
    pub(crate) by: OtherUser,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum OtherUser {
    /// Any user of the machine: the folder is writable by all.
    Any,
    /// The owner of the folder or entry, with this user id.
    Owner(u32),
}

/// Whether the owner is this user or root, who can do anything anyway.
pub(crate) fn is_trusted(owner: u32) -> bool {
    owner == rustix::process::geteuid().as_raw() || owner == 0 || owner == root_id()
}

/// The first place where users other than this one, root and `owner` could replace the file at the path. None if they
/// cannot, or if there is no such file.
pub(crate) fn replacement_risk(path: &Path, owner: u32) -> Option<ReplacementRisk> {
    let trusts = |uid: u32| uid == owner || is_trusted(uid);
    let mut rest = components(&std::path::absolute(path).ok()?);
    let mut folder = PathBuf::from("/");
    let mut links = 0;
    while let Some(name) = rest.pop() {
        if name == ".." {
            folder.pop();
            continue;
        }
        let is_sticky = match openness(&folder, &fs::metadata(&folder).ok()?, trusts) {
            Openness::Unsafe(by) => {
                return Some(as_written(path, ReplacementRisk { path: folder, by }));
            }
            Openness::Sticky => true,
            Openness::Closed => false,
        };
        let entry = folder.join(name);
        let found = fs::symlink_metadata(&entry).ok()?;
        // In a sticky folder each entry can be replaced by its own owner.
        if is_sticky && !trusts(found.uid()) {
            return Some(ReplacementRisk { path: entry, by: OtherUser::Owner(found.uid()) });
        }
        if !found.is_symlink() {
            folder = entry;
            continue;
        }
        links += 1;
        if links > MAX_LINKS {
            return None;
        }
        let target = fs::read_link(&entry).ok()?;
        if target.is_absolute() {
            folder = PathBuf::from("/");
        }
        rest.extend(components(&target));
    }
    None
}

/// Which untrusted users may replace the entries of a folder.
enum Openness {
    Closed,
    /// The owner of each entry.
    Sticky,
    Unsafe(OtherUser),
}

fn openness(folder: &Path, found: &Metadata, trusts: impl Fn(u32) -> bool) -> Openness {
    // The owner of `/` is root, whatever its id is here.
    if folder != Path::new("/") && !trusts(found.uid()) {
        return Openness::Unsafe(OtherUser::Owner(found.uid()));
    }
    if found.mode() & OPEN_TO_ALL == 0 {
        Openness::Closed
    } else if found.mode() & STICKY != 0 {
        Openness::Sticky
    } else {
        Openness::Unsafe(OtherUser::Any)
    }
}

/// The owner of `/`: root has another id in a user namespace that does not map it.
fn root_id() -> u32 {
    fs::metadata("/").map_or(0, |found| found.uid())
}

/// The names in a path, the last one first.
fn components(path: &Path) -> Vec<OsString> {
    let names = path.components().rev().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    });
    names.collect()
}

/// Replaces the resolved path of the file's folder by the path that the user wrote.
fn as_written(path: &Path, mut risk: ReplacementRisk) -> ReplacementRisk {
    let written = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if written.canonicalize().is_ok_and(|real| real == risk.path) {
        risk.path = written.to_owned();
    }
    risk
}
