//! `s3seal cat`: objects to standard output.

use super::get::{check, parse_range, plan};
use crate::failure::Failure;
use crate::jobs::feed::SelectedNames;
use crate::jobs::get::{self, GetOptions};
use crate::key::KeyOptions;
use crate::output::Output;
use crate::store::object::ReadOptions;
use crate::store::wire::Connect;
use crate::transfer::TransferOptions;
use crate::transfer::files::FileTime;
use crate::transfer::targets::PublishOptions;

/// Write an object to standard output: `get URL -`
///
/// A failed verification (exit code 7) can only come after the bytes: use `set -o pipefail`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal cat -k ./backup.key s3://backups/notes.txt
  s3seal cat -k ./backup.key --range bytes=0-99 s3://backups/dump.sql")]
pub(crate) struct Args {
    /// The object: s3://bucket/object, or a presigned https:// URL
    #[arg(value_name = "URL")]
    url: String,
    #[command(flatten)]
    key: KeyOptions,
    /// Only these bytes of the object, such as bytes=0-99, bytes=100- or bytes=-100
    #[arg(long, value_name = "RANGE", value_parser = parse_range)]
    range: Option<String>,
    #[command(flatten)]
    read: ReadOptions,
}

pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let options = GetOptions {
        from: plan(&[args.url.clone(), "-".to_owned()], false, None)?,
        key: args.key.clone(),
        read: ReadOptions { range: args.range.clone(), ..args.read.clone() },
        names: SelectedNames::default(),
        dry_run: false,
        publish_options: PublishOptions {
            no_clobber: false,
            time: FileTime::Download,
            fsync: false,
        },
        transfer: TransferOptions::default(),
        moves: false,
    };
    check(&options, out)?;
    get::run(options, connect, out).await
}
