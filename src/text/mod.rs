//! Text functions: percent-encoding, HTTP ranges, times, sizes, XML, and redaction, which keeps keys out of everything that is
//! printed.

pub(crate) mod percent;
pub(crate) mod range;
pub(crate) mod redaction;
pub(crate) mod size;
pub(crate) mod time;
pub(crate) mod xml;
