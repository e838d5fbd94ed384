//! File descriptors: which of 0, 1 and 2 were closed when the program started, and how many there may be.

use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicU8, Ordering};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::failure::Failure;

/// One bit for each of descriptors 0, 1 and 2 that was closed.
static CLOSED: AtomicU8 = AtomicU8::new(0);

/// Descriptors that are open whatever is done: standard streams, the runtime's, key and state files.
const RESERVED: u64 = 32;
/// Descriptors that one item needs: its connection, its file, the file's folder, and what is remembered of it.
const OF_ONE_ITEM: u64 = 4;

/// Notes which of the descriptors 0, 1 and 2 are closed. It must run before `main`: Rust's runtime opens /dev/null in
/// their place, so that no file gets their numbers, and after that they look like /dev/null that the user gave.
pub fn note_closed() {
    let is_closed = |descriptor: BorrowedFd<'_>| rustix::io::fcntl_getfd(descriptor).is_err();
    let standard = [rustix::stdio::stdin(), rustix::stdio::stdout(), rustix::stdio::stderr()];
    let bits = (0..).zip(standard).map(|(bit, it)| u8::from(is_closed(it)) << bit);
    CLOSED.store(bits.sum(), Ordering::Relaxed);
}

/// # Errors
/// [`Kind::Usage`] where standard input was closed: reading it would find nothing, which is no content.
pub(crate) fn require_stdin() -> Result<(), Failure> {
    if is_closed(0) {
        return Err(Failure::usage(
            "standard input is closed, and something is to be read from it",
        )
        .hint("connect it to a pipe or a file; for empty input: `</dev/null`"));
    }
    Ok(())
}

/// # Errors
/// [`Kind::Usage`] where standard output was closed: what is written there would be lost.
pub(crate) fn require_stdout() -> Result<(), Failure> {
    if is_closed(1) {
        return Err(Failure::usage(
            "standard output is closed, and something is to be written to it",
        )
        .hint("connect it to a pipe or a file; to throw the output away: `>/dev/null`"));
    }
    Ok(())
}

fn is_closed(descriptor: u8) -> bool {
    CLOSED.load(Ordering::Relaxed) & 1 << descriptor != 0
}

/// Allows as many open files as the system lets this user have.
pub(crate) fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    // Where that is refused, less is done at once.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

/// How many items can be under way at once with the descriptors that there may be: 1 or more.
pub(crate) fn most_items() -> usize {
    let Some(limit) = getrlimit(Resource::Nofile).current else { return usize::MAX };
    let items = limit.saturating_sub(RESERVED) / OF_ONE_ITEM;
    usize::try_from(items).unwrap_or(usize::MAX).max(1)
}
