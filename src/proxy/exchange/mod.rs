//! What is done with a request: it is relayed to the store with the seal, and the answer goes to the client once it is
//! proven.
//!
//! - `gateway`: the state that all requests share, and which file answers which operation
//! - `headers`: which headers pass, in both directions
//! - `relay`: requests that pass as they are
//! - `read`: GetObject, HeadObject, GetObjectAttributes
//! - `uploads`: which parts of which uploads were proven
//! - `put`: PutObject
//! - `multipart`: CreateMultipartUpload, UploadPart, CompleteMultipartUpload
//! - `copy`, `copy_part`: CopyObject; UploadPartCopy

mod copy;
mod copy_part;
mod gateway;
mod headers;
mod multipart;
mod put;
mod read;
mod relay;
mod uploads;

pub(super) use gateway::{Gateway, Reply, ReplyBody};
