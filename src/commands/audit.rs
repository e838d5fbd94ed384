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

/// Show which objects are sealed, and with which of your keys
///
/// Looks at each object below a prefix, and lists those that none of your keys opens or that are not sealed: the
/// state, the name and MD5 of the key, and the URL. With --list it lists all. Only metadata is read: one HEAD request
/// where the first key fits. No state is a failure, unless --fail-on names it.
///
/// With --inventory, an S3 Inventory takes the place of the listing; where it has the field EncryptionStatus, objects
/// that are not sealed need no request, and their state is that of the day of the inventory. Several machines share
/// the work with --shard.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal audit -k ./backup.key s3://backups
  s3seal audit --summary s3://backups  # how much each key seals
  s3seal audit --list s3://backups/db/  # sealed objects, too
  s3seal audit --versions s3://backups/2026/  # with the keys of config.toml
  s3seal audit -q --since 25h --fail-on locked s3://backups  # daily, in cron: who locked what?
  s3seal audit --fail-on plain,sse-s3,sse-kms s3://backups  # is everything sealed?
  s3seal audit --inventory s3://lists/backups/daily/2026-11-22T01-00Z/manifest.json s3://backups
  s3seal audit --shard auto s3://backups  # in each task of a job array
  s3seal audit --json s3://backups | jq -r 'select(.keyName == \"old\").url'

States:
  sealed    one of your keys opens it
  locked    sealed with a key that is none of yours
  sse-s3    encrypted by the store with a key of its own
  sse-kms   encrypted by the store with a key in KMS
  plain     not encrypted, as far as the store says
  denied    your credentials may not read it
  archived  must be restored before it can be read

Exit codes of --fail-on:
  4 locked · 5 denied · 6 plain, sse-s3, sse-kms · 1 archived, or of several kinds")]
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
    /// List only objects in these states [default: all but sealed; with --list or --json all]
    #[arg(long, value_name = "STATES", value_parser = parse_state, value_delimiter = ',')]
    only: Vec<State>,
    /// Print only how many objects, of how many bytes, each state and key has
    #[arg(long, conflicts_with = "only")]
    summary: bool,
    /// What lies below each URL, whether or not it ends in `/`
    #[arg(short, long)]
    recursive: bool,
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

impl Args {
    /// The states whose objects are listed.
    fn shown(&self, out: &Output) -> Vec<State> {
        match self.only.as_slice() {
            _ if self.summary => Vec::new(),
            [] if out.json() || out.lists_items() => State::ALL.to_vec(),
            [] => State::value_variants().to_vec(),
            only => only.to_vec(),
        }
    }
}

/// Any state, `sealed` among them.
fn parse_state(text: &str) -> Result<State, String> {
    let names = State::ALL.map(State::name).join(", ");
    let found = State::ALL.into_iter().find(|state| state.name() == text);
    found.ok_or_else(|| format!("the states are {names}"))
}

/// Errors: Only what keeps the run from starting, such as `Kind::Usage` for a URL that is none.
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let locations = args.urls.iter().map(|url| url.parse::<Location>());
    let locations = locations.collect::<Result<Vec<_>, _>>()?;
    let is_one = matches!(locations.as_slice(), [at] if !at.is_folder());
    args.key.check_derive_as(is_one)?;
    let place = |at: Location| {
        if args.recursive { Place::Below(at.folder()) } else { Place::from(at) }
    };
    let places: Vec<Place> = locations.into_iter().map(place).collect();
    check_search(&args.search, places.len(), args.key.uses_stdin()?)?;
    let options = AuditOptions {
        search: args.search.clone(),
        versions: args.versions,
        since: args.since,
        fail_on: args.fail_on.clone(),
        shown: args.shown(out),
        concurrency: args.concurrency.concurrency,
    };
    let keys = Keys::load(&args.key, out)?;
    audit(places, keys, options, connect, out).await
}
