//! Reports each object, and the notes and the summary at the end.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::outcome::RotationOutcome;
use crate::failure::{Advice, Failure};
use crate::jobs::job::Job;
use crate::jobs::notes::{note_refused_copies, note_refused_tags, warn_left_of_trials};
use crate::jobs::records::{KeyFields, Record, RotateRecord, RotationResult};
use crate::jobs::reminder::FirstKey;
use crate::jobs::report::Reporter;
use crate::jobs::sealer::ObjectEncryption;
use crate::key::core::Key;
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::output::Output;
use crate::store::copy::Copy;
use crate::store::learned::IfMatch;
use crate::store::object::{NULL_VERSION, ObjectMetadata, Opened, Stored};
use crate::store::wire::Store;

pub(super) struct RotationReport {
    pub(super) out: Output,
    pub(super) dry_run: bool,
    /// The run has one object, and no summary.
    each: bool,
    /// People get a line for each object.
    lists: bool,
    seen: Mutex<Seen>,
    first_key: FirstKey,
    has_warned_of_races: AtomicBool,
}

/// What the summary and the notes at the end need.
#[derive(Default)]
struct Seen {
    /// How many objects or versions had each outcome, except rotated objects.
    outcomes: BTreeMap<RotationOutcome, u64>,
    /// How many rotated objects have a former version that is sealed.
    sealed_versions: u64,
    /// How many rotated objects have a former version that is not sealed.
    plain_versions: u64,
    /// The first object that no rule gives a key.
    without_rule: Option<String>,
    was_tagged: bool,
    in_place: bool,
}

impl RotationReport {
    pub(super) fn new(reporter: Reporter) -> RotationReport {
        let Reporter { out, dry_run, each } = reporter;
        let lists = each || out.lists_items();
        let (seen, first_key) = (Mutex::default(), FirstKey::default());
        RotationReport {
            out,
            dry_run,
            each,
            lists,
            seen,
            first_key,
            has_warned_of_races: AtomicBool::new(false),
        }
    }

    /// Reports an object that is not rotated.
    /// Errors: `Kind::Other` if stdout cannot be written.
    pub(super) fn unchanged(
        &self,
        at: &Location,
        outcome: RotationOutcome,
        target_encryption: &ObjectEncryption,
        metadata: Option<&ObjectMetadata>,
    ) -> Result<RotationOutcome, Failure> {
        let sealed = match outcome {
            RotationOutcome::Current => Some(target_encryption.key.is_some()),
            RotationOutcome::Plain => Some(false),
            RotationOutcome::Sealed => Some(true),
            _ => None,
        };
        let key = target_encryption.key.as_ref().filter(|_| outcome == RotationOutcome::Current);
        let record = RotateRecord {
            url: at.to_string(),
            version_id: metadata.and_then(|it| it.version_id.clone()),
            result: outcome.result(),
            bytes: metadata.and_then(|it| it.content_length),
            sealed,
            key: KeyFields::of(key),
            etag: metadata.and_then(|it| it.etag.clone()),
            dry_run: self.dry_run,
            ..RotateRecord::default()
        };
        let sentence = outcome.sentence(sealed.unwrap_or_default(), self.dry_run);
        self.count(outcome, record, &at.to_string(), sentence)
    }

    /// Reports a former version: its key and its outcome.
    /// Errors: `Kind::Other` if stdout cannot be written.
    pub(super) fn version(
        &self,
        at: &Location,
        version_id: &str,
        outcome: RotationOutcome,
        opened: &Opened<ObjectMetadata>,
    ) -> Result<RotationOutcome, Failure> {
        let is_sealed = opened.key.is_some();
        let record = RotateRecord {
            url: at.to_string(),
            version_id: Some(version_id.to_owned()),
            result: outcome.result(),
            bytes: opened.answer.content_length,
            sealed: Some(is_sealed),
            key: KeyFields::of_md5(opened.key.as_ref().map(Key::md5_base64)),
            dry_run: self.dry_run,
            ..RotateRecord::default()
        };
        let sentence = outcome.sentence(is_sealed, self.dry_run);
        self.count(outcome, record, &format!("{at} (version {version_id})"), sentence)
    }

