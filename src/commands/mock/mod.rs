//! `s3seal mock`: the embedded server, for tests and trials without a store.

mod arguments;
mod health;

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;

use s3seal_mock::{FolderError, Server};

pub(crate) use arguments::Args;
use arguments::Preset;

use super::local_server::{
    Announced, Environment, LocalServer, ServerReady, restart_without_keys, run_command,
    serve_until_signal,
};
use crate::failure::Failure;
use crate::output::Output;

/// Serves, and returns the exit code of the command, or of the signal that ended the server. With `--health`, asks another
/// server instead.
pub(crate) fn run(args: &Args, region: Option<&str>, out: &Output) -> Result<u8, Failure> {
    if let Some(url) = &args.health {
        let url = url.clone().map_or_else(|| health::url_of(listened(args), args.tls), Ok)?;
        return health::ask(&url).map(|()| 0);
    }
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
    let environment = Environment::of(&LocalServer {
        endpoint: server.endpoint(),
        access_key: server.access_key(),
        secret_key: server.secret_key(),
        region: server.region(),
        authority: server.ca_pem(),
        aws_config: "",
        has_own_state: true,
    })?;
    let announced = Announced {
        ready: ServerReady::Mock,
        endpoint: server.endpoint(),
        metrics: None,
        env_file: args.env_file.as_deref(),
        note: &format!("serving {} for development, until Ctrl-C", server.endpoint()),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::other(format!("the program's threads cannot start: {error}")))?;
    runtime.block_on(async {
        match args.command.split_first() {
            Some((program, arguments)) => run_command(program, arguments, &environment).await,
            None => serve_until_signal(&announced, &environment, out).await,
        }
    })
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
