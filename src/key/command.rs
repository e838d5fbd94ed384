//! `cmd:`: key text that a command prints.

use std::ffi::OsStr;
use std::io::{self, Read as _};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::source::LIMIT;
use crate::failure::Failure;

/// How long a command may take where nobody says: people type passphrases and touch tokens meanwhile.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(120);
/// Between two looks at the command: short at first, since most commands are quick.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// What came of a command.
enum End {
    Status(ExitStatus),
    TooMuch,
    Timeout,
}

/// What the command prints until it ends; its stderr is the program's own, and its terminal too: it
/// may ask for a passphrase there.
///
/// # Errors
/// [`Failure::Key`] where it cannot be run, fails, or does not end in time; then it is killed.
pub(super) fn run(
    command: &OsStr,
    timeout: Option<Duration>,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let failed = |error: io::Error| {
        Failure::key(format!("the command cannot be run: {error}"))
            .hint("it is given to `sh -c`; check that it works there")
    };
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(command)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    // Room for everything at once: a buffer that grows leaves copies behind.
    let mut text = Zeroizing::new(Vec::with_capacity(LIMIT + 1));
    let end = listen(&mut child, &mut text, timeout);
    // That it has ended already is no harm.
    let _ = child.kill();
    let _ = child.wait();
    match end.map_err(failed)? {
        End::Status(status) if !status.success() => {
            Err(Failure::key(format!("the command failed ({status})"))
                .hint("run it by itself to see why; what it said on stderr stands above"))
        }
        End::Status(_) | End::TooMuch => Ok(text),
        End::Timeout => {
            let seconds = timeout.unwrap_or_default().as_secs();
            Err(Failure::key(format!(
                "the command did not end within {seconds} s, and its shell was killed"
            ))
            .hint(
                "run it by itself to see what it waits for; `--key-timeout` sets how long it may",
            ))
        }
    }
}

/// Follows the command to its end. The end of its output alone would not do: what it left running in
/// the background (an agent) may keep the pipe open for ever.
fn listen(child: &mut Child, text: &mut Vec<u8>, timeout: Option<Duration>) -> io::Result<End> {
    let mut pipe = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    rustix::io::ioctl_fionbio(&pipe, true)?;
    let start = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        // In this order: what it printed is in the pipe once it has ended.
        let ended = child.try_wait()?;
        drain(&mut pipe, text)?;
        if text.len() > LIMIT {
            return Ok(End::TooMuch);
        }
        if let Some(status) = ended {
            return Ok(End::Status(status));
        }
        if timeout.is_some_and(|timeout| start.elapsed() >= timeout) {
            return Ok(End::Timeout);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Takes what is in the pipe, and no more than one byte over the limit.
fn drain(pipe: &mut ChildStdout, text: &mut Vec<u8>) -> io::Result<()> {
    let room = (LIMIT + 1).saturating_sub(text.len());
    match pipe.take(room as u64).read_to_end(text) {
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
        _ => Ok(()),
    }
}
