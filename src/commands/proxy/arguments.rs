//! The options of `s3seal proxy`; each has a variable, too, besides those about keys and the connection.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::BoolishValueParser;

use crate::key::KeyOptions;
use crate::proxy::User;

/// Seal what other S3 tools write: a local endpoint that adds your key
///
/// Tools that know no SSE-C write to this endpoint, and read from it, as to any S3 store. Every object
/// that passes is sealed with the key of -k, or of the rules in config.toml, and acknowledged only
/// once the store has proven that it used the key. Any SSE-C client opens it without the proxy.
///
/// With a command, runs it with the environment set for the proxy, and ends with its exit status.
/// Without one, serves until Ctrl-C or SIGTERM, and finishes what is under way.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal proxy -k ./backup.key -- aws s3 sync /srv s3://backups/srv
  s3seal proxy -k ./backup.key -- sh -c 'restic -r s3:$AWS_ENDPOINT_URL/backups backup /srv'
  s3seal proxy --listen 127.0.0.1:9000 --env-file proxy.env &  # then, once the file is there: . ./proxy.env
  s3seal proxy -k ./k --listen 0.0.0.0:9000 --tls --user app:$SECRET --metrics 127.0.0.1:9100")]
pub(crate) struct Args {
    /// The address to listen on; port 0 is a free one. Other machines' are served over --tls only
    #[arg(
        long,
        value_name = "HOST:PORT",
        default_value = "127.0.0.1:0",
        env = "S3SEAL_PROXY_LISTEN"
    )]
    pub(super) listen: SocketAddr,
    /// The access key and secret that clients sign with [default: random ones]
    #[arg(
        long,
        value_name = "ACCESS-KEY:SECRET",
        env = "S3SEAL_PROXY_USER",
        hide_env_values = true
    )]
    pub(super) user: Option<User>,
    /// Serve https, with a certificate authority of its own
    #[arg(long, env = "S3SEAL_PROXY_TLS", value_parser = BoolishValueParser::new())]
    pub(super) tls: bool,
    /// Serve https with this certificate, in PEM, its issuers behind it
    #[arg(long, value_name = "FILE", requires = "tls_key", env = "S3SEAL_PROXY_TLS_CERT")]
    pub(super) tls_cert: Option<PathBuf>,
    /// The private key of the certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert", env = "S3SEAL_PROXY_TLS_KEY")]
    pub(super) tls_key: Option<PathBuf>,
    /// Let clients read objects that are not sealed, where sealed ones are expected
    #[arg(long, env = "S3SEAL_PROXY_ALLOW_PLAIN", value_parser = BoolishValueParser::new())]
    pub(super) allow_plain: bool,
    /// Serve metrics in the format of Prometheus at http://HOST:PORT/-/metrics; only for this machine
    #[arg(long, value_name = "HOST:PORT", env = "S3SEAL_PROXY_METRICS")]
    pub(super) metrics: Option<SocketAddr>,
    /// Append a line for each request to this file [default: stderr; with a command, refusals alone]
    #[arg(long, value_name = "FILE", env = "S3SEAL_PROXY_LOG")]
    pub(super) log: Option<PathBuf>,
    /// Once ready, write the environment for clients to this file as `export` lines
    #[arg(long, value_name = "FILE", conflicts_with = "command", env = "S3SEAL_PROXY_ENV_FILE")]
    pub(super) env_file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) key: KeyOptions,
    /// The command to run against the proxy
    #[arg(last = true, value_name = "COMMAND")]
    pub(super) command: Vec<OsString>,
}
