//! One file per command: its arguments, whose comments are the help, and what it does with them.
//!
//! What several commands share: `keys`, which keys an object gets; `sealing`, the options of whatever writes objects; `key_files`, what becomes of key files among them; `copying`, the options of `cp` and `mv`; `selection`, those of
//! whatever takes many, and the summary; `search`, which objects `audit` and `rotate` work through; `uploader`, `downloader`, `copier` and `remover`,
//! what is done with each; `reminder`, what is said of a key that is new.

pub(crate) mod audit;
pub(crate) mod bucket;
pub(crate) mod completions;
mod copier;
mod copying;
pub(crate) mod cp;
pub(crate) mod doctor;
mod downloader;
pub(crate) mod get;
pub(crate) mod head;
pub(crate) mod key;
mod key_files;
pub(crate) mod keygen;
mod keys;
pub(crate) mod ls;
pub(crate) mod mock;
pub(crate) mod mv;
mod options;
pub(crate) mod presign;
pub(crate) mod put;
mod reminder;
mod remover;
pub(crate) mod rm;
pub(crate) mod rotate;
mod sealing;
mod search;
mod selection;
pub(crate) mod sync;
mod uploader;
