//! What commands do, without the command line.

pub(crate) mod doctor;
