//! `--inventory`: the objects that an S3 Inventory lists, instead of a listing. It is read as it is needed,
//! so that memory does not grow with it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use md5::{Digest, Md5};

use super::{Place, Search, Suspect, is_throw_away};
use crate::failure::Failure;
use crate::location::Location;
use crate::store::object::{Kind, Listed};
use crate::store::wire::Store;
use crate::store::{Inventoried, Manifest};
use crate::transfer::down::ObjectReader;
use crate::transfer::many::{Finder, Found};
use crate::transfer::to_path;

/// No manifest is larger: it has about 200 bytes for a data file, which lists a million objects or so.
const LARGEST_MANIFEST: u64 = 64 << 20;

/// Where an inventory is.
enum Source {
    /// In a bucket: the manifest's place; data files are in the same bucket.
    Store(Arc<Store>, Location),
    /// On this machine: the manifest's path.
    Folder(PathBuf),
}

/// Sends what is wanted of an inventory; where a thread may wait, and from within a runtime.
pub(super) fn send_inventoried(
    search: &Search,
    manifest: &str,
    place: &Place,
    finder: &Finder<Suspect>,
) -> Result<(), Failure> {
    let source = Source::of(manifest, &search.store)?;
    let manifest = source.manifest()?;
    check(&manifest, search, place)?;
    let columns = manifest.columns()?;
    let mut wanted = Wanted::new(search, place);
    let mut send = |it: Inventoried| match wanted.suspect(it) {
        Some(suspect) if is_throw_away(&suspect.at.key) => {
            finder.blocking_send(Found::Skipped).is_ok()
        }
        Some(suspect) => finder.blocking_send(Found::Item(suspect)).is_ok(),
        None => true,
    };
    for file in &manifest.files {
        let mut bytes = Summed { file: source.data_file(&file.key)?, md5: Md5::new() };
        let read = columns.read(&mut bytes, &mut send);
        if finder.is_closed() {
            return Ok(());
        }
        let read = read.and_then(|()| bytes.check(&file.md5));
        read.map_err(|failure| source.in_file(&file.key, failure))?;
    }
    wanted.conclude()
}

/// That it is the right inventory, and says enough.
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
        return Err(Failure::usage("the inventory does not list versions, with their sizes and times")
            .hint("configure one of all versions with the fields Size and LastModifiedDate, or leave --versions out"));
    }
    if search.since.is_some() && !columns.have_listing() {
        return Err(Failure::usage("the inventory does not say when objects were written")
            .hint("add the fields Size and LastModifiedDate to it, or leave --since out"));
    }
    Ok(())
}

impl Source {
    fn of(manifest: &str, store: &Arc<Store>) -> Result<Source, Failure> {
        if manifest.contains("://") {
            Ok(Source::Store(store.clone(), manifest.parse::<Location>()?.object()?))
        } else {
            Ok(Source::Folder(PathBuf::from(manifest)))
        }
    }

    fn manifest(&self) -> Result<Manifest, Failure> {
        let file: Box<dyn Read> = match self {
            Source::Store(store, at) => Box::new(ObjectReader::open(store, at.clone())),
            Source::Folder(path) => Box::new(open(path)?),
        };
        let mut json = Vec::new();
        let read = file.take(LARGEST_MANIFEST).read_to_end(&mut json);
        read.map_err(|error| unreadable(Path::new("the manifest"), error))?;
        Manifest::parse(&json).map_err(|failure| match self {
            Source::Store(_, at) => failure.at(at),
            Source::Folder(path) => in_path(path, failure),
        })
    }

    fn data_file(&self, key: &str) -> Result<Box<dyn Read>, Failure> {
        match self {
            Source::Store(store, manifest) => {
                Ok(Box::new(ObjectReader::open(store, in_bucket(manifest, key))))
            }
            Source::Folder(manifest) => Ok(Box::new(open(&beside(manifest, key)?)?)),
        }
    }

    /// The same failure, saying which data file it is about.
    fn in_file(&self, key: &str, failure: Failure) -> Failure {
        match self {
            _ if failure.detail().url.is_some() => failure,
            Source::Store(_, manifest) => failure.at(&in_bucket(manifest, key)),
            Source::Folder(_) => in_path(Path::new(key), failure),
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

/// Where a data file is that was fetched with its manifest: below its folder as in the bucket, beside it, or
/// in the folder `data` beside its folder, which is how they lie in the bucket.
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
            Failure::not_found(format!("there is no file {name}")).hint("check the path")
        }
        Err(error) => Failure::other(format!("{name} cannot be read: {error}"))
            .hint("give a manifest.json, by its path or its s3:// URL"),
    }
}

/// A file's bytes, whose MD5 is counted as they are read.
struct Summed {
    file: Box<dyn Read>,
    md5: Md5,
}

impl Summed {
    /// That the file is the one that the manifest means, as far as it was read.
    fn check(self, md5: &str) -> Result<(), Failure> {
        let found: String = self.md5.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        if found.eq_ignore_ascii_case(md5) {
            Ok(())
        } else {
            Err(Failure::integrity(
                "the inventory's data file is not the one that its manifest has the MD5 of",
            )
            .hint("fetch both again; each manifest goes with the data files of its own day"))
        }
    }
}

impl Read for Summed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.md5.update(&buffer[..count]);
        Ok(count)
    }
}

/// What is wanted of an inventory, and how much of it came by.
struct Wanted<'a> {
    search: &'a Search,
    place: &'a Place,
    /// How keys below the place begin.
    folder: String,
    found: u64,
}

impl Wanted<'_> {
    fn new<'a>(search: &'a Search, place: &'a Place) -> Wanted<'a> {
        Wanted { search, place, folder: place.folder().key, found: 0 }
    }

    fn suspect(&mut self, it: Inventoried) -> Option<Suspect> {
        let Search { versions, since, options, .. } = self.search;
        let at = self.place.at();
        let name = match self.place {
            Place::Object(_) | Place::Both(_) if it.key == at.key => None,
            Place::Object(_) => return None,
            Place::Below(_) | Place::Both(_) => Some(it.key.strip_prefix(&self.folder)?),
        };
        self.found += 1;
        let is_recent = |since| it.listed.as_ref().is_some_and(|it| it.modified >= since);
        let is_wanted = it.kind == Kind::Object
            && (*versions || it.is_latest)
            && since.is_none_or(is_recent)
            && name.is_none_or(|name| options.filters.admit(name))
            && self.search.takes(&it.key);
        is_wanted.then(|| {
            // As in a listing: whoever does not want versions gets the newest, whichever that is by now.
            let unversioned = |it| Listed { version_id: None, ..it };
            let listed = if *versions { it.listed } else { it.listed.map(unversioned) };
            let at = Location { bucket: at.bucket.clone(), key: it.key };
            Suspect { at, listed, encryption: it.encryption }
        })
    }

    /// At the end of the inventory: whether what was looked for is in it.
    fn conclude(&self) -> Result<(), Failure> {
        if self.found == 0 && !self.place.at().key.is_empty() {
            Err(Failure::not_found("the inventory lists nothing of this name or below it")
                .hint("check the URL, and the prefix that the inventory is configured with")
                .at(self.place.at()))
        } else {
            Ok(())
        }
    }
}
