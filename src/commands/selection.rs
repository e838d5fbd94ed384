//! Which objects of a folder are meant, and what came of them: what the commands that take many share.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use indicatif::BinaryBytes;
use serde::Serialize;

use crate::failure::Failure;
use crate::location::Location;
use crate::output::Output;
use crate::system::descriptors;
use crate::text::redaction::mask_key_text;
use crate::transfer::many::{Entry, Filters, Finder, Found, Skip, Tally};

/// Which objects of a folder are meant.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Selection options")]
pub(super) struct Selection {
    /// Take folders, and all that is in them
    #[arg(short, long)]
    pub(super) recursive: bool,
    #[command(flatten)]
    pub(super) filters: Filters,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

impl Selection {
    /// # Errors
    /// [`Failure::Usage`] for filters where there is no folder to choose from.
    pub(super) fn check(&self, has_folders: bool) -> Result<(), Failure> {
        if self.filters.is_empty() || has_folders {
            return Ok(());
        }
        Err(Failure::usage("--include and --exclude choose from a folder, and none is named")
            .hint("add -r"))
    }
}

/// The names of a folder's files or objects, listed in a file.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Selection options")]
pub(super) struct FilesFrom {
    /// Take only what this file names, one a line, relative to the source folder; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(super) files_from: Option<PathBuf>,
}

impl FilesFrom {
    /// Whether the list comes through standard input.
    pub(super) fn uses_stdin(&self) -> bool {
        self.files_from.as_deref() == Some(Path::new("-"))
    }
}

/// Sends every name that a list holds, as `to_item` has it.
///
/// # Errors
/// Where the list cannot be read.
pub(super) fn send_listed<T>(
    list: &Path,
    finder: &Finder<T>,
    to_item: impl Fn(&str) -> Option<Found<T>>,
) -> Result<(), Failure> {
    let lines: Box<dyn BufRead> = if list == Path::new("-") {
        descriptors::require_stdin()?;
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(list).map_err(|error| unreadable(list, error))?))
    };
    for line in lines.lines() {
        let line = line.map_err(|error| unreadable(list, error))?;
        let item = if line.is_empty() { None } else { to_item(&line) };
        if item.is_some_and(|item| finder.blocking_send(item).is_err()) {
            break;
        }
    }
    Ok(())
}

fn unreadable(list: &Path, error: io::Error) -> Failure {
    let list = list.to_string_lossy();
    let message = format!("the list {} cannot be read: {error}", mask_key_text(&list));
    let failure = match error.kind() {
        io::ErrorKind::NotFound => Failure::not_found(message).hint("check the path"),
        _ => Failure::other(message).hint("it should hold one name a line, in UTF-8"),
    };
    failure.because(error)
}

/// Which way a file and its object go.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Direction {
    Put,
    Get,
}

/// What `--json` prints of an item that `--dry-run` leaves alone.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Planned {
    op: Direction,
    url: String,
    file: String,
    dry_run: bool,
}

/// Tells what would be done with one file and its object.
///
/// # Errors
/// Where stdout cannot be written.
pub(super) fn tell_planned(
    op: Direction,
    at: &Location,
    file: &Path,
    out: &Output,
) -> Result<(), Failure> {
    let (url, file) = (at.to_string(), file.display().to_string());
    if out.json() {
        return out.item(&Planned { op, url, file, dry_run: true });
    }
    out.say(&match op {
        Direction::Put => format!("would store {file} as {url}"),
        Direction::Get => format!("would fetch {url} into {file}"),
    });
    Ok(())
}

/// What a walk through a folder skips, and what is said of it: links are counted, for there can be many and they
/// are no surprise.
#[derive(Debug)]
pub(super) struct Skips {
    root: PathBuf,
    links: u64,
    out: Output,
}

impl Skips {
    /// Skips below this folder.
    pub(super) fn below(root: &Path, out: &Output) -> Skips {
        Skips { root: root.to_owned(), links: 0, out: *out }
    }

    /// Tells why the entry is not transferred.
    pub(super) fn tell(&mut self, entry: &Entry) {
        let path = self.root.join(&entry.name);
        let path = path.display();
        match entry.skip {
            None => {}
            Some(Skip::Link) => self.links += 1,
            Some(Skip::Special) => {
                self.out.say(&format!("note: {path} is neither a file nor a folder: skipped"));
            }
            Some(Skip::Partial) => {
                self.out.say(&format!("note: {path} is an unfinished download: skipped"));
            }
            Some(Skip::PutAside) => self.out.warn(&format!(
                "{path} was put aside by an interrupted `mv`: skipped; give it its name again, or delete it"
            )),
        }
    }

    /// Tells at the end how many links there were.
    pub(super) fn tell_links(&self) {
        let were = match self.links {
            0 => return,
            1 => "1 symbolic link was".to_owned(),
            links => format!("{links} symbolic links were"),
        };
        self.out
            .say(&format!("note: {were} skipped; put and sync follow them with --follow-symlinks"));
    }
}

/// Tells people at the end how many of what: `sealed 998 objects (4.1 GiB), 2 failed, 3 skipped`.
pub(super) fn tell_summary(
    did: &str,
    what: &str,
    tally: &Tally,
    rest: &[(u64, &str)],
    out: &Output,
) {
    if out.json() {
        return;
    }
    let s = if tally.done == 1 { "" } else { "s" };
    let mut line = format!("{did} {} {what}{s}", tally.done);
    if tally.bytes > 0 {
        line += &format!(" ({})", BinaryBytes(tally.bytes));
    }
    let counted = [(tally.failed, "failed"), (tally.skipped, "skipped")];
    for (count, word) in counted.iter().chain(rest).filter(|(count, _)| *count > 0) {
        line += &format!(", {count} {word}");
    }
    out.say(&line);
}
