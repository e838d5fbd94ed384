//! The options of `s3seal mock`; each has a variable, too.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clap::builder::BoolishValueParser;
use s3seal_mock::{Behavior, Fault, Identity};

/// Run a local S3 server for tests
///
/// With a command, runs it with the environment set for the server and cut off from any real account,
/// and ends with its exit status. Without one, serves until Ctrl-C. It is a development server: its
/// content is lost when it ends, unless it has a folder.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  s3seal mock -- pytest
  s3seal mock -- sh -c 's3seal put --no-key file s3://demo/ && s3seal ls s3://demo'
  s3seal mock --behave ceph --tls -- ./backup.sh
  s3seal mock --fault slow-down=0.1 --fault cut=0.05@GetObject --seed 7 -- ./backup.sh
  s3seal mock --env-file mock.env &  # then, once the file is there: . ./mock.env
  s3seal mock --health http://127.0.0.1:9000")]
pub(crate) struct Args {
    /// Use these defaults; `ci`: 127.0.0.1:9000, access key and secret key `test`
    #[arg(long, value_name = "NAME", env = "S3SEAL_MOCK_PRESET")]
    pub(super) preset: Option<Preset>,
    /// The address to listen on; port 0 is a free one [default: 127.0.0.1:0]
    #[arg(long, value_name = "HOST:PORT", env = "S3SEAL_MOCK_ADDR")]
    pub(super) addr: Option<SocketAddr>,
    /// Create these buckets; repeatable
    #[arg(
        long,
        value_name = "NAME,…",
        default_value = "demo",
        value_delimiter = ',',
        env = "S3SEAL_MOCK_BUCKET"
    )]
    pub(super) bucket: Vec<String>,
    /// Create these buckets, which keep versions; repeatable
    #[arg(
        long,
        value_name = "NAME,…",
        value_delimiter = ',',
        env = "S3SEAL_MOCK_VERSIONED_BUCKET"
    )]
    pub(super) versioned_bucket: Vec<String>,
    /// Start with the content of this folder: each folder in it becomes a bucket, each file below an object
    #[arg(long, value_name = "DIR", env = "S3SEAL_MOCK_INIT")]
    pub(super) init: Option<PathBuf>,
    /// Serve https, with a certificate authority of its own
    #[arg(long, env = "S3SEAL_MOCK_TLS", value_parser = BoolishValueParser::new())]
    pub(super) tls: bool,
    /// Refuse keys over plain http, as Amazon does
    #[arg(long, env = "S3SEAL_MOCK_REQUIRE_TLS", value_parser = BoolishValueParser::new())]
    pub(super) require_tls: bool,
    /// Behave like this store
    #[arg(long, value_name = "STORE", default_value_t = Behavior::Aws, value_parser = parse_behavior, env = "S3SEAL_MOCK_BEHAVE")]
    pub(super) behave: Behavior,
    /// Accept this access key (repeatable; the first is set in the environment) [default: a random one]
    #[arg(
        long,
        value_name = "ID:SECRET[:ACCOUNT[:NAME]]",
        env = "S3SEAL_MOCK_USER",
        hide_env_values = true
    )]
    pub(super) user: Vec<Identity>,
    /// Inject faults (repeatable): `slow-down`, `internal-error`, `reset` and `lost-answer` (connection dropped
    /// before or after the effect), `cut`, `corrupt`, `wrong-range`, `delay` (up to a second). PROBABILITY is 0 to 1,
    /// OPERATION a name of the S3 API such as UploadPart
    #[arg(
        long,
        value_name = "KIND=PROBABILITY[@OPERATION]",
        value_delimiter = ',',
        env = "S3SEAL_MOCK_FAULT"
    )]
    pub(super) fault: Vec<Fault>,
    /// The random seed of the faults: the same seed and the same requests give the same faults
    #[arg(long, value_name = "N", default_value_t = 0, env = "S3SEAL_MOCK_SEED")]
    pub(super) seed: u64,
    /// What time it is at the start, such as 2030-01-31T00:00:00Z, for objects, retention and expiration
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_rfc3339_weak, env = "S3SEAL_MOCK_NOW")]
    pub(super) now: Option<SystemTime>,
    /// Delay every request, such as `50ms`
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration, env = "S3SEAL_MOCK_LATENCY")]
    pub(super) latency: Option<Duration>,
    /// Bytes a second in each direction, shared by all connections, such as `500K` or `10M` (powers of 1024)
    #[arg(long, value_name = "BYTES", value_parser = parse_bandwidth, env = "S3SEAL_MOCK_BANDWIDTH")]
    pub(super) bandwidth: Option<NonZeroU64>,
    /// Serve so many connections at a time [default: 512]
    #[arg(long, value_name = "N", env = "S3SEAL_MOCK_MAX_CONNECTIONS")]
    pub(super) max_connections: Option<usize>,
    /// Append a JSON line for every request to this file; keys, signatures and session tokens are left out
    #[arg(long, value_name = "FILE", env = "S3SEAL_MOCK_LOG")]
    pub(super) log: Option<PathBuf>,
    /// Deliver the event notifications that buckets ask for to this file, or by POST to http://127.0.0.1:PORT/…
    #[arg(long, value_name = "FILE|URL", env = "S3SEAL_MOCK_NOTIFY")]
    pub(super) notify: Option<String>,
    /// Store everything in this folder instead of in memory
    #[arg(long, value_name = "DIR", env = "S3SEAL_MOCK_DIR")]
    pub(super) dir: Option<PathBuf>,
    /// Let programs on this machine use /-/reset, /-/requests, /-/faults and /-/clock (the book's page on the embedded server)
    #[arg(long, env = "S3SEAL_MOCK_CONTROL", value_parser = BoolishValueParser::new())]
    pub(super) control: bool,
    /// Once ready, write the environment to this file as `export` lines
    #[arg(long, value_name = "FILE", conflicts_with = "command", env = "S3SEAL_MOCK_ENV_FILE")]
    pub(super) env_file: Option<PathBuf>,
    /// Serve nothing, and ask the server at this URL whether it answers: exit 0, or 8 if it does not. Without a URL: the
    /// server with this --addr or --preset, and --tls. No certificate is checked
    #[arg(long, value_name = "URL", num_args = 0..=1, conflicts_with = "command")]
    pub(super) health: Option<Option<String>>,
    /// The command to run against the server
    #[arg(last = true, value_name = "COMMAND")]
    pub(super) command: Vec<OsString>,
}

/// A set of defaults.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum Preset {
    Ci,
}

fn parse_behavior(name: &str) -> Result<Behavior, String> {
    name.parse().map_err(|error: s3seal_mock::UnknownBehavior| error.to_string())
}

fn parse_bandwidth(text: &str) -> Result<NonZeroU64, String> {
    let units = [('K', 10), ('M', 20), ('G', 30)];
    let unit = units.iter().find(|(unit, _)| text.to_ascii_uppercase().ends_with(*unit));
    let (digits, shift) = unit.map_or((text, 0), |(_, shift)| (&text[..text.len() - 1], *shift));
    let bytes = digits.parse::<u64>().ok().and_then(|count| count.checked_mul(1 << shift));
    bytes
        .and_then(NonZeroU64::new)
        .ok_or_else(|| "give a number of bytes above 0, such as 500K or 10M".to_owned())
}
