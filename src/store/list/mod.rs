//! Lists, a page at a time.
//!
//! - `buckets`: the buckets of an account
//! - `objects`: objects and versions below a prefix
//! - `pages`: whether the pages of a listing advance
//! - `uploads`: unfinished uploads and their parts

mod buckets;
mod objects;
mod pages;
mod uploads;

pub(crate) use objects::{Listed, ListedKind, Listing};
pub(crate) use uploads::{ListedPart, UnfinishedUpload};
