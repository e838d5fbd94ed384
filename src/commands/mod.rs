//! One file per command: its arguments, whose comments are the help, and how they become the options of a job.
//!
//! What several commands share:
//! - `advice`: the sentences of hints that lower floors give and that name options or commands; a command's own hints
//!   stand where it fails
//! - `options`: the arguments that several commands share, from the connection to attributes
//! - `selection`: the options of commands that take many files or objects
//! - `sealing`: the options of commands that write objects
//! - `source`: the options about the source of copies from URL to URL
//! - `copying`: the options of `cp` and `mv`, and what they do
//! - `rule_connection`: the endpoint, region and profile that the rules of config.toml supply
//! - `schema`: the documentation of `--json`, made of the types that are printed
//! - `usage_error`: errors of the command line, and tips
//! - `local_server`: what `mock` and `proxy` have in common

pub(crate) mod advice;
pub(crate) mod audit;
pub(crate) mod bucket;
pub(crate) mod cat;
pub(crate) mod completions;
mod copying;
pub(crate) mod cp;
pub(crate) mod doctor;
pub(crate) mod get;
pub(crate) mod head;
pub(crate) mod help;
pub(crate) mod key;
pub(crate) mod keygen;
mod local_server;
pub(crate) mod ls;
pub(crate) mod mock;
pub(crate) mod mv;
mod options;
pub(crate) mod presign;
pub(crate) mod proxy;
pub(crate) mod put;
pub(crate) mod rm;
pub(crate) mod rotate;
pub(crate) mod rule_connection;
pub(crate) mod schema;
mod sealing;
mod selection;
pub(crate) mod setup;
mod source;
pub(crate) mod sync;
pub(crate) mod usage_error;
