//! `s3seal proxy`: a local S3 endpoint that seals what passes.

mod arguments;

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

pub(crate) use arguments::Args;

use super::local_server::{
    Announced, Environment, LocalServer, ServerReady, restart_with_keys_in_pipe, run_command,
    serve_until_signal,
};
use crate::failure::{Advice, Failure};
use crate::jobs::Keys;
use crate::output::Output;
use crate::proxy::{ProxyOptions, RunningProxy, TlsOptions, User};
use crate::store::wire::{Connect, Store};

/// boto3 and aws-cli presign with version 2 in some regions unless they are told.
const AWS_CONFIG: &str = "[default]\ns3 =\n  signature_version = s3v4\n";

/// Starts the program again if keys are in its environment, which others can read in `/proc`. Must come before the runtime.
pub(crate) fn restart_if_needed() -> Result<(), Failure> {
    restart_with_keys_in_pipe()
}

/// Serves, and returns the exit code of the command, or of the signal that ended the proxy.
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let tls = tls_options(args)?;
    check_addresses(args, &tls, connect)?;
    args.key.check_derive_as(false)?;
    let keys = Keys::load(&args.key, out)?;
    if !keys.has_any() {
        return Err(Failure::usage("no key was given, and the proxy writes nothing unsealed")
            .hint(Advice::NameKeyToSeal));
    }
    keys.check_fit()?;
    let store = Arc::new(Store::connect(connect).await?);
    store.check_may_send_keys()?;
    let region = store.region();
    let user = match &args.user {
        Some(user) => user.clone(),
        None => User::generate()?,
    };
    let log = args.log.as_deref().map(open_log).transpose()?;
    let options = ProxyOptions {
        listen: args.listen,
        tls,
        metrics: args.metrics,
        user: user.clone(),
        allow_plain: args.allow_plain,
        logs_only_refusals: log.is_none() && !args.command.is_empty(),
        log,
        waits_for_store: args.command.is_empty(),
    };
    let proxy = RunningProxy::start(options, store, keys, out).await?;
    let (endpoint, metrics) = (proxy.endpoint(), proxy.metrics());
    let environment = Environment::of(&LocalServer {
        endpoint: &endpoint,
        access_key: &user.access_key,
        secret_key: user.secret(),
        region: &region,
        authority: proxy.authority(),
        aws_config: AWS_CONFIG,
        has_own_state: false,
    })?;
    let code = match args.command.split_first() {
        Some((program, arguments)) => run_command(program, arguments, &environment).await,
        None => {
            let announced = Announced {
                ready: ServerReady::Proxy,
                endpoint: &endpoint,
                metrics: metrics.as_deref(),
                env_file: args.env_file.as_deref(),
                note: &format!("sealing at {endpoint}, until Ctrl-C"),
            };
            serve_until_signal(&announced, &environment, out).await
        }
    };
    if !proxy.drain().await {
        out.warn("requests were still under way after 30 seconds: they were cut off");
    }
    code
}

fn tls_options(args: &Args) -> Result<TlsOptions, Failure> {
    match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(key)) => {
            Ok(TlsOptions::Files { certificate: certificate.clone(), key: key.clone() })
        }
        _ if args.tls => Ok(TlsOptions::Own),
        _ => Ok(TlsOptions::Off),
    }
}

/// Over plain http, everyone on the way could read what is sealed.
fn check_addresses(args: &Args, tls: &TlsOptions, connect: &Connect) -> Result<(), Failure> {
    let is_plain = matches!(tls, TlsOptions::Off);
    if is_plain && !args.listen.ip().is_loopback() && !connect.allow_http {
        return Err(Failure::unsealed(format!(
            "over plain http, everyone on the way to {} could read what is sealed",
            args.listen
        ))
        .hint("add --tls or --tls-cert, or listen on 127.0.0.1; --allow-http permits it"));
    }
    match args.metrics {
        Some(addr) if !addr.ip().is_loopback() => {
            Err(Failure::usage("metrics are served for this machine only")
                .hint("give --metrics an address such as 127.0.0.1:9100"))
        }
        _ => Ok(()),
    }
}

fn open_log(path: &Path) -> Result<File, Failure> {
    crate::key::core::check_destination(path)?;
    OpenOptions::new().append(true).create(true).mode(0o600).open(path).map_err(|error| {
        Failure::other(format!("{} cannot be written: {error}", path.display()))
            .hint("choose another --log")
    })
}
