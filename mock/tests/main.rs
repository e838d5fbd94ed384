//! The server, asked over real connections: by the AWS SDK, and raw where the SDK cannot make the mistake.

mod harness;
mod raw;

mod access;

mod checksums;
mod faults;
mod interception;
mod line;
mod listing;
mod log_file;
mod manners;
mod multipart;
mod objects;
mod sealed;
mod secrecy;
mod sse_c;
