//! Reports which objects are sealed, and with which keys: the job of `audit`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::feed::{
    EncryptionStatus, FeedObject, Place, Search, SearchOptions, Source, feed_objects,
};
use super::job::Job;
use super::keys::Keys;
use super::records::{AuditRecord, AuditSummaryRecord, KeyFields, Record};
use crate::failure::Failure;
use crate::key::ring::ObjectKey;
use crate::output::{Line, Output, Style};
use crate::store::object::{Audited, ReadOptions, State};
use crate::store::wire::{Connect, Store};
use crate::text::size;
use crate::text::time::parse_time;
use crate::transfer::{Interrupt, Permits};

pub(crate) struct AuditOptions {
    pub(crate) search: SearchOptions,
    pub(crate) versions: bool,
    /// Only objects written since then are audited.
    pub(crate) since: Option<SystemTime>,
    /// The states that make the exit code a failure's.
    pub(crate) fail_on: Vec<State>,
    /// The states whose objects are listed; none for totals alone.
    pub(crate) shown: Vec<State>,
    /// How many requests are sent at once, if the user says so.
    pub(crate) concurrency: Option<u16>,
}

struct Auditor {
    store: Arc<Store>,
    keys: Keys,
    permits: Permits,
    /// Whether the names of the objects come from a list of the user's.
    are_listed: bool,
    shown: Vec<State>,
    counts: Mutex<Counts>,
    /// The column of the keys' names in the list, in characters.
    name_width: usize,
    interrupt: Interrupt,
    out: Output,
}

/// The result for one object.
struct Finding {
    state: State,
    key: Option<ObjectKey>,
    bytes: Option<u64>,
    modified: Option<SystemTime>,
}

#[derive(Default)]
struct Counts {
    /// The objects of each state.
    found: BTreeMap<State, Total>,
    /// The objects of each state and key: its MD5 and its name.
    of_keys: BTreeMap<(State, Option<(String, String)>), Total>,
    has_header: bool,
    /// How many objects were deleted after they were listed.
    gone: u64,
}

/// Audits each object; failures are reported as they happen.
pub(crate) async fn audit(
    places: Vec<Place>,
    keys: Keys,
    options: AuditOptions,
    connect: &Connect,
    out: &Output,
) -> Result<u8, Failure> {
    let mut job = Job::connect(connect, out).await?;
    keys.check(&job.store)?;
    job.announce_share(options.search.shard);
    warn_without_key(&places, &keys, &job);
    let permits = Permits::new(job.store.clone(), options.concurrency.map(usize::from));
    let auditor = Arc::new(Auditor {
        store: job.store.clone(),
        name_width: name_width(keys.longest_label()),
        keys: keys.cancelled_by(&job.interrupt),
        permits: permits.clone(),
        are_listed: matches!(options.search.source, Source::List(_)),
        shown: options.shown,
        counts: Mutex::default(),
        interrupt: job.interrupt.clone(),
        out: *out,
    });
    let AuditOptions { search: search_options, versions, since, fail_on, .. } = options;
    let store = job.store.clone();
    let search = Search { store, permits, options: search_options, versions, since, after: None };
    let work =
        |auditor: Arc<Auditor>, object| async move { auditor.audit(object).await.transpose() };
    job.run(feed_objects(search, places), &auditor, work).await;
    let counts = auditor.counts();
    if auditor.shown.is_empty() && job.tally.is_stopped() {
        out.warn("the run has ended early: there are no totals");
    } else if auditor.shown.is_empty() {
        counts.print_totals(out)?;
    }
    job.summarize("audited", if versions { "version" } else { "object" }, &counts.named());
    Ok(match job.tally.exit_code() {
        0 => counts.exit_code(&fail_on),
        code => code,
    })
}

/// Warns of folders without a key: with a wrong HOME, all objects would otherwise seem locked.
fn warn_without_key(places: &[Place], keys: &Keys, job: &Job) {
    let mut folders = places.iter().map(Place::folder);
    if let Some(folder) = folders.find(|folder| keys.check_below(&job.store, folder).is_err()) {
        job.out.warn(&format!(
            "there is no key for {folder}: whatever is sealed there counts as locked"
        ));
    }
}

#[derive(Default, Clone, Copy)]
struct Total {
    objects: u64,
    bytes: u64,
}

impl Total {
    fn add(&mut self, bytes: u64) {
        self.objects += 1;
        self.bytes += bytes;
    }
}

impl Auditor {
    /// Audits one object and reports it. None if it is gone.
    async fn audit(&self, object: FeedObject) -> Result<Option<u64>, Failure> {
        let looked = async {
            let _permit = self.permits.request().await;
            self.look(&object).await
        };
        match self.interrupt.race(looked).await? {
            Some(finding) => {
                if self.shown.contains(&finding.state) {
                    self.report(&object, &finding)?;
                }
                let bytes = finding.bytes.unwrap_or(0);
                self.counts().add(finding.state, finding.key.as_ref(), bytes);
                Ok(Some(bytes))
            }
            // Unlike a listed object, it may never have existed.
            None if self.are_listed => Err(Failure::not_found("there is no such object")
                .hint("check the list: names in it are relative to the URL's folder")
                .at(&object.at)),
            None => {
                self.counts().gone += 1;
                Ok(None)
            }
        }
    }

