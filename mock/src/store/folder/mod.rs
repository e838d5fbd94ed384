//! A folder that outlives the server, even one that is killed at any moment.
//!
//! `blobs/` holds the bytes of each part in a file of its own, written and synced before the journal refers to it.
//! `journal` holds every change of the index, synced before it is acknowledged; an index in memory is rebuilt from it.
//! A start removes only what was never finished, and what the journal says was removed.
//!
//! [`Folder`] is the folder in use; [`FileWriter`] and [`BlobFile`] are the file of one part.

mod access;
mod directory;
mod error;
mod file;

pub(crate) use access::private;
pub(crate) use directory::Folder;
pub use error::FolderError;
pub(crate) use error::{invalid, named};
pub(crate) use file::{BlobFile, FileWriter, UNFINISHED, is_own_name, read_at};
