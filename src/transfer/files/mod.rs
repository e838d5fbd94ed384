//! Local files: inputs of uploads ([`Input`]), open folders, places for new files in them, and temporary files.

mod directory;
mod folder;
mod input;
mod mtime;
mod original;
mod place;
mod source;
mod temp_file;
mod unnamed;

pub(crate) use directory::{Directory, FileId};
pub(crate) use folder::Folder;
pub use input::Input;
pub(crate) use input::SourceFolder;
pub(crate) use mtime::{FileTime, MTIME, write_mtime};
pub(crate) use original::is_put_aside;
pub(crate) use place::{FilePlace, kept_mode};
pub use source::Source;
pub(crate) use source::{FileSource, read_range, unreadable};
pub(crate) use temp_file::{TempFile, open_own};
pub(crate) use unnamed::UnnamedFile;
