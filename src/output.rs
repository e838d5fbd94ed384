//! Where words go: data to stdout, everything for people to stderr, and neither can be steered by
//! control characters in a name that came from a store.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{MultiProgress, ProgressDrawTarget};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ProgressStyle {
    /// Bars, where stderr is a terminal that a person looks at.
    #[default]
    Auto,
    /// A line of text every 30 seconds.
    Plain,
    /// Nothing.
    None,
}

/// How a command speaks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Output {
    json: bool,
    quiet: bool,
    progress: ProgressStyle,
}

impl Output {
    /// JSON lines instead of prose where `json`, and no bars; no remarks and no progress on stderr where
    /// `quiet`.
    pub fn new(json: bool, quiet: bool, progress: ProgressStyle) -> Output {
        let without_bars = json && progress == ProgressStyle::Auto;
        let progress = if quiet || without_bars { ProgressStyle::None } else { progress };
        Output { json, quiet, progress }
    }

    /// How progress is shown.
    pub fn progress(&self) -> ProgressStyle {
        self.progress
    }

    /// Whether stdout carries JSON lines.
    pub fn json(&self) -> bool {
        self.json
    }

    /// Whether somebody sits at the other end of stderr who wants remarks.
    pub fn interactive(&self) -> bool {
        !self.quiet && !self.json && io::stderr().is_terminal()
    }

    /// Whether stdout is a terminal, where raw bytes would do harm.
    pub fn stdout_is_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Writes bytes to stdout as they are.
    ///
    /// # Errors
    /// [`Failure::Other`] where stdout cannot be written; a closed pipe is no error.
    pub fn data(&self, bytes: &[u8]) -> Result<(), Failure> {
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
            Err(error) => Err(Failure::other(format!("stdout cannot be written: {error}"))),
            Ok(()) => Ok(()),
        }
    }

    /// Whether nobody reads stdout any more: what would only be written there need not be done.
    pub fn reader_is_gone(&self) -> bool {
        READER_IS_GONE.load(Ordering::Relaxed)
    }

    /// Writes a line of text to stdout, control characters escaped.
    ///
    /// # Errors
    /// As [`Output::data`].
    pub fn line(&self, text: &str) -> Result<(), Failure> {
        // It may be a key.
        let text = visible(text);
        let mut line = Zeroizing::new(String::with_capacity(text.len() + 1));
        line.push_str(&text);
        line.push('\n');
        self.data(line.as_bytes())
    }

    /// Writes one JSON object as a line of stdout, where JSON is wanted.
    ///
    /// # Errors
    /// As [`Output::data`].
    pub fn item(&self, item: &impl Serialize) -> Result<(), Failure> {
        // There may be a key in it, and then it is short: a buffer that grows leaves copies behind.
        let mut line = Zeroizing::new(Vec::with_capacity(1024));
        serde_json::to_writer(&mut *line, item)
            .map_err(|error| Failure::other(format!("the result is no JSON: {error}")))?;
        line.push(b'\n');
        self.data(&line)
    }

    /// Tells people on stderr what was done; silenced by `--quiet`.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            to_stderr(&visible(text));
        }
    }

    /// Tells people on stderr why the command line was not understood.
    pub fn usage(&self, text: &str) {
        to_stderr(&visible(text));
    }

    /// Warns people on stderr, `--quiet` or not.
    pub fn warn(&self, text: &str) {
        to_stderr(&format!("warning: {}", visible(text)));
    }

    /// Tells why the command failed: one line and a hint on stderr, or the same as JSON.
    pub fn failure(&self, failure: &Failure) {
        if self.json {
            #[derive(Serialize)]
            struct Line<'a> {
                kind: &'static str,
                #[serde(flatten)]
                detail: &'a crate::failure::Detail,
            }
            let line = Line { kind: failure.kind(), detail: failure.detail() };
            if let Ok(text) = serde_json::to_string(&line) {
                to_stderr(&text);
            }
        } else {
            to_stderr(&format!("error: {}", visible(&failure.to_string())));
            if let Some(hint) = &failure.detail().hint {
                to_stderr(&format!("hint: {}", visible(hint)));
            }
        }
    }
}

/// The text with every control character but a line break escaped, so that a name cannot move the
/// cursor, recolour or rewrite what a terminal shows.
pub fn visible(text: &str) -> Cow<'_, str> {
    let tame = |c: char| c == '\n' || !(c.is_control() || is_invisible(c));
    if text.chars().all(tame) {
        return Cow::Borrowed(text);
    }
    let escaped = |c: char| if tame(c) { c.to_string() } else { c.escape_default().to_string() };
    Cow::Owned(text.chars().map(escaped).collect())
}

/// Characters that reorder or hide the text around them (Unicode TR 36, "bidirectional text spoofing").
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Nothing can be done about a stderr that cannot be written.
fn to_stderr(line: &str) {
    let _ = between_bars(|| writeln!(io::stderr().lock(), "{line}"));
}

/// Writes a line to stderr that is neither silenced nor more than a remark: how far a run is.
pub(crate) fn remark(line: &str) {
    to_stderr(&visible(line));
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
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        between_bars(|| io::stderr().lock().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_steer_a_terminal() {
        assert_eq!(visible("plain ä.txt"), "plain ä.txt");
        assert_eq!(visible("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(visible("a\u{202e}b\r"), "a\\u{202e}b\\r");
    }
}
