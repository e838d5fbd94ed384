//! The selection options of `audit` and `rotate`.

use std::path::PathBuf;

use super::job_array::parse_shard;
use super::parsed_as;
use crate::failure::Failure;
use crate::jobs::feed::{SearchOptions, Shard, Source};
use crate::transfer::many::Filters;

#[derive(clap::Args)]
#[command(next_help_heading = "Selection options")]
struct SearchArgs {
    #[command(flatten)]
    filters: Filters,
    /// Take only what this file names, one a line, relative to the URL's folder; `-` is standard input
    #[arg(long, value_name = "FILE")]
    files_from: Option<PathBuf>,
    /// Take what an S3 Inventory lists instead of asking the store for a listing: the s3:// URL or the path of its
    /// manifest.json
    ///
    /// Data files are CSV. They are read from the manifest's bucket, or from the manifest's folder. What they say
    /// is as of the day that the inventory was taken.
    #[arg(long, value_name = "MANIFEST", conflicts_with = "files_from")]
    inventory: Option<String>,
    /// Take one share of N: I/N, such as 3/16; in a job array `auto`, or auto/N where its scheduler tells no N
    ///
    /// The shares of N hold each object once, wherever and however often they are taken: an object is in share
    /// 1 + (the first 8 bytes of the SHA-256 of its key, as a big-endian number) modulo N.
    #[arg(long, value_name = "I/N", value_parser = parse_shard)]
    shard: Option<Shard>,
}

impl From<SearchArgs> for SearchOptions {
    fn from(args: SearchArgs) -> SearchOptions {
        let SearchArgs { filters, files_from, inventory, shard } = args;
        let source = match (files_from, inventory) {
            (Some(list), _) => Source::List(list),
            (None, Some(manifest)) => Source::Inventory(manifest),
            (None, None) => Source::Listing,
        };
        SearchOptions { source, filters, shard }
    }
}

parsed_as!(SearchArgs => SearchOptions);

/// Fails with `Kind::Usage` if a list is given with several URLs, or if standard input is both the list and a key.
pub(in crate::commands) fn check_search(
    options: &SearchOptions,
    urls: usize,
    key_uses_stdin: bool,
) -> Result<(), Failure> {
    let option = match &options.source {
        Source::List(_) => "--files-from",
        Source::Inventory(_) => "--inventory",
        Source::Listing => return Ok(()),
    };
    if urls != 1 {
        return Err(Failure::usage(format!("{option} names objects below one prefix"))
            .hint("give that prefix as the one URL"));
    }
    if options.source == Source::List("-".into()) && key_uses_stdin {
        return Err(Failure::usage("standard input cannot be both the key and the list")
            .hint("take the key from a file, fd:N, env:NAME or cmd:COMMAND"));
    }
    Ok(())
}
