//! What commands do: each is a job over many items, and all share one skeleton.
//!
//! A command checks its arguments and hands plain options to a job. The job reads the keys, connects, and works through
//! a feed of items, several at once; it reports each item, and prints a summary at the end.
//!
//! | file | what it does |
//! |---|---|
//! | `reminder`, `notes`, `key_files` | the reminder to keep a copy of a key; notes about the store; key files among the files of a job |
//! | `keys`, `sealer` | the keys that may open an object; the encryption of a written object |
//! | `records` | the records that `--json` prints, a type for each operation; their doc comments are its documentation |
//! | `aws_cli` | what aws-cli prints of an item |
//! | `report` | how an item is reported: a record with `--json`, else a sentence |
//! | `feed` | the items: below a folder, below a prefix, from a list; all of them or one share |
//! | `tally`, `job` | the skeleton: set-up, feed, work, counts, summary |
//! | `put`, `get`, `remove` | files into the store, objects into files, deletions |
//! | `audit`, `verify`, `rotate` | which key opens each object; whether a key still opens it; objects sealed with another key |
//! | `copy`, `sync` | copies within the store; a folder and a prefix made equal |
//! | `doctor` | one check after another, up to a live proof with throw-away objects |
//!
//! The order of the table is the order of imports: each file imports from those above it only.

mod audit;
mod aws_cli;
pub(crate) mod copy;
pub(crate) mod doctor;
pub(crate) mod feed;
pub(crate) mod get;
mod job;
mod key_files;
mod keys;
mod notes;
pub(crate) mod put;
mod records;
mod reminder;
pub(crate) mod remove;
mod report;
pub(crate) mod rotate;
mod sealer;
pub(crate) mod sync;
mod tally;
mod verify;

pub(crate) use audit::{AuditOptions, audit};
pub(crate) use keys::Keys;
pub(crate) use records::Record;
pub(crate) use reminder::remind_to_copy;
pub(crate) use sealer::{Sealer, SealingOptions};
pub(crate) use verify::verify;
