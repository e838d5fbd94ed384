//! `cmd:`: runs a command that prints key text.

use std::ffi::OsStr;
use std::io::{self, Read as _, Write as _};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::failure::{Advice, Failure};
use crate::text::redaction::{is_base64_byte, mask_key_text, scrub, visible};

/// The maximum size of a source in bytes: keys are short, and a mistyped path may be a disk.
pub(super) const LIMIT: usize = 64 * 1024;
/// The default time limit of a command: the user may have to type a passphrase or touch a token.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(120);
/// The pauses between two polls of the command: short at first, since most commands are quick.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

enum End {
    Status(ExitStatus),
    TooMuch,
    Timeout,
}

/// Runs the command and returns its stdout. The command may ask for a passphrase at the terminal. Its stderr is printed,
/// with everything that looks like a key masked.
/// Errors: `Kind::Key` if the command cannot be run, fails, or exceeds the timeout; then it is killed.
pub(super) fn run(
    command: &OsStr,
    timeout: Option<Duration>,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let failed = |error: io::Error| {
        Failure::key(format!("the command cannot be run: {error}"))
            .hint("it is given to `sh -c`; check that it works there")
            .because(error)
    };
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(command)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    // Full capacity from the start: a buffer that grows leaves copies in memory.
    let mut text = Zeroizing::new(Vec::with_capacity(LIMIT + 1));
    let end = wait(&mut child, &mut text, timeout);
    // An error here means that it has ended already.
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
            .hint(Advice::RunKeyCommand))
        }
    }
}

/// Waits for the command itself to end. The end of its output is no sign of that: a background process that it started (an
/// agent) may keep the pipe open.
fn wait(child: &mut Child, text: &mut Vec<u8>, timeout: Option<Duration>) -> io::Result<End> {
    let mut pipe = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    rustix::io::ioctl_fionbio(&pipe, true)?;
    let mut stderr = CommandStderr::new(child)?;
    let start = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        // The status first: once the command has ended, all its output is in the pipe.
        let ended = child.try_wait()?;
        drain(&mut pipe, text)?;
        stderr.print_new(ended.is_some());
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

/// Prints the command's stderr line by line.
struct CommandStderr {
    pipe: ChildStderr,
    /// The start of a line whose end has not arrived, such as a prompt.
    unfinished: Zeroizing<Vec<u8>>,
}

impl CommandStderr {
    fn new(child: &mut Child) -> io::Result<CommandStderr> {
        let pipe = child.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?;
        rustix::io::ioctl_fionbio(&pipe, true)?;
        Ok(CommandStderr { pipe, unfinished: Zeroizing::default() })
    }

    /// Prints the new whole lines, and an unfinished line if it may be a prompt. Otherwise the unfinished line waits for its
    /// end, so that no key is printed in pieces that do not look like one.
    fn print_new(&mut self, has_ended: bool) {
        // An empty pipe is no error, and unreadable stderr is ignored.
        let _ = (&mut self.pipe).take(LIMIT as u64).read_to_end(&mut self.unfinished);
        while let Some(end) = self.unfinished.iter().position(|byte| *byte == b'\n') {
            self.print(end + 1);
        }
        let may_be_key = self.unfinished.last().is_none_or(|byte| is_base64_byte(*byte));
        if has_ended || !may_be_key || self.unfinished.len() > LIMIT {
            self.print(self.unfinished.len());
        }
    }

    fn print(&mut self, length: usize) {
        let bytes: Zeroizing<Vec<u8>> = Zeroizing::new(self.unfinished.drain(..length).collect());
        let text = String::from_utf8_lossy(&bytes);
        let line = text.trim_end_matches('\n');
        let end = &text[line.len()..];
        // An error is ignored: there is no other place to report it.
        let _ = write!(io::stderr(), "{}{end}", visible(&scrub(&mask_key_text(line))));
    }
}

/// Reads what is in the pipe, at most one byte over the limit.
fn drain(pipe: &mut ChildStdout, text: &mut Vec<u8>) -> io::Result<()> {
    let room = (LIMIT + 1).saturating_sub(text.len());
    match pipe.take(room as u64).read_to_end(text) {
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
        _ => Ok(()),
    }
}
