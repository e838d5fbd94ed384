//! `s3seal mock`: the embedded server, for tests and trials without a store.

use std::ffi::{OsStr, OsString};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, IsTerminal, Write};
use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use s3seal_mock::{Behavior, Fault, FolderError, Server};
use serde::Serialize;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use crate::failure::Failure;
use crate::key::core::{KEY_VARIABLE, holds_keys};
use crate::output::Output;

/// Run a local S3 server for tests: it answers like Amazon S3, in memory
///
/// With a command, runs it with the environment set for the server and cut off from any real account,
/// and ends with its exit status. Without one, serves until Ctrl-C. It is a development server: its
/// content is lost when it ends, unless it has a folder.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  s3seal mock -- sh -c 's3seal keygen -o k && s3seal put -k ./k README.md s3://demo/ && s3seal head -k ./k s3://demo/README.md'
  s3seal mock -- pytest
  s3seal mock --behave ceph --tls -- ./backup.sh
  s3seal mock --fault slow-down=0.1 --fault cut=0.05@GetObject --seed 7 -- ./backup.sh
  s3seal mock --env-file mock.env &   then, once the file is there: . ./mock.env")]
pub(crate) struct Args {
    /// The address to listen on; port 0 is a free one
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:0")]
    addr: SocketAddr,
    /// Create this bucket; repeatable
    #[arg(long, value_name = "NAME", default_value = "demo")]
    bucket: Vec<String>,
    /// Create this bucket, which keeps versions; repeatable
    #[arg(long, value_name = "NAME")]
    versioned_bucket: Vec<String>,
    /// Serve https, with a certificate authority of its own
    #[arg(long)]
    tls: bool,
    /// Refuse keys over plain http, as Amazon does
    #[arg(long)]
    require_tls: bool,
    /// Behave like this store
    #[arg(long, value_name = "STORE", default_value_t = Behavior::Aws, value_parser = parse_behavior)]
    behave: Behavior,
    /// Accept this access key (repeatable; the first is set in the environment) [default: a random one]
    #[arg(long, value_name = "ID:SECRET", value_parser = parse_user)]
    user: Vec<(String, String)>,
    /// Inject faults (repeatable): `slow-down`, `internal-error`, `reset` and `lost-answer` (connection dropped
    /// before or after the effect), `cut`, `corrupt`, `wrong-range`, `delay` (up to a second). PROBABILITY is 0 to 1,
    /// OPERATION a name of the S3 API such as UploadPart
    #[arg(long, value_name = "KIND=PROBABILITY[@OPERATION]")]
    fault: Vec<Fault>,
    /// The random seed of the faults: the same seed and the same requests give the same faults
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Delay every request, such as `50ms`
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    latency: Option<Duration>,
    /// Bytes a second in each direction, shared by all connections, such as `500K` or `10M` (powers of 1024)
    #[arg(long, value_name = "BYTES", value_parser = parse_bandwidth)]
    bandwidth: Option<NonZeroU64>,
    /// Append a JSON line for every request to this file; keys, signatures and session tokens are left out
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Store everything in this folder instead of in memory
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Once ready, write the environment to this file as `export` lines
    #[arg(long, value_name = "FILE", conflicts_with = "command")]
    env_file: Option<PathBuf>,
    /// The command to run against the server
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// The environment variables that make a program use only this server.
struct Environment {
    set: Vec<(&'static str, OsString)>,
    unset: Vec<&'static str>,
    /// For the CA certificate, and the state of programs that use the server.
    _folder: TempDir,
}

/// The JSON line that is printed once the server is ready.
#[derive(Serialize)]
struct ServerReady<'a> {
    op: &'static str,
    endpoint: &'a str,
    environment: std::collections::BTreeMap<&'a str, String>,
}

/// Serves, and returns the exit code of the command, or of the signal that ended the server.
pub(crate) fn run(args: &Args, out: &Output) -> Result<u8, Failure> {
    restart_without_keys()?;
    let mut builder = Server::builder().addr(args.addr).tls(args.tls).require_tls(args.require_tls);
    for bucket in &args.bucket {
        builder = builder.bucket(bucket);
    }
    for bucket in &args.versioned_bucket {
        builder = builder.versioned_bucket(bucket);
    }
    for (id, secret) in &args.user {
        builder = builder.user(id, secret);
    }
    for fault in &args.fault {
        builder = builder.fault(fault.clone());
    }
    if let Some(bandwidth) = args.bandwidth {
        builder = builder.bandwidth(bandwidth);
    }
    if let Some(path) = &args.log {
        crate::key::core::check_destination(path)?;
        // Also opened here, for a better error message.
        OpenOptions::new().append(true).create(true).mode(0o600).open(path).map_err(|error| {
            Failure::other(format!("{} cannot be written: {error}", path.display()))
                .hint("choose another --log")
        })?;
        builder = builder.log_file(path);
    }
    builder = builder.seed(args.seed).latency(args.latency.unwrap_or_default());
    if let Some(dir) = &args.dir {
        builder = builder.dir(dir);
    }
    // The list of requests is not used, and would grow while the server runs.
    let builder = builder.keep_requests(1);
    let server =
        builder.behave(args.behave).start().map_err(|error| start_failure(args, &error))?;
    let environment = Environment::of(&server)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::other(format!("the program's threads cannot start: {error}")))?;
    runtime.block_on(async {
        match args.command.split_first() {
            Some((program, arguments)) => run_command(program, arguments, &environment).await,
            None => serve(args, &server, &environment, out).await,
        }
    })
}

