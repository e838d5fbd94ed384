//! `s3seal audit`: which objects are sealed, and with which keys.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use clap::ValueEnum;
use clap::builder::PossibleValue;
use serde::Serialize;

use super::search::{Place, Search, SearchOptions, Suspect, parse_since, parse_time};
use crate::failure::Failure;
use crate::jobs::{Job, Keys};
use crate::key::KeyOptions;
use crate::key::core::Key;
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::output::Output;
use crate::store::EncryptionStatus;
use crate::store::object::{Audited, ReadOptions, State};
use crate::store::wire::{Connect, Store};
use crate::transfer::{Interrupt, Lines};

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
}

impl ValueEnum for State {
    /// Those that something can be wrong with.
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

/// What `--json` prints.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    op: &'static str,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<&'a str>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_md5: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_modified: Option<String>,
}

/// How objects are looked at.
struct Auditor {
    store: Arc<Store>,
    keys: Keys,
    lines: Lines,
    /// Whether the user has written down the names of the objects.
    are_named: bool,
    counts: Mutex<Counts>,
    interrupt: Interrupt,
    out: Output,
}

/// What is told of an object.
struct Verdict {
    state: State,
    key: Option<ObjectKey>,
    /// Its size in bytes, where that is known.
    bytes: Option<u64>,
    /// When it was written, where that is known.
    modified: Option<SystemTime>,
}

/// How many objects were found in which state.
#[derive(Default)]
struct Counts {
    found: BTreeMap<State, u64>,
    /// How many were deleted between listing and looking.
    gone: u64,
}

/// Looks at each object; failures are told as they happen.
///
/// # Errors
/// [`Failure::Usage`] for what is no URL, and so on: before anything is looked at.
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let locations = args.urls.iter().map(|url| url.parse::<Location>());
    let locations = locations.collect::<Result<Vec<_>, _>>()?;
    let is_one = matches!(locations.as_slice(), [at] if !at.is_folder());
    args.key.check_derive_as(is_one)?;
    let places: Vec<Place> = locations.into_iter().map(Place::from).collect();
    args.search.check(&places, args.key.uses_stdin()?)?;
    let keys = Keys::load(&args.key, out)?;
    let mut job = Job::connect(connect, out).await?;
    let store = job.store.clone();
    keys.check(&store)?;
    if let Some(shard) = &args.search.shard {
        out.say(&format!("share {shard}"));
    }
    // Else a wrong HOME would look as if somebody had locked everything.
    let keyless = places.iter().find(|place| keys.check_below(&store, &place.folder()).is_err());
    if let Some(place) = keyless {
        let which = place.folder();
        out.warn(&format!(
            "there is no key for {which}: whatever is sealed there counts as locked"
        ));
    }
    let search = Search {
        store: store.clone(),
        versions: args.versions,
        since: args.since,
        options: args.search.clone(),
        after: None,
    };
    let auditor = Arc::new(Auditor {
        lines: Lines::new(store.clone(), None),
        store,
        keys: keys.until(&job.interrupt),
        are_named: args.search.files_from.is_some(),
        counts: Mutex::default(),
        interrupt: job.interrupt.clone(),
        out: *out,
    });
    let work =
        |auditor: Arc<Auditor>, suspect| async move { auditor.audit(suspect).await.transpose() };
    job.run(search.start(places), &auditor, work).await;
    let counts = auditor.counts();
    let what = if args.versions { "version" } else { "object" };
    job.summarize("audited", what, &counts.named());
    Ok(match job.tally.exit_code() {
        0 => counts.exit_code(&args.fail_on),
        code => code,
    })
}

impl Auditor {
    /// Looks at an object and tells of it; none where it is gone.
    async fn audit(&self, suspect: Suspect) -> Result<Option<u64>, Failure> {
        let looked = async {
            let _line = self.lines.take().await;
            self.look(&suspect).await
        };
        match self.interrupt.race(looked).await? {
            Some(verdict) => {
                self.tell(&suspect, &verdict)?;
                *self.counts().found.entry(verdict.state).or_default() += 1;
                Ok(Some(verdict.bytes.unwrap_or(0)))
            }
            // It may never have been there.
            None if self.are_named => Err(Failure::not_found("there is no such object")
                .hint("check the list: names in it are relative to the URL's folder")
                .at(&suspect.at)),
            None => {
                self.counts().gone += 1;
                Ok(None)
            }
        }
    }

