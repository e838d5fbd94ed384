//! Whether checksums are sent and asked for: unless the user wants them left out, or the store knows
//! no such headers. And what a store says of the checksum of what it wrote.

use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::failure::Failure;
use crate::location::Location;

/// Asks for the object's checksum; its one value is `ENABLED`.
pub(crate) const CHECKSUM_MODE: &str = "x-amz-checksum-mode";

/// What is done about checksums for as long as the program runs.
#[derive(Debug)]
pub(crate) struct Checksums {
    send: bool,
    ask: bool,
    refused: AtomicBool,
}

impl Checksums {
    /// Uploads carry checksums where `send`: not with `AWS_REQUEST_CHECKSUM_CALCULATION=when_required`;
    /// reads ask for them where `ask`: not with `AWS_RESPONSE_CHECKSUM_VALIDATION=when_required`.
    pub(crate) fn wanted(send: bool, ask: bool) -> Checksums {
        Checksums { send, ask, refused: AtomicBool::new(false) }
    }

    /// Whether the user wants uploads to carry them.
    pub(crate) fn are_wanted(&self) -> bool {
        self.send
    }

    /// Whether an upload carries them.
    pub(crate) fn sends(&self) -> bool {
        self.send && !self.are_refused()
    }

    /// Whether a read asks for them.
    pub(crate) fn asks(&self) -> bool {
        self.ask && !self.are_refused()
    }

    /// Whether any request carries or asks for them.
    pub(crate) fn are_in_use(&self) -> bool {
        self.sends() || self.asks()
    }

    /// Leaves them out from now on.
    pub(crate) fn disable(&self) {
        self.refused.store(true, Ordering::Relaxed);
    }

    /// Whether the store has refused them.
    pub(crate) fn are_refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }
}

/// What a store says of the checksum of what it wrote.
pub(crate) enum ChecksumAnswer {
    /// The checksum of what was sent.
    Same,
    /// No checksum of the whole object.
    Missing,
    /// Another one.
    Different,
}

impl ChecksumAnswer {
    /// Compares checksums as the headers have them. Some stores put one of another kind, or that of the parts'
    /// checksums, into the header: neither says anything.
    pub(crate) fn of(said: Option<&str>, sent: &str) -> ChecksumAnswer {
        let is_crc64 = |text: &str| BASE64_STANDARD.decode(text).is_ok_and(|it| it.len() == 8);
        match said {
            Some(said) if said == sent => ChecksumAnswer::Same,
            Some(said) if is_crc64(said) && is_crc64(sent) => ChecksumAnswer::Different,
            _ => ChecksumAnswer::Missing,
        }
    }
}

/// The store says that it holds other bytes than were sent.
pub(crate) fn stored_other_bytes(at: &Location) -> Failure {
    Failure::integrity(
        "the store says that what it stored has another checksum than what was sent: the object is damaged",
    )
    .hint("keep the source, and store it again")
    .at(at)
}
