//! The operating system: file descriptors, the state folder, output paths (resolved once, never followed through another
//! user's link), and whether other users can replace a file.

pub(crate) mod descriptors;
mod ownership;
mod paths;
pub(crate) mod state;

pub(crate) use ownership::{OtherUser, ReplacementRisk, is_trusted, replacement_risk};
pub(crate) use paths::{NamedOutput, NamedStream};
