//! Local files: inputs of uploads ([`Input`]), open folders, places for new files in them, and temporary files.
//!
//! - `directory`: an open folder, which no link can redirect
//! - `mtime`: modification times in metadata
//! - `original`: deletes an uploaded file, if it is unchanged
//! - `source`: the content of an upload: a file or a stream
//! - `input`: opens files for upload
//! - `temp_file`: temporary files with names
//! - `unnamed`: temporary files without names
//! - `place`: the place of a file to write
//! - `folder`: the destination folder of a download

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
pub(crate) use original::put_aside_name;
pub(crate) use place::{FilePlace, kept_mode};
pub use source::Source;
pub(crate) use source::{FileSource, read_range, unreadable};
pub(crate) use temp_file::{TempFile, open_own};
pub(crate) use unnamed::UnnamedFile;
