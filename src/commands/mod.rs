//! One file per command: its arguments, whose comments are the help, and what it does with them.
//!
//! What several commands share: `selection`, the options of those that take many; `sealing`, of those that write objects;
//! `copying`, of `cp` and `mv`; `options`, of yet others.

pub(crate) mod audit;
pub(crate) mod bucket;
pub(crate) mod completions;
mod copying;
pub(crate) mod cp;
pub(crate) mod doctor;
pub(crate) mod get;
pub(crate) mod head;
pub(crate) mod key;
pub(crate) mod keygen;
pub(crate) mod ls;
pub(crate) mod mock;
pub(crate) mod mv;
mod options;
pub(crate) mod presign;
pub(crate) mod put;
pub(crate) mod rm;
pub(crate) mod rotate;
mod sealing;
mod selection;
pub(crate) mod sync;
