//! SIGINT, SIGTERM and SIGHUP: the first signal cancels running transfers, which clean up; a second one ends
//! the program at once.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::failure::Failure;
use crate::output;

/// Cancels transfers when a signal arrives.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt(watch::Receiver<Option<u8>>);

impl Interrupt {
    /// Handles SIGINT, SIGTERM and SIGHUP from now on.
    /// Errors: `Kind::Other` if the system allows no signal handler.
    pub(crate) fn listen() -> Result<Interrupt, Failure> {
        let listen = |kind| {
            signal(kind).map_err(|error| {
                Failure::other(format!("signals cannot be received: {error}")).because(error)
            })
        };
        let mut sigint = listen(SignalKind::interrupt())?;
        let mut sigterm = listen(SignalKind::terminate())?;
        // With a handler for SIGXFSZ, a write past `ulimit -f` fails instead of ending the program.
        drop(listen(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))?);
        let mut sighup = if ignores_hangup() { None } else { Some(listen(SignalKind::hangup())?) };
        let (sender, receiver) = watch::channel(None);
        tokio::spawn(async move {
            loop {
                let number = tokio::select! {
                    _ = sigint.recv() => SignalKind::interrupt(),
                    _ = sigterm.recv() => SignalKind::terminate(),
                    _ = next_signal(&mut sighup) => SignalKind::hangup(),
                }
                .as_raw_value() as u8;
                if sender.send_replace(Some(number)).is_some() {
                    output::remove_lines();
                    std::process::exit(i32::from(Failure::interrupted(number).exit_code()));
                }
            }
        });
        Ok(Interrupt(receiver))
    }

    /// For work that no signal cancels.
    pub(crate) fn never() -> Interrupt {
        Interrupt(watch::channel(None).1)
    }

    /// Runs `work`, unless a signal comes first: `work` is then dropped, and the result is
    /// `Kind::Interrupted`.
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

async fn next_signal(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// Whether the program was started under `nohup`, so that SIGHUP must stay ignored. Only the kernel's list of
/// ignored signals shows that without changing it.
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask & (1 << (SignalKind::hangup().as_raw_value() - 1)) != 0
}
