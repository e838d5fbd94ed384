//! How a server is set up.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::answer::Interceptor;
use crate::auth::Identity;
use crate::fault::Fault;
use crate::quirks::Behavior;

/// How a server is set up: the builder has a method for each.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) addr: SocketAddr,
    /// Name, and whether versioning is enabled.
    pub(crate) buckets: Vec<(String, bool)>,
    pub(crate) users: Vec<Identity>,
    pub(crate) region: String,
    pub(crate) tls: bool,
    pub(crate) require_tls: bool,
    pub(crate) behavior: Behavior,
    pub(crate) interceptor: Interceptor,
    pub(crate) faults: Vec<Fault>,
    pub(crate) latency: Duration,
    /// Bytes a second.
    pub(crate) bandwidth: Option<NonZeroU64>,
    pub(crate) seed: u64,
    pub(crate) log_file: Option<PathBuf>,
    pub(crate) dir: Option<PathBuf>,
    pub(crate) patience: Duration,
    pub(crate) max_connections: usize,
    pub(crate) kept_requests: usize,
    /// The user if there is no other.
    pub(crate) preset_user: Option<Identity>,
    /// Whether the server can be controlled by requests.
    pub(crate) control: bool,
    /// What time it is at the start, if not the system's.
    pub(crate) now: Option<SystemTime>,
    /// The file or http address that gets the messages about events.
    pub(crate) notify: Option<String>,
    /// A folder whose folders become buckets.
    pub(crate) init: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            addr: (Ipv4Addr::LOCALHOST, 0).into(),
            buckets: Vec::new(),
            users: Vec::new(),
            region: "us-east-1".to_owned(),
            tls: false,
            require_tls: false,
            behavior: Behavior::default(),
            interceptor: Interceptor::default(),
            faults: Vec::new(),
            latency: Duration::ZERO,
            bandwidth: None,
            seed: 0,
            log_file: None,
            dir: None,
            patience: Duration::from_secs(60),
            max_connections: 512,
            kept_requests: 100_000,
            preset_user: None,
            control: false,
            now: None,
            notify: None,
            init: None,
        }
    }
}
