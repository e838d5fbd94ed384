//! File descriptors: which of 0, 1 and 2 were closed when the program started, and the limit of open files.

use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicU8, Ordering};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::failure::Failure;

/// A bit for each of the descriptors 0, 1 and 2: whether it was closed.
static CLOSED: AtomicU8 = AtomicU8::new(0);

/// Descriptors that are open in any case: standard streams, the runtime's, key and state files.
const RESERVED: u64 = 32;
/// The connection, the file, its folder, and its resume journal.
const DESCRIPTORS_PER_ITEM: u64 = 4;

/// Records which of the descriptors 0, 1 and 2 are closed. This must run before `main`: Rust's runtime opens /dev/null for
/// closed ones, so that no file gets their numbers, and they could not be distinguished from a /dev/null of the user's.
pub fn note_closed() {
    let is_closed = |descriptor: BorrowedFd<'_>| rustix::io::fcntl_getfd(descriptor).is_err();
    let standard = [rustix::stdio::stdin(), rustix::stdio::stdout(), rustix::stdio::stderr()];
    let bits = (0..).zip(standard).map(|(bit, it)| u8::from(is_closed(it)) << bit);
    CLOSED.store(bits.sum(), Ordering::Relaxed);
}

/// Fails with `Kind::Usage` if standard input was closed: it would read as empty content.
pub(crate) fn require_stdin() -> Result<(), Failure> {
    if is_closed(0) {
        return Err(Failure::usage("standard input is closed, but must be read")
            .hint("connect it to a pipe or a file; for empty input: `</dev/null`"));
    }
    Ok(())
}

/// Fails with `Kind::Usage` if standard output was closed: the output would be lost.
pub(crate) fn require_stdout() -> Result<(), Failure> {
    if is_closed(1) {
        return Err(Failure::usage("standard output is closed, but must be written")
            .hint("connect it to a pipe or a file; to throw the output away: `>/dev/null`"));
    }
    Ok(())
}

fn is_closed(descriptor: u8) -> bool {
    CLOSED.load(Ordering::Relaxed) & 1 << descriptor != 0
}

/// Raises the limit of open files to the maximum for this user.
pub(crate) fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    // If it is refused, fewer items run at once.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

/// The number of concurrent items that the limit of open files allows, at least 1.
pub(crate) fn max_items() -> usize {
    let Some(limit) = getrlimit(Resource::Nofile).current else { return usize::MAX };
    let items = limit.saturating_sub(RESERVED) / DESCRIPTORS_PER_ITEM;
    usize::try_from(items).unwrap_or(usize::MAX).max(1)
}
