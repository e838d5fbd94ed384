//! The checksums of "Checking object integrity in Amazon S3": five algorithms, over one part or a whole object.

use aws_lc_rs::digest;
use crc_fast::{CrcAlgorithm, Digest as Crc, checksum_combine};
use serde::{Deserialize, Serialize};

use crate::encoding::{base64, from_base64};
use crate::refusal::Refusal;

/// An algorithm of the `x-amz-checksum-*` headers.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

impl Algorithm {
    pub(crate) const ALL: [Self; 5] =
        [Self::Crc32, Self::Crc32c, Self::Crc64Nvme, Self::Sha1, Self::Sha256];

    /// Name, header, bytes of a value, and the parameters of a CRC.
    fn row(self) -> (&'static str, &'static str, usize, Option<CrcAlgorithm>) {
        match self {
            Self::Crc32 => ("CRC32", "x-amz-checksum-crc32", 4, Some(CrcAlgorithm::Crc32IsoHdlc)),
            Self::Crc32c => ("CRC32C", "x-amz-checksum-crc32c", 4, Some(CrcAlgorithm::Crc32Iscsi)),
            Self::Crc64Nvme => {
                ("CRC64NVME", "x-amz-checksum-crc64nvme", 8, Some(CrcAlgorithm::Crc64Nvme))
            }
            Self::Sha1 => ("SHA1", "x-amz-checksum-sha1", 20, None),
            Self::Sha256 => ("SHA256", "x-amz-checksum-sha256", 32, None),
        }
    }

    /// The name in `x-amz-checksum-algorithm`.
    pub(crate) fn name(self) -> &'static str {
        self.row().0
    }

    /// The header that carries the value.
    pub(crate) fn header(self) -> &'static str {
        self.row().1
    }

    /// The algorithm of `x-amz-checksum-algorithm`.
    pub(crate) fn supported(name: &str) -> Result<Self, Refusal> {
        Self::ALL.into_iter().find(|one| one.name().eq_ignore_ascii_case(name)).ok_or_else(|| {
            Refusal::invalid_request(
                "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
            )
        })
    }

    pub(crate) fn from_header(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.header().eq_ignore_ascii_case(name))
    }

    /// Only a CRC can be computed for the whole from the values of its parts.
    pub(crate) fn is_crc(self) -> bool {
        self.row().3.is_some()
    }

    /// Decodes a header value; `None` if it cannot be a value of this algorithm.
    pub(crate) fn decode(self, value: &str) -> Option<Vec<u8>> {
        from_base64(value).filter(|bytes| bytes.len() == self.row().2)
    }
}

/// Whether a multipart checksum covers the object's bytes or the checksums of its parts.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    FullObject,
    Composite,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::FullObject => "FULL_OBJECT",
            Self::Composite => "COMPOSITE",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::FullObject, Self::Composite].into_iter().find(|kind| kind.name() == name)
    }
}

/// A value as it is stored and returned.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checksum {
    pub(crate) algorithm: Algorithm,
    pub(crate) kind: Kind,
    /// Base64, followed by `-N` for a composite of N parts.
    pub(crate) value: String,
}

/// Computes one checksum.
pub(crate) enum Hasher {
    Crc(Algorithm, Box<Crc>),
    Sha(Algorithm, digest::Context),
}

impl Hasher {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        match algorithm.row().3 {
            Some(crc) => Self::Crc(algorithm, Box::new(Crc::new(crc))),
            None if algorithm == Algorithm::Sha1 => {
                Self::Sha(algorithm, digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY))
            }
            None => Self::Sha(algorithm, digest::Context::new(&digest::SHA256)),
        }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Crc(algorithm, _) | Self::Sha(algorithm, _) => *algorithm,
        }
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        match self {
            Self::Crc(_, crc) => crc.update(data),
            Self::Sha(_, sha) => sha.update(data),
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        match self {
            Self::Crc(algorithm, crc) => crc_bytes(algorithm, crc.finalize()),
            Self::Sha(_, sha) => sha.finish().as_ref().to_vec(),
        }
    }
}

/// The full-object value from (value, length) of each part; `None` where the algorithm cannot be combined.
pub(crate) fn combine(algorithm: Algorithm, parts: &[(Vec<u8>, u64)]) -> Option<Vec<u8>> {
    let crc = algorithm.row().3?;
    let mut whole = Crc::new(crc).finalize();
    for (value, len) in parts {
        whole = checksum_combine(crc, whole, crc_number(value), *len);
    }
    Some(crc_bytes(algorithm, whole))
}

/// The composite value: the checksum of the parts' checksums.
pub(crate) fn composite(algorithm: Algorithm, parts: &[(Vec<u8>, u64)]) -> String {
    let mut hasher = Hasher::new(algorithm);
    for (value, _) in parts {
        hasher.update(value);
    }
    format!("{}-{}", base64(&hasher.finish()), parts.len())
}

fn crc_bytes(algorithm: Algorithm, value: u64) -> Vec<u8> {
    value.to_be_bytes()[8 - algorithm.row().2..].to_vec()
}

fn crc_number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}
