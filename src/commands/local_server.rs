//! What the local servers of this program have in common: a command runs against one with the environment set, or the
//! server serves until a signal.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{IsTerminal, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use schemars::JsonSchema;
use serde::Serialize;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use crate::failure::Failure;
use crate::key::core::{KEY_VARIABLE, hand_over_keys, holds_keys};
use crate::output::Output;

/// A local server as its clients see it.
pub(super) struct LocalServer<'a> {
    pub(super) endpoint: &'a str,
    pub(super) access_key: &'a str,
    pub(super) secret_key: &'a str,
    pub(super) region: &'a str,
    /// The PEM certificate of the authority that clients must trust, if it is the server's own.
    pub(super) authority: Option<&'a str>,
    /// The content of the AWS configuration file that programs get; empty for none.
    pub(super) aws_config: &'a str,
    /// Whether programs get a state folder of their own, which is removed at the end.
    pub(super) has_own_state: bool,
}

/// The environment variables that make a program use only this server.
pub(super) struct Environment {
    set: Vec<(&'static str, OsString)>,
    unset: Vec<&'static str>,
    /// For the CA certificate, and the state of programs that use the server.
    _folder: TempDir,
}

/// The JSON line that is printed once the server is ready.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "op", rename_all = "kebab-case")]
pub(super) enum ServerReady<'a> {
    /// The embedded server is ready.
    Mock(Ready<'a>),
    /// The proxy is ready.
    Proxy(Ready<'a>),
}

/// A server that is ready.
#[derive(Serialize, JsonSchema)]
pub(super) struct Ready<'a> {
    /// Its URL.
    endpoint: &'a str,
    /// The URL of its metrics, with --metrics.
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics: Option<&'a str>,
    /// The environment variables with which other programs use it, credentials among them.
    environment: BTreeMap<&'a str, String>,
}

/// Replaces this process by the same program without the keys in its environment. Otherwise the command could read them in
/// `/proc/PID/environ` of its parent, which shows the environment at the start of a process, even if variables were removed
/// since.
pub(super) fn restart_without_keys() -> Result<(), Failure> {
    if holds_keys() { Err(restart(None)) } else { Ok(()) }
}

/// The same for a program that needs its keys: they come through a pipe.
pub(super) fn restart_with_keys_in_pipe() -> Result<(), Failure> {
    if !holds_keys() {
        return Ok(());
    }
    match hand_over_keys() {
        Ok(variable) => Err(restart(Some(variable))),
        Err(error) => Err(not_restarted(&error)),
    }
}

/// Returns only if that fails.
fn restart(variable: Option<(&str, String)>) -> Failure {
    let program = match own_program() {
        Ok(program) => program,
        Err(failure) => return failure,
    };
    let mut arguments = std::env::args_os();
    let mut command = std::process::Command::new(program);
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    // The keys were removed from the environment that the new process inherits.
    not_restarted(&command.args(arguments).envs(variable).exec())
}

fn not_restarted(error: &std::io::Error) -> Failure {
    Failure::other(format!(
        "the program cannot start again without the keys in its environment: {error}"
    ))
    .hint("unset S3SEAL_KEY, and the variables that hold keys of config.toml")
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

impl Environment {
    /// Errors: `Kind::Other` if no temporary folder can be made.
    pub(super) fn of(server: &LocalServer<'_>) -> Result<Environment, Failure> {
        let refuse = |error| Failure::other(format!("no temporary folder can be made: {error}"));
        let folder = tempfile::Builder::new().prefix("s3seal-").tempdir().map_err(refuse)?;
        let config = match server.aws_config {
            "" => "/dev/null".into(),
            text => {
                let path = folder.path().join("config");
                fs::write(&path, text).map_err(refuse)?;
                path.into_os_string()
            }
        };
        let mut set: Vec<(&'static str, OsString)> = vec![
            ("AWS_ENDPOINT_URL", server.endpoint.into()),
            ("AWS_ACCESS_KEY_ID", server.access_key.into()),
            ("AWS_SECRET_ACCESS_KEY", server.secret_key.into()),
            ("AWS_REGION", server.region.into()),
            ("AWS_DEFAULT_REGION", server.region.into()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
            ("AWS_CONFIG_FILE", config),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".into()),
            ("NO_PROXY", "localhost,127.0.0.1,::1".into()),
            ("no_proxy", "localhost,127.0.0.1,::1".into()),
        ];
        if server.has_own_state {
            set.push(("XDG_STATE_HOME", folder.path().join("state").into()));
        }
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
        match server.authority {
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

/// Runs a command, and returns its exit code.
/// Errors: `Kind::Other` if it cannot be started.
pub(super) async fn run_command(
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

/// What is announced once a server is ready.
pub(super) struct Announced<'a> {
    /// The variant that `--json` prints.
    pub(super) ready: fn(Ready<'a>) -> ServerReady<'a>,
    pub(super) endpoint: &'a str,
    pub(super) metrics: Option<&'a str>,
    /// Where the environment is written for other processes.
    pub(super) env_file: Option<&'a Path>,
    /// For people.
    pub(super) note: &'a str,
}

/// Announces the server, and waits for a signal. Returns the exit code of a program that this signal ends.
pub(super) async fn serve_until_signal(
    announced: &Announced<'_>,
    environment: &Environment,
    out: &Output,
) -> Result<u8, Failure> {
    let mut signals = Signals::listen()?;
    let exports = environment.exports();
    if let Some(path) = announced.env_file {
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
        let Announced { ready, endpoint, metrics, .. } = *announced;
        out.item(&ready(Ready { endpoint, metrics, environment }))?;
    } else if announced.env_file.is_none() {
        exports.lines().try_for_each(|line| out.line(line))?;
    }
    out.say(announced.note);
    let number = signals.next().await;
    if let Some(path) = announced.env_file {
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
pub(super) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    pub(super) fn listen() -> Result<Signals, Failure> {
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
    pub(super) async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => SignalKind::interrupt().as_raw_value(),
            _ = self.terminate.recv() => SignalKind::terminate().as_raw_value(),
        }
    }
}
