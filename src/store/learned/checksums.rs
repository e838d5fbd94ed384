//! Whether checksums are sent and requested: they are, unless the user disables them or the store does not accept their
//! headers. And the checksum that a store reports for a write.

use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::failure::Failure;
use crate::location::Location;

/// The header that requests an object's checksum; its only value is `ENABLED`.
pub(crate) const CHECKSUM_MODE: &str = "x-amz-checksum-mode";

/// The use of checksums during this run.
#[derive(Debug)]
pub(crate) struct Checksums {
    send: bool,
    ask: bool,
    refused: AtomicBool,
}

impl Checksums {
    /// `send`: uploads carry checksums, unless `AWS_REQUEST_CHECKSUM_CALCULATION=when_required`. `ask`: reads request
    /// them, unless `AWS_RESPONSE_CHECKSUM_VALIDATION=when_required`.
    pub(crate) fn wanted(send: bool, ask: bool) -> Checksums {
        Checksums { send, ask, refused: AtomicBool::new(false) }
    }

    /// Whether the user wants uploads to carry checksums.
    pub(crate) fn are_wanted(&self) -> bool {
        self.send
    }

    /// Whether uploads carry checksums.
    pub(crate) fn sends(&self) -> bool {
        self.send && !self.are_refused()
    }

    /// Whether reads request checksums.
    pub(crate) fn asks(&self) -> bool {
        self.ask && !self.are_refused()
    }

    /// Whether any request carries or requests checksums.
    pub(crate) fn are_in_use(&self) -> bool {
        self.sends() || self.asks()
    }

    /// Sends no checksum headers from now on.
    pub(crate) fn disable(&self) {
        self.refused.store(true, Ordering::Relaxed);
    }

    pub(crate) fn are_refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }
}

/// The checksum in the answer to a write, compared with the one that was sent.
pub(crate) enum ChecksumAnswer {
    /// The checksum that was sent.
    Same,
    /// There is no checksum of the whole object.
    Missing,
    /// Another checksum.
    Different,
}

impl ChecksumAnswer {
    /// Compares the header texts. Some stores fill the header with a checksum of another algorithm, or with a composite
    /// one: both count as missing.
    pub(crate) fn of(reported: Option<&str>, sent: &str) -> ChecksumAnswer {
        let is_crc64 = |text: &str| BASE64_STANDARD.decode(text).is_ok_and(|it| it.len() == 8);
        match reported {
            Some(reported) if reported == sent => ChecksumAnswer::Same,
            Some(reported) if is_crc64(reported) && is_crc64(sent) => ChecksumAnswer::Different,
            _ => ChecksumAnswer::Missing,
        }
    }
}

/// The failure for a store that reports another checksum than was sent.
pub(crate) fn stored_other_bytes(at: &Location) -> Failure {
    Failure::integrity(
        "the store says that what it stored has another checksum than what was sent: the object is damaged",
    )
    .hint("keep the source, and store it again")
    .at(at)
}
