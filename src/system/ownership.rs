//! Who, besides those that are trusted, could put another file in the place of one: the owners and the modes of
//! the folders above it say, up to the root, and of those that symbolic links lead through.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

/// In a folder with these bits and without the sticky one, anybody may put another file in the place of
/// one. The group's bit does not count for folders: a umask of 002 with a group for each user
/// is the default of some systems.
const OPEN_TO_ALL: u32 = 0o002;
const STICKY: u32 = 0o1000;
/// The kernel follows no more symbolic links in one path (Linux, `MAXSYMLINKS`).
const MOST_LINKS: usize = 40;

/// Where others could exchange a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Exchange {
    /// The folder, or in a sticky folder the entry.
    pub(crate) path: PathBuf,
    pub(crate) by: Other,
}

/// Who could do it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Other {
    /// Every user of the machine may write the folder.
    All,
    /// The folder or entry belongs to the user with this id.
    Owner(u32),
}

/// Whether files of this owner are the user's own, or root's, who can do anything anyway.
pub(crate) fn is_trusted(owner: u32) -> bool {
    owner == rustix::process::geteuid().as_raw() || owner == 0 || owner == root_as_seen_here()
}

/// Where users other than this one, root and `owner` could put another file in the place of the one that the
/// path leads to; none where they cannot, or the path leads nowhere.
pub(crate) fn exchange(path: &Path, owner: u32) -> Option<Exchange> {
    let trusts = |uid: u32| uid == owner || is_trusted(uid);
    let mut rest = components(&std::path::absolute(path).ok()?);
    let mut folder = PathBuf::from("/");
    let mut links = 0;
    while let Some(name) = rest.pop() {
        if name == ".." {
            folder.pop();
            continue;
        }
        let is_open = match open_to(&folder, &fs::metadata(&folder).ok()?, trusts) {
            Openness::Unsafe(by) => return Some(shown(path, Exchange { path: folder, by })),
            Openness::Sticky => true,
            Openness::Closed => false,
        };
        let entry = folder.join(name);
        let found = fs::symlink_metadata(&entry).ok()?;
        // In a sticky folder each entry can be replaced by its own owner.
        if is_open && !trusts(found.uid()) {
            return Some(Exchange { path: entry, by: Other::Owner(found.uid()) });
        }
        if !found.is_symlink() {
            folder = entry;
            continue;
        }
        links += 1;
        if links > MOST_LINKS {
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

/// Who may exchange the entries of a folder.
enum Openness {
    Closed,
    /// The owners of the entries.
    Sticky,
    Unsafe(Other),
}

fn open_to(folder: &Path, found: &Metadata, trusts: impl Fn(u32) -> bool) -> Openness {
    // What the root folder belongs to is root, by whatever id it shows here.
    if folder != Path::new("/") && !trusts(found.uid()) {
        return Openness::Unsafe(Other::Owner(found.uid()));
    }
    match (found.mode() & OPEN_TO_ALL != 0, found.mode() & STICKY != 0) {
        (false, _) => Openness::Closed,
        (true, true) => Openness::Sticky,
        (true, false) => Openness::Unsafe(Other::All),
    }
}

/// The owner of `/`: in a user namespace that does not map root it has another id.
fn root_as_seen_here() -> u32 {
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

/// The same, with the folder as the user wrote it where it is the one of the file.
fn shown(path: &Path, mut exchange: Exchange) -> Exchange {
    let written = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if written.canonicalize().is_ok_and(|real| real == exchange.path) {
        exchange.path = written.to_owned();
    }
    exchange
}
