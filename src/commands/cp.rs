//! `s3seal cp`: copy objects, from one key to another.

use super::copying::{self, Copying};
use crate::failure::Failure;
use crate::output::Output;
use crate::store::wire::Connect;

/// Copy objects, from one key to another, or between sealed and not
///
/// The store copies by itself; each copy counts only once it is proven to be sealed with your key. Where a store
/// cannot do that, the bytes go through this machine's memory, never through a file. Metadata, content headers, tags
/// and storage class are kept, but for what is given.
///
/// The source is opened with the keys of `--source-key`, else with those that seal the copy. Without -k, both
/// go by the rules of config.toml. A file or folder on either side makes it `put` or `get`.
#[derive(clap::Args)]
#[command(
    override_usage = "s3seal cp [OPTIONS] <SOURCE>... <DEST>",
    after_help = "\
Examples:
  s3seal cp -k ./backup.key s3://backups/db.sql s3://archive/2026/  # the same key
  s3seal cp --source-key ./old.key -k ./new.key s3://backups/x s3://backups/y  # another one
  s3seal cp --source-key none -k ./new.key -r s3://plain/ s3://sealed/  # what was not sealed
  s3seal cp --source-key ./old.key --no-key s3://backups/x s3://public/x  # to whoever may read the bucket
  s3seal cp -k ./k --version-id 3HL4kqtJlcpXroDTDmJ s3://backups/x s3://backups/x  # an old version is the newest again"
)]
pub(crate) struct Args {
    #[command(flatten)]
    copying: Copying,
}

pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    copying::run(&args.copying, false, connect, out).await
}
