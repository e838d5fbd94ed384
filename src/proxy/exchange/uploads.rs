//! What is known of uploads that are under way: which of their parts were proven, and the key that their client sent. Nothing
//! is lost if it is forgotten: an upload that is not known here is proven after it is completed.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::key::core::Key;
use crate::location::Location;

/// The oldest uploads are forgotten when there are more parts in all, which take some 20 MiB.
const MOST_PARTS: usize = 200_000;
const MOST_UPLOADS: usize = 10_000;

/// An object, and the id of an upload to it.
type Name = (Location, String);

#[derive(Default)]
pub(super) struct Uploads(Mutex<Known>);

#[derive(Default)]
struct Known {
    uploads: HashMap<Name, Upload>,
    order: VecDeque<Name>,
    parts: usize,
}

#[derive(Default)]
struct Upload {
    /// Whether this process has seen its beginning, so that it knows of each part that was ever acknowledged.
    is_whole: bool,
    own_key: Option<Key>,
    /// The ETag of each proven part.
    parts: HashMap<u32, String>,
}

/// What is known of the parts that a client lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parts {
    Proven,
    /// The upload began here, and one of them was not proven here.
    Unproven,
    /// The upload began elsewhere, or was forgotten.
    Unknown,
}

impl Uploads {
    /// An upload has begun.
    pub(super) fn begin(&self, at: &Location, id: &str, own_key: Option<Key>) {
        let mut known = self.known();
        let upload = Upload { is_whole: true, own_key, parts: HashMap::new() };
        known.add((at.clone(), id.to_owned()), upload);
    }

    /// The store has proven that it sealed this part.
    pub(super) fn remember(&self, at: &Location, id: &str, part: u32, etag: &str) {
        let mut known = self.known();
        let name = (at.clone(), id.to_owned());
        if !known.uploads.contains_key(&name) {
            known.add(name.clone(), Upload::default());
        }
        let upload = known.uploads.entry(name).or_default();
        let is_new = upload.parts.insert(part, bare(etag).to_owned()).is_none();
        known.parts += usize::from(is_new);
        known.forget_oldest();
    }

    pub(super) fn parts(&self, at: &Location, id: &str, listed: &[(u32, String)]) -> Parts {
        let known = self.known();
        let Some(upload) = known.uploads.get(&(at.clone(), id.to_owned())) else {
            return Parts::Unknown;
        };
        let is_proven = |(part, etag): &(u32, String)| {
            upload.parts.get(part).is_some_and(|it| it == bare(etag))
        };
        match (listed.iter().all(is_proven), upload.is_whole) {
            (true, _) => Parts::Proven,
            (false, true) => Parts::Unproven,
            (false, false) => Parts::Unknown,
        }
    }

    /// The key that the client sent when the upload began.
    pub(super) fn own_key(&self, at: &Location, id: &str) -> Option<Key> {
        self.known().uploads.get(&(at.clone(), id.to_owned()))?.own_key.clone()
    }

    /// An upload has ended.
    pub(super) fn end(&self, at: &Location, id: &str) {
        self.known().remove(&(at.clone(), id.to_owned()));
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn add(&mut self, name: Name, upload: Upload) {
        self.order.push_back(name.clone());
        self.uploads.insert(name, upload);
        self.forget_oldest();
    }

    fn remove(&mut self, name: &Name) {
        if let Some(upload) = self.uploads.remove(name) {
            self.parts -= upload.parts.len();
        }
    }

    fn forget_oldest(&mut self) {
        // Those that have ended stay in `order` until their turn.
        while self.parts > MOST_PARTS || self.order.len() > MOST_UPLOADS {
            let Some(oldest) = self.order.pop_front() else { return };
            self.remove(&oldest);
        }
    }
}

fn bare(etag: &str) -> &str {
    etag.trim().trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forgotten_is_unknown() {
        let uploads = Uploads::default();
        let at = |key: &str| Location { bucket: "b".to_owned(), key: key.to_owned() };
        let listed = vec![(1, "\"e\"".to_owned())];
        uploads.begin(&at("x"), "id", None);
        assert_eq!(uploads.parts(&at("x"), "id", &listed), Parts::Unproven);
        uploads.remember(&at("x"), "id", 1, "\"e\"");
        assert_eq!(uploads.parts(&at("x"), "id", &listed), Parts::Proven);
        assert_eq!(uploads.parts(&at("y"), "id", &listed), Parts::Unknown);
        uploads.remember(&at("z"), "id", 2, "f");
        assert_eq!(uploads.parts(&at("z"), "id", &listed), Parts::Unknown);
        uploads.end(&at("x"), "id");
        assert_eq!(uploads.parts(&at("x"), "id", &listed), Parts::Unknown);
        for number in 0..MOST_PARTS as u32 + 5 {
            uploads.remember(&at("many"), &(number / 10_000).to_string(), number, "e");
        }
        assert!(uploads.known().parts <= MOST_PARTS);
        assert_eq!(uploads.parts(&at("many"), "0", &[(0, "e".to_owned())]), Parts::Unknown);
    }
}
