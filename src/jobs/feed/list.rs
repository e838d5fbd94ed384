//! The names of a folder's files or objects, listed in a file, one a line.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use tokio::sync::mpsc::{Receiver, Sender};

use crate::failure::Failure;
use crate::system::descriptors;
use crate::text::redaction::mask_key_text;
use crate::transfer::many::{Found, channel};

/// A feed of the names in the list. `to_item` returns None for a name to leave out.
pub(crate) fn feed_list<T: Send + 'static>(
    list: PathBuf,
    to_item: impl Fn(&str) -> Option<Found<T>> + Send + 'static,
) -> Receiver<Found<T>> {
    let (sender, receiver) = channel();
    tokio::task::spawn_blocking(move || {
        if let Err(failure) = send_listed(&list, &sender, to_item) {
            let _ = sender.blocking_send(Found::Failed(failure));
        }
    });
    receiver
}

/// Sends the items that `to_item` makes of the names in the list; `-` is standard input.
/// Errors: `Kind::NotFound` if the list does not exist; `Kind::Other` if it cannot be read.
pub(crate) fn send_listed<T>(
    list: &Path,
    sender: &Sender<Found<T>>,
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
        if item.is_some_and(|item| sender.blocking_send(item).is_err()) {
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
