//! The program's output: data on stdout, messages on stderr. Untrusted text (names, messages of a store) can neither control
//! a terminal nor forge a line, and no line shows a secret of the run.
//!
//! - `form`: what stdout carries for command lines of aws-cli
//! - `json`: values as JSON lines
//! - `live`: the lines at the bottom of the terminal that are redrawn in place
//! - `style`: colours

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::adapter::strip_str;
use serde::Serialize;
use zeroize::Zeroizing;

use super::failure::Failure;
use super::system::descriptors;
use super::text::redaction::{mask_key_text, scrub, visible};

mod form;
mod json;
mod live;
mod style;

pub(crate) use form::{Form, Selection, parse_query};
pub(crate) use live::{columns, remove_lines, show_lines, terminal_size};
pub(crate) use style::{ColorChoice, Line, Stream, Style, paint};

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ProgressStyle {
    /// Bars, if stderr is a terminal; a few lines of text for a long run of a continuous-integration service.
    #[default]
    Auto,
    /// A line of text every 30 seconds.
    Plain,
    /// Nothing.
    None,
}

/// The maximum length of a shown cause, in bytes.
const LONGEST_CAUSE: usize = 1000;

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Output {
    json: bool,
    quiet: bool,
    causes: bool,
    lists: bool,
    progress: ProgressStyle,
    form: Form,
}

impl Output {
    /// `json`: JSON lines instead of text, and no bars on a terminal. `quiet`: no messages and no progress on stderr, except for warnings
    /// and errors.
    pub(crate) fn new(json: bool, quiet: bool, progress: ProgressStyle) -> Output {
        let without_bars = json && progress == ProgressStyle::Auto && io::stderr().is_terminal();
        let progress = if quiet || without_bars { ProgressStyle::None } else { progress };
        Output { json, quiet, causes: false, lists: false, progress, form: Form::Own }
    }

    /// With stdout in the form of aws-cli. JSON lines take precedence.
    pub(crate) fn with_form(self, form: Form) -> Output {
        Output { form, ..self }
    }

    pub(crate) fn form(&self) -> Form {
        if self.json { Form::Own } else { self.form }
    }

    /// With `causes`, each failure is printed with the errors that caused it.
    pub(crate) fn with_causes(self, causes: bool) -> Output {
        Output { causes, ..self }
    }

    /// With `lists`, people get a line for each item of a run.
    pub(crate) fn with_items(self, lists: bool) -> Output {
        Output { lists, ..self }
    }

    /// Whether neither people nor JSON readers learn of single items.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet && !self.json
    }

    /// Whether people get a line for each item of a run.
    pub(crate) fn lists_items(&self) -> bool {
        self.lists
    }

    /// Whether each failure is printed, even of thousands that are equal.
    pub(crate) fn lists_failures(&self) -> bool {
        self.json || self.lists
    }

    pub(crate) fn without_progress(self) -> Output {
        Output { progress: ProgressStyle::None, ..self }
    }

    pub(crate) fn progress(&self) -> ProgressStyle {
        self.progress
    }

    /// Whether stdout carries JSON lines.
    pub(crate) fn json(&self) -> bool {
        self.json
    }

    /// Whether a user at a terminal reads the messages on stderr.
    pub(crate) fn interactive(&self) -> bool {
        !self.quiet && !self.json && io::stderr().is_terminal()
    }

    /// Whether stdout is a terminal, which must not receive raw bytes.
    pub(crate) fn stdout_is_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Writes raw bytes to stdout.
    /// Errors: `Kind::Other` if stdout cannot be written, `Kind::Usage` if it was closed when the program started.
    /// A pipe whose reader closed it is no error.
    pub(crate) fn data(&self, bytes: &[u8]) -> Result<(), Failure> {
        descriptors::require_stdout()?;
        let write = || {
            let mut stdout = io::stdout().lock();
            stdout.write_all(bytes).and_then(|()| stdout.flush())
        };
        let written = if io::stdout().is_terminal() { live::between_lines(write) } else { write() };
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

    /// Whether the reader of stdout has closed the pipe: work whose only result is output can stop.
    pub(crate) fn reader_is_gone(&self) -> bool {
        READER_IS_GONE.load(Ordering::Relaxed)
    }

    /// Writes a line of text to stdout, escaped by [`visible`] and without secrets. Errors as [`Output::data`].
    pub(crate) fn line(&self, text: &str) -> Result<(), Failure> {
        self.data(format!("{}\n", visible(&scrub(text))).as_bytes())
    }

    /// Writes a line of text to stdout that contains a key because the user asked for it.
    pub(crate) fn line_with_key(&self, text: &str) -> Result<(), Failure> {
        let text = visible(text);
        let mut line = Zeroizing::new(String::with_capacity(text.len() + 1));
        line.push_str(&text);
        line.push('\n');
        self.data(line.as_bytes())
    }

    /// Writes a line of styled words to stdout, escaped and without secrets. Errors as [`Output::data`].
    pub(crate) fn styled(&self, line: &Line) -> Result<(), Failure> {
        self.data(format!("{}\n", painted(line, Stream::Stdout)).as_bytes())
    }

    /// Writes text with the colour commands of a terminal to stdout; without them if stdout shows no colours. The text is the
    /// program's own, so that nothing in it is escaped. Errors as [`Output::data`].
    pub(crate) fn ansi(&self, text: &str) -> Result<(), Failure> {
        if style::shows_colors(Stream::Stdout) {
            return self.data(text.as_bytes());
        }
        self.data(strip_str(text).to_string().as_bytes())
    }

    /// Writes one JSON object as a line of stdout, without secrets; on a terminal, as indented lines.
    pub(crate) fn item(&self, item: &impl Serialize) -> Result<(), Failure> {
        let text = if io::stdout().is_terminal() { json::indented(item) } else { json::line(item) };
        self.data(&text.map_err(not_json)?)
    }

    /// Writes one JSON object that contains a key because the user asked for it.
    pub(crate) fn item_with_key(&self, item: &impl Serialize) -> Result<(), Failure> {
        self.data(&json::line_with_key(item).map_err(not_json)?)
    }

    /// Writes a document, or what `--query` selects of it, as aws-cli prints it. Without secrets.
    pub(crate) fn document(&self, document: &impl Serialize) -> Result<(), Failure> {
        let selection = match self.form {
            Form::Document { selection, .. } => selection,
            Form::Own | Form::Lines => None,
        };
        self.data(&form::document(document, selection).map_err(not_json)?)
    }

    /// Writes a line of `aws s3` to stdout, unless `quiet`. Errors as [`Output::data`].
    pub(crate) fn progress_of_item(&self, text: &str) -> Result<(), Failure> {
        if self.quiet { Ok(()) } else { self.line(text) }
    }

    /// Prints a message on stderr, unless `quiet`.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet {
            to_stderr(&labelled(&safe(text)));
        }
    }

    /// Prints text on stderr without a line's end: a question to the user.
    pub(crate) fn prompt(&self, text: &str) {
        let text = text.split_inclusive('\n').map(|line| match line.strip_suffix('\n') {
            Some(line) => safe(line) + "\n",
            None => safe(line),
        });
        let text: String = text.collect();
        let _ = live::between_lines(|| write!(io::stderr().lock(), "{text}"));
    }

    /// Prints a usage error of several lines on stderr.
    pub(crate) fn usage(&self, text: &str) {
        text.lines().for_each(|line| to_stderr(&labelled(&safe(line))));
    }

    /// Prints an error without a hint on stderr, even if `quiet`.
    pub(crate) fn error(&self, text: &str) {
        to_stderr(&labelled(&format!("error: {}", safe(text))));
    }

    /// Prints a warning on stderr, even if `quiet`.
    pub(crate) fn warn(&self, text: &str) {
        to_stderr(&labelled(&format!("warning: {}", safe(text))));
    }

    /// Prints an error and its hint on stderr, as text or as JSON, then its causes.
    pub(crate) fn failure(&self, failure: &Failure) {
        if self.json {
            if let Ok(line) = json::line(failure) {
                to_stderr(String::from_utf8_lossy(&line).trim_end());
            }
        } else {
            to_stderr(&labelled(&format!("error: {}", safe(&failure.to_string()))));
            if let Some(hint) = &failure.detail().hint {
                to_stderr(&labelled(&format!("hint: {}", safe(&hint.to_string()))));
            }
        }
        if self.causes {
            let causes = failure.causes().map(|cause| untrusted(&cause));
            causes.for_each(|cause| to_stderr(&labelled(&format!("caused by: {cause}"))));
        }
    }
}

