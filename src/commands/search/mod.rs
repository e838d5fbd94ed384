//! Which objects a command works through: those of a listing, a list or an inventory, as far as they are wanted.

mod array;
mod inventory;
mod shard;
mod since;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use inventory::send_inventoried;

use crate::failure::Failure;
use crate::jobs::feed::send_listed;
use crate::location::Location;
use crate::store::EncryptionStatus;
use crate::store::copy::is_throw_away;
use crate::store::object::{Kind, Listed, Listing};
use crate::store::wire::Store;
use crate::transfer::many::{Filters, Finder, Finds, Found, finds};

pub(super) use shard::Shard;
pub(super) use since::{parse_since, parse_time};

/// Which objects are wanted of all that there are.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Selection options")]
pub(super) struct SearchOptions {
    #[command(flatten)]
    pub(super) filters: Filters,
    /// Take only what this file names, one a line, relative to the URL's folder; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(super) files_from: Option<PathBuf>,
    /// Take what an S3 Inventory lists instead of asking the store for a listing: the s3:// URL or the path of its
    /// manifest.json
    ///
    /// Data files are CSV. They are read from the manifest's bucket, or from the manifest's folder. What they say
    /// is as of the day that the inventory was taken.
    #[arg(long, value_name = "MANIFEST", conflicts_with = "files_from")]
    pub(super) inventory: Option<String>,
    /// Take one share of N: I/N, such as 3/16; in a job array `auto`, or auto/N where its scheduler tells no N
    ///
    /// The shares of N hold each object once, wherever and however often they are taken: an object is in share
    /// 1 + (the first 8 bytes of the SHA-256 of its key, as a big-endian number) modulo N.
    #[arg(long, value_name = "I/N", value_parser = Shard::parse)]
    pub(super) shard: Option<Shard>,
}

impl SearchOptions {
    /// Whether the objects are named by a list, so that a URL is the folder that they are in.
    pub(super) fn is_list(&self) -> bool {
        self.files_from.is_some() || self.inventory.is_some()
    }

    /// # Errors
    /// [`Failure::Usage`] where the objects of a list could be in several places, or standard input is both
    /// the list and a key.
    pub(super) fn check(&self, places: &[Place], key_uses_stdin: bool) -> Result<(), Failure> {
        let option = match (&self.files_from, &self.inventory) {
            (Some(_), _) => "--files-from",
            (None, Some(_)) => "--inventory",
            (None, None) => return Ok(()),
        };
        if places.len() != 1 {
            return Err(Failure::usage(format!("{option} names objects below one prefix"))
                .hint("give that prefix as the one URL"));
        }
        if self.files_from.as_deref() == Some(Path::new("-")) && key_uses_stdin {
            return Err(Failure::usage("standard input cannot be both the key and the list")
                .hint("take the key from a file, fd:N, env:NAME or cmd:COMMAND"));
        }
        Ok(())
    }
}

/// Where to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// At this object alone.
    Object(Location),
    /// At what lies below: all whose keys begin with the location's, and a `/`.
    Below(Location),
    /// At the object and at what lies below it.
    Both(Location),
}

/// An object, or one version of it, to be looked at.
#[derive(Debug)]
pub(super) struct Suspect {
    pub(super) at: Location,
    /// What a listing or an inventory says of it; none where only its name is known.
    pub(super) listed: Option<Listed>,
    /// How it was encrypted when an inventory was taken.
    pub(super) encryption: Option<EncryptionStatus>,
}

impl Suspect {
    /// Whether somebody has named it, so that it should be there.
    pub(super) fn is_named(&self) -> bool {
        self.listed.is_none() && self.encryption.is_none()
    }
}

/// What is wanted, and from where on.
#[derive(Clone)]
pub(super) struct Search {
    pub(super) store: Arc<Store>,
    pub(super) versions: bool,
    pub(super) since: Option<SystemTime>,
    pub(super) options: SearchOptions,
    /// The last key of a listing that is not wanted any more, nor those before it; where there is but one place.
    pub(super) after: Option<String>,
}

impl Search {
    /// The objects at these places, in the order of the listing, the list or the inventory.
    pub(super) fn start(self, places: Vec<Place>) -> Finds<Suspect> {
        let (finder, finds) = finds();
        tokio::spawn(async move {
            for place in places {
                let found = match (&self.options.files_from, &self.options.inventory) {
                    (Some(list), _) => self.send_named(list, place.folder(), &finder).await,
                    (None, Some(manifest)) => {
                        self.send_inventoried(manifest, &place, &finder).await
                    }
                    (None, None) => self.send_all(&place, &finder).await,
                };
                if let Err(failure) = found
                    && finder.send(Found::Failed(failure)).await.is_err()
                {
                    return;
                }
            }
        });
        finds
    }

