//! The memory through which the records of all TLS connections pass: one piece for each thread. Connections themselves
//! keep only what must outlast a call, so many of them take little memory, and this piece stays in the processor's cache.

use std::cell::Cell;
use std::ops::{Deref, DerefMut};

/// The longest TLS record in bytes: header, 16 KiB, and what TLS 1.2 allows for its protection (RFC 5246 section 6.2.3).
pub(super) const LONGEST_RECORD: usize = 5 + (16 << 10) + 2048;
/// In bytes. How much is received or sent at once.
pub(super) const PIECE: usize = 256 << 10;
/// A piece, the beginning of the record after it, and the overhead of short records.
const LENGTH: usize = PIECE + 2 * LONGEST_RECORD;

thread_local! {
    static PARKED: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The thread's piece of memory, until it is dropped. A second one at the same time, for TLS within TLS, is a new one.
pub(super) struct Scratch(Vec<u8>);

impl Scratch {
    pub(super) fn take() -> Scratch {
        match PARKED.take() {
            // Zeros from the system: pages that no record needs are never touched.
            none if none.is_empty() => Scratch(vec![0; LENGTH]),
            parked => Scratch(parked),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        PARKED.set(std::mem::take(&mut self.0));
    }
}

impl Deref for Scratch {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl DerefMut for Scratch {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}
