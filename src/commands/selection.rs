//! The options of the commands that take many files or objects: which of them to take.

use std::path::PathBuf;

use super::options::parse_shard;
use crate::failure::Failure;
use crate::jobs::feed::{SelectedNames, Shard};
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
    #[command(flatten)]
    pub(super) share: Share,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// Which share of the files or objects of a folder is meant.
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "Selection options")]
pub(super) struct Share {
    /// Take one share of N of a folder: I/N, such as 3/16; in a job array `auto`, or auto/N where its scheduler tells no N
    ///
    /// The shares of N hold each file or object once, on whichever machines they are taken: it is in share
    /// 1 + (the first 8 bytes of the SHA-256 of its name below the source folder or prefix, as a big-endian number)
    /// modulo N.
    #[arg(long, value_name = "I/N", value_parser = parse_shard)]
    pub(super) shard: Option<Shard>,
}

impl Selection {
    /// The names to take below a folder.
    pub(super) fn names(&self) -> SelectedNames {
        SelectedNames { filters: self.filters.clone(), shard: self.share.shard }
    }

    /// Errors: `Kind::Usage` if there are filters or a share, but no folder to choose from.
    pub(super) fn check(&self, has_folders: bool) -> Result<(), Failure> {
        if self.share.shard.is_some() && !has_folders && !self.recursive {
            return Err(Failure::usage("--shard takes a share of a folder, and none is named")
                .hint("add -r"));
        }
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
