//! SIGINT, SIGTERM and SIGHUP: whatever is under way is given up in an orderly manner; a second signal ends
//! the program at once.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::failure::Failure;

/// Tells transfers that the user wants to stop.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt(watch::Receiver<Option<u8>>);

impl Interrupt {
    /// Takes over SIGINT, SIGTERM and SIGHUP for the rest of the program's life.
    ///
    /// # Errors
    /// [`Kind::Other`] where the system allows no signal handler.
    pub(crate) fn listen() -> Result<Interrupt, Failure> {
        let listen = |kind| {
            signal(kind).map_err(|error| {
                Failure::other(format!("signals cannot be received: {error}")).because(error)
            })
        };
        let mut sigint = listen(SignalKind::interrupt())?;
        let mut sigterm = listen(SignalKind::terminate())?;
        // Once taken over, it no longer ends the program where a file grows past `ulimit -f`: writing fails instead.
        drop(listen(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))?);
        let mut sighup = if ignores_hangup() { None } else { Some(listen(SignalKind::hangup())?) };
        let (sender, receiver) = watch::channel(None);
        tokio::spawn(async move {
            loop {
                let number = tokio::select! {
                    _ = sigint.recv() => SignalKind::interrupt(),
                    _ = sigterm.recv() => SignalKind::terminate(),
                    _ = received(&mut sighup) => SignalKind::hangup(),
                }
                .as_raw_value() as u8;
                if sender.send_replace(Some(number)).is_some() {
                    std::process::exit(i32::from(Failure::interrupted(number).exit_code()));
                }
            }
        });
        Ok(Interrupt(receiver))
    }

    /// Does the work, unless a signal comes first: the work is then dropped where it stands.
    ///
    /// # Errors
    /// The work's own, or [`Kind::Interrupted`].
    pub(crate) async fn race<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let mut receiver = self.0.clone();
        let signalled = async {
            match receiver.wait_for(Option::is_some).await.map(|number| *number) {
                Ok(Some(number)) => Failure::interrupted(number),
                _ => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            failure = signalled => Err(failure),
            result = work => result,
        }
    }
}

async fn received(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// Whether this program was started under `nohup`, which wants a hangup ignored. The kernel's list of
/// ignored signals is the only place where that can be read without changing it.
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask & (1 << (SignalKind::hangup().as_raw_value() - 1)) != 0
}
