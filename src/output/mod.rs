//! Where words go: data to stdout, everything for people to stderr. Text of others (names, messages of a store)
//! neither steers a terminal nor forges a line, and no line shows a secret of the run.

use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{MultiProgress, ProgressDrawTarget};
use serde::Serialize;
use zeroize::Zeroizing;

use super::failure::Failure;
use super::system::descriptors;
use super::text::redaction::{mask_key_text, scrub, visible};

mod json;

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ProgressStyle {
    /// Bars, where stderr is a terminal that a person looks at.
    #[default]
    Auto,
    /// A line of text every 30 seconds.
    Plain,
    /// Nothing.
    None,
}

/// How much of an error beneath is shown, in bytes.
const LONGEST_CAUSE: usize = 1000;

/// How a command speaks.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Output {
    json: bool,
    quiet: bool,
    causes: bool,
    progress: ProgressStyle,
}

impl Output {
    /// JSON lines instead of prose where `json`, and no bars; no remarks and no progress on stderr where
    /// `quiet`.
    pub(crate) fn new(json: bool, quiet: bool, progress: ProgressStyle) -> Output {
        let without_bars = json && progress == ProgressStyle::Auto;
        let progress = if quiet || without_bars { ProgressStyle::None } else { progress };
        Output { json, quiet, causes: false, progress }
    }

    /// The same, which shows the errors beneath a failure where `causes`.
    pub(crate) fn with_causes(self, causes: bool) -> Output {
        Output { causes, ..self }
    }

    /// How progress is shown.
    pub(crate) fn progress(&self) -> ProgressStyle {
        self.progress
    }

    /// Whether stdout carries JSON lines.
    pub(crate) fn json(&self) -> bool {
        self.json
    }

    /// Whether somebody sits at the other end of stderr who wants remarks.
    pub(crate) fn interactive(&self) -> bool {
        !self.quiet && !self.json && io::stderr().is_terminal()
    }

    /// Whether stdout is a terminal, where raw bytes would do harm.
    pub(crate) fn stdout_is_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Writes bytes to stdout as they are.
    ///
    /// # Errors
    /// [`Kind::Other`] where stdout cannot be written, [`Kind::Usage`] where it was closed from the start; a pipe
    /// that its reader closed is no error.
    pub(crate) fn data(&self, bytes: &[u8]) -> Result<(), Failure> {
        descriptors::require_stdout()?;
        let write = || {
            let mut stdout = io::stdout().lock();
            stdout.write_all(bytes).and_then(|()| stdout.flush())
        };
        let written = if io::stdout().is_terminal() { between_bars(write) } else { write() };
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                READER_IS_GONE.store(true, Ordering::Relaxed);
                Ok(())
            }
            Err(error) => {
                Err(Failure::other(format!("stdout cannot be written: {error}")).because(error))
            }
            Ok(()) => Ok(()),
        }
    }

    /// Whether nobody reads stdout any more: what would only be written there need not be done.
    pub(crate) fn reader_is_gone(&self) -> bool {
        READER_IS_GONE.load(Ordering::Relaxed)
    }

    /// Writes a line of text to stdout, as [`visible`] makes it, without secrets.
    ///
    /// # Errors
    /// As [`Output::data`].
    pub(crate) fn line(&self, text: &str) -> Result<(), Failure> {
        self.data(format!("{}\n", visible(&scrub(text))).as_bytes())
    }

    /// Writes a line of text to stdout that is, or holds, a key because the user asked for it.
    ///
    /// # Errors
    /// As [`Output::data`].
    pub(crate) fn line_with_key(&self, text: &str) -> Result<(), Failure> {
        let text = visible(text);
        let mut line = Zeroizing::new(String::with_capacity(text.len() + 1));
        line.push_str(&text);
        line.push('\n');
        self.data(line.as_bytes())
    }

    /// Writes one JSON object as a line of stdout, without secrets.
    ///
    /// # Errors
    /// As [`Output::data`].
    pub(crate) fn item(&self, item: &impl Serialize) -> Result<(), Failure> {
        self.data(&json::line(item).map_err(no_json)?)
    }

    /// Writes one JSON object that holds a key because the user asked for it.
    ///
    /// # Errors
    /// As [`Output::data`].
    pub(crate) fn item_with_key(&self, item: &impl Serialize) -> Result<(), Failure> {
        self.data(&json::line_with_key(item).map_err(no_json)?)
    }

    /// Tells people on stderr what was done; silenced by `--quiet`.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet {
            to_stderr(&safe(text));
        }
    }

    /// Tells people on stderr why the command line was not understood, in several lines.
    pub(crate) fn usage(&self, text: &str) {
        text.lines().for_each(|line| to_stderr(&safe(line)));
    }

    /// Warns people on stderr, `--quiet` or not.
    pub(crate) fn warn(&self, text: &str) {
        to_stderr(&format!("warning: {}", safe(text)));
    }

    /// Reports why the command failed: one line and a hint on stderr, or the same as JSON; then the errors beneath.
    pub(crate) fn failure(&self, failure: &Failure) {
        if self.json {
            if let Ok(line) = json::line(failure) {
                to_stderr(String::from_utf8_lossy(&line).trim_end());
            }
        } else {
            to_stderr(&format!("error: {}", safe(&failure.to_string())));
            if let Some(hint) = &failure.detail().hint {
                to_stderr(&format!("hint: {}", safe(hint)));
            }
        }
        if self.causes {
            let causes = failure.causes().map(|cause| foreign(&cause));
            causes.for_each(|cause| to_stderr(&format!("caused by: {cause}")));
        }
    }
}

/// A line for people: without secrets, and as [`visible`] makes it.
fn safe(text: &str) -> String {
    visible(&scrub(text)).into_owned()
}

/// A line of another program or library: it may repeat keys that are not of this run, and be of any length.
fn foreign(text: &str) -> String {
    let text = text.trim();
    let end = text.floor_char_boundary(LONGEST_CAUSE);
    let more = if end < text.len() { "…" } else { "" };
    format!("{}{more}", safe(&mask_key_text(&scrub(&text[..end]))))
}

fn no_json(error: serde_json::Error) -> Failure {
    Failure::other(format!("the result is no JSON: {error}")).because(error)
}

/// Nothing can be done about a stderr that cannot be written.
fn to_stderr(line: &str) {
    let _ = between_bars(|| writeln!(io::stderr().lock(), "{line}"));
}

/// Writes a line to stderr that is neither silenced nor more than a remark: how far a run is.
pub(crate) fn remark(line: &str) {
    to_stderr(&safe(line));
}

/// Bars are drawn at most so often a second.
const DRAWS: u8 = 10;

static READER_IS_GONE: AtomicBool = AtomicBool::new(false);
static BARS: OnceLock<MultiProgress> = OnceLock::new();

/// The progress bars at the bottom of the terminal: what is said meanwhile goes above them.
pub(crate) fn bars() -> &'static MultiProgress {
    let on_stderr = || ProgressDrawTarget::stderr_with_hz(DRAWS);
    BARS.get_or_init(|| MultiProgress::with_draw_target(on_stderr()))
}

fn between_bars<T>(write: impl FnOnce() -> T) -> T {
    match BARS.get() {
        Some(bars) => bars.suspend(write),
        None => write(),
    }
}

/// Standard error for logs, above the progress bars.
#[derive(Debug)]
pub(crate) struct Log;

impl Write for Log {
    /// Takes one event at a time, which is how the formatting layer writes.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        to_stderr(&safe(text.trim_end_matches('\n')));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
