//! Who may do what: signatures, bucket policies and access control lists.

pub(crate) mod access;
pub(crate) mod gate;
