//! One request and its answer.

pub(crate) mod front;
pub(crate) mod logged;
