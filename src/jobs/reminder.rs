//! The reminder to keep a copy of a key: on a terminal, once for each key.

use std::io::{self, Write as _};
use std::iter;
use std::sync::OnceLock;

use tempfile::NamedTempFile;

use crate::failure::Advice;
use crate::key::core::{Key, KeyCheck};
use crate::key::ring::ObjectKey;
use crate::output::Output;
use crate::system::state;

const FILE: &str = "reminded";
/// How many keys are remembered. The oldest is forgotten first, and its reminder is then repeated.
const MAX_KEYS: usize = 64;

/// The first key that has sealed an object in this run.
#[derive(Default)]
pub(crate) struct FirstKey(OnceLock<Key>);

impl FirstKey {
    pub(crate) fn record(&self, key: Option<&ObjectKey>) {
        if let Some(key) = key {
            self.0.get_or_init(|| key.master().clone());
        }
    }

    pub(crate) fn remind(&self, out: &Output) {
        if let Some(key) = self.0.get() {
            remind_to_copy(key, out);
        }
    }
}

/// Reminds the user at the terminal to keep a copy of the key, unless an earlier run has done so.
pub(crate) fn remind_to_copy(key: &Key, out: &Output) {
    if !out.interactive() {
        return;
    }
    let is_new = remember(key).unwrap_or_else(|error| {
        tracing::debug!(%error, "the reminder is not remembered");
        true
    });
    if is_new {
        out.say(&format!(
            "keep a copy of the key with the MD5 {}: an object whose key is lost is lost; {}",
            key.md5_base64(),
            Advice::PrintSheet
        ));
    }
}

/// Records a check value of the key, which reveals nothing about it. Returns whether the key is new.
fn remember(key: &Key) -> io::Result<bool> {
    let folder = state::folder().ok_or(io::ErrorKind::NotFound)?;
    let path = folder.join(FILE);
    let known = state::read(FILE).unwrap_or_default();
    let is_of_key =
        |line: &str| serde_json::from_str::<KeyCheck>(line).is_ok_and(|check| check.matches(key));
    if known.lines().any(is_of_key) {
        return Ok(false);
    }
    let line = serde_json::to_string(&KeyCheck::new(key).ok_or(io::ErrorKind::Other)?)?;
    let newest = known.lines().rev().take(MAX_KEYS - 1).collect::<Vec<_>>();
    state::create_private_folder(&folder)?;
    let mut file = NamedTempFile::new_in(&folder)?;
    for line in newest.into_iter().rev().chain(iter::once(line.as_str())) {
        writeln!(file, "{line}")?;
    }
    file.persist(&path).map_err(|error| error.error)?;
    Ok(true)
}
