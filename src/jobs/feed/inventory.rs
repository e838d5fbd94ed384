//! Objects that an S3 Inventory lists.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use md5::{Digest, Md5};
use tokio::sync::mpsc::Sender;

use super::manifest::{Inventoried, Manifest};
use super::search::{FeedObject, Place, Search};
use crate::failure::{Advice, Failure};
use crate::location::Location;
use crate::store::copy::is_throw_away;
use crate::store::list::{Listed, ListedKind};
use crate::store::wire::Store;
use crate::transfer::down::ObjectReader;
use crate::transfer::many::Found;
use crate::transfer::to_path;

/// The largest manifest in bytes: it has about 200 bytes for each data file, which lists about a million objects.
const LARGEST_MANIFEST: u64 = 64 << 20;

/// The location of an inventory.
enum Origin {
    /// The manifest's location in a bucket, which also has the data files.
    Store(Arc<Store>, Location),
    /// The manifest's path on this machine.
    Folder(PathBuf),
}

/// Sends the wanted objects of a place that an inventory lists.
pub(super) async fn send_inventoried(
    search: &Search,
    manifest: &str,
    place: &Place,
    sender: &Sender<Found<FeedObject>>,
) -> Result<(), Failure> {
    let (search, manifest) = (search.clone(), manifest.to_owned());
    let (place, sender) = (place.clone(), sender.clone());
    // On a blocking thread, which may wait until the objects are received.
    let sent = tokio::task::spawn_blocking(move || send(&search, &manifest, &place, &sender));
    let unexpected = |_| Err(Failure::other("the inventory's reader ended unexpectedly"));
    sent.await.unwrap_or_else(unexpected)
}

fn send(
    search: &Search,
    manifest: &str,
    place: &Place,
    sender: &Sender<Found<FeedObject>>,
) -> Result<(), Failure> {
    let origin = Origin::of(manifest, &search.store)?;
    let manifest = origin.manifest()?;
    check(&manifest, search, place)?;
    let columns = manifest.columns()?;
    let mut wanted = Wanted { search, place, folder: place.folder().key, found: 0 };
    let mut send = |it: Inventoried| {
        let Some(object) = wanted.object(it) else { return true };
        let is_throw_away = is_throw_away(&object.at.key);
        let found = if is_throw_away { Found::Skipped } else { Found::Item(object) };
        sender.blocking_send(found).is_ok()
    };
    for file in &manifest.files {
        let mut bytes = Summed { file: origin.data_file(&file.key)?, md5: Md5::new() };
        let read = columns.read(&mut bytes, &mut send);
        if sender.is_closed() {
            return Ok(());
        }
        let read = read.and_then(|()| bytes.check(&file.md5));
        read.map_err(|failure| origin.in_file(&file.key, failure))?;
    }
    wanted.conclude()
}

/// Checks that the inventory is of this bucket and has all the necessary columns.
fn check(manifest: &Manifest, search: &Search, place: &Place) -> Result<(), Failure> {
    let (source, wanted) = (&manifest.source_bucket, &place.at().bucket);
    if source != wanted {
        return Err(Failure::usage(format!(
            "the inventory is of the bucket {source}, and the URL names {wanted}"
        ))
        .hint("give the manifest and the URL of one bucket"));
    }
    let columns = manifest.columns()?;
    if search.versions && !columns.have_versions() {
        return Err(Failure::usage(
            "the inventory does not list versions, with their sizes and times",
        )
        .hint(Advice::InventoryOfVersions));
    }
    if search.since.is_some() && !columns.have_listing() {
        return Err(Failure::usage("the inventory does not say when objects were written")
            .hint(Advice::InventoryWithDates));
    }
    Ok(())
}

impl Origin {
    fn of(manifest: &str, store: &Arc<Store>) -> Result<Origin, Failure> {
        if manifest.contains("://") {
            return Ok(Origin::Store(store.clone(), manifest.parse::<Location>()?.object()?));
        }
        Ok(Origin::Folder(PathBuf::from(manifest)))
    }

    fn manifest(&self) -> Result<Manifest, Failure> {
        let file: Box<dyn Read> = match self {
            Origin::Store(store, at) => Box::new(ObjectReader::open(store, at.clone())),
            Origin::Folder(path) => Box::new(open(path)?),
        };
        let mut json = Vec::new();
        let read = file.take(LARGEST_MANIFEST).read_to_end(&mut json);
        read.map_err(|error| unreadable(Path::new("the manifest"), error))?;
        Manifest::parse(&json).map_err(|failure| match self {
            Origin::Store(_, at) => failure.at(at),
            Origin::Folder(path) => in_path(path, failure),
        })
    }

