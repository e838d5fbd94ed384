//! The server: its builder, its connections, and the running server as its owner sees it.

mod builder;
mod connections;
mod initial;
mod listener;
mod notifier;
mod options;
mod running;
mod stored;
mod tls;
mod write_timeout;

pub use builder::Builder;
pub use running::Server;
pub use stored::StoredObject;
