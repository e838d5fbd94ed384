//! Names below a folder, as a store has them and as a file system does. Pure: nothing here touches a disk.
//!
//! A name is a key without its prefix, with `/` between folders. It is taken over byte for byte, or not
//! at all: whatever a file system would read differently is refused.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::hash::{BuildHasher, RandomState};
use std::path::{Component, Path, PathBuf};

use crate::failure::Failure;

/// A file's name is at most this many bytes (`NAME_MAX` of Linux and macOS).
const LONGEST_NAME: usize = 255;

/// How the name of a file in the making begins and ends.
pub(super) const PART_PREFIX: &str = ".s3seal-";
pub(super) const PART_SUFFIX: &str = ".part";
/// How many characters are between the two: those of this version, and of earlier ones.
const PART_MIDDLES: [usize; 3] = [32, 16, 6];

/// Whether files in the making are called so: no object becomes a file of such a name, and none is stored.
/// Some file systems make no difference between `a` and `A`.
pub(super) fn is_part_name(name: &OsStr) -> bool {
    middle_of(name).is_some()
}

/// Whether this program has made up the name, as far as a name can say.
pub(super) fn is_made_up(name: &OsStr) -> bool {
    middle_of(name).is_some_and(|middle| {
        PART_MIDDLES.contains(&middle.len()) && middle.iter().all(u8::is_ascii_alphanumeric)
    })
}

fn middle_of(name: &OsStr) -> Option<&[u8]> {
    let (prefix, rest) = name.as_encoded_bytes().split_at_checked(PART_PREFIX.len())?;
    let (middle, suffix) = rest.split_at_checked(rest.len().checked_sub(PART_SUFFIX.len())?)?;
    let is_like = prefix.eq_ignore_ascii_case(PART_PREFIX.as_bytes())
        && suffix.eq_ignore_ascii_case(PART_SUFFIX.as_bytes());
    is_like.then_some(middle)
}

/// Where in a folder an object of this name belongs.
///
/// # Errors
/// [`Kind::Other`] where the name leads elsewhere, or no file can be called so.
pub(crate) fn to_path(name: &str) -> Result<PathBuf, Failure> {
    let refuse = |why: &str| {
        Err(Failure::other(format!("no file below the destination can be called so: {why}"))
            .hint("fetch it by itself and name the file: `s3seal get URL FILE`"))
    };
    if name.contains('\0') {
        return refuse("it holds a NUL");
    }
    for segment in name.split('/') {
        match segment {
            "" => return refuse("a part of its name is empty"),
            "." | ".." => return refuse("a part of its name leads to another folder"),
            _ if segment.len() > LONGEST_NAME => {
                return refuse("a part of its name is longer than 255 bytes");
            }
            _ => {}
        }
    }
    let path = PathBuf::from(name);
    if path.file_name().is_some_and(is_part_name) {
        return refuse("unfinished downloads have such names");
    }
    Ok(path)
}

/// The name of what lies at this path below a folder.
///
/// # Errors
/// [`Kind::Other`] for a path that is no UTF-8, which keys are.
pub(crate) fn to_name(below: &Path) -> Result<String, Failure> {
    let mut name = String::new();
    for component in below.components() {
        let segment = match component {
            Component::Normal(segment) => segment.to_str(),
            _ => None,
        };
        let Some(segment) = segment else {
            return Err(Failure::other(format!("{} is no key: keys are UTF-8", below.display()))
                .hint("rename it, or store it by itself under a key of your choice"));
        };
        if !name.is_empty() {
            name.push('/');
        }
        name.push_str(segment);
    }
    Ok(name)
}

/// Finds names that cannot both be files, such as `a` and `a/b`, in a sorted listing. It takes no more memory than the
/// longest key.
#[derive(Debug, Default)]
pub(crate) struct Clashes {
    /// The names so far that the last one begins with.
    open: Vec<String>,
}

impl Clashes {
    /// Takes in the next name.
    ///
    /// # Errors
    /// [`Kind::Other`] where it would need a folder in the place of a file.
    pub(crate) fn check(&mut self, name: &str) -> Result<(), Failure> {
        while self.open.last().is_some_and(|open| !name.starts_with(open.as_str())) {
            self.open.pop();
        }
        let clash = self.open.iter().find(|open| name[open.len()..].starts_with('/'));
        if let Some(file) = clash {
            return Err(Failure::other(format!(
                "no file can hold it: its folder `{file}` is an object as well"
            ))
            .hint("fetch it by itself into another folder"));
        }
        self.open.push(name.to_owned());
        Ok(())
    }
}

/// Finds names that two sources would give to one place in the same folder. It takes eight bytes a name.
#[derive(Debug, Default)]
pub(crate) struct TakenNames {
    state: RandomState,
    taken: HashSet<u64>,
}

impl TakenNames {
    /// Takes a name below the destination.
    ///
    /// # Errors
    /// [`Kind::Other`] where another source has it already.
    pub(crate) fn take(&mut self, name: &str) -> Result<(), Failure> {
        if self.taken.insert(self.state.hash_one(name)) {
            return Ok(());
        }
        Err(Failure::other(format!("another source goes to the same place: `{name}`"))
            .hint("give each a destination of its own"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_a_file_system_reads_differently_is_refused() {
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
    fn only_made_up_names_are_removed() {
        let is = |name: &str| (is_part_name(name.as_ref()), is_made_up(name.as_ref()));
        let hex = "0123456789abcdef";
        for middle in ["aZ3x9q", hex, &hex.repeat(2)] {
            assert_eq!(is(&format!(".s3seal-{middle}.part")), (true, true), "{middle}");
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
        let mut clashes = Clashes::default();
        let found: Vec<_> = ["a", "a!", "a.b", "a/b", "a/c/d", "b/c", "b/c/d", "b/cd", "c"]
            .into_iter()
            .filter(|name| clashes.check(name).is_err())
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
            let mut clashes = Clashes::default();
            for name in &names {
                let folders: Vec<_> = name.match_indices('/').map(|(end, _)| &name[..end]).collect();
                let expected = folders.iter().any(|folder| names.contains(*folder));
                prop_assert_eq!(clashes.check(name).is_err(), expected, "{}", name);
            }
        }
    }
}