/// Replaces this process by the same program without the keys in its environment. Otherwise the command could read them in
/// `/proc/PID/environ` of its parent, which shows the environment at the start of a process, even if variables were removed
/// since.
fn restart_without_keys() -> Result<(), Failure> {
    if !holds_keys() {
        return Ok(());
    }
    let mut arguments = std::env::args_os();
    let mut command = std::process::Command::new(own_program()?);
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    // The keys were removed from the environment that the new process inherits.
    let error = command.args(arguments).exec();
    Err(Failure::other(format!(
        "the program cannot start again without the keys in its environment: {error}"
    ))
    .hint("unset S3SEAL_KEY, and the variables that hold keys of config.toml"))
}

/// This program's file, even if it was replaced since the start.
fn own_program() -> Result<PathBuf, Failure> {
    let running = Path::new("/proc/self/exe");
    if running.exists() {
        return Ok(running.to_owned());
    }
    std::env::current_exe()
        .map_err(|error| Failure::other(format!("the program's own file is not found: {error}")))
}

fn start_failure(args: &Args, error: &std::io::Error) -> Failure {
    let folder = error.get_ref().is_some_and(|cause| cause.is::<FolderError>());
    match error.kind() {
        ErrorKind::ResourceBusy if folder => {
            Failure::other(error.to_string()).hint("end the other server, or choose another --dir")
        }
        _ if folder => Failure::other(error.to_string())
            .hint("nothing in the folder was removed; choose another --dir to start without it"),
        ErrorKind::InvalidInput => Failure::usage(error.to_string())
            .hint("give --bucket names of a-z, 0-9, `-` and `.`, each once"),
        _ => Failure::other(format!("the server cannot listen on {}: {error}", args.addr))
            .hint("choose another --addr; port 0 takes a free one"),
    }
}

