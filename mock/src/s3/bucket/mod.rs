//! Operations on buckets and their configuration.

pub(crate) mod buckets;
pub(crate) mod configuration;
pub(crate) mod cors;
pub(crate) mod encryption;
pub(crate) mod policy;
pub(crate) mod unserved;
