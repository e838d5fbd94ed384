//! Key files among what is stored and deleted: they are left out, unless the user says otherwise.

use std::path::Path;

use super::uploader::Upload;
use crate::failure::Failure;
use crate::key::core::{check_source, protection_of};
use crate::output::Output;
use crate::transfer::many::Found;

/// Whether key files are stored.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(super) struct KeyFiles {
    /// Store the key files of this run and config.toml, too: without it they are left out with a warning, since a
    /// key beside its data protects nothing
    #[arg(long, help_heading = "Selection options")]
    include_keys: bool,
}

impl KeyFiles {
    /// Fails where a file that was named by itself is a key file.
    ///
    /// # Errors
    /// [`Failure::Usage`] then.
    pub(super) fn check(self, path: &Path) -> Result<(), Failure> {
        if self.include_keys { Ok(()) } else { check_source(path) }
    }

    /// Leaves key files out, and warns of each.
    pub(super) fn admit(self, found: Found<Upload>, out: &Output) -> Found<Upload> {
        match found {
            Found::Item(upload) if !self.include_keys => match protection_of(&upload.path) {
                None => Found::Item(upload),
                Some(kind) => {
                    out.warn(&kind.left_out(&upload.path));
                    Found::Skipped
                }
            },
            found => found,
        }
    }
}

/// Leaves key files out of what is to be deleted in a folder, warns of each, and returns how many there were.
pub(super) fn spare_key_files(names: &mut Vec<String>, folder: &Path, out: &Output) -> u64 {
    let before = names.len();
    names.retain(|name| {
        let path = folder.join(name);
        let kind = protection_of(&path);
        if let Some(kind) = kind {
            out.warn(&kind.not_deleted(&path));
        }
        kind.is_none()
    });
    (before - names.len()) as u64
}
