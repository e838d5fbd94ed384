//! Conversions between object names and file paths. Pure: nothing here touches a disk.
//!
//! A name is an object's key without its prefix, with `/` between folders. It is used byte for byte or
//! refused: a name that a file system would interpret differently is an error.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::hash::{BuildHasher, RandomState};
use std::path::{Component, Path, PathBuf};

use crate::failure::{Advice, Failure};

/// `NAME_MAX` of Linux and macOS.
const MAX_NAME_BYTES: usize = 255;

/// The name of a temporary file is this prefix, a random id and this suffix.
pub(super) const TEMP_PREFIX: &str = ".s3seal-";
pub(super) const TEMP_SUFFIX: &str = ".part";
/// The length of the random id, in characters: in this version, and in earlier ones.
const TEMP_ID_LENGTHS: [usize; 3] = [32, 16, 6];

/// Whether the name is reserved for temporary files: such files are neither downloaded nor uploaded.
/// Ignores case, as some file systems do.
pub(super) fn is_temp_name(name: &OsStr) -> bool {
    temp_id(name).is_some()
}

/// Whether the name looks as if this program generated it.
pub(super) fn is_generated_name(name: &OsStr) -> bool {
    temp_id(name).is_some_and(|id| {
        TEMP_ID_LENGTHS.contains(&id.len()) && id.iter().all(u8::is_ascii_alphanumeric)
    })
}

fn temp_id(name: &OsStr) -> Option<&[u8]> {
    let (prefix, rest) = name.as_encoded_bytes().split_at_checked(TEMP_PREFIX.len())?;
    let (id, suffix) = rest.split_at_checked(rest.len().checked_sub(TEMP_SUFFIX.len())?)?;
    let is_like = prefix.eq_ignore_ascii_case(TEMP_PREFIX.as_bytes())
        && suffix.eq_ignore_ascii_case(TEMP_SUFFIX.as_bytes());
    is_like.then_some(id)
}

/// The path of an object of this name, relative to the destination folder.
/// Errors: `Kind::Other` if the name leads out of the folder, or no file can have it.
pub(crate) fn to_path(name: &str) -> Result<PathBuf, Failure> {
    let refuse = |why: &str| {
        Err(Failure::other(format!("no file below the destination can have this name: {why}"))
            .hint(Advice::FetchByItself))
    };
    if name.contains('\0') {
        return refuse("it contains a NUL");
    }
    for segment in name.split('/') {
        match segment {
            "" => return refuse("a part of its name is empty"),
            "." | ".." => return refuse("a part of its name leads to another folder"),
            _ if segment.len() > MAX_NAME_BYTES => {
                return refuse("a part of its name is longer than 255 bytes");
            }
            _ => {}
        }
    }
    let path = PathBuf::from(name);
    if path.file_name().is_some_and(is_temp_name) {
        return refuse("temporary files have such names");
    }
    Ok(path)
}

/// The object name for a path relative to a folder.
/// Errors: `Kind::Other` if the path is not UTF-8, which S3 keys must be.
pub(crate) fn to_name(below: &Path) -> Result<String, Failure> {
    let mut name = String::new();
    for component in below.components() {
        let segment = match component {
            Component::Normal(segment) => segment.to_str(),
            _ => None,
        };
        let Some(segment) = segment else {
            return Err(Failure::other(format!(
                "{} cannot be a key: keys are UTF-8",
                below.display()
            ))
            .hint("rename it, or store it by itself under a key of your choice"));
        };
        if !name.is_empty() {
            name.push('/');
        }
        name.push_str(segment);
    }
    Ok(name)
}

/// Finds names that cannot both be files, such as `a` and `a/b`, in a sorted listing. Needs no more
/// memory than the longest key.
#[derive(Debug, Default)]
pub(crate) struct PathConflicts {
    /// The earlier names that are prefixes of the last one.
    prefixes: Vec<String>,
}

