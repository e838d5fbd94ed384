//! Keys outside this program: the formats of other tools, written and read, the recovery of a key from a text, and a page to print.

mod dialects;
mod exported;
mod recovery;
mod sheet;

pub(crate) use dialects::Dialect;
pub(crate) use exported::parse_exported;
pub(crate) use recovery::{Recipe, candidates};
pub(crate) use sheet::sheet;
