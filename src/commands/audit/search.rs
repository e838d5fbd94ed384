//! Which objects are looked at: those of a listing, as far as they are wanted.

use std::sync::Arc;
use std::time::SystemTime;

use crate::failure::Failure;
use crate::location::Location;
use crate::store::{Kind, Listed, Listing, Store};
use crate::transfer::{Filters, Finder, Finds, Found, finds};

/// An object, or one version of it, to be looked at.
pub(super) struct Suspect {
    pub(super) at: Location,
    pub(super) listed: Listed,
}

/// What is wanted of what is listed.
pub(super) struct Search {
    pub(super) store: Arc<Store>,
    pub(super) versions: bool,
    pub(super) since: Option<SystemTime>,
    pub(super) filters: Filters,
}

impl Search {
    /// The objects at these places and below them, as they are listed.
    pub(super) fn start(self, locations: Vec<Location>) -> Finds<Suspect> {
        let (finder, finds) = finds();
        tokio::spawn(async move {
            for at in locations {
                if let Err(failure) = self.look_below(&at, &finder).await
                    && finder.send(Found::Failed(failure)).await.is_err()
                {
                    return;
                }
            }
        });
        finds
    }

    async fn look_below(&self, at: &Location, finder: &Finder<Suspect>) -> Result<(), Failure> {
        let below = at.folder();
        let mut found = 0;
        if !at.is_folder() {
            found += self.send(self.list(at).of_one_object(), at, finder, |_| true).await?;
        }
        let admits = |it: &Listed| self.filters.admit(&it.key[below.key.len()..]);
        found += self.send(self.list(&below), at, finder, admits).await?;
        match found == 0 && !at.key.is_empty() {
            false => Ok(()),
            true => Err(Failure::not_found("there is nothing of this name, and nothing below it")
                .hint("check the bucket and the key")
                .at(at)),
        }
    }

    fn list(&self, at: &Location) -> Listing {
        if self.versions { self.store.list_versions(at) } else { self.store.list(at) }
    }

    /// Sends what is wanted of a listing; how much there is of it, wanted or not.
    async fn send(
        &self,
        mut listing: Listing,
        at: &Location,
        finder: &Finder<Suspect>,
        admits: impl Fn(&Listed) -> bool,
    ) -> Result<usize, Failure> {
        let is_recent = |it: &Listed| self.since.is_none_or(|since| it.modified >= since);
        let mut found = 0;
        while let Some(page) = listing.next_page().await.map_err(of_one_bucket)? {
            found += page.len();
            let objects = page.into_iter().filter(|it| it.kind == Kind::Object);
            for listed in objects.filter(|it| is_recent(it) && admits(it)) {
                let at = Location { bucket: at.bucket.clone(), key: listed.key.clone() };
                if finder.send(Found::Item(Suspect { at, listed })).await.is_err() {
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }
}

/// That a bucket is not there does not concern the others of the command line.
fn of_one_bucket(mut failure: Failure) -> Failure {
    if matches!(failure, Failure::NotFound(_)) {
        failure.detail_mut().concerns_all = false;
    }
    failure
}
