//! Lines at the bottom of the terminal that are redrawn in place: progress bars.
//!
//! Between two drawings the cursor rests at the start of the first line. A terminal that is resized may wrap the lines or
//! not, but it keeps the cursor where it is in the text, so that everything from there to the end of the screen is ours.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError, TryLockError};

use rustix::termios::tcgetwinsize;

/// What was drawn last, with the commands for the terminal; empty if nothing is shown.
static DRAWN: Mutex<String> = Mutex::new(String::new());

const ERASE: &str = "\r\x1b[J";
/// The terminal may have become narrower since it was asked: it must cut the lines instead of wrapping them.
const NO_WRAP: &str = "\x1b[?7l";
const WRAP: &str = "\x1b[?7h";
/// For a terminal that does not know its size.
const USUAL_SIZE: (usize, usize) = (80, 24);

/// The size of the terminal on stderr now, in columns and rows. None if stderr is no terminal, or one that cannot move
/// its cursor.
pub(crate) fn terminal_size() -> Option<(usize, usize)> {
    let can_move = std::env::var_os("TERM").is_some_and(|term| !term.is_empty() && term != "dumb");
    if !can_move || !io::stderr().is_terminal() {
        return None;
    }
    let size = tcgetwinsize(io::stderr()).ok().filter(|size| size.ws_col > 0 && size.ws_row > 0);
    Some(size.map_or(USUAL_SIZE, |size| (size.ws_col.into(), size.ws_row.into())))
}

/// The columns that a line on stdout may have: those of its terminal, else of the variable `COLUMNS`, else 100.
pub(crate) fn columns() -> usize {
    let size = tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col));
    let variable = || std::env::var("COLUMNS").ok()?.parse().ok();
    size.filter(|columns| *columns > 0).or_else(variable).unwrap_or(100)
}

/// Replaces the lines. The caller keeps them shorter and fewer than the terminal has columns and rows.
pub(crate) fn show_lines(lines: &[String]) {
    let mut drawn = DRAWN.lock().unwrap_or_else(PoisonError::into_inner);
    // Each line is erased to its end as it is written, so that nothing flickers.
    let erase = if drawn.is_empty() { "" } else { ERASE };
    *drawn = drawing(lines);
    let text = if drawn.is_empty() { erase } else { &drawn };
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Removes the lines before the program ends at once. Does not wait for another thread that is writing: it may wait for
/// a terminal that is stopped.
pub(crate) fn remove_lines() {
    let drawn = match DRAWN.try_lock() {
        Ok(drawn) => drawn,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(TryLockError::WouldBlock) => return,
    };
    if !drawn.is_empty() {
        let _ = io::stderr().lock().write_all(ERASE.as_bytes());
    }
}

/// Removes the lines while `write` writes to the terminal.
pub(super) fn between_lines<T>(write: impl FnOnce() -> T) -> T {
    let drawn = DRAWN.lock().unwrap_or_else(PoisonError::into_inner);
    if drawn.is_empty() {
        return write();
    }
    let _ = io::stderr().lock().write_all(ERASE.as_bytes());
    let written = write();
    let _ = io::stderr().lock().write_all(drawn.as_bytes());
    written
}

fn drawing(lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let up = if lines.len() > 1 { format!("\x1b[{}A", lines.len() - 1) } else { String::new() };
    let text = lines.join("\x1b[K\r\n");
    format!("\r{NO_WRAP}{text}{WRAP}\x1b[J\r{up}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_returns_to_the_first_line() {
        let lines = ["one".to_owned(), "two".to_owned(), "three".to_owned()];
        assert!(drawing(&lines).ends_with("three\x1b[?7h\x1b[J\r\x1b[2A"));
        assert!(drawing(&lines[..1]).ends_with("one\x1b[?7h\x1b[J\r"));
        assert_eq!(drawing(&[]), "");
    }
}
