//! Whether checksums are sent and asked for: unless the user wants them left out, or the store knows
//! no such headers.

use std::sync::atomic::{AtomicBool, Ordering};

/// What is done about checksums for as long as the program runs.
#[derive(Debug)]
pub(super) struct Checksums {
    send: bool,
    ask: bool,
    refused: AtomicBool,
}

impl Checksums {
    /// Uploads carry checksums where `send`: not with `AWS_REQUEST_CHECKSUM_CALCULATION=when_required`;
    /// reads ask for them where `ask`: not with `AWS_RESPONSE_CHECKSUM_VALIDATION=when_required`.
    pub(super) fn wanted(send: bool, ask: bool) -> Checksums {
        Checksums { send, ask, refused: AtomicBool::new(false) }
    }

    /// Whether the user wants uploads to carry them.
    pub(super) fn are_wanted(&self) -> bool {
        self.send
    }

    /// Whether an upload carries them.
    pub(super) fn sends(&self) -> bool {
        self.send && !self.are_refused()
    }

    /// Whether a read asks for them.
    pub(super) fn asks(&self) -> bool {
        self.ask && !self.are_refused()
    }

    /// Whether any request carries or asks for them.
    pub(super) fn are_in_use(&self) -> bool {
        self.sends() || self.asks()
    }

    /// Leaves them out from now on.
    pub(super) fn give_up(&self) {
        self.refused.store(true, Ordering::Relaxed);
    }

    /// Whether the store has refused them.
    pub(super) fn are_refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }
}