impl PathConflicts {
    /// Checks the next name.
    /// Errors: `Kind::Other` if it needs a folder where an earlier name needs a file.
    pub(crate) fn check(&mut self, name: &str) -> Result<(), Failure> {
        while self.prefixes.last().is_some_and(|prefix| !name.starts_with(prefix.as_str())) {
            self.prefixes.pop();
        }
        let conflict = self.prefixes.iter().find(|prefix| name[prefix.len()..].starts_with('/'));
        if let Some(file) = conflict {
            return Err(Failure::other(format!(
                "it cannot be a file: its folder `{file}` is an object as well"
            ))
            .hint("fetch it by itself into another folder"));
        }
        self.prefixes.push(name.to_owned());
        Ok(())
    }
}

/// Finds duplicate names when several sources go to one destination. Keeps a hash of eight bytes for each name.
#[derive(Debug, Default)]
pub(crate) struct TakenNames {
    state: RandomState,
    hashes: HashSet<u64>,
}

impl TakenNames {
    /// Errors: `Kind::Other` if another source has taken the name.
    pub(crate) fn take(&mut self, name: &str) -> Result<(), Failure> {
        if self.hashes.insert(self.state.hash_one(name)) {
            return Ok(());
        }
        Err(Failure::other(format!("another source has the same destination: `{name}`"))
            .hint("give each a destination of its own"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_that_a_file_system_interprets_differently_are_refused() {
        let long = "x".repeat(256);
        for name in [
            "",
            "/",
            "/etc/passwd",
            "a//b",
            "a/",
            "..",
            ".",
            "../a",
            "a/../b",
            "a/./b",
            "a/..",
            "a\0b",
            &long,
            &format!("a/{long}/b"),
            ".s3seal-0123456789abcdef.part",
            "a/.S3seal-.Part",
        ] {
            assert_eq!(to_path(name).unwrap_err().exit_code(), 1, "{name:?}");
        }
        for name in [
            "a",
            "a/b/c",
            "...",
            "a b",
            "a\nb",
            "\u{1}",
            "-",
            "~",
            "a\\..\\b",
            ".x",
            ".s3seal-.part/a",
        ] {
            assert_eq!(to_path(name).unwrap().to_str(), Some(name));
        }
    }

    #[test]
    fn only_generated_names_are_removed() {
        let is = |name: &str| (is_temp_name(name.as_ref()), is_generated_name(name.as_ref()));
        let hex = "0123456789abcdef";
        for id in ["aZ3x9q", hex, &hex.repeat(2)] {
            assert_eq!(is(&format!(".s3seal-{id}.part")), (true, true), "{id}");
        }
        for mine in [".s3seal-notes.part", ".s3seal-.part", ".s3seal-my note-here-is-.part"] {
            assert_eq!(is(mine), (true, false), "{mine}");
        }
        for other in [".s3seal-.par", "s3seal-aZ3x9q.part", ".s3seal-", ".part", ""] {
            assert_eq!(is(other), (false, false), "{other}");
        }
    }

    #[test]
    fn files_that_would_have_to_be_folders_clash() {
        let mut conflicts = PathConflicts::default();
        let found: Vec<_> = ["a", "a!", "a.b", "a/b", "a/c/d", "b/c", "b/c/d", "b/cd", "c"]
            .into_iter()
            .filter(|name| conflicts.check(name).is_err())
            .collect();
        assert_eq!(found, ["a/b", "a/c/d", "b/c/d"]);
    }

    #[test]
    fn a_name_is_claimed_once() {
        let mut names = TakenNames::default();
        assert!(names.take("a").is_ok() && names.take("b").is_ok());
        assert!(names.take("a").is_err());
    }

    proptest! {
        #[test]
        fn no_name_leads_out_of_the_folder(name in "[a/.\\x00-\\x1f\u{e4}]{0,12}") {
            if let Ok(path) = to_path(&name) {
                prop_assert!(path.components().all(|it| matches!(it, Component::Normal(_))));
                prop_assert_eq!(to_name(&path).unwrap(), name);
            }
        }

        #[test]
        fn clashes_are_those_of_a_file_system(mut names in prop::collection::btree_set("[ab./]{1,5}", 0..20)) {
            names.retain(|name| to_path(name).is_ok());
            let mut conflicts = PathConflicts::default();
            for name in &names {
                let folders: Vec<_> = name.match_indices('/').map(|(end, _)| &name[..end]).collect();
                let expected = folders.iter().any(|folder| names.contains(*folder));
                prop_assert_eq!(conflicts.check(name).is_err(), expected, "{}", name);
            }
        }
    }
}
