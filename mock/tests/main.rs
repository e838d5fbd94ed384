//! The server, asked over real connections: by the AWS SDK, and raw where the SDK cannot make the mistake.

mod harness;
mod raw;

mod access;
mod answers;

mod checksums;
mod interception;
mod listing;
mod manners;
mod multipart;
mod objects;
mod sealed;
mod secrecy;
mod sse_c;
