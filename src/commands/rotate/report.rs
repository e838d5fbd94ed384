//! What is told of each object, and at the end of all of them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde::Serialize;

use super::rotator::Goal;
use crate::commands::reminder;
use crate::commands::selection::tell_summary;
use crate::failure::Failure;
use crate::key::core::Key;
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::output::Output;
use crate::store::copy::Copy;
use crate::store::object::{ObjectMetadata, Opened, Stored};
use crate::store::wire::Store;
use crate::transfer::many::Tally;

/// What becomes of an object, or a version of one, that is not sealed anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    /// It has the key that it should get.
    Current,
    /// It is not sealed, and such objects are not meant.
    Plain,
    /// It was not when an inventory was taken.
    InventoriedPlain,
    /// It is sealed, and such objects are not meant.
    Sealed,
    /// It must be restored first.
    Archived,
    /// It was deleted meanwhile.
    Gone,
    /// A former version that needs an old key.
    OldVersion,
    /// Such a version, deleted.
    DeletedVersion,
}

/// An object that was sealed anew.
pub(super) struct Done<'a> {
    pub(super) to: &'a Location,
    pub(super) copy: &'a Copy,
    pub(super) stored: &'a Stored,
    /// Whether its ACL granted others something.
    pub(super) loses_acl: bool,
}

/// Tells people and programs.
pub(super) struct Report {
    pub(super) dry_run: bool,
    pub(super) out: Output,
    /// Whether people are told of each object.
    tells_each: bool,
    counts: Mutex<BTreeMap<Outcome, u64>>,
    seen: Mutex<Seen>,
    /// The first key that has sealed something.
    first_key: OnceLock<Key>,
    /// Whether people know that the store may overwrite what another writer has just replaced.
    has_warned: AtomicBool,
}

/// What there is to be said at the end.
#[derive(Default)]
struct Seen {
    /// How many of those that were sealed anew have a former version that is sealed, and that is not.
    sealed_versions: u64,
    plain_versions: u64,
    was_tagged: bool,
    in_place: bool,
}

/// What `--json` prints of an object.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    op: &'static str,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<&'a str>,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sealed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_md5: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_key_md5: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
}

impl Outcome {
    /// As programs read it.
    fn name(self) -> &'static str {
        match self {
            Outcome::Current => "current",
            Outcome::Plain | Outcome::InventoriedPlain => "plain",
            Outcome::Sealed => "sealed",
            Outcome::Archived => "archived",
            Outcome::Gone => "gone",
            Outcome::OldVersion => "old-version",
            Outcome::DeletedVersion => "deleted-version",
        }
    }

    /// As the summary counts it.
    fn counted(self) -> &'static str {
        match self {
            Outcome::Current => "as they should be already",
            Outcome::Plain => "not sealed and left alone",
            Outcome::InventoriedPlain => "not sealed when the inventory was taken",
            Outcome::Sealed => "sealed and left alone",
            Outcome::Archived => "archived and left alone",
            Outcome::Gone => "gone meanwhile",
            Outcome::OldVersion => "former versions left alone",
            Outcome::DeletedVersion => "former versions deleted",
        }
    }

    /// As people read it of one object; nothing where there is nothing to do about it.
    fn sentence(self, is_sealed: bool, dry_run: bool) -> Option<&'static str> {
        match self {
            Outcome::DeletedVersion if dry_run => {
                Some("a former version, or one by then, that would be deleted")
            }
            Outcome::OldVersion if !is_sealed => Some("a former version that is not sealed"),
            Outcome::DeletedVersion if !is_sealed => {
                Some("a former version that was not sealed, deleted")
            }
            Outcome::Plain => Some("not sealed, and left alone: --from none seals it"),
            Outcome::InventoriedPlain => Some(
                "not sealed when the inventory was taken, and left alone: --from none seals it",
            ),
            Outcome::Archived => Some("archived, and left alone: restore it, and rotate it again"),
            Outcome::OldVersion => Some("a former version that still needs an old key"),
            Outcome::DeletedVersion => Some("a former version that needed an old key, deleted"),
            Outcome::Current | Outcome::Sealed | Outcome::Gone => None,
        }
    }
}

impl Report {
    pub(super) fn new(dry_run: bool, tells_each: bool, out: Output) -> Report {
        let (counts, seen, first_key) = (Mutex::default(), Mutex::default(), OnceLock::new());
        let has_warned = AtomicBool::new(false);
        Report { dry_run, out, tells_each, counts, seen, first_key, has_warned }
    }

