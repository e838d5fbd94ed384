//! One file per command: its arguments, whose comments are the help, and what it does with them.
//!
//! What several commands share: `sealing`, the options of whatever writes objects; `selection`, those of
//! whatever takes many, and the summary; `uploader`, `downloader` and `remover`,
//! what is done with each.

pub mod completions;
mod downloader;
pub mod get;
pub mod head;
pub mod key;
pub mod keygen;
pub mod mock;
pub mod presign;
pub mod put;
mod remover;
pub mod rm;
mod sealing;
mod selection;
pub mod sync;
mod uploader;

use crate::failure::Failure;
use crate::key::{Key, KeyArgs};
use crate::output::Output;

/// The keys of this run, after warning of what is wrong with them.
fn keys(args: &KeyArgs, out: &Output) -> Result<Vec<Key>, Failure> {
    let ring = args.load()?;
    for warning in &ring.warnings {
        out.warn(warning);
    }
    Ok(ring.keys.into_iter().map(|loaded| loaded.key).collect())
}
