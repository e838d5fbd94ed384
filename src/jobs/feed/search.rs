//! Where to look for objects, and which of those found there are wanted.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use super::manifest::EncryptionStatus;
use super::shard::Shard;
use crate::location::Location;
use crate::store::list::Listed;
use crate::store::wire::Store;
use crate::transfer::many::Filters;

/// Where to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// At this object alone.
    Object(Location),
    /// Below this folder: at all keys that begin with the location's key and a `/`.
    Below(Location),
    /// At the object and below the folder of that name.
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

/// Which objects are wanted, as the user says it.
#[derive(Debug, Clone)]
pub(crate) struct SearchOptions {
    pub(crate) source: Source,
    pub(crate) filters: Filters,
    pub(crate) shard: Option<Shard>,
}

/// Which objects of a store are wanted.
#[derive(Clone)]
pub(crate) struct Search {
    pub(crate) store: Arc<Store>,
    pub(crate) options: SearchOptions,
    /// Whether each version is wanted, instead of the newest alone.
    pub(crate) versions: bool,
    /// Only what was written since.
    pub(crate) since: Option<SystemTime>,
    /// The key of a listing after which objects are wanted; for one place alone.
    pub(crate) after: Option<String>,
}

/// An object to work on, or one version of it.
#[derive(Debug)]
pub(crate) struct FeedObject {
    pub(crate) at: Location,
    /// What a listing or an inventory says of it; none where only its name is known.
    pub(crate) listed: Option<Listed>,
    /// How it was encrypted when an inventory was taken.
    pub(crate) encryption: Option<EncryptionStatus>,
}

impl SearchOptions {
    /// Whether objects come from a list or an inventory, so that a URL is the folder that they are in.
    pub(crate) fn is_list(&self) -> bool {
        self.source != Source::Listing
    }
}

impl Search {
    /// Whether the object of this key is in the wanted share.
    pub(super) fn is_in_shard(&self, key: &str) -> bool {
        self.options.shard.is_none_or(|shard| shard.holds(key))
    }
}

impl FeedObject {
    /// An object of which only the name is known.
    pub(super) fn named(at: Location) -> FeedObject {
        FeedObject { at, listed: None, encryption: None }
    }

    /// Whether the user has named it, so that it should be there.
    pub(crate) fn is_named(&self) -> bool {
        self.listed.is_none() && self.encryption.is_none()
    }
}

impl From<Location> for Place {
    /// What a URL means by default: a folder is what lies below it, any other name is both.
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
