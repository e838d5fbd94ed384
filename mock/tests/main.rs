//! The server, asked over real connections: by the AWS SDK, and raw where the SDK cannot make the mistake.

mod chance;
mod harness;
mod post_form;
mod raw;
mod vocabulary;

mod access;
mod answers;

mod checksums;
mod copies;
mod cors;
mod encryption;
mod faults;
mod fuzz;
mod interception;
mod line;
mod listing;
mod log_file;
mod manners;
mod multipart;
mod objects;
mod policies;
mod post;
mod sealed;
mod secrecy;
mod sse_c;
mod unserved;
