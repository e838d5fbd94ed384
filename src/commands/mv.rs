//! `s3seal mv`: copy objects, and delete each once its copy is proven.

use super::copying::{self, Copying};
use crate::failure::Failure;
use crate::output::Output;
use crate::store::wire::Connect;

/// Move objects: each is deleted once its copy is proven
///
/// Before a source is deleted its copy is looked at, with one request: it must have the source's length, and its
/// checksum where both have one of the same kind. A copy that differs is removed, and the source stays (exit 7).
///
/// Deleted is what was copied, and nothing else: in a bucket that keeps versions exactly that version, for good,
/// after which the one before it is the newest; otherwise only if no other client has replaced the object meanwhile. A file is
/// deleted once it is stored.
#[derive(clap::Args)]
#[command(
    override_usage = "s3seal mv [OPTIONS] <SOURCE>... <DEST>",
    after_help = "\
Examples:
  s3seal mv -k ./backup.key s3://backups/db.sql s3://backups/2026/
  s3seal mv --source-key ./old.key -k ./new.key -r s3://backups/inbox/ s3://backups/sealed/
  s3seal mv -k ./backup.key dump.sql s3://backups/  # a file that is gone once it is sealed"
)]
pub(crate) struct Args {
    #[command(flatten)]
    copying: Copying,
}

pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    copying::run(&args.copying, true, connect, out).await
}
