//! How a server is described before it starts.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::options::Options;
use super::running::Server;
use crate::answer::{Answer, Interceptor};
use crate::auth::Identity;
use crate::fault::Fault;
use crate::quirks::Behavior;
use crate::random;
use crate::request_log::RequestRecord;

impl Server {
    /// Describes a server, which [`Builder::start`] starts.
    pub fn builder() -> Builder {
        Builder(Options::default())
    }
}

/// The description of a server: see [`Server::builder`].
#[derive(Clone)]
#[must_use = "a builder does nothing until it is started"]
pub struct Builder(Options);

impl Builder {
    /// Where to listen; `127.0.0.1` and a free port by default.
    pub fn addr(mut self, addr: SocketAddr) -> Self {
        self.0.addr = addr;
        self
    }

    /// Creates a bucket. May be repeated; there is none by default.
    pub fn bucket(mut self, name: impl Into<String>) -> Self {
        self.0.buckets.push((name.into(), false));
        self
    }

    /// Creates a bucket with versioning enabled. May be repeated.
    pub fn versioned_bucket(mut self, name: impl Into<String>) -> Self {
        self.0.buckets.push((name.into(), true));
        self
    }

    /// Adds a user. May be repeated; by default there is one user, with random keys.
    pub fn user(mut self, access_key: impl Into<String>, secret_key: impl Into<String>) -> Self {
        self.0.users.push(Identity::new(access_key, secret_key));
        self
    }

    /// Adds a user with an account and a name. May be repeated. A bucket belongs to the account that creates it, those of the
    /// builder to `123456789012`; users of another account need a bucket policy or an ACL that lets them in.
    pub fn identity(mut self, identity: Identity) -> Self {
        self.0.users.push(identity);
        self
    }

    /// The region that signatures must name; `us-east-1` by default.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.0.region = region.into();
        self
    }

    /// Speaks https, with a certificate for `localhost`, `*.localhost`, `127.0.0.1` and `::1` by an authority made
    /// for this server alone: [`Server::ca_pem`].
    pub fn tls(mut self, tls: bool) -> Self {
        self.0.tls = tls;
        self
    }

    /// Refuses SSE-C over plain http, as Amazon S3 does.
    pub fn require_tls(mut self, require_tls: bool) -> Self {
        self.0.require_tls = require_tls;
        self
    }

    /// Which store's answers to give; [`Behavior::Aws`] by default.
    pub fn behave(mut self, behavior: Behavior) -> Self {
        self.0.behavior = behavior;
        self
    }

    /// Keeps everything in this folder instead of memory: what was acknowledged survives the process, however it ends.
    /// The folder is made if it is not there; it serves one server at a time.
    pub fn dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.0.dir = Some(path.into());
        self
    }

    /// Puts the content of a folder into the server at its start: each folder in it becomes a bucket, and each file below
    /// that an object, whose key is the file's path. A bucket that is there already, from [`Builder::dir`], stays as it is.
    pub fn init(mut self, path: impl Into<PathBuf>) -> Self {
        self.0.init = Some(path.into());
        self
    }

    /// Lets programs on this machine control the server by requests to `/-/reset`, `/-/requests`, `/-/faults` and
    /// `/-/clock`, without credentials. Off by default, and only where the server listens on loopback.
    pub fn control(mut self, control: bool) -> Self {
        self.0.control = control;
        self
    }

    /// What a CI job wants: `127.0.0.1:9000`, and a user whose access key and secret key are `test`. Called before
    /// [`Builder::addr`] and [`Builder::user`], it gives way to them.
    pub fn preset_ci(mut self) -> Self {
        self.0.addr = ([127, 0, 0, 1], 9000).into();
        self.0.preset_user = Some(Identity::new("test", "test"));
        self
    }

    /// How long a client may stand still in a handshake, a request or an answer before it is dropped; 60 seconds by
    /// default.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.0.patience = patience;
        self
    }

    /// How many connections are served at a time, 512 by default, and at least one. Beyond them the one that has been
    /// idle for longest is closed for a new one, which waits its turn only where all are busy.
    pub fn max_connections(mut self, max: usize) -> Self {
        self.0.max_connections = max.clamp(1, 1 << 16);
        self
    }

    /// How many requests [`Server::requests`] remembers, 100,000 by default, and at least one; each takes about
    /// 2 KiB of memory.
    pub fn keep_requests(mut self, max: usize) -> Self {
        self.0.kept_requests = max;
        self
    }

    /// Asks `f` about every request once its head is read; `None` leaves the request alone.
    pub fn interceptor(
        mut self,
        f: impl Fn(&RequestRecord) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        self.0.interceptor = Interceptor::new(f);
        self
    }

    /// Injects a fault with a probability. May be repeated: a request gets the first that is drawn. Answers of an
    /// interceptor are left alone.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.0.faults.push(fault);
        self
    }

    /// What time it is for objects, retention and expiration when the server starts; from then on the clock runs as usual.
    /// Signatures are checked by the system's own clock.
    pub fn now(mut self, now: SystemTime) -> Self {
        self.0.now = Some(now);
        self
    }

    /// The seed of the faults, 0 by default: the same requests, in any order across objects and connections, get the
    /// same faults.
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
        self
    }

    /// How long every request waits before it is handled.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.0.latency = latency;
        self
    }

    /// Bytes a second that all connections share, in each direction; unlimited by default.
    pub fn bandwidth(mut self, bytes: NonZeroU64) -> Self {
        self.0.bandwidth = Some(bytes);
        self
    }

    /// Appends a JSON line for every request to this file, without keys, signatures and session tokens. The file
    /// is made for its owner alone.
    pub fn log_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.0.log_file = Some(path.into());
        self
    }

    /// Delivers the messages about events that the notification configurations of buckets ask for, whatever their targets
    /// are: as lines of a file, or by POST to an address of this machine such as `http://127.0.0.1:8080/events`. Each is
    /// the JSON of Amazon's event records, with the target as `TopicArn`, `QueueArn` or `LambdaFunctionArn`. Requests do not
    /// wait for it; what cannot be delivered is dropped.
    pub fn notify(mut self, to: impl Into<String>) -> Self {
        self.0.notify = Some(to.into());
        self
    }

    /// Starts the server. It is reachable when this returns.
    ///
    /// # Errors
    /// The address or the log file cannot be used, a bucket is named twice or against the naming rules, the folder of
    /// [`Builder::init`] cannot be read, [`Builder::control`] is asked for beyond loopback, [`Builder::notify`] has neither a file nor an address of this machine, or the system gives no thread. For a folder: `ResourceBusy` where another server has it, `InvalidData` where it is not a
    /// folder of this server, of another format, or damaged.
    pub fn start(mut self) -> io::Result<Server> {
        if self.0.users.is_empty() {
            let preset = self.0.preset_user.take();
            self.0.users.push(preset.unwrap_or_else(|| Identity::new(access_key(), secret_key())));
        }
        Server::start(self.0)
    }
}

/// An access key id as IAM makes them for users.
fn access_key() -> String {
    format!("AKIA{}", random::text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16))
}

fn secret_key() -> String {
    random::text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 40)
}

/// Shows no secret key.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("addr", &self.0.addr).finish_non_exhaustive()
    }
}
