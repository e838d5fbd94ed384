//! What the server keeps: buckets, versions, uploads under way, and the bytes of their parts, in memory or in a folder.
//!
//! [`Store`] is the whole; [`Store::lock`] gives the buckets for one step. A part's bytes are a [`Blob`], written by
//! [`Store::writer`] and read by a [`BlobReader`]; with a customer's key they are sealed for their place, a [`Slot`].

mod blob;
mod bucket;
mod change;
mod clock;
mod event;
mod folder;
mod index;
mod journal;
mod lifecycle;
mod object;
mod recovery;
mod seal;
mod upload;
mod version;

pub(crate) use blob::{Blob, BlobReader};
pub(crate) use bucket::{Bucket, Deletion};
pub(crate) use clock::Clock;
pub(crate) use event::{Cause, Delivery, Event, Outbox, new_request_id};
pub use folder::FolderError;
pub(crate) use index::{Buckets, Store};
pub(crate) use object::{Attributes, Encryption, Object, Part};
pub(crate) use seal::{Slot, SlotKey};
pub(crate) use upload::{Completed, Upload, UploadedPart};
pub(crate) use version::{NULL_VERSION, Tags, Version, Versioning, new_id};
