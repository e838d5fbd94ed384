//! Whether files are written to the disk before the command goes on.

use crate::failure::Failure;

/// How files are written.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(in crate::commands) struct Disk {
    /// Wait until files are written to the disk, so that they are whole even after a power failure; `mv` always does
    #[arg(long)]
    pub(in crate::commands) fsync: bool,
}

impl Disk {
    /// Errors: `Kind::Usage` if the option is given, although the destination is an object.
    pub(in crate::commands) fn check_unused(self) -> Result<(), Failure> {
        if self.fsync {
            return Err(Failure::usage("--fsync is about files, and the destination is a store")
                .hint("leave it out: what a store has acknowledged, it has written"));
        }
        Ok(())
    }
}
