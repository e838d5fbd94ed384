//! Keys as other tools have them: their spellings, the keys that a text may stand for, and a sheet to print.

mod dialects;
mod recovery;
mod sheet;

pub(crate) use dialects::Dialect;
pub(crate) use recovery::{Recipe, candidates};
pub(crate) use sheet::sheet;