    /// Sends what a listing holds.
    async fn send_all(&self, place: &Place, finder: &Finder<Suspect>) -> Result<(), Failure> {
        let at = place.at();
        let is_alone = matches!(place, Place::Object(_));
        if is_alone && !self.versions && self.since.is_none() {
            // Whoever names an object need not be allowed to list the bucket.
            if self.takes(&at.key) {
                let suspect = Suspect { at: at.clone(), listed: None, encryption: None };
                let _ = finder.send(Found::Item(suspect)).await;
            }
            return Ok(());
        }
        let mut found = 0;
        if !matches!(place, Place::Below(_)) {
            found += self.send(self.list(at).of_one_object(), at, finder, |_| true).await?.0;
        }
        if !is_alone {
            let below = place.folder();
            let admits = |it: &Listed| self.options.filters.admit(&it.key[below.key.len()..]);
            let (count, was_reached) = self.send(self.list(&below), at, finder, admits).await?;
            if !was_reached {
                // What was the last is gone: nobody knows what comes after it.
                let anew = Search { after: None, ..self.clone() };
                return Box::pin(anew.send_all(place, finder)).await;
            }
            found += count;
        }
        if found == 0 && self.after.is_none() && !at.key.is_empty() {
            Err(Failure::not_found("there is nothing of this name, and nothing below it")
                .hint("check the bucket and the key")
                .at(at))
        } else {
            Ok(())
        }
    }

    fn list(&self, at: &Location) -> Listing {
        let listing =
            if self.versions { self.store.list_versions(at) } else { self.store.list(at) };
        match &self.after {
            // Others have orders of their own, in which a later key need not be greater.
            Some(key) if self.store.is_amazon() => listing.after(key),
            _ => listing,
        }
    }

    /// Sends what is wanted of a listing; how much there is of it, wanted or not, and whether the key was in it after
    /// which it is wanted.
    async fn send(
        &self,
        mut listing: Listing,
        at: &Location,
        finder: &Finder<Suspect>,
        admits: impl Fn(&Listed) -> bool,
    ) -> Result<(usize, bool), Failure> {
        let mut last_unwanted = self.after.as_ref().filter(|_| !self.store.is_amazon());
        let is_recent = |it: &Listed| self.since.is_none_or(|since| it.modified >= since);
        let mut found = 0;
        while let Some(page) = listing.next_page().await.map_err(of_one_bucket)? {
            found += page.len();
            let objects = page.into_iter().filter(|it| it.kind == Kind::Object);
            let objects = objects.filter(|it| match last_unwanted {
                Some(last) if it.key == *last => {
                    last_unwanted = None;
                    false
                }
                Some(_) => false,
                None => true,
            });
            let objects: Vec<Listed> = objects.collect();
            for listed in
                objects.into_iter().filter(|it| is_recent(it) && admits(it) && self.takes(&it.key))
            {
                let at = Location { bucket: at.bucket.clone(), key: listed.key.clone() };
                // Its key is known to the run alone that wrote it.
                let next = if is_throw_away(&at.key) {
                    Found::Skipped
                } else {
                    Found::Item(Suspect { at, listed: Some(listed), encryption: None })
                };
                if finder.send(next).await.is_err() {
                    return Ok((found, true));
                }
            }
        }
        Ok((found, last_unwanted.is_none()))
    }

    /// Sends what a list names.
    async fn send_named(
        &self,
        list: &Path,
        folder: Location,
        finder: &Finder<Suspect>,
    ) -> Result<(), Failure> {
        let (search, list, finder) = (self.clone(), list.to_owned(), finder.clone());
        // On a thread of its own: whoever writes the list into a pipe may take time.
        let sent = tokio::task::spawn_blocking(move || {
            send_listed(&list, &finder, |name: &str| {
                let at = folder.join(name);
                let is_wanted = search.options.filters.admit(name) && search.takes(&at.key);
                is_wanted.then(|| match at.clone().object() {
                    Ok(at) => Found::Item(Suspect { at, listed: None, encryption: None }),
                    Err(failure) => Found::Failed(failure.at(&at)),
                })
            })
        });
        sent.await.unwrap_or_else(|_| Err(Failure::other("the list's reader ended unexpectedly")))
    }

    /// Sends what an inventory lists.
    async fn send_inventoried(
        &self,
        manifest: &str,
        place: &Place,
        finder: &Finder<Suspect>,
    ) -> Result<(), Failure> {
        let (search, manifest) = (self.clone(), manifest.to_owned());
        let (place, finder) = (place.clone(), finder.clone());
        // On a thread of its own, which may wait for those who take what is found.
        let sent = tokio::task::spawn_blocking(move || {
            send_inventoried(&search, &manifest, &place, &finder)
        });
        let ended = |_| Err(Failure::other("the inventory's reader ended unexpectedly"));
        sent.await.unwrap_or_else(ended)
    }

    /// Whether the object of this key is in the share that is wanted.
    fn takes(&self, key: &str) -> bool {
        self.options.shard.is_none_or(|shard| shard.holds(key))
    }
}

impl From<Location> for Place {
    /// What a URL means without further words: a folder what is in it, any other name both.
    fn from(at: Location) -> Place {
        if at.is_folder() { Place::Below(at) } else { Place::Both(at) }
    }
}

impl Place {
    fn at(&self) -> &Location {
        match self {
            Place::Object(at) | Place::Below(at) | Place::Both(at) => at,
        }
    }

    /// What names are relative to.
    pub(super) fn folder(&self) -> Location {
        self.at().folder()
    }
}

/// That a bucket is not there does not concern the others of the command line.
fn of_one_bucket(mut failure: Failure) -> Failure {
    if matches!(failure, Failure::NotFound(_)) {
        failure.detail_mut().concerns_all = false;
    }
    failure
}
