//! The state folder: what the program remembers from one run to the next. Nothing in it is secret, and
//! nothing breaks where it is missing.

use std::path::PathBuf;

/// The state folder: `$XDG_STATE_HOME/s3seal`, or `~/.local/state/s3seal` (XDG Base Directory
/// Specification). None where neither variable names an absolute path.
pub fn folder() -> Option<PathBuf> {
    let absolute =
        |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/state")))?;
    Some(state.join("s3seal"))
}
