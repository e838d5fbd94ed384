//! Objects: read and opened with the right key, written with proof, deleted; their metadata, tags and ACLs.
//!
//! - `acl`: whether an object's ACL grants access to others
//! - `attributes`: the headers, metadata and tags of a write, and its condition
//! - `audit`: how an object is encrypted
//! - `crc64`: CRC-64/NVME, computed, combined and as header text
//! - `extent`: which bytes an answer holds, checked against the request
//! - `metadata`: the fields of `aws s3api head-object`
//! - `multipart`: multipart uploads, each part proven
//! - `open`: which key opens an object, or why none does
//! - `read`: HEAD and GET
//! - `recheck`: a second check before the last other copy is deleted
//! - `remove`: deletes, and the removal of plaintext
//! - `remove_many`: DeleteObjects
//! - `tags`: the key tag, and the tags that a copy takes over
//! - `write`: PUT, and the proof that every write needs

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
pub(crate) use metadata::{NULL_VERSION, ObjectMetadata, WriteAnswer, bare_etag, iso8601};
pub(crate) use multipart::Part;
pub(crate) use open::{
    Batch, FixedKeys, KeysToTry, Opened, Pending, ReadRequest, Sending, Unopened,
};
pub(crate) use read::{Body, Reading};
pub(crate) use remove::Removed;
pub(crate) use remove_many::DeleteTarget;
pub(crate) use write::{Stored, Sums, Write, Written};
