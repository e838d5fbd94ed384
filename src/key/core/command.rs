//! `cmd:`: key text that a command prints.

use std::ffi::OsStr;
use std::io::{self, Read as _, Write as _};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::text::redaction::{is_base64ish, mask_key_text, scrub, visible};

/// The most that a source may hold, in bytes: keys are short, and a mistyped path may be a disk.
pub(super) const LIMIT: usize = 64 * 1024;
/// How long a command may take where nobody says: people type passphrases and touch tokens meanwhile.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(120);
/// Between two looks at the command: short at first, since most commands are quick.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// What came of a command.
enum End {
    Status(ExitStatus),
    TooMuch,
    Timeout,
}

/// What the command prints until it ends. It may ask for a passphrase at the terminal; what it says on stderr is passed
/// on without what looks like a key.
///
/// # Errors
/// [`Kind::Key`] where it cannot be run, fails, or does not end in time; then it is killed.
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
    let mut remarks = Remarks::of(child)?;
    let start = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        // In this order: what it printed is in the pipe once it has ended.
        let ended = child.try_wait()?;
        drain(&mut pipe, text)?;
        remarks.pass_on(ended.is_some());
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

/// What the command says on stderr, in the order of its lines.
struct Remarks {
    pipe: ChildStderr,
    /// The beginning of a line, such as a question that waits for an answer.
    unfinished: Zeroizing<Vec<u8>>,
}

impl Remarks {
    fn of(child: &mut Child) -> io::Result<Remarks> {
        let pipe = child.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?;
        rustix::io::ioctl_fionbio(&pipe, true)?;
        Ok(Remarks { pipe, unfinished: Zeroizing::default() })
    }

    /// Passes on what was said since: whole lines, and what may be a question. The rest waits for the end of its
    /// line, so that no key is passed on in pieces that do not look like one.
    fn pass_on(&mut self, has_ended: bool) {
        // What cannot be read is not needed, and an empty pipe is no error.
        let _ = (&mut self.pipe).take(LIMIT as u64).read_to_end(&mut self.unfinished);
        while let Some(end) = self.unfinished.iter().position(|byte| *byte == b'\n') {
            self.say(end + 1);
        }
        let may_be_key = self.unfinished.last().is_none_or(|byte| is_base64ish(*byte));
        if has_ended || !may_be_key || self.unfinished.len() > LIMIT {
            self.say(self.unfinished.len());
        }
    }

    fn say(&mut self, length: usize) {
        let said: Zeroizing<Vec<u8>> = Zeroizing::new(self.unfinished.drain(..length).collect());
        let said = String::from_utf8_lossy(&said);
        let line = said.trim_end_matches('\n');
        let end = &said[line.len()..];
        // Nothing can be done about a stderr that cannot be written.
        let _ = write!(io::stderr(), "{}{end}", visible(&scrub(&mask_key_text(line))));
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
