//! Text functions: percent-encoding, sizes, and redaction, which keeps keys out of everything that is printed.

pub(crate) mod percent;
pub(crate) mod redaction;
pub(crate) mod size;