    /// Tells of an object that stays as it is.
    ///
    /// # Errors
    /// Where stdout cannot be written.
    pub(super) fn leave(
        &self,
        at: &Location,
        outcome: Outcome,
        goal: &Goal,
        metadata: Option<&ObjectMetadata>,
    ) -> Result<(), Failure> {
        let key = goal.key.as_ref().filter(|_| outcome == Outcome::Current);
        let item = Item {
            bytes: metadata.and_then(|it| it.content_length),
            sealed: match outcome {
                Outcome::Current => Some(goal.key.is_some()),
                Outcome::Plain => Some(false),
                Outcome::Sealed => Some(true),
                _ => None,
            },
            key_md5: key.map(|key| key.key.md5_base64()),
            key_name: key.map(|key| key.label.as_str()),
            etag: metadata.and_then(|it| it.etag.as_deref()),
            version_id: metadata.and_then(|it| it.version_id.as_deref()),
            dry_run: self.dry_run,
            ..Item::new(at, outcome.name())
        };
        self.tell(outcome, &item, &at.to_string())
    }

    /// Tells of a former version: what opens it, and what became of it.
    ///
    /// # Errors
    /// Where stdout cannot be written.
    pub(super) fn version(
        &self,
        at: &Location,
        version_id: &str,
        outcome: Outcome,
        opened: &Opened<ObjectMetadata>,
    ) -> Result<(), Failure> {
        let item = Item {
            version_id: Some(version_id),
            bytes: opened.answer.content_length,
            sealed: Some(opened.key.is_some()),
            key_md5: opened.key.as_ref().map(Key::md5_base64),
            dry_run: self.dry_run,
            ..Item::new(at, outcome.name())
        };
        self.tell(outcome, &item, &format!("{at} (version {version_id})"))
    }

    fn tell(&self, outcome: Outcome, item: &Item<'_>, what: &str) -> Result<(), Failure> {
        *self.counts().entry(outcome).or_default() += 1;
        if self.out.json() {
            return self.out.item(item);
        }
        match outcome.sentence(item.sealed.unwrap_or_default(), self.dry_run) {
            Some(sentence) => self.out.say(&format!("{what}: {sentence}")),
            None if self.tells_each => {
                self.out.say(&format!("{what}: {}, left alone", outcome.name()));
            }
            None => {}
        }
        Ok(())
    }

    /// Tells what would be done with an object.
    ///
    /// # Errors
    /// Where stdout cannot be written.
    pub(super) fn tell_planned(
        &self,
        at: &Location,
        to: &Location,
        goal: &Goal,
        opened: &Opened<ObjectMetadata>,
    ) -> Result<(), Failure> {
        let key = goal.key.as_ref();
        if self.out.json() {
            return self.out.item(&Item {
                source: (at != to).then(|| at.to_string()),
                bytes: opened.answer.content_length,
                sealed: Some(key.is_some()),
                key_md5: key.map(|key| key.key.md5_base64()),
                key_name: key.map(|key| key.label.as_str()),
                from_key_md5: opened.key.as_ref().map(Key::md5_base64),
                dry_run: true,
                ..Item::new(to, "rotated")
            });
        }
        self.out.say(&format!("would rotate {at}{}: {}", destination(at, to), goes(opened, key)));
        Ok(())
    }

    /// Tells of an object that was sealed anew.
    ///
    /// # Errors
    /// Where stdout cannot be written.
    pub(super) fn rotated(
        &self,
        at: &Location,
        done: &Done<'_>,
        key: Option<&ObjectKey>,
    ) -> Result<(), Failure> {
        let (source, stored) = (&done.copy.source, done.stored);
        if let Some(key) = key {
            self.first_key.get_or_init(|| key.master().clone());
        }
        {
            let mut seen = self.seen();
            seen.in_place |= done.copy.is_in_place();
            seen.was_tagged |= done.copy.write.tags_key;
            let keeps_former = stored.version_id.as_deref().is_some_and(|it| it != "null");
            if done.copy.is_in_place() && keeps_former {
                let is_sealed = source.key.is_some();
                *(if is_sealed { &mut seen.sealed_versions } else { &mut seen.plain_versions }) +=
                    1;
            }
        }
        let notes = notes(&source.metadata, done.loses_acl);
        if self.out.json() {
            return self.out.item(&Item {
                source: (at != done.to).then(|| at.to_string()),
                version_id: stored.version_id.as_deref(),
                bytes: Some(stored.bytes),
                sealed: Some(key.is_some()),
                key_md5: key.map(|key| key.key.md5_base64()),
                key_name: key.map(|key| key.label.as_str()),
                from_key_md5: source.key.as_ref().map(Key::md5_base64),
                etag: stored.etag.as_deref(),
                notes,
                ..Item::new(done.to, "rotated")
            });
        }
        for note in notes {
            self.out.say(&format!("note: {}: {note}", done.to));
        }
        if self.tells_each {
            let opened = Opened { answer: (), key: source.key.clone() };
            let (to, bytes) = (destination(at, done.to), stored.bytes);
            self.out.say(&format!("rotated {at}{to} ({bytes} bytes): {}", goes(&opened, key)));
        }
        Ok(())
    }