    async fn look(&self, suspect: &Suspect) -> Result<Option<Verdict>, Failure> {
        if let Some(state) = told_by_inventory(suspect) {
            return Ok(Some(Verdict::of(suspect, &Audited::unread(state), None)));
        }
        let Suspect { at, listed, .. } = suspect;
        let options = ReadOptions {
            version_id: listed.as_ref().and_then(|it| it.version_id.clone()),
            ..ReadOptions::default()
        };
        let attempt = |keys: Vec<Key>, options: ReadOptions| async move {
            let audited = self.store.audit(at, &keys, &options).await?;
            let key = audited.as_ref().and_then(|it| it.key.clone());
            Ok((audited, key))
        };
        match self.keys.open(&self.store, at, &options, attempt).await {
            Ok((audited, key)) => Ok(audited.map(|audited| Verdict::of(suspect, &audited, key))),
            Err(failure) if failure.detail().wants_other_key => {
                Ok(Some(Verdict::of(suspect, &Audited::unread(State::Locked), None)))
            }
            Err(failure) => Err(failure),
        }
    }

    fn tell(&self, Suspect { at, listed, .. }: &Suspect, verdict: &Verdict) -> Result<(), Failure> {
        let Verdict { state, key, bytes, modified } = verdict;
        let key_md5 = key.as_ref().map(|key| key.key.md5_base64());
        let key_name = key.as_ref().map(|key| key.label.as_str());
        let version_id = listed.as_ref().and_then(|it| it.version_id.as_deref());
        if self.out.json() {
            return self.out.item(&Item {
                op: "audit",
                url: at.to_string(),
                version_id,
                state: state.name(),
                key_md5,
                key_name,
                bytes: *bytes,
                last_modified: modified.map(|it| humantime::format_rfc3339_seconds(it).to_string()),
            });
        }
        let (md5, name) = (key_md5.as_deref().unwrap_or("-"), key_name.unwrap_or("-"));
        let version = version_id.map(|id| format!("  (version {id})")).unwrap_or_default();
        self.out.line(&format!("{:8}  {md5:24}  {name:12}  {at}{version}", state.name()))
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Verdict {
    fn of(Suspect { listed, .. }: &Suspect, audited: &Audited, key: Option<ObjectKey>) -> Verdict {
        let told = || audited.last_modified.as_deref().and_then(parse_time);
        Verdict {
            state: audited.state,
            key,
            bytes: listed.as_ref().map(|it| it.bytes).or(audited.bytes),
            modified: listed.as_ref().map(|it| it.modified).or_else(told),
        }
    }
}

/// What is known without a request: which key opens a sealed object, or whether one is archived, is not.
fn told_by_inventory(Suspect { listed, encryption, .. }: &Suspect) -> Option<State> {
    let class = listed.as_ref().and_then(|it| it.storage_class.as_deref());
    if matches!(class, Some("GLACIER" | "DEEP_ARCHIVE")) {
        return None;
    }
    match (*encryption)? {
        EncryptionStatus::SseC => None,
        EncryptionStatus::SseS3 => Some(State::SseS3),
        EncryptionStatus::SseKms => Some(State::SseKms),
        EncryptionStatus::NotSse => Some(State::Plain),
    }
}

impl Counts {
    /// With the words that the summary has for them.
    fn named(&self) -> Vec<(u64, &'static str)> {
        let states = self.found.iter().map(|(state, count)| (*count, state.name()));
        states.chain([(self.gone, "gone meanwhile")]).collect()
    }

    /// 0 where nothing is in any of these states.
    fn exit_code(&self, states: &[State]) -> u8 {
        let found = states.iter().filter(|state| self.found.contains_key(*state));
        let codes: BTreeSet<u8> = found.map(|state| exit_code(*state)).collect();
        match Vec::from_iter(codes).as_slice() {
            [] => 0,
            [code] => *code,
            _ => 1,
        }
    }
}

/// The exit code of a command that fails for this reason.
fn exit_code(state: State) -> u8 {
    match state {
        State::Locked => 4,
        State::Denied => 5,
        State::SseS3 | State::SseKms | State::Plain => 6,
        State::Sealed | State::Archived => 1,
    }
}
