//! The server: its builder, its connections, and the running server as its owner sees it.

mod builder;
mod connections;
mod listener;
mod running;
mod tls;
mod write_timeout;

pub use builder::Builder;
pub use running::{Server, StoredObject};
