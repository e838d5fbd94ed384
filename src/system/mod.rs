//! What the operating system provides: file descriptors, the state folder in which runs remember things, paths that are
//! to be written to (resolved once, never followed through another user's link), and who else could exchange a file.

pub(crate) mod descriptors;
mod ownership;
mod paths;
pub(crate) mod state;

pub(crate) use ownership::{Exchange, Other, exchange, is_trusted};
pub(crate) use paths::{NamedOutput, NamedStream};
