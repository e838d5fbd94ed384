//! A proxy that runs, from its start to its end.

use std::fs::File;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::connections::{serve, serve_metrics};
use super::service::Service;
use super::tls::Tls;
pub(crate) use super::tls::TlsOptions;
use crate::failure::Failure;
use crate::jobs::Keys;
use crate::location::Location;
use crate::output::Output;
use crate::proxy::auth::User;
use crate::proxy::exchange::Gateway;
use crate::proxy::observe::{Metrics, RequestLog};
use crate::store::explain::{Action, Circumstances, diagnose};
use crate::store::wire::{NoAnswer, Relayed, Store};

/// How long requests under way may take once the proxy is to end.
const LONGEST_DRAIN: Duration = Duration::from_secs(30);

/// The pause between attempts to reach a store that is waited for.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// How a proxy is run.
pub(crate) struct ProxyOptions {
    pub(crate) listen: SocketAddr,
    pub(crate) tls: TlsOptions,
    /// Where metrics are served.
    pub(crate) metrics: Option<SocketAddr>,
    pub(crate) user: User,
    pub(crate) allow_plain: bool,
    /// Where requests are logged; stderr if there is no file.
    pub(crate) log: Option<File>,
    /// Whether only refusals are logged.
    pub(crate) logs_only_refusals: bool,
    /// Whether a store that does not answer is waited for without an end.
    pub(crate) waits_for_store: bool,
}

/// A proxy that serves.
pub(crate) struct RunningProxy {
    addr: SocketAddr,
    metrics: Option<SocketAddr>,
    authority: Option<String>,
    is_tls: bool,
    gateway: Arc<Gateway>,
    stop: watch::Sender<bool>,
    served: JoinHandle<()>,
}

impl RunningProxy {
    /// Waits until the store has answered, then serves.
    /// Errors: `Kind::Unavailable` if the store does not answer; `Kind::Other` if an address cannot be listened on.
    pub(crate) async fn start(
        options: ProxyOptions,
        store: Arc<Store>,
        keys: Keys,
        out: &Output,
    ) -> Result<RunningProxy, Failure> {
        await_store(&store, options.waits_for_store, out).await?;
        let listener = listen(options.listen, "--listen").await?;
        let addr = listener.local_addr().map_err(|error| refuse_address(options.listen, &error))?;
        let tls = Tls::load(&options.tls, addr)?;
        let counts = Arc::new(Metrics::default());
        let log = RequestLog::new(options.log, out.json(), options.logs_only_refusals, counts);
        let gateway = Arc::new(Gateway::new(store, keys, options.user, options.allow_plain));
        let (stop, stopped) = watch::channel(false);
        let mut metrics = None;
        if let Some(addr) = options.metrics {
            let listener = listen(addr, "--metrics").await?;
            metrics = listener.local_addr().ok();
            tokio::spawn(serve_metrics(listener, log.clone(), stopped.clone()));
        }
        let (acceptor, authority) = match tls {
            Some(Tls { acceptor, authority }) => (Some(acceptor), authority),
            None => (None, None),
        };
        let is_tls = acceptor.is_some();
        let service = Service { gateway: gateway.clone(), log };
        let served = tokio::spawn(serve(listener, acceptor, service, stopped));
        Ok(RunningProxy { addr, metrics, authority, is_tls, gateway, stop, served })
    }

    /// The URL of the endpoint.
    pub(crate) fn endpoint(&self) -> String {
        let scheme = if self.is_tls { "https" } else { "http" };
        format!("{scheme}://{}", reachable(self.addr))
    }

    /// The URL of the metrics.
    pub(crate) fn metrics(&self) -> Option<String> {
        self.metrics.map(|addr| format!("http://{addr}/-/metrics"))
    }

    /// The PEM certificate of the authority that clients must trust, if it is the proxy's own.
    pub(crate) fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// Accepts no further requests, and finishes those under way, for 30 seconds at most. Returns whether all have ended.
    pub(crate) async fn drain(self) -> bool {
        self.stop.send_replace(true);
        let finished = async {
            let _ = self.served.await;
            self.gateway.all_finished().await;
        };
        tokio::time::timeout(LONGEST_DRAIN, finished).await.is_ok()
    }
}

/// Waits for an answer of the store, whatever it is: for as long as it takes, or for a few attempts.
async fn await_store(store: &Arc<Store>, for_ever: bool, out: &Output) -> Result<(), Failure> {
    let mut backoff = store.retry().backoff();
    let mut is_told = false;
    loop {
        let Err(refusal) = store.forward(Relayed::new(Method::GET, None, "")).await else {
            return Ok(());
        };
        let may_come = matches!(
            refusal.no_answer,
            Some(NoAnswer::ConnectionRefused | NoAnswer::UnknownHost | NoAnswer::Timeout)
                | Some(NoAnswer::Broken(_))
        );
        let at = Location { bucket: String::new(), key: String::new() };
        let about = Circumstances { action: Action::List, at: &at, key: None };
        let mut failure = diagnose(store, &refusal, &about);
        failure.detail_mut().url = None;
        if !may_come {
            return Err(failure);
        }
        if for_ever {
            if !std::mem::replace(&mut is_told, true) {
                out.say(&format!("note: {failure}; the proxy serves once the store answers"));
            }
            tokio::time::sleep(STORE_PAUSE).await;
        } else if !backoff.pause().await {
            return Err(failure);
        }
    }
}

async fn listen(addr: SocketAddr, option: &str) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(addr).await;
    listener.map_err(|error| {
        refuse_address(addr, &error).hint(format!("choose another {option}; port 0 is a free one"))
    })
}

fn refuse_address(addr: SocketAddr, error: &std::io::Error) -> Failure {
    Failure::other(format!("the proxy cannot listen on {addr}: {error}"))
}

/// The address that programs of this machine can connect to.
fn reachable(mut addr: SocketAddr) -> SocketAddr {
    if addr.ip().is_unspecified() {
        addr.set_ip(match addr {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    addr
}
