//! Lists: objects and versions below a prefix, and unfinished uploads with their parts, a page at a time.

mod objects;
mod pages;
mod uploads;

pub(crate) use objects::{Listed, ListedKind, Listing};
pub(crate) use uploads::{ListedPart, UnfinishedUpload};
