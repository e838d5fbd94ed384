//! The progress of a run through many objects, from which another run can resume: the last key up to which all objects
//! are done. It does not pass a failed object, so that the next run tries that object again.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::key::core::{Key, KeyCheck};
use crate::location::Location;
use crate::store::wire::Store;
use crate::transfer::engine::Engine;
use crate::transfer::resume::{Journal, Kind, digest};

/// How many objects are done between two saved keys. After a kill, the next run checks at most as many again.
const EVERY: u32 = 200;

#[derive(Debug)]
pub(crate) struct Checkpoint {
    journal: Option<Journal>,
    start: Option<String>,
    watermark: Mutex<Watermark>,
}

/// The number of an object in the order of the listing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket(u64);

/// The first line of the journal.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    kind: Kind,
    #[serde(flatten)]
    run: Run,
    #[serde(flatten)]
    key: Option<KeyCheck>,
}

/// Everything that must be equal for a run to resume another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    endpoint: String,
    bucket: String,
    object: String,
    /// A digest of the options of the run.
    settings: String,
}

/// Each later line of the journal: a saved key.
#[derive(Serialize, Deserialize)]
struct Line {
    after: String,
}

impl Checkpoint {
    /// Resumes an earlier run with the same settings, prefix and key, or starts over.
    pub(crate) fn open(
        engine: &Engine,
        below: &Location,
        settings: &str,
        key: Option<&Key>,
    ) -> Checkpoint {
        let settings = &digest([settings.as_bytes()]);
        let Some(mut journal) = Journal::of_run(engine.store(), below, settings) else {
            return Checkpoint::none();
        };
        if !engine.options().resumes() {
            journal.remove();
            return Checkpoint::none();
        }
        let run = Run::of(engine.store(), below, settings);
        if let Some((header, lines)) = journal.read::<Header, Line>() {
            let same_key = match (&header.key, key) {
                (Some(check), Some(key)) => check.matches(key),
                (None, None) => true,
                _ => false,
            };
            if header.kind == Kind::Run && header.run == run && same_key && !journal.is_old() {
                let start = lines.into_iter().last().map(|line| line.after);
                return Checkpoint::new(Some(journal), start);
            }
        }
        let check = key.map(KeyCheck::new);
        let header = match check {
            // Without random bytes there is no check value, by which a later run could recognise the key.
            Some(None) => None,
            check => Some(Header { kind: Kind::Run, run, key: check.flatten() }),
        };
        let is_remembered = header.is_some_and(|header| journal.begin(&header));
        if !is_remembered {
            journal.remove();
        }
        Checkpoint::new(is_remembered.then_some(journal), None)
    }

    /// A checkpoint that saves nothing.
    pub(crate) fn none() -> Checkpoint {
        Checkpoint::new(None, None)
    }

    fn new(journal: Option<Journal>, start: Option<String>) -> Checkpoint {
        Checkpoint { journal, start, watermark: Mutex::default() }
    }

    /// The key up to which an earlier run is done. None if this run starts from the beginning.
    pub(crate) fn start(&self) -> Option<&str> {
        self.start.as_deref()
    }

    /// Adds the next object, in the order of the listing.
    pub(crate) fn begin(&self, key: &str) -> Ticket {
        self.watermark().begin(key)
    }

    /// The object is done.
    pub(crate) fn finish(&self, ticket: Ticket) {
        let after = self.watermark().finish(ticket);
        if let (Some(after), Some(journal)) = (after, &self.journal) {
            journal.add(&Line { after });
        }
    }

    /// The object failed: the next run tries it again.
    pub(crate) fn fail(&self, ticket: Ticket) {
        self.watermark().fail(ticket);
    }

    /// The object did not fail, but the next run should check it again.
    pub(crate) fn hold(&self, ticket: Ticket) {
        self.watermark().hold(ticket);
    }

    /// How many objects failed.
    pub(crate) fn failed(&self) -> u64 {
        self.watermark().failed
    }

    /// Ends the run. Returns whether the next run can resume from a saved key.
    pub(crate) fn end(&self, is_complete: bool) -> bool {
        let Some(journal) = &self.journal else { return false };
        if is_complete {
            journal.remove();
            return false;
        }
        let after = self.watermark().after.take();
        let is_further = after.is_some() || self.start.is_some();
        if let Some(after) = after {
            journal.add(&Line { after });
        }
        is_further
    }

