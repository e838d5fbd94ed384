//! The bodies of requests: their framing is taken off, and everything that was declared about them is verified before
//! the last byte goes to the store.
//!
//! - `checksum`: Amazon's ten checksum algorithms
//! - `chunked`: the `aws-chunked` framing
//! - `declared`: what the headers of a request declare
//! - `inbound`: the body

mod checksum;
mod chunked;
mod declared;
mod inbound;

pub(super) use checksum::is_checksum_header;
pub(super) use declared::Declared;
pub(super) use inbound::Inbound;
