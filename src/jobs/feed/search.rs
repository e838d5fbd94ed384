//! Where to look for objects, and which objects found there are wanted.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use super::manifest::EncryptionStatus;
use super::shard::Shard;
use crate::location::Location;
use crate::store::list::Listed;
use crate::store::wire::Store;
use crate::transfer::Permits;
use crate::transfer::many::Filters;

/// Where to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Only this object.
    Object(Location),
    /// Everything below this folder: all keys that begin with the location's key and a `/`.
    Below(Location),
    /// The object, and everything below the folder of that name.
    Both(Location),
}

/// Where the names of the objects come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// The store lists them.
    Listing,
    /// A file names them, one a line, relative to the place's folder; `-` is standard input.
    List(PathBuf),
    /// An S3 Inventory: the s3:// URL or the path of its manifest.json.
    Inventory(String),
}

/// The options that select objects.
#[derive(Debug, Clone)]
pub(crate) struct SearchOptions {
    pub(crate) source: Source,
    pub(crate) filters: Filters,
    pub(crate) shard: Option<Shard>,
}

/// A search for objects in a store.
#[derive(Clone)]
pub(crate) struct Search {
    pub(crate) store: Arc<Store>,
    /// The permits that the listing shares with the run's other requests.
    pub(crate) permits: Permits,
    pub(crate) options: SearchOptions,
    /// Whether all versions are wanted, not only the newest.
    pub(crate) versions: bool,
    /// Only objects written since then are wanted.
    pub(crate) since: Option<SystemTime>,
    /// Only objects after this key in the listing are wanted. For a search in one place only.
    pub(crate) after: Option<String>,
}

/// An object to work on, or one version of it.
#[derive(Debug)]
pub(crate) struct FeedObject {
    pub(crate) at: Location,
    /// Its entry in a listing or an inventory. None if only its name is known.
    pub(crate) listed: Option<Listed>,
    /// How it was encrypted when an inventory was taken.
    pub(crate) encryption: Option<EncryptionStatus>,
}

impl SearchOptions {
    /// Whether objects come from a list or an inventory, so that a URL names the folder that contains them.
    pub(crate) fn is_list(&self) -> bool {
        self.source != Source::Listing
    }
}

impl Search {
    /// Whether the object of this key is in the share of this machine.
    pub(super) fn is_in_shard(&self, key: &str) -> bool {
        self.options.shard.is_none_or(|shard| shard.holds(key))
    }
}

impl FeedObject {
    /// An object with only its name known.
    pub(super) fn named(at: Location) -> FeedObject {
        FeedObject { at, listed: None, encryption: None }
    }

    /// Whether only its name is known: the user named it, so that it should exist.
    pub(crate) fn is_named(&self) -> bool {
        self.listed.is_none() && self.encryption.is_none()
    }
}

impl From<Location> for Place {
    /// The default meaning of a URL: everything below a folder; any other name is both an object and a folder.
    fn from(at: Location) -> Place {
        if at.is_folder() { Place::Below(at) } else { Place::Both(at) }
    }
}

impl Place {
    pub(super) fn at(&self) -> &Location {
        match self {
            Place::Object(at) | Place::Below(at) | Place::Both(at) => at,
        }
    }

    /// The folder that names are relative to.
    pub(crate) fn folder(&self) -> Location {
        self.at().folder()
    }
}
