//! Local files: sources that are read at offsets ([`Input`]), folders that are held open, places for files in them, and
//! files in the making.

mod directory;
mod folder;
mod input;
mod mtime;
mod nameless;
mod original;
mod part_file;
mod place;
mod source;

pub(crate) use directory::{Directory, FileId};
pub(crate) use folder::Folder;
pub use input::Input;
pub(crate) use input::SourceFolder;
pub(crate) use mtime::{FileTime, MTIME, write_mtime};
pub(crate) use nameless::Nameless;
pub(crate) use original::is_put_aside;
pub(crate) use part_file::{PartFile, open_own};
pub(crate) use place::{FilePlace, kept_mode};
pub use source::Source;
pub(crate) use source::{FileSource, read_range, unreadable};
