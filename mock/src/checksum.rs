//! The checksums of "Checking object integrity in Amazon S3": ten algorithms, over one part or a whole object.

use std::hash::Hasher as _;

use aws_lc_rs::digest;
use crc_fast::{CrcAlgorithm, Digest as Crc, checksum_combine};
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use twox_hash::{XxHash3_64, XxHash3_128, XxHash64};

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
    Sha512,
    Md5,
    XxHash64,
    XxHash3,
    XxHash128,
}

impl Algorithm {
    pub(crate) const ALL: [Self; 10] = [
        Self::Crc32,
        Self::Crc32c,
        Self::Crc64Nvme,
        Self::Sha1,
        Self::Sha256,
        Self::Sha512,
        Self::Md5,
        Self::XxHash64,
        Self::XxHash3,
        Self::XxHash128,
    ];

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
            Self::Sha512 => ("SHA512", "x-amz-checksum-sha512", 64, None),
            Self::Md5 => ("MD5", "x-amz-checksum-md5", 16, None),
            Self::XxHash64 => ("XXHASH64", "x-amz-checksum-xxhash64", 8, None),
            Self::XxHash3 => ("XXHASH3", "x-amz-checksum-xxhash3", 8, None),
            Self::XxHash128 => ("XXHASH128", "x-amz-checksum-xxhash128", 16, None),
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
            let names = Self::ALL.map(Self::name).join(", ");
            Refusal::invalid_request(format!(
                "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [{names}]"
            ))
        })
    }

    pub(crate) fn from_header(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.header().eq_ignore_ascii_case(name))
    }

    /// Only a CRC can be computed for the whole from the values of its parts.
    pub(crate) fn is_crc(self) -> bool {
        self.row().3.is_some()
    }

    /// Whether the types of the S3 layer lack it. Its values are carried in the fields of SHA-256 there, as
    /// `NAME:VALUE`, and `s3/corrections.rs` gives them their own names again.
    pub(crate) fn is_carried(self) -> bool {
        !matches!(self, Self::Crc32 | Self::Crc32c | Self::Crc64Nvme | Self::Sha1 | Self::Sha256)
    }

    /// The algorithm and the value that a field of SHA-256 holds.
    pub(crate) fn of_carried(field: &str) -> (Self, &str) {
        let carried = Self::ALL
            .into_iter()
            .filter(|one| one.is_carried())
            .find_map(|one| Some((one, field.strip_prefix(one.name())?.strip_prefix(':')?)));
        carried.unwrap_or((Self::Sha256, field))
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
    Md5(Md5),
    XxHash64(Box<XxHash64>),
    XxHash3(Box<XxHash3_64>),
    XxHash128(Box<XxHash3_128>),
}

impl Hasher {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        if let Some(crc) = algorithm.row().3 {
            return Self::Crc(algorithm, Box::new(Crc::new(crc)));
        }
        match algorithm {
            Algorithm::Md5 => Self::Md5(Md5::new()),
            Algorithm::XxHash64 => Self::XxHash64(Box::new(XxHash64::with_seed(0))),
            Algorithm::XxHash3 => Self::XxHash3(Box::new(XxHash3_64::with_seed(0))),
            Algorithm::XxHash128 => Self::XxHash128(Box::new(XxHash3_128::with_seed(0))),
            _ => {
                let kind = match algorithm {
                    Algorithm::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
                    Algorithm::Sha512 => &digest::SHA512,
                    _ => &digest::SHA256,
                };
                Self::Sha(algorithm, digest::Context::new(kind))
            }
        }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Crc(algorithm, _) | Self::Sha(algorithm, _) => *algorithm,
            Self::Md5(_) => Algorithm::Md5,
            Self::XxHash64(_) => Algorithm::XxHash64,
            Self::XxHash3(_) => Algorithm::XxHash3,
            Self::XxHash128(_) => Algorithm::XxHash128,
        }
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        match self {
            Self::Crc(_, crc) => crc.update(data),
            Self::Sha(_, sha) => sha.update(data),
            Self::Md5(md5) => md5.update(data),
            Self::XxHash64(hash) => hash.write(data),
            Self::XxHash3(hash) => hash.write(data),
            Self::XxHash128(hash) => hash.write(data),
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        match self {
            Self::Crc(algorithm, crc) => crc_bytes(algorithm, crc.finalize()),
            Self::Sha(_, sha) => sha.finish().as_ref().to_vec(),
            Self::Md5(md5) => md5.finalize().to_vec(),
            // The canonical form of xxHash is big-endian.
            Self::XxHash64(hash) => hash.finish().to_be_bytes().to_vec(),
            Self::XxHash3(hash) => hash.finish().to_be_bytes().to_vec(),
            Self::XxHash128(hash) => hash.finish_128().to_be_bytes().to_vec(),
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
