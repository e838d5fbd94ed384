//! The list operations.

pub(crate) mod objects;
pub(crate) mod versions;
