//! s3seal: an S3 client for objects sealed with keys that only their owner holds (SSE-C).
//!
//! The house has floors, and a file imports from lower floors only:
//!
//! | floor | what it knows |
//! |---|---|
//! | [`failure`] | what can go wrong, with its fix and its exit code |
//! | [`redaction`], [`location`], [`size`], [`destination`] | what must not be shown; where an object is; sizes as people write them; where a path to be written leads |
//! | [`key`] | what a key is, where it is kept, and where it may go |
//! | [`output`], [`state`] | where words go; what is remembered between runs |
//! | [`store`] | S3: requests with the seal, proofs, diagnosis |
//! | [`transfer`] | bytes between files and the store, whole or not at all |
//! | [`commands`] | one file per command: its arguments, and what it does |
//! | [`aws_cli`] | the command lines of aws-cli, in the words of these commands |
//! | [`cli`] | the top of the command line: options of all commands, dispatch |
//!
//! The embedded server is a package of its own, `s3seal-mock`, and shares no line with any of this.

pub mod aws_cli;
pub mod cli;
pub mod commands;
pub mod destination;
pub mod failure;
pub mod key;
pub mod location;
pub mod output;
pub mod redaction;
pub mod size;
pub mod state;
pub mod store;
pub mod transfer;
