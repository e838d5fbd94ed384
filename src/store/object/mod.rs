//! Objects: read and opened with the right key, written with proof, listed, deleted; their metadata, tags and ACLs.

mod acl;
mod attributes;
mod audit;
mod crc64;
mod extent;
mod metadata;
mod multipart;
mod open;
mod read;
mod recheck;
mod remove;
mod remove_many;
mod tags;
mod write;

pub(crate) use attributes::{Attributed, Attributes, Condition, Metadata};
pub(crate) use audit::{Audited, State};
pub(crate) use crc64::{combined, crc64nvme, read_checksum};
pub(crate) use extent::{MOST_BYTES, ReadOptions};
pub(crate) use metadata::{NULL_VERSION, ObjectMetadata, bare_etag};
pub(crate) use multipart::Part;
pub(crate) use open::{Batch, FixedKeys, KeysToTry, Opened, Pending, Unopened};
pub(crate) use read::{Body, Reading};
pub(crate) use remove::Removed;
pub(crate) use remove_many::DeleteTarget;
pub(crate) use write::{Stored, Sums, Write, Written};
