//! Text without meaning of its own: percent-encoding, HTTP ranges, times and sizes as people write them, and redaction,
//! which keeps keys out of everything that is printed.

pub(crate) mod percent;
pub(crate) mod range;
pub(crate) mod redaction;
pub(crate) mod size;
pub(crate) mod time;
