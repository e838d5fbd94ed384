//! One file per command: its arguments, whose comments are the help, and what it does with them.

pub mod completions;
pub mod get;
pub mod head;
pub mod key;
pub mod keygen;
pub mod mock;
pub mod presign;
pub mod put;
pub mod rm;

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