    async fn look(&self, object: &FeedObject) -> Result<Option<Finding>, Failure> {
        if let Some(state) = state_by_inventory(object) {
            return Ok(Some(Finding::of(object, &Audited::unread(state), None)));
        }
        let FeedObject { at, listed, .. } = object;
        let options = ReadOptions {
            version_id: listed.as_ref().and_then(|it| it.version_id.clone()),
            ..ReadOptions::default()
        };
        let mut keys = self.keys.to_open(&self.store, at).await?.without_advice();
        let audited = self.store.audit(at, &mut keys, &options).await?;
        Ok(audited.map(|audited| {
            let key = keys.opened(audited.key.as_ref());
            Finding::of(object, &audited, key)
        }))
    }

    fn report(&self, object: &FeedObject, finding: &Finding) -> Result<(), Failure> {
        let FeedObject { at, listed, .. } = object;
        let Finding { state, key, bytes, modified } = finding;
        let version_id = listed.as_ref().and_then(|it| it.version_id.as_deref());
        if self.out.json() {
            let time = |it| humantime::format_rfc3339_seconds(it).to_string();
            return self.out.item(&Record::Audit(AuditRecord {
                url: at.to_string(),
                version_id: version_id.map(str::to_owned),
                state: *state,
                key: KeyFields::of(key.as_ref()),
                bytes: *bytes,
                last_modified: modified.map(time),
            }));
        }
        let md5 = key.as_ref().map_or("-".to_owned(), |key| key.key.md5_base64());
        let name = key.as_ref().map_or("-", |key| key.label.as_str());
        let version = version_id.map(|id| format!("  (version {id})")).unwrap_or_default();
        // The lock is held while the line is printed: the header comes first.
        let mut counts = self.counts();
        if !std::mem::replace(&mut counts.has_header, true) && !self.out.is_quiet() {
            let header = row(Style::Strong, ["STATE", "KEY-MD5", "KEY"], self.name_width);
            self.out.styled(&header.styled(Style::Strong, "URL"))?;
        }
        let line = row(style(*state), [state.name(), &md5, name], self.name_width)
            .plain(format!("{at}{version}"));
        self.out.styled(&line)
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Finding {
    fn of(
        FeedObject { listed, .. }: &FeedObject,
        audited: &Audited,
        key: Option<ObjectKey>,
    ) -> Finding {
        let answered = || audited.last_modified.as_deref().and_then(parse_time);
        Finding {
            state: audited.state,
            key,
            bytes: listed.as_ref().map(|it| it.bytes).or(audited.bytes),
            modified: listed.as_ref().map(|it| it.modified).or_else(answered),
        }
    }
}

/// The state that an inventory shows without a request. None for sealed objects, whose keys it does not name, and for
/// storage classes that may be archived.
fn state_by_inventory(FeedObject { listed, encryption, .. }: &FeedObject) -> Option<State> {
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
    /// The counts with the words of the summary.
    fn named(&self) -> Vec<(u64, &'static str)> {
        let states = self.found.iter().map(|(state, total)| (total.objects, state.name()));
        states.chain([(self.gone, "gone meanwhile")]).collect()
    }

    fn add(&mut self, state: State, key: Option<&ObjectKey>, bytes: u64) {
        self.found.entry(state).or_default().add(bytes);
        let key = key.map(|key| (key.key.md5_base64(), key.label.clone()));
        self.of_keys.entry((state, key)).or_default().add(bytes);
    }

    /// Prints how many objects and bytes each state and key has, then their sums.
    /// Errors: `Kind::Other` if stdout cannot be written.
    fn print_totals(&self, out: &Output) -> Result<(), Failure> {
        let mut sum = Total::default();
        let names = self.of_keys.keys().filter_map(|(_, key)| key.as_ref());
        let width = name_width(names.map(|(_, name)| name.len()).max().unwrap_or(0));
        let total_row = |style, columns, objects: &str, size: &str| {
            let rest = if style == Style::Strong { Style::Strong } else { Style::Plain };
            row(style, columns, width).styled(rest, format!("{objects:>10}  {size:>12}"))
        };
        if !out.json() {
            out.styled(&total_row(Style::Strong, ["STATE", "KEY-MD5", "KEY"], "OBJECTS", "SIZE"))?;
        }
        for ((state, key), total) in &self.of_keys {
            sum.objects += total.objects;
            sum.bytes += total.bytes;
            if out.json() {
                out.item(&Record::AuditSummary(AuditSummaryRecord {
                    state: *state,
                    key: KeyFields::named(key.as_ref()),
                    objects: total.objects,
                    bytes: total.bytes,
                }))?;
                continue;
            }
            let (md5, name) =
                key.as_ref().map_or(("-", "-"), |(md5, name)| (md5.as_str(), name.as_str()));
            let (objects, size) = (total.objects.to_string(), size::show(total.bytes));
            out.styled(&total_row(style(*state), [state.name(), md5, name], &objects, &size))?;
        }
        if out.json() {
            return Ok(());
        }
        let (objects, size) = (sum.objects.to_string(), size::show(sum.bytes));
        out.styled(&total_row(Style::Strong, ["total", "", ""], &objects, &size))
    }

    /// The common exit code of these states, as far as they were found: 0 if none was, 1 if the codes differ.
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

/// The column for names of keys up to this length, in characters.
fn name_width(longest: usize) -> usize {
    14.max(longest + 2)
}

/// The first columns of a line: state, key-MD5 and name of the key.
fn row(style: Style, [state, md5, name]: [&str; 3], name_width: usize) -> Line {
    let rest = if style == Style::Strong { Style::Strong } else { Style::Plain };
    let line = Line::default().column(style, state, 10).column(rest, md5, 26);
    line.column(rest, name, name_width.max(name.len() + 2))
}

fn style(state: State) -> Style {
    match state {
        State::Sealed => Style::Good,
        State::Locked | State::Plain => Style::Bad,
        State::SseS3 | State::SseKms | State::Denied | State::Archived => Style::Warning,
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
