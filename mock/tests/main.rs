//! The server, asked over real connections: by the AWS SDK, and raw where the SDK cannot make the mistake.

mod chance;
mod harness;
mod post_form;
mod raw;
mod vocabulary;

mod access;
mod acls;
mod answers;
mod at_rest;
mod behaviors;
mod checksums;
mod chunks;
mod copies;
mod cors;
mod crash;
mod encryption;
mod faults;
mod folder;
mod fuzz;
mod interception;
mod limits;
mod line;
mod listing;
mod log_file;
mod memory;
mod multipart;
mod objects;
mod opening;
mod operations;
mod policies;
mod post;
mod sealed;
mod secrecy;
mod sse_c;
mod unserved;
