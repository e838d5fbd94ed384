//! CRC-64/NVME, the checksum that this program sends: of bytes, of concatenated pieces, and as header text.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use crc_fast::{CrcAlgorithm, checksum_combine};

const CRC64NVME: CrcAlgorithm = CrcAlgorithm::Crc64Nvme;

pub(crate) fn crc64nvme(bytes: &[u8]) -> u64 {
    crc_fast::checksum(CRC64NVME, bytes)
}

/// The checksum of concatenated pieces, from the checksum and the length in bytes of each.
pub(crate) fn combined(pieces: impl IntoIterator<Item = (u64, u64)>) -> u64 {
    let add = |sum, (crc, bytes)| checksum_combine(CRC64NVME, sum, crc, bytes);
    pieces.into_iter().fold(crc64nvme(&[]), add)
}

/// The text of a checksum header: base64 of the big-endian bytes.
pub(crate) fn checksum(crc64nvme: u64) -> String {
    BASE64_STANDARD.encode(crc64nvme.to_be_bytes())
}

/// Reads what [`checksum`] writes; none for any other text.
pub(crate) fn read_checksum(text: &str) -> Option<u64> {
    let bytes = BASE64_STANDARD.decode(text).ok()?;
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}
