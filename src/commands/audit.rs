//! `s3seal audit`: which objects are sealed, and with which keys.

use std::time::SystemTime;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::options::{Concurrency, check_search, parse_since};
use crate::failure::Failure;
use crate::jobs::feed::{Place, SearchOptions};
use crate::jobs::{AuditOptions, Keys, audit};
use crate::key::KeyOptions;
use crate::location::Location;
use crate::output::Output;
use crate::store::object::State;
use crate::store::wire::Connect;

/// Tell which objects are sealed, and with which of your keys
///
/// All that is below a prefix, a line each: its state, the key-MD5 and name of the key that opens it, and its URL.
/// Nothing is read but metadata: one HEAD request where the first key fits. The states:
///
///   sealed     one of your keys opens it
///   locked     sealed with a key that is none of yours
///   sse-s3     encrypted by the store with a key of its own
///   sse-kms    encrypted by the store with a key in KMS
///   plain      not encrypted, as far as the store tells
///   denied     your credentials may not read it
///   archived   must be restored before it can be read; its key is told where it is known
///
/// No state is a failure, unless --fail-on names it.
///
/// An S3 Inventory (--inventory) spares the listing, and its field EncryptionStatus the request for whatever is not
/// sealed: that is then told as of the day when the inventory was taken. Several machines share the work with --shard.
#[derive(clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  s3seal audit -k ./backup.key s3://backups
  s3seal audit --versions s3://backups/2026/                      with the keys of config.toml
  s3seal audit -q --since 25h --fail-on locked s3://backups       daily, in cron: who locked what?
  s3seal audit --fail-on plain,sse-s3,sse-kms s3://backups        is everything sealed?
  s3seal audit --inventory s3://lists/backups/daily/2026-11-22T01-00Z/manifest.json s3://backups
  s3seal audit --shard auto s3://backups                          in each task of a job array
  s3seal audit --json s3://backups | jq -r 'select(.keyName == \"old\").url'

Exit codes of --fail-on:
  4 locked · 5 denied · 6 plain, sse-s3, sse-kms · 1 archived, or of several kinds"
)]
pub(crate) struct Args {
    /// What to look at: s3://bucket, s3://bucket/folder/, or an object
    #[arg(required = true, value_name = "URL")]
    urls: Vec<String>,
    #[command(flatten)]
    key: KeyOptions,
    /// Look at every version
    #[arg(long, conflicts_with = "files_from")]
    versions: bool,
    /// Only at what was written since: a duration back from now, such as 24h or 7d, or a time, such as
    /// 2026-11-22T05:26:21Z
    #[arg(long, value_name = "TIME", value_parser = parse_since, conflicts_with = "files_from")]
    since: Option<SystemTime>,
    /// End with an exit code that says so if anything is in one of these states
    #[arg(long, value_name = "STATES", value_enum, value_delimiter = ',')]
    fail_on: Vec<State>,
    #[command(flatten)]
    search: SearchOptions,
    #[command(flatten)]
    concurrency: Concurrency,
}

impl ValueEnum for State {
    /// The states that can be a failure.
    fn value_variants<'a>() -> &'a [State] {
        match &State::ALL {
            [State::Sealed, others @ ..] => others,
            all => all,
        }
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

/// Errors: Only what keeps the run from starting, such as `Kind::Usage` for a URL that is none.
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let locations = args.urls.iter().map(|url| url.parse::<Location>());
    let locations = locations.collect::<Result<Vec<_>, _>>()?;
    let is_one = matches!(locations.as_slice(), [at] if !at.is_folder());
    args.key.check_derive_as(is_one)?;
    let places: Vec<Place> = locations.into_iter().map(Place::from).collect();
    check_search(&args.search, places.len(), args.key.uses_stdin()?)?;
    let options = AuditOptions {
        search: args.search.clone(),
        versions: args.versions,
        since: args.since,
        fail_on: args.fail_on.clone(),
        concurrency: args.concurrency.concurrency,
    };
    let keys = Keys::load(&args.key, out)?;
    audit(places, keys, options, connect, out).await
}
