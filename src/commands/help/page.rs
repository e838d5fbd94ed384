//! A page of Markdown as text for a terminal: wrapped to its width, with titles and code in colour.

use std::mem::take;

use clap::{Arg, Command};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use unicode_width::UnicodeWidthStr;

use super::layout::SHARED;
use super::topics::Topic;
use crate::commands::schema;
use crate::failure::Failure;
use crate::output::{Line, Output, Style, columns};

/// The widest column of text, in characters.
const MAX_WIDTH: usize = 100;
/// The widest first column of a table, in characters.
const MAX_FIRST_COLUMN: usize = 34;

/// A word with its style; spaces stand between words, not in them.
type Words = Vec<(Style, String)>;

/// Prints the page, then the options that it is the page of.
/// Errors: as [`Output::styled`].
pub(super) fn print(topic: &Topic, tree: &Command, out: &Output) -> Result<(), Failure> {
    let mut page = Page { width: columns().clamp(20, MAX_WIDTH), ..Page::default() };
    page.read(topic.text);
    page.lines.iter().try_for_each(|line| out.styled(line))?;
    if topic.name == "json" {
        out.ansi(&format!("\n{}", schema::page(columns().clamp(20, MAX_WIDTH))))?;
    }
    for (heading, _) in SHARED.iter().filter(|(_, page)| *page == topic.name) {
        out.styled(&Line::default())?;
        let title = Line::default().styled(Style::Strong, format!("{heading}:"));
        out.styled(&title)?;
        super::print(&options(tree, heading).render_long_help(), out)?;
    }
    Ok(())
}

/// The command that has most of the options below this heading, with nothing but them shown. It keeps its other options,
/// which some of these refer to.
fn options(tree: &Command, heading: &str) -> Command {
    let is_meant = |arg: &Arg| arg.get_help_heading() == Some(heading);
    let count = |command: &&Command| command.get_arguments().filter(|arg| is_meant(arg)).count();
    let richest = tree.get_subcommands().max_by_key(count).unwrap_or(tree);
    let shown = richest.clone().mut_args(|arg| {
        let hides = !is_meant(&arg);
        let arg = if hides { arg } else { arg.help_heading("Options") };
        arg.hide(hides).hide_short_help(false).hide_long_help(false)
    });
    shown.mut_subcommands(|command| command.hide(true)).help_template("{options}")
}

#[derive(Default)]
struct Page {
    width: usize,
    lines: Vec<Line>,
    /// The text of the block that is being read.
    words: Words,
    /// The next text continues the last word.
    is_glued: bool,
    style: Style,
    /// Columns before the text of a list's item.
    indent: usize,
    is_code: bool,
    rows: Vec<Vec<Words>>,
}