    fn data_file(&self, key: &str) -> Result<Box<dyn Read>, Failure> {
        match self {
            Origin::Store(store, manifest) => {
                Ok(Box::new(ObjectReader::open(store, in_bucket(manifest, key))))
            }
            Origin::Folder(manifest) => Ok(Box::new(open(&beside(manifest, key)?)?)),
        }
    }

    /// Adds to a failure which data file it is about.
    fn in_file(&self, key: &str, failure: Failure) -> Failure {
        match self {
            _ if failure.detail().url.is_some() => failure,
            Origin::Store(_, manifest) => failure.at(&in_bucket(manifest, key)),
            Origin::Folder(_) => in_path(Path::new(key), failure),
        }
    }
}

fn in_bucket(manifest: &Location, key: &str) -> Location {
    Location { bucket: manifest.bucket.clone(), key: key.to_owned() }
}

fn in_path(path: &Path, mut failure: Failure) -> Failure {
    let detail = failure.detail_mut();
    detail.message = format!("{}: {}", path.display(), detail.message);
    failure
}

/// The path of a data file on this machine: below the manifest's folder with its whole key, directly in that folder, or
/// in the folder `data` beside it, as in the bucket.
fn beside(manifest: &Path, key: &str) -> Result<PathBuf, Failure> {
    let below = to_path(key)?;
    let name = below.file_name().map(PathBuf::from).unwrap_or_default();
    let folder = manifest.parent().unwrap_or(Path::new(""));
    let places = [folder.join(&below), folder.join(&name), folder.join("../data").join(&name)];
    let found = places.into_iter().find(|path| path.is_file());
    found.ok_or_else(|| {
        let (name, folder) = (name.display(), manifest.display());
        Failure::not_found(format!("the data file {name} is not beside {folder}"))
            .hint("fetch it into the manifest's folder, or give the manifest's s3:// URL")
    })
}

fn open(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|error| unreadable(path, error))
}

fn unreadable(path: &Path, error: io::Error) -> Failure {
    let name = path.display();
    match error.downcast::<Failure>() {
        Ok(failure) => failure,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Failure::not_found(format!("there is no file {name}"))
                .hint("check the path")
                .because(error)
        }
        Err(error) => Failure::other(format!("{name} cannot be read: {error}"))
            .hint("give a manifest.json, by its path or its s3:// URL")
            .because(error),
    }
}

/// A file's bytes; their MD5 is computed as they are read.
struct Summed {
    file: Box<dyn Read>,
    md5: Md5,
}

impl Summed {
    /// Compares the MD5 of the bytes read with the manifest's.
    fn check(self, md5: &str) -> Result<(), Failure> {
        let found: String = self.md5.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        if found.eq_ignore_ascii_case(md5) {
            return Ok(());
        }
        Err(Failure::integrity(
            "the inventory's data file is not the one that its manifest has the MD5 of",
        )
        .hint("fetch both again; each manifest goes with the data files of its own day"))
    }
}

impl Read for Summed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.md5.update(&buffer[..count]);
        Ok(count)
    }
}

/// Selects the wanted objects of an inventory.
struct Wanted<'a> {
    search: &'a Search,
    place: &'a Place,
    /// The prefix of the keys below the place.
    folder: String,
    /// How many rows were at the place, wanted or not.
    found: u64,
}

impl Wanted<'_> {
    fn object(&mut self, it: Inventoried) -> Option<FeedObject> {
        let Search { versions, since, options, .. } = self.search;
        let at = self.place.at();
        let name = match self.place {
            Place::Object(_) | Place::Both(_) if it.key == at.key => None,
            Place::Object(_) => return None,
            Place::Below(_) | Place::Both(_) => Some(it.key.strip_prefix(&self.folder)?),
        };
        self.found += 1;
        let is_recent = |since| it.listed.as_ref().is_some_and(|it| it.modified >= since);
        let is_wanted = it.kind == ListedKind::Object
            && (*versions || it.is_latest)
            && since.is_none_or(is_recent)
            && name.is_none_or(|name| options.filters.admit(name))
            && self.search.is_in_shard(&it.key);
        is_wanted.then(|| {
            // As in a listing: without versions the object means its newest version at the time of the request.
            let unversioned = |it| Listed { version_id: None, ..it };
            let listed = if *versions { it.listed } else { it.listed.map(unversioned) };
            let at = Location { bucket: at.bucket.clone(), key: it.key };
            FeedObject { at, listed, encryption: it.encryption }
        })
    }

    /// Fails at the end of an inventory that has no object at the place.
    fn conclude(&self) -> Result<(), Failure> {
        if self.found > 0 || self.place.at().key.is_empty() {
            return Ok(());
        }
        Err(Failure::not_found("the inventory lists nothing of this name or below it")
            .hint("check the URL, and the prefix that the inventory is configured with")
            .at(self.place.at()))
    }
}