/// The text without secrets, escaped by [`visible`].
fn safe(text: &str) -> String {
    visible(&scrub(text)).into_owned()
}

/// The words of the line, each escaped and without secrets.
fn painted(line: &Line, stream: Stream) -> String {
    line.0.iter().map(|(style, text)| paint(*style, &safe(text), stream)).collect()
}

/// The words with which a message begins.
const LABELS: &[(&str, Style)] = &[
    ("error:", Style::Bad),
    ("warning:", Style::Warning),
    ("hint:", Style::Literal),
    ("  tip:", Style::Literal),
    ("note:", Style::Strong),
    ("caused by:", Style::Faint),
    ("Usage:", Style::Strong),
];

/// The message for stderr, its label in colour.
fn labelled(text: &str) -> String {
    let label = LABELS.iter().find(|(label, _)| text.starts_with(label));
    label.map_or_else(
        || text.to_owned(),
        |(label, style)| paint(*style, label, Stream::Stderr) + &text[label.len()..],
    )
}

/// A message of another program or library: it may contain keys that are not of this run, and have any length.
fn untrusted(text: &str) -> String {
    let text = text.trim();
    let end = text.floor_char_boundary(LONGEST_CAUSE);
    let more = if end < text.len() { "…" } else { "" };
    format!("{}{more}", safe(&mask_key_text(&scrub(&text[..end]))))
}

fn not_json(error: serde_json::Error) -> Failure {
    Failure::other(format!("the result is no JSON: {error}")).because(error)
}

/// Errors are ignored: there is no other place to report them.
fn to_stderr(line: &str) {
    let _ = live::between_lines(|| writeln!(io::stderr().lock(), "{line}"));
}

/// Prints a line of plain progress on stderr. The caller checks `quiet`.
pub(crate) fn progress_line(line: &str) {
    to_stderr(&safe(line));
}

/// The text as a line for a log, without secrets.
pub(crate) fn log_line(text: &str) -> String {
    format!("{}\n", safe(text))
}

/// The item as a line of JSON for a log, without secrets.
pub(crate) fn log_item(item: &impl Serialize) -> String {
    json::line(item).map(|line| String::from_utf8_lossy(&line).into_owned()).unwrap_or_default()
}

static READER_IS_GONE: AtomicBool = AtomicBool::new(false);

/// Writes log events to stderr, above the progress bars.
#[derive(Debug)]
pub(crate) struct Log;

impl Write for Log {
    /// The formatting layer writes one whole event at a time.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        to_stderr(&safe(text.trim_end_matches('\n')));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