impl Page {
    fn read(&mut self, text: &str) {
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            self.event(event);
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) if self.is_code => {
                for line in text.lines() {
                    let indent = " ".repeat(self.indent + 2);
                    self.lines.push(Line::default().plain(indent).styled(Style::Literal, line));
                }
            }
            Event::Text(text) => self.add(self.style, &text),
            Event::Code(code) => self.add_word(Style::Literal, &code),
            Event::SoftBreak | Event::HardBreak => self.is_glued = false,
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { .. } => {
                self.space();
                self.style = Style::Strong;
            }
            Tag::Paragraph if self.indent == 0 => self.space(),
            Tag::CodeBlock(_) => {
                self.flush("");
                self.space();
                self.is_code = true;
            }
            Tag::Strong => self.style = Style::Strong,
            Tag::List(_) if self.indent == 0 => self.space(),
            Tag::List(_) => self.flush("- "),
            Tag::Item => self.indent += 2,
            Tag::Table(_) => self.space(),
            Tag::TableHead | Tag::TableRow => self.rows.push(Vec::new()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.flush("");
                self.style = Style::Plain;
            }
            TagEnd::Paragraph => self.flush(if self.indent > 0 { "- " } else { "" }),
            TagEnd::CodeBlock => self.is_code = false,
            TagEnd::Strong => self.style = Style::Plain,
            TagEnd::Item => {
                self.flush("- ");
                self.indent -= 2;
            }
            TagEnd::TableCell => {
                let words = take(&mut self.words);
                self.is_glued = false;
                if let Some(row) = self.rows.last_mut() {
                    row.push(words);
                }
            }
            TagEnd::Table => self.table(),
            _ => {}
        }
    }

    /// Adds text: its words, of which the first may continue the last word.
    fn add(&mut self, style: Style, text: &str) {
        if text.starts_with(' ') {
            self.is_glued = false;
        }
        for word in text.split_whitespace() {
            self.add_word(style, word);
            self.is_glued = false;
        }
        self.is_glued = !text.ends_with(' ') && !text.is_empty();
    }

    /// Adds a word, which may hold spaces if it is code.
    fn add_word(&mut self, style: Style, word: &str) {
        // A word that continues another is marked by a leading tab, which no text holds.
        let glue = if self.is_glued && !self.words.is_empty() { "\t" } else { "" };
        self.words.push((style, format!("{glue}{word}")));
        self.is_glued = true;
    }

    /// An empty line, unless there is one.
    fn space(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(Line::default());
        }
    }

    /// Writes the words as lines. `mark` stands before the first one.
    fn flush(&mut self, mark: &str) {
        let words = take(&mut self.words);
        self.is_glued = false;
        if words.is_empty() {
            return;
        }
        let indent = self.indent;
        let first = format!("{}{mark}", " ".repeat(indent.saturating_sub(mark.len())));
        let lines = wrapped(&words, self.width.saturating_sub(indent));
        for (number, line) in lines.into_iter().enumerate() {
            let before = if number == 0 { first.clone() } else { " ".repeat(indent) };
            self.lines.push(Line::default().plain(before).with(line));
        }
    }

    /// Writes the rows as two columns; below each other where the first is wide.
    fn table(&mut self) {
        let rows: Vec<_> = take(&mut self.rows).into_iter().skip(1).collect();
        let width = |words: &Words| {
            let cells: usize = words.iter().map(|(_, word)| cells(word)).sum();
            cells.saturating_sub(1)
        };
        let widest = rows.iter().filter_map(|row| row.first()).map(width).max().unwrap_or(0);
        let column = widest.min(MAX_FIRST_COLUMN).min(self.width / 2) + 4;
        for row in &rows {
            let [name, text] = row.as_slice() else { continue };
            let lines = wrapped(text, self.width.saturating_sub(column));
            let mut lines = lines.into_iter();
            let name_line = Line::default().plain("  ").with(one_line(name));
            let used = width(name) + 2;
            if used + 2 > column {
                self.lines.push(name_line);
            } else {
                let gap = " ".repeat(column - used);
                self.lines.push(name_line.plain(gap).with(lines.next().unwrap_or_default()));
            }
            self.lines
                .extend(lines.map(|line| Line::default().plain(" ".repeat(column)).with(line)));
        }
    }
}

/// The columns that a word takes with the space before it.
fn cells(word: &str) -> usize {
    if word.starts_with('\t') { word.width() } else { word.width() + 1 }
}

fn one_line(words: &Words) -> Line {
    wrapped(words, usize::MAX).into_iter().next().unwrap_or_default()
}

/// The words as lines of at most `width` columns, as far as single words fit.
fn wrapped(words: &Words, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let (mut line, mut used) = (Line::default(), 0);
    let mut at = 0;
    while at < words.len() {
        // Words without a space between them stay together.
        let end = (at + 1..words.len()).find(|&next| !words[next].1.starts_with('\t'));
        let group = &words[at..end.unwrap_or(words.len())];
        let length: usize =
            group.iter().map(|(_, word)| word.trim_start_matches('\t').width()).sum();
        if used > 0 && used + 1 + length > width {
            lines.push(take(&mut line));
            used = 0;
        }
        if used > 0 {
            line = line.plain(" ");
            used += 1;
        }
        for (style, word) in group {
            line = line.styled(*style, word.trim_start_matches('\t'));
        }
        used += length;
        at += group.len();
    }
    if used > 0 {
        lines.push(line);
    }
    lines
}