    fn count(
        &self,
        outcome: RotationOutcome,
        record: RotateRecord,
        what: &str,
        sentence: Option<&str>,
    ) -> Result<RotationOutcome, Failure> {
        {
            let mut seen = self.seen();
            *seen.outcomes.entry(outcome).or_default() += 1;
            if outcome == RotationOutcome::NoRule && seen.without_rule.is_none() {
                seen.without_rule = Some(what.to_owned());
            }
        }
        if self.out.json() {
            self.out.item(&Record::Rotate(record))?;
        } else if let Some(sentence) = sentence {
            self.out.say(&format!("{what}: {sentence}"));
        } else if self.lists {
            self.out.say(&format!("{what}: {}, left alone", outcome.word()));
        }
        Ok(outcome)
    }

    /// Reports an object that would be rotated.
    /// Errors: `Kind::Other` if stdout cannot be written.
    pub(super) fn planned(
        &self,
        at: &Location,
        to: &Location,
        target_encryption: &ObjectEncryption,
        opened: &Opened<ObjectMetadata>,
    ) -> Result<RotationOutcome, Failure> {
        let (key, bytes) = (target_encryption.key.as_ref(), opened.answer.content_length);
        if self.out.json() {
            self.out.item(&Record::Rotate(RotateRecord {
                bytes,
                dry_run: true,
                ..rotated(at, to, opened.key.as_ref(), key)
            }))?;
        } else {
            let change = change(opened.key.as_ref(), key);
            self.out.say(&format!("would rotate {at}{}: {change}", destination(at, to)));
        }
        Ok(RotationOutcome::Rotated(bytes.unwrap_or_default()))
    }

    /// Reports a rotated object. `loses_acl`: the ACL of the former version granted rights to others.
    /// Errors: `Kind::Other` if stdout cannot be written.
    pub(super) fn rotated(
        &self,
        copy: &Copy,
        stored: &Stored,
        key: Option<&ObjectKey>,
        loses_acl: bool,
    ) -> Result<RotationOutcome, Failure> {
        let (source, at, to) = (&copy.source, &copy.source.at, &copy.write.at);
        self.first_key.record(key);
        self.remember(copy, stored);
        let notes = notes(&source.metadata, loses_acl);
        if self.out.json() {
            self.out.item(&Record::Rotate(RotateRecord {
                version_id: stored.version_id.clone(),
                bytes: Some(stored.bytes),
                etag: stored.etag.clone(),
                notes,
                ..rotated(at, to, source.key.as_ref(), key)
            }))?;
            return Ok(RotationOutcome::Rotated(stored.bytes));
        }
        for note in notes {
            self.out.say(&format!("note: {to}: {note}"));
        }
        if self.lists {
            let (change, to) = (change(source.key.as_ref(), key), destination(at, to));
            self.out.say(&format!("rotated {at}{to} ({} bytes): {change}", stored.bytes));
        }
        Ok(RotationOutcome::Rotated(stored.bytes))
    }

    fn remember(&self, copy: &Copy, stored: &Stored) {
        let mut seen = self.seen();
        seen.was_tagged |= copy.write.tags_key;
        if !copy.is_in_place() {
            return;
        }
        seen.in_place = true;
        if stored.version_id.as_deref().is_none_or(|version| version == NULL_VERSION) {
            return;
        }
        if copy.source.key.is_some() {
            seen.sealed_versions += 1;
        } else {
            seen.plain_versions += 1;
        }
    }

    /// Warns once, before anything is overwritten, that another writer's object may be lost: no trial can show whether
    /// the store checks If-Match and writes in one step.
    pub(super) fn warn_of_races(&self, store: &Store) {
        if !store.is_amazon() && !self.has_warned_of_races.swap(true, Ordering::Relaxed) {
            self.out.warn("this store is not known to refuse, without a gap, to overwrite what another writer has just replaced (If-Match on copies): let no other client write there meanwhile");
        }
    }

