//! What is done with a request: it is relayed to the store with the seal, and the answer goes to the client once it is
//! proven.
//!
//! - `gateway`: the state that all requests share, and which file answers which operation
//! - `reply`: answers
//! - `headers`: which headers pass, in both directions
//! - `own_key`: keys that clients send themselves
//! - `trailed`: bodies with a trailer
//! - `patience`: answers to copies that take long
//! - `relay`: requests that pass as they are
//! - `read`: GetObject, HeadObject, GetObjectAttributes
//! - `uploads`: what is known of uploads that are under way
//! - `put`: PutObject
//! - `multipart`: CreateMultipartUpload, UploadPart, CompleteMultipartUpload
//! - `copy`, `copy_part`: CopyObject; UploadPartCopy

mod copy;
mod copy_part;
mod gateway;
mod headers;
mod multipart;
mod own_key;
mod patience;
mod put;
mod read;
mod relay;
mod reply;
mod trailed;
mod uploads;

pub(super) use gateway::Gateway;
pub(super) use reply::{Reply, ReplyBody};