    /// Says once, before anything is overwritten, what no trial can show: whether a store looks at a condition and
    /// writes without a gap between the two.
    pub(super) fn warn_of_races(&self, store: &Store) {
        if !store.is_amazon() && !self.has_warned.swap(true, Ordering::Relaxed) {
            self.out.warn("this store is not known to refuse, without a gap, to overwrite what another writer has just replaced (If-Match on copies): let nobody write there meanwhile");
        }
    }

    /// The summary, and what the user should know of the store.
    pub(super) async fn tell_end(&self, store: &Store, tally: &Tally) {
        for at in store.left_of_trials().await {
            self.out.warn(&format!("the throw-away object {at} could not be deleted: delete it"));
        }
        if tally.done > 0 && !self.dry_run {
            self.tell_notes(store).await;
        }
        if !self.tells_each {
            let verb = if self.dry_run { "would rotate" } else { "rotated" };
            let counted = |outcome: Outcome| match (outcome, self.dry_run) {
                (Outcome::DeletedVersion, true) => "versions would be deleted",
                _ => outcome.counted(),
            };
            let counts: Vec<(u64, &str)> =
                self.counts().iter().map(|(outcome, count)| (*count, counted(*outcome))).collect();
            tell_summary(verb, "object", tally, &counts, &self.out);
        }
    }

    async fn tell_notes(&self, store: &Store) {
        let out = &self.out;
        if store.refuses_copies().await {
            out.say("note: the store does not copy between these keys, so the bytes went through this machine");
        }
        if store.lacks_guards().await {
            out.warn("the store has overwritten a throw-away object in spite of its condition (If-Match): compare what others may have written meanwhile");
        }
        let seen = std::mem::take(&mut *self.seen());
        if seen.was_tagged && store.learned().key_tags().are_refused() {
            out.say("note: the store keeps no tags, so objects do not tell which key they need");
        }
        if seen.in_place {
            out.say("note: LastModified is the time of the rotation now: lifecycle rules count their days anew");
        }
        let has_listed = |outcome| self.counts().contains_key(&outcome);
        let are_told = has_listed(Outcome::DeletedVersion) || has_listed(Outcome::OldVersion);
        if are_told {
            // Each was.
        } else if seen.plain_versions > 0 {
            out.warn(&format!(
                "{} former versions are still there unsealed: --all-versions lists them, --delete-old-versions deletes them",
                seen.plain_versions
            ));
        } else if seen.sealed_versions > 0 {
            out.say(&format!(
                "note: former versions of {} objects still need their old keys: --all-versions lists them, --delete-old-versions deletes them",
                seen.sealed_versions
            ));
        }
        if let Some(key) = self.first_key.get() {
            reminder::keep_a_copy(key, out);
        }
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<Outcome, u64>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Item<'_> {
    fn new(at: &Location, result: &'static str) -> Self {
        Item { op: "rotate", url: at.to_string(), result, ..Item::default() }
    }
}

/// What a copy does not take over, and nobody can send along without more rights.
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

/// From which key to which.
fn goes<T>(opened: &Opened<T>, key: Option<&ObjectKey>) -> String {
    let from = opened.key.as_ref().map(|key| format!("from key-MD5 {}", key.md5_base64()));
    let to = key.map(|key| format!("to key {key}"));
    let (from, to) = (from.unwrap_or("sealed".to_owned()), to.unwrap_or("unsealed".to_owned()));
    match (&opened.key, key) {
        (None, Some(key)) => format!("sealed with key {key}"),
        (Some(_), None) => format!("unsealed, {from}"),
        _ => format!("{from} {to}"),
    }
}
