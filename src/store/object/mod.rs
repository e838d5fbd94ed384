//! Objects: read and opened with the right key, written with proof, listed, deleted; their metadata, tags and ACLs.

mod acl;
mod attributes;
mod audit;
mod extent;
mod list;
mod metadata;
mod pages;
mod read;
mod read_options;
mod recheck;
mod remove;
mod remove_many;
mod tags;
mod uploads;
mod write;

pub(crate) use attributes::{Attributed, Attributes, Condition, Metadata};
pub(crate) use audit::{Audited, State};
pub(crate) use list::{Kind, Listed, Listing};
pub(crate) use metadata::{NULL_VERSION, ObjectMetadata, bare};
pub(crate) use read::{Attempt, Body, Opened, Reading, not_sealed};
pub(crate) use read_options::ReadOptions;
pub(crate) use remove::Removed;
pub(crate) use remove_many::DeleteTarget;
pub(crate) use uploads::{ListedPart, UnfinishedUpload};
pub(crate) use write::{Part, Stored, Write, Written, checksum, explain_condition};
