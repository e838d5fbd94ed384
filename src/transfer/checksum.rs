//! End-to-end checksums of transfers. The ETag of an SSE-C object is not a digest of its content.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use crc_fast::{CrcAlgorithm, Digest, checksum_combine};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use crate::store::object::ObjectMetadata;

const CRC64NVME: CrcAlgorithm = CrcAlgorithm::Crc64Nvme;

/// An empty CRC-64/NVME, to be updated with bytes.
pub fn crc64nvme() -> Digest {
    Digest::new(CRC64NVME)
}

/// The CRC64NVME of consecutive parts, from the CRC and the length in bytes of each.
pub fn combine(parts: impl IntoIterator<Item = (u64, u64)>) -> u64 {
    Algorithm::CRC64NVME.combine(parts)
}

/// The checksum of a whole object, as the store reports it, to verify downloaded bytes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ExpectedChecksum {
    pub(super) algorithm: Algorithm,
    value: Vec<u8>,
}

/// The algorithms of S3's whole-object checksums.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Algorithm {
    /// A CRC, and its width in bytes. The CRCs of parts can be combined.
    Crc(CrcAlgorithm, usize),
    /// Needs all bytes in order.
    Sha1,
    /// Needs all bytes in order.
    Sha256,
}

impl ExpectedChecksum {
    /// The strongest whole-object checksum in the metadata. None if there is none, or only a checksum of
    /// the parts' checksums (`COMPOSITE`).
    pub(super) fn of(metadata: &ObjectMetadata) -> Option<ExpectedChecksum> {
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
            // A composite value ends with `-` and the number of parts, which is not base64.
            let value = BASE64_STANDARD.decode(text.as_ref()?).ok()?;
            // Some stores put a checksum of another algorithm into the header.
            (value.len() == algorithm.width()).then_some(ExpectedChecksum { algorithm, value })
        })
    }

    /// Whether consecutive parts with these CRCs and lengths make up the object.
    pub(super) fn matches_crcs(&self, parts: impl IntoIterator<Item = (u64, u64)>) -> bool {
        match self.algorithm {
            Algorithm::Crc(_, width) => {
                self.value == self.algorithm.combine(parts).to_be_bytes()[8 - width..]
            }
            Algorithm::Sha1 | Algorithm::Sha256 => false,
        }
    }

    /// Whether a hash of all the bytes is the object's.
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

    /// The length of a value in bytes.
    fn width(self) -> usize {
        match self {
            Algorithm::Crc(_, width) => width,
            Algorithm::Sha1 => 20,
            Algorithm::Sha256 => 32,
        }
    }

    /// An empty hash, to be updated with all bytes in order.
    pub(super) fn hash(self) -> Hash {
        match self {
            Algorithm::Crc(algorithm, _) => Hash::Crc(Digest::new(algorithm)),
            Algorithm::Sha1 => Hash::Sha1(Sha1::new()),
            Algorithm::Sha256 => Hash::Sha256(Sha256::new()),
        }
    }

    pub(super) fn combine(self, parts: impl IntoIterator<Item = (u64, u64)>) -> u64 {
        let Algorithm::Crc(algorithm, _) = self else { return 0 };
        let mut parts = parts.into_iter();
        let first = parts.next().map_or_else(|| Digest::new(algorithm).finalize(), |(crc, _)| crc);
        parts.fold(first, |sum, (crc, bytes)| checksum_combine(algorithm, sum, crc, bytes))
    }
}

/// A checksum that is being computed.
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
            let expected = ExpectedChecksum::of(&metadata).expect(name);
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
        assert_eq!(ExpectedChecksum::of(&composite), None);
        let of_another_kind = ObjectMetadata {
            checksum_crc64nvme: Some("y/Q5Jg==".to_owned()),
            ..ObjectMetadata::default()
        };
        assert_eq!(ExpectedChecksum::of(&of_another_kind), None);
    }

    proptest! {
        #[test]
        fn parts_combine_to_the_whole(bytes: Vec<u8>, cuts: Vec<prop::sample::Index>) {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let parts = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]);
            let combined = combine(parts.map(|part| (crc(part), part.len() as u64)));
            prop_assert_eq!(combined, crc(&bytes));
        }
    }
}
