//! The server: its builder, its connections, and the running server.

pub(crate) mod builder;
pub(crate) mod idle;
pub(crate) mod listener;
pub(crate) mod running;
pub(crate) mod slots;
pub(crate) mod tls;
