//! Colours for a terminal. What a stream shows is decided once: `--color`, then `NO_COLOR` (no-color.org), `CLICOLOR` and
//! `CLICOLOR_FORCE` (bixense.com/clicolors), then whether the stream is a terminal that knows colours.

use std::io;
use std::sync::OnceLock;

use anstream::AutoStream;
use anstyle::{AnsiColor, Style as Ansi};

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ColorChoice {
    /// On a terminal.
    #[default]
    Auto,
    /// Also in files and pipes.
    Always,
    /// Nowhere.
    Never,
}

/// What a word means. Each has one colour everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Style {
    /// As text is.
    #[default]
    Plain,
    /// As it should be.
    Good,
    /// Worth a look.
    Warning,
    /// Wrong.
    Bad,
    /// A title, or the subject of what follows.
    Strong,
    /// What one types: a command, an option.
    Literal,
    /// Beside the point.
    Faint,
}

/// A stream of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

/// A line for people: words, each with its meaning.
#[derive(Debug, Default)]
pub(crate) struct Line(pub(super) Vec<(Style, String)>);

impl Line {
    /// Adds text as it is.
    #[must_use]
    pub(crate) fn plain(self, text: impl Into<String>) -> Line {
        self.styled(Style::Plain, text)
    }

    #[must_use]
    pub(crate) fn styled(mut self, style: Style, text: impl Into<String>) -> Line {
        self.0.push((style, text.into()));
        self
    }

    /// Adds the words of another line.
    #[must_use]
    pub(crate) fn with(mut self, other: Line) -> Line {
        self.0.extend(other.0);
        self
    }

    /// Whether it shows nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, text)| text.trim().is_empty())
    }

    /// Adds a word and the spaces that make it `width` columns wide.
    #[must_use]
    pub(crate) fn column(self, style: Style, word: &str, width: usize) -> Line {
        let pad = width.saturating_sub(unicode_width::UnicodeWidthStr::width(word));
        let line = self.styled(style, word);
        if pad == 0 { line } else { line.plain(" ".repeat(pad)) }
    }
}

impl ColorChoice {
    /// Makes this the choice for both streams. Must be called before anything is printed.
    pub(crate) fn set(self) {
        match self {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

impl Style {
    /// The style as the commands of a terminal.
    pub(crate) fn ansi(self) -> Ansi {
        let color = |color: AnsiColor| Ansi::new().fg_color(Some(color.into()));
        match self {
            Style::Plain => Ansi::new(),
            Style::Good => color(AnsiColor::Green),
            Style::Warning => color(AnsiColor::Yellow).bold(),
            Style::Bad => color(AnsiColor::Red).bold(),
            Style::Strong => Ansi::new().bold(),
            Style::Literal => color(AnsiColor::Cyan),
            Style::Faint => Ansi::new().dimmed(),
        }
    }
}

/// The text with this style, if the stream shows colours. The text must be free of control characters.
pub(crate) fn paint(style: Style, text: &str, stream: Stream) -> String {
    if style == Style::Plain || text.is_empty() || !shows_colors(stream) {
        return text.to_owned();
    }
    let style = style.ansi();
    format!("{style}{text}{style:#}")
}

/// Whether the stream shows colours.
pub(crate) fn shows_colors(stream: Stream) -> bool {
    static STDOUT: OnceLock<bool> = OnceLock::new();
    static STDERR: OnceLock<bool> = OnceLock::new();
    let is_colored = |choice| choice != anstream::ColorChoice::Never;
    match stream {
        Stream::Stdout => *STDOUT.get_or_init(|| is_colored(AutoStream::choice(&io::stdout()))),
        Stream::Stderr => *STDERR.get_or_init(|| is_colored(AutoStream::choice(&io::stderr()))),
    }
}