impl Environment {
    fn of(server: &Server) -> Result<Environment, Failure> {
        let refuse = |error| Failure::other(format!("no temporary folder can be made: {error}"));
        let folder = tempfile::Builder::new().prefix("s3seal-mock-").tempdir().map_err(refuse)?;
        let mut set: Vec<(&'static str, OsString)> = vec![
            ("AWS_ENDPOINT_URL", server.endpoint().into()),
            ("AWS_ACCESS_KEY_ID", server.access_key().into()),
            ("AWS_SECRET_ACCESS_KEY", server.secret_key().into()),
            ("AWS_REGION", server.region().into()),
            ("AWS_DEFAULT_REGION", server.region().into()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
            ("AWS_CONFIG_FILE", "/dev/null".into()),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".into()),
            ("NO_PROXY", "localhost,127.0.0.1,::1".into()),
            ("no_proxy", "localhost,127.0.0.1,::1".into()),
            ("XDG_STATE_HOME", folder.path().join("state").into()),
        ];
        let mut unset = vec![
            "AWS_PROFILE",
            "AWS_DEFAULT_PROFILE",
            "AWS_SESSION_TOKEN",
            "AWS_SECURITY_TOKEN",
            "AWS_ENDPOINT_URL_S3",
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            // Neither can be combined with a custom endpoint.
            "AWS_USE_FIPS_ENDPOINT",
            "AWS_USE_DUALSTACK_ENDPOINT",
            KEY_VARIABLE,
        ];
        match server.ca_pem() {
            Some(pem) => {
                let path = folder.path().join("ca.pem");
                fs::write(&path, pem).map_err(refuse)?;
                // curl and Go programs read other variables.
                for name in ["AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"] {
                    set.push((name, path.clone().into()));
                }
            }
            None => unset.push("AWS_CA_BUNDLE"),
        }
        Ok(Environment { set, unset, _folder: folder })
    }

    /// Shell commands that set the environment.
    fn exports(&self) -> String {
        let quoted =
            |value: &OsStr| format!("'{}'", value.to_string_lossy().replace('\'', r"'\''"));
        let set = self.set.iter().map(|(name, value)| format!("export {name}={}\n", quoted(value)));
        let unset = self.unset.iter().map(|name| format!("unset {name}\n"));
        set.chain(unset).collect()
    }
}

async fn run_command(
    program: &OsStr,
    arguments: &[OsString],
    environment: &Environment,
) -> Result<u8, Failure> {
    let mut command = Command::new(program);
    command.args(arguments).envs(environment.set.iter().map(|(name, value)| (name, value)));
    for name in &environment.unset {
        command.env_remove(name);
    }
    if let Some(path) = path_with_this_program() {
        command.env("PATH", path);
    }
    let mut signals = Signals::listen()?;
    let mut child = command.spawn().map_err(|error| {
        let program = program.to_string_lossy();
        Failure::other(format!("{program} cannot be started: {error}"))
            .hint("check the command behind `--`")
    })?;
    loop {
        tokio::select! {
            status = child.wait() => {
                return status
                    .map(exit_code)
                    .map_err(|error| Failure::other(format!("the command cannot be awaited: {error}")));
            }
            number = signals.next() => forward_signal(&child, number),
        }
    }
}

/// PATH with this program's folder first, so that a script that calls `s3seal` gets this one.
fn path_with_this_program() -> Option<OsString> {
    let own = std::env::current_exe().ok()?.parent()?.to_owned();
    let rest = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&rest))).ok()
}

fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|number| 128 + number));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

fn forward_signal(child: &Child, number: i32) {
    // The terminal sends Ctrl-C to every process of the foreground group itself.
    if number == SignalKind::interrupt().as_raw_value() && std::io::stdin().is_terminal() {
        return;
    }
    let pid = child.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed()));
    let signal = match number {
        2 => rustix::process::Signal::INT,
        _ => rustix::process::Signal::TERM,
    };
    if let Some(pid) = pid {
        // An error means that the command has just ended.
        let _ = rustix::process::kill_process(pid, signal);
    }
}

async fn serve(
    args: &Args,
    server: &Server,
    environment: &Environment,
    out: &Output,
) -> Result<u8, Failure> {
    let mut signals = Signals::listen()?;
    let exports = environment.exports();
    if let Some(path) = &args.env_file {
        crate::key::core::check_destination(path)?;
        write_atomically(path, &exports)
            .map_err(|error| Failure::unwritable(path.display(), error))?;
    }
    if out.json() {
        let environment = environment
            .set
            .iter()
            .map(|(name, value)| (*name, value.to_string_lossy().into_owned()))
            .collect();
        out.item(&ServerReady { op: "mock", endpoint: server.endpoint(), environment })?;
    } else if args.env_file.is_none() {
        out.line(exports.trim_end())?;
    }
    out.say(&format!("serving {} for development, until Ctrl-C", server.endpoint()));
    let number = signals.next().await;
    if let Some(path) = &args.env_file {
        let _ = fs::remove_file(path);
    }
    Ok(u8::try_from(128 + number).unwrap_or(1))
}

/// Writes the file atomically, for processes that wait for it.
fn write_atomically(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::Builder::new()
        .prefix(".s3seal-")
        .permissions(fs::Permissions::from_mode(0o600))
        .tempfile_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// SIGINT and SIGTERM.
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> Result<Signals, Failure> {
        let listen = |kind| {
            signal(kind)
                .map_err(|error| Failure::other(format!("signals cannot be received: {error}")))
        };
        Ok(Signals {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    /// The next signal's number.
    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => SignalKind::interrupt().as_raw_value(),
            _ = self.terminate.recv() => SignalKind::terminate().as_raw_value(),
        }
    }
}

fn parse_behavior(name: &str) -> Result<Behavior, String> {
    name.parse().map_err(|error: s3seal_mock::UnknownBehavior| error.to_string())
}

/// Parses ID:SECRET. The secret may contain a colon, the id cannot.
fn parse_user(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((id, secret)) if !id.is_empty() && !secret.is_empty() => {
            Ok((id.to_owned(), secret.to_owned()))
        }
        _ => Err("give an access key id and a secret key as ID:SECRET".to_owned()),
    }
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
