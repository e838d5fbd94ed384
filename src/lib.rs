//! s3seal: an S3 client for objects sealed with keys that only their owner holds (SSE-C).
//!
//! The program is the binary of this package; the library is what it is made of, and offers no more than the binary, the
//! tests and the benchmarks call. CONTRIBUTING.md says where things are.
//!
//! A file imports from lower floors only, and nothing outside a folder names the files in it: `tests/house.rs` has the
//! order of the floors, and checks it.

mod aws_cli;
mod cli;
mod commands;
mod failure;
mod jobs;
mod key;
mod location;
mod output;
mod proxy;
mod store;
mod system;
mod text;
mod transfer;

pub use cli::{command, hold_keys, run, topics};
pub use commands::help::Topic;
pub use commands::schema::{page as json_page, schema as json_schema};
pub use system::descriptors::note_closed;

/// Key text, for tests that check it.
pub mod keys {
    pub use crate::failure::{Failure, Kind};
    pub use crate::key::core::{
        DeriveAs, Encoding, Form, Format, Key, Spec, create_file_with_keys, create_key_file,
        derive, parse,
    };
    pub use crate::text::redaction::looks_secret;
}

/// What every byte of a transfer goes through, for benchmarks.
pub mod pieces {
    /// CRC64NVME of bytes, and of parts put together.
    pub mod checksum {
        pub use crate::transfer::checksum::{combine, crc64nvme};
    }
    pub use crate::transfer::files::{Input, Source};
}
