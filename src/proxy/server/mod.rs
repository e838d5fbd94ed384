//! The local endpoint: listens, serves connections, and finishes what is under way before it ends.
//!
//! - `tls`: certificates: the user's, or those of an authority of its own
//! - `connections`: accepts connections and serves them
//! - `service`: one request of a connection
//! - `running`: a proxy that runs, from its start to its end

mod connections;
mod running;
mod service;
mod tls;

pub(crate) use running::{ProxyOptions, RunningProxy, TlsOptions};
