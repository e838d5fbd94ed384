//! `s3seal mock`: the embedded server, for tests and trials without a store.

mod arguments;

use std::ffi::{OsStr, OsString};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, IsTerminal, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use s3seal_mock::{FolderError, Server};
use serde::Serialize;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

pub(crate) use arguments::Args;
use arguments::Preset;

use crate::failure::Failure;
use crate::key::core::{KEY_VARIABLE, holds_keys};
use crate::output::Output;

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
pub(crate) fn run(args: &Args, region: Option<&str>, out: &Output) -> Result<u8, Failure> {
    restart_without_keys()?;
    let mut builder = Server::builder().tls(args.tls).require_tls(args.require_tls);
    if let Some(Preset::Ci) = args.preset {
        builder = builder.preset_ci();
    }
    if let Some(addr) = args.addr {
        builder = builder.addr(addr);
    }
    // `--region` belongs to every command, so it has no variable of this one.
    let variable = std::env::var("S3SEAL_MOCK_REGION").ok().filter(|region| !region.is_empty());
    if let Some(region) = region.map(str::to_owned).or(variable) {
        builder = builder.region(region);
    }
    if let Some(init) = &args.init {
        builder = builder.init(init);
    }
    if let Some(max) = args.max_connections {
        builder = builder.max_connections(max);
    }
    for bucket in &args.bucket {
        builder = builder.bucket(bucket);
    }
    for bucket in &args.versioned_bucket {
        builder = builder.versioned_bucket(bucket);
    }
    for user in &args.user {
        builder = builder.identity(user.clone());
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
    if let Some(now) = args.now {
        builder = builder.now(now);
    }
    builder = builder.seed(args.seed).latency(args.latency.unwrap_or_default());
    if let Some(to) = &args.notify {
        builder = builder.notify(to);
    }
    if let Some(dir) = &args.dir {
        builder = builder.dir(dir);
    }
    // The list of requests would grow while the server runs, and only --control shows it.
    let builder =
        builder.control(args.control).keep_requests(if args.control { 10_000 } else { 1 });
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
        kind if error.to_string().starts_with("notify: ") => {
            let failure =
                if kind == ErrorKind::InvalidInput { Failure::usage } else { Failure::other };
            failure(error.to_string()).hint("give --notify a file, or http://127.0.0.1:PORT/…")
        }
        ErrorKind::InvalidInput if args.control && !listened(args).ip().is_loopback() => {
            Failure::usage(error.to_string())
                .hint("leave out --control, or give an --addr on this machine")
        }
        ErrorKind::InvalidInput => Failure::usage(error.to_string()).hint(
            "give --bucket names of a-z, 0-9, `-` and `.`, each once; so are the folders of --init",
        ),
        _ if args.init.is_some() && error.kind() != ErrorKind::AddrInUse => {
            Failure::other(error.to_string()).hint("check the folder of --init and the --addr")
        }
        _ => Failure::other(format!("the server cannot listen on {}: {error}", listened(args)))
            .hint("choose another --addr; port 0 takes a free one"),
    }
}

/// The address that is listened on.
fn listened(args: &Args) -> SocketAddr {
    let port = if args.preset.is_some() { 9000 } else { 0 };
    args.addr.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, port).into())
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
                // curl, Go programs and Node read other variables.
                const NAMES: [&str; 4] =
                    ["AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"];
                for name in NAMES {
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
