//! One file per command: its arguments, whose comments are the help, and what it does with them.
//!
//! What several commands share: `keys`, which keys an object gets; `sealing`, the options of whatever writes objects; `key_files`, what becomes of key files among them; `copying`, the options of `cp` and `mv`; `selection`, those of
//! whatever takes many, and the summary; `search`, which objects `audit` and `rotate` work through; `uploader`, `downloader`, `copier` and `remover`,
//! what is done with each; `reminder`, what is said of a key that is new.

pub mod audit;
pub mod bucket;
pub mod completions;
mod copier;
mod copying;
pub mod cp;
pub mod doctor;
mod downloader;
pub mod get;
pub mod head;
pub mod key;
mod key_files;
pub mod keygen;
mod keys;
pub mod ls;
pub mod mock;
pub mod mv;
pub mod presign;
pub mod put;
mod reminder;
mod remover;
pub mod rm;
pub mod rotate;
mod sealing;
mod search;
mod selection;
pub mod sync;
mod uploader;
