//! The names of throw-away objects: `.s3seal/trial-RUN-MARK-NAME`, at the root of a bucket or below a prefix. The mark
//! is a digest of the run's number, so that no user's object is mistaken for a throw-away object.

use sha2::{Digest as _, Sha256};

use crate::location::Location;

/// The folder of throw-away objects.
pub(super) const FOLDER: &str = ".s3seal/";
/// The beginning of their names in that folder.
pub(super) const NAME: &str = "trial-";
/// The beginning of their names before they had a folder. Such objects are skipped, but never deleted because of their
/// names.
const FORMER: &str = ".s3seal-trial-";

/// The common prefix of all throw-away objects of one run, below a folder.
pub(super) fn prefix_of_run(folder: &Location, run: &str) -> Location {
    let key = format!("{}{FOLDER}{NAME}{run}-{}-", folder.key, mark(run));
    Location { bucket: folder.bucket.clone(), key }
}

/// Whether a key is that of a throw-away object, which commands skip.
pub(crate) fn is_throw_away(key: &str) -> bool {
    is_marked(key) || is_former(key)
}

pub(super) fn is_marked(key: &str) -> bool {
    run_of(key).is_some()
}

/// The number of the run that wrote this object; none if the key is not that of a throw-away object.
pub(super) fn run_of(key: &str) -> Option<&str> {
    let (folder, name) = key.rsplit_once(FOLDER)?;
    if !(folder.is_empty() || folder.ends_with('/')) || name.contains('/') {
        return None;
    }
    let (run, rest) = name.strip_prefix(NAME)?.split_once('-')?;
    (is_run(run) && rest.split('-').next() == Some(&mark(run))).then_some(run)
}

fn is_former(key: &str) -> bool {
    let name = key.rsplit('/').next().unwrap_or_default();
    let run = name.strip_prefix(FORMER).and_then(|rest| rest.split('-').next());
    run.is_some_and(is_run)
}

fn is_run(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|it| it.is_ascii_hexdigit())
}

fn mark(run: &str) -> String {
    let digest = Sha256::digest(format!("s3seal throw-away object {run}"));
    digest[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_the_digits_of_their_own_are_known() {
        let id = "0123456789abcdef";
        let key = format!("{FOLDER}{NAME}{id}-{}-sealed", mark(id));
        for known in [key.clone(), format!("t/{key}"), format!("t/u/{key}"), format!("{key}-2")] {
            assert!(is_throw_away(&known) && is_marked(&known), "{known}");
        }
        for other in [
            format!("t{key}"),
            format!("{key}/x"),
            format!("{FOLDER}{NAME}{id}-00000000-sealed"),
            format!("{FOLDER}{NAME}{id}"),
            format!("{FOLDER}{NAME}mine"),
            format!("{FOLDER}notes"),
            format!("{FORMER}mine"),
            String::new(),
        ] {
            assert!(!is_throw_away(&other), "{other}");
        }
        let former = format!("t/{FORMER}{id}");
        assert!(is_throw_away(&former) && !is_marked(&former));
        assert!(is_throw_away(&format!("{former}-sealed")));
    }
}
