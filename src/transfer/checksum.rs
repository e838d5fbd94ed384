//! The checksums that follow a transfer from end to end: an ETag of a sealed object says nothing.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use crc_fast::{CrcAlgorithm, Digest, checksum_combine};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use crate::store::object::ObjectMetadata;

const CRC64NVME: CrcAlgorithm = CrcAlgorithm::Crc64Nvme;

/// Computes CRC-64/NVME over pieces.
pub fn crc64nvme() -> Digest {
    Digest::new(CRC64NVME)
}

/// The CRC64NVME of pieces that follow each other, each with its own and its length in bytes.
pub fn combine(pieces: impl IntoIterator<Item = (u64, u64)>) -> u64 {
    Algorithm::CRC64NVME.combine(pieces)
}

/// A checksum of the whole object that the store gave, to hold what arrives against.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expected {
    pub(super) algorithm: Algorithm,
    value: Vec<u8>,
}

/// Checksums over whole objects, as S3 keeps them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Algorithm {
    /// A CRC, and how many bytes of its value count. Pieces can be computed apart and combined.
    Crc(CrcAlgorithm, usize),
    /// Needs all bytes in order.
    Sha1,
    /// Needs all bytes in order.
    Sha256,
}

impl Expected {
    /// The best checksum of the whole object among the metadata; none where the store keeps none, or
    /// only one of its parts' checksums (`COMPOSITE`).
    pub(super) fn of(metadata: &ObjectMetadata) -> Option<Expected> {
        if metadata.checksum_type.as_deref() == Some("COMPOSITE") {
            return None;
        }
        let found = [
            (Algorithm::CRC64NVME, &metadata.checksum_crc64nvme),
            (Algorithm::Crc(CrcAlgorithm::Crc32Iscsi, 4), &metadata.checksum_crc32c),
            (Algorithm::Crc(CrcAlgorithm::Crc32IsoHdlc, 4), &metadata.checksum_crc32),
            (Algorithm::Sha256, &metadata.checksum_sha256),
            (Algorithm::Sha1, &metadata.checksum_sha1),
        ];
        found.into_iter().find_map(|(algorithm, text)| {
            // A composite value says so by `-` and the number of parts, which is no base64.
            let value = BASE64_STANDARD.decode(text.as_ref()?).ok()?;
            // Some stores fill the header with a checksum of another kind.
            (value.len() == algorithm.width()).then_some(Expected { algorithm, value })
        })
    }

    /// Whether pieces with these CRCs and lengths, in order, are the object.
    pub(super) fn matches_crcs(&self, pieces: impl IntoIterator<Item = (u64, u64)>) -> bool {
        match self.algorithm {
            Algorithm::Crc(_, width) => {
                self.value == self.algorithm.combine(pieces).to_be_bytes()[8 - width..]
            }
            Algorithm::Sha1 | Algorithm::Sha256 => false,
        }
    }

    /// Whether a hash over all the bytes is the object's.
    pub(super) fn matches(&self, hash: Hash) -> bool {
        match hash {
            Hash::Crc(digest) => self.matches_crcs([(digest.finalize(), 0)]),
            Hash::Sha1(hash) => self.value[..] == hash.finalize()[..],
            Hash::Sha256(hash) => self.value[..] == hash.finalize()[..],
        }
    }
}

impl Algorithm {
    pub(super) const CRC64NVME: Algorithm = Algorithm::Crc(CRC64NVME, 8);

    /// How many bytes a value has.
    fn width(self) -> usize {
        match self {
            Algorithm::Crc(_, width) => width,
            Algorithm::Sha1 => 20,
            Algorithm::Sha256 => 32,
        }
    }

    /// A hash to feed bytes to, in order.
    pub(super) fn hash(self) -> Hash {
        match self {
            Algorithm::Crc(algorithm, _) => Hash::Crc(Digest::new(algorithm)),
            Algorithm::Sha1 => Hash::Sha1(Sha1::new()),
            Algorithm::Sha256 => Hash::Sha256(Sha256::new()),
        }
    }

    fn combine(self, pieces: impl IntoIterator<Item = (u64, u64)>) -> u64 {
        let Algorithm::Crc(algorithm, _) = self else { return 0 };
        let mut pieces = pieces.into_iter();
        let first = pieces.next().map_or_else(|| Digest::new(algorithm).finalize(), |(crc, _)| crc);
        pieces.fold(first, |sum, (crc, bytes)| checksum_combine(algorithm, sum, crc, bytes))
    }
}

/// A checksum in the making.
pub(crate) enum Hash {
    Crc(Digest),
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Hash {
    /// The value of a CRC.
    pub(super) fn crc(self) -> Option<u64> {
        match self {
            Hash::Crc(digest) => Some(digest.finalize()),
            Hash::Sha1(_) | Hash::Sha256(_) => None,
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Hash::Crc(digest) => digest.update(bytes),
            Hash::Sha1(hash) => hash.update(bytes),
            Hash::Sha256(hash) => hash.update(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn crc(bytes: &[u8]) -> u64 {
        let mut digest = crc64nvme();
        digest.update(bytes);
        digest.finalize()
    }

    #[test]
    fn known_values() {
        // The check value of CRC-64/NVME in the catalogue of parametrised CRC algorithms.
        assert_eq!(crc(b"123456789"), 0xae8b_1486_0a79_9888);
        assert_eq!(combine([]), crc(b""));
    }

    #[test]
    fn every_kind_of_checksum_is_compared() {
        let sums = [
            ("crc64nvme", "rosUhgp5mIg="),
            ("crc32c", "4waSgw=="),
            ("crc32", "y/Q5Jg=="),
            ("sha1", "98O8HYCOBHMq32eZZczDTKeuNEE="),
            ("sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="),
        ];
        for (name, value) in sums {
            let mut metadata = ObjectMetadata::default();
            let field = match name {
                "crc64nvme" => &mut metadata.checksum_crc64nvme,
                "crc32c" => &mut metadata.checksum_crc32c,
                "crc32" => &mut metadata.checksum_crc32,
                "sha1" => &mut metadata.checksum_sha1,
                _ => &mut metadata.checksum_sha256,
            };
            *field = Some(value.to_owned());
            let expected = Expected::of(&metadata).expect(name);
            let hash = |bytes: &[u8]| {
                let mut hash = expected.algorithm.hash();
                hash.update(bytes);
                hash
            };
            assert!(expected.matches(hash(b"123456789")), "{name}");
            assert!(!expected.matches(hash(b"123456780")), "{name}");
        }
    }

    #[test]
    fn checksums_of_parts_are_no_checksum_of_the_object() {
        let composite = ObjectMetadata {
            checksum_crc32: Some("y/Q5Jg==-3".to_owned()),
            ..ObjectMetadata::default()
        };
        assert_eq!(Expected::of(&composite), None);
        let of_another_kind = ObjectMetadata {
            checksum_crc64nvme: Some("y/Q5Jg==".to_owned()),
            ..ObjectMetadata::default()
        };
        assert_eq!(Expected::of(&of_another_kind), None);
    }

    proptest! {
        #[test]
        fn pieces_combine_to_the_whole(bytes: Vec<u8>, cuts: Vec<prop::sample::Index>) {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]);
            let combined = combine(pieces.map(|piece| (crc(piece), piece.len() as u64)));
            prop_assert_eq!(combined, crc(&bytes));
        }
    }
}
