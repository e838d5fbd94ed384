//! The server, asked over real connections: by the AWS SDK, and raw where the SDK cannot make the mistake.

mod harness;
mod raw;

mod access;

mod checksums;
mod crash;
mod folder;
mod interception;
mod limits;
mod listing;
mod manners;
mod multipart;
mod objects;
mod sealed;
mod secrecy;
mod sse_c;