    fn watermark(&self) -> MutexGuard<'_, Watermark> {
        self.watermark.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Run {
    fn of(store: &Store, below: &Location, settings: &str) -> Run {
        Run {
            endpoint: store.endpoint().unwrap_or_default().to_owned(),
            bucket: below.bucket.clone(),
            object: below.key.clone(),
            settings: settings.to_owned(),
        }
    }
}

/// The last key up to which all objects are done.
#[derive(Debug, Default)]
struct Watermark {
    /// The started objects in order, from the first unfinished one, each with whether it is finished.
    under_way: VecDeque<(String, bool)>,
    /// The number of the first object in `under_way`.
    first: u64,
    /// The first object that failed or was held: the key does not pass it.
    limit: Option<u64>,
    after: Option<String>,
    failed: u64,
    /// How many objects have finished since the key was last saved.
    unsaved: u32,
}

impl Watermark {
    fn begin(&mut self, key: &str) -> Ticket {
        let number = self.first + self.under_way.len() as u64;
        // After a failure later objects cannot move the key.
        if self.limit.is_none() {
            self.under_way.push_back((key.to_owned(), false));
        }
        Ticket(number)
    }

    /// Returns the key to save, once every [`EVERY`] objects.
    fn finish(&mut self, Ticket(number): Ticket) -> Option<String> {
        if self.limit.is_some_and(|limit| number >= limit) {
            return None;
        }
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.under_way.get_mut(place)?.1 = true;
        // Of adjacent finished objects only the last key is needed. The others are dropped, so that one slow object does
        // not keep a million keys in memory.
        if self.under_way.get(place + 1).is_some_and(|(_, is_finished)| *is_finished) {
            self.under_way[place].0 = String::new();
        }
        if let Some((key, true)) = place.checked_sub(1).and_then(|it| self.under_way.get_mut(it)) {
            *key = String::new();
        }
        while self.under_way.front().is_some_and(|(_, is_finished)| *is_finished) {
            self.after = self.under_way.pop_front().map(|(key, _)| key);
            self.first += 1;
            self.unsaved += 1;
        }
        if self.unsaved < EVERY {
            return None;
        }
        self.unsaved = 0;
        self.after.clone()
    }

    fn fail(&mut self, ticket: Ticket) {
        self.failed += 1;
        self.hold(ticket);
    }

    fn hold(&mut self, Ticket(number): Ticket) {
        let limit = self.limit.map_or(number, |limit| limit.min(number));
        self.limit = Some(limit);
        self.under_way.truncate(usize::try_from(limit.saturating_sub(self.first)).unwrap_or(0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// In every order of ends, and with every set of failures.
        #[test]
        fn nothing_is_passed_over_that_is_not_done(
            ends in prop::collection::vec((0usize..40, prop::bool::weighted(0.9)), 0..120),
            count in 1usize..40,
        ) {
            let mut watermark = Watermark::default();
            let mut done = vec![false; count];
            let mut has_failed = vec![false; count];
            let mut tickets = Vec::new();
            for (place, is_good) in ends {
                // Some begin only after others have ended.
                if tickets.len() < count {
                    tickets.push(watermark.begin(&format!("{:03}", tickets.len())));
                }
                let place = place % tickets.len();
                if done[place] || has_failed[place] {
                    continue;
                }
                if is_good {
                    done[place] = true;
                    watermark.finish(tickets[place]);
                } else {
                    has_failed[place] = true;
                    watermark.fail(tickets[place]);
                }
                let passed = done.iter().take_while(|done| **done).count();
                let expected = passed.checked_sub(1).map(|last| format!("{last:03}"));
                prop_assert_eq!(&watermark.after, &expected);
            }
        }
    }

    #[test]
    fn what_failed_lets_nothing_pile_up_behind_it() {
        let mut watermark = Watermark::default();
        let first = watermark.begin("a");
        watermark.fail(first);
        for _ in 0..1000 {
            let ticket = watermark.begin("b");
            watermark.finish(ticket);
        }
        assert!(watermark.under_way.is_empty() && watermark.after.is_none());
    }
}