    /// Prints the notes about the store and about former versions, and the summary.
    pub(super) async fn finish(&self, job: &Job) {
        warn_left_of_trials(&job.store, &self.out).await;
        if job.tally.done > 0 && !self.dry_run {
            self.note_store(&job.store).await;
            self.note_versions();
            self.first_key.remind(&self.out);
        }
        self.note_without_rule();
        if !self.each {
            let verb = if self.dry_run { "would rotate" } else { "rotated" };
            let counted = |(outcome, count): (&RotationOutcome, &u64)| {
                (*count, outcome.counted(self.dry_run))
            };
            let left: Vec<_> = self.seen().outcomes.iter().map(counted).collect();
            job.summarize(verb, "object", &left);
        }
    }

    fn note_without_rule(&self) {
        let seen = self.seen();
        let count = seen.outcomes.get(&RotationOutcome::NoRule).copied().unwrap_or(0);
        if let Some(first) = &seen.without_rule {
            let others = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
            self.out.warn(&format!(
                "no rule of config.toml gives {first}{others} a key: left alone; add a rule, or name the keys with --from and --to"
            ));
        }
    }

    async fn note_store(&self, store: &Store) {
        note_refused_copies(store, &self.out).await;
        if store.has_found_if_match(IfMatch::Ignored).await {
            self.out.warn("the store has overwritten a throw-away object in spite of its condition (If-Match): compare what others may have written meanwhile");
        }
        if store.has_found_if_match(IfMatch::Refused).await {
            self.out.warn("the store refuses writes with a condition (If-Match), so objects were replaced without one: compare what others may have written meanwhile");
        }
        if self.seen().was_tagged {
            note_refused_tags(store, &self.out);
        }
    }

    fn note_versions(&self) {
        let (out, seen) = (&self.out, self.seen());
        if seen.in_place {
            out.say("note: LastModified is the time of the rotation now: lifecycle rules count their days anew");
        }
        let was_reported = [RotationOutcome::OldVersion, RotationOutcome::DeletedVersion];
        if was_reported.iter().any(|outcome| seen.outcomes.contains_key(outcome)) {
            return;
        }
        if seen.plain_versions > 0 {
            out.warn(&format!(
                "{} former versions are still there unsealed: {}",
                seen.plain_versions,
                Advice::ListOrDeleteVersions
            ));
        } else if seen.sealed_versions > 0 {
            out.say(&format!(
                "note: former versions of {} objects still need their old keys: {}",
                seen.sealed_versions,
                Advice::ListOrDeleteVersions
            ));
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn rotated(
    at: &Location,
    to: &Location,
    from_key: Option<&Key>,
    key: Option<&ObjectKey>,
) -> RotateRecord {
    RotateRecord {
        url: to.to_string(),
        source: (at != to).then(|| at.to_string()),
        result: RotationResult::Rotated,
        sealed: Some(key.is_some()),
        key: KeyFields::of(key),
        from_key_md5: from_key.map(Key::md5_base64),
        ..RotateRecord::default()
    }
}

/// Notes about settings that a copy does not take over, and that cannot be sent with it without more rights.
fn notes(source: &ObjectMetadata, loses_acl: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if loses_acl {
        notes.push("its ACL granted others something; now it is its owner's alone".to_owned());
    }
    if let Some(mode) = &source.object_lock_mode {
        let until = source.object_lock_retain_until_date.as_deref().unwrap_or("an unknown date");
        notes.push(format!(
            "its retention ({mode} until {until}) is that of its former version; the new one has what the bucket gives by default"
        ));
    }
    if source.object_lock_legal_hold_status.as_deref() == Some("ON") {
        notes.push("its legal hold is that of its former version; the new one has none".to_owned());
    }
    notes
}

fn destination(at: &Location, to: &Location) -> String {
    if at == to { String::new() } else { format!(" to {to}") }
}

/// A description of the old key and the new key.
fn change(from: Option<&Key>, to: Option<&ObjectKey>) -> String {
    let md5 = from.map(Key::md5_base64).unwrap_or_default();
    match (from, to) {
        (Some(_), Some(to)) => format!("from key-MD5 {md5} to key {to}"),
        (None, Some(to)) => format!("sealed with key {to}"),
        (Some(_), None) => format!("unsealed, from key-MD5 {md5}"),
        (None, None) => "not sealed".to_owned(),
    }
}
