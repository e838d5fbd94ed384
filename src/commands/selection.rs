//! The options of the commands that take many files or objects: which of them to take.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::transfer::many::Filters;

/// Which objects of a folder are meant.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Selection options")]
pub(super) struct Selection {
    /// Take folders, and all that is in them
    #[arg(short, long)]
    pub(super) recursive: bool,
    #[command(flatten)]
    pub(super) filters: Filters,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

impl Selection {
    /// Errors: `Kind::Usage` if there are filters, but no folder to choose from.
    pub(super) fn check(&self, has_folders: bool) -> Result<(), Failure> {
        if self.filters.is_empty() || has_folders {
            return Ok(());
        }
        Err(Failure::usage("--include and --exclude choose from a folder, and none is named")
            .hint("add -r"))
    }
}

/// The names of a folder's files or objects, listed in a file.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Selection options")]
pub(super) struct FilesFrom {
    /// Take only what this file names, one a line, relative to the source folder; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(super) files_from: Option<PathBuf>,
}

/// Whether key files are stored.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct KeyFiles {
    /// Store the key files of this run and config.toml, too: without it they are left out with a warning, since a
    /// key beside its data protects nothing
    #[arg(long, help_heading = "Selection options")]
    pub(super) include_keys: bool,
}
