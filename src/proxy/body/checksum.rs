//! The checksum algorithms of `x-amz-checksum-*` (AWS, "Checking object integrity in Amazon S3").

use std::hash::Hasher as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use crc_fast::CrcAlgorithm;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use twox_hash::{XxHash3_64, XxHash3_128, XxHash64};

const PREFIX: &str = "x-amz-checksum-";

/// Whether a header, in lower case, is about checksums.
pub(in crate::proxy) fn is_checksum_header(name: &str) -> bool {
    name.starts_with(PREFIX) || name == "x-amz-sdk-checksum-algorithm"
}

/// A checksum that is being computed.
pub(super) enum Checksum {
    Crc(Box<crc_fast::Digest>, usize),
    Sha1(Sha1),
    Sha256(Sha256),
    Sha512(Sha512),
    Md5(Md5),
    XxHash64(XxHash64),
    XxHash3(Box<XxHash3_64>),
    XxHash128(Box<XxHash3_128>),
}

impl Checksum {
    /// The algorithm whose value this header holds; the name is in lower case.
    pub(super) fn of_header(name: &str) -> Option<Checksum> {
        let crc = |algorithm, bytes| {
            Some(Checksum::Crc(Box::new(crc_fast::Digest::new(algorithm)), bytes))
        };
        match name.strip_prefix(PREFIX)? {
            "crc32" => crc(CrcAlgorithm::Crc32IsoHdlc, 4),
            "crc32c" => crc(CrcAlgorithm::Crc32Iscsi, 4),
            "crc64nvme" => crc(CrcAlgorithm::Crc64Nvme, 8),
            "sha1" => Some(Checksum::Sha1(Sha1::new())),
            "sha256" => Some(Checksum::Sha256(Sha256::new())),
            "sha512" => Some(Checksum::Sha512(Sha512::new())),
            "md5" => Some(Checksum::Md5(Md5::new())),
            "xxhash64" => Some(Checksum::XxHash64(XxHash64::with_seed(0))),
            "xxhash3" => Some(Checksum::XxHash3(Box::default())),
            "xxhash128" => Some(Checksum::XxHash128(Box::default())),
            _ => None,
        }
    }

    /// The length of the value in a header, in bytes.
    pub(super) fn text_length(&self) -> usize {
        let bytes = match self {
            Checksum::Crc(_, bytes) => *bytes,
            Checksum::Sha1(_) => 20,
            Checksum::Sha256(_) => 32,
            Checksum::Sha512(_) => 64,
            Checksum::Md5(_) | Checksum::XxHash128(_) => 16,
            Checksum::XxHash64(_) | Checksum::XxHash3(_) => 8,
        };
        4 * bytes.div_ceil(3)
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Checksum::Crc(crc, _) => crc.update(bytes),
            Checksum::Sha1(sha) => sha.update(bytes),
            Checksum::Sha256(sha) => sha.update(bytes),
            Checksum::Sha512(sha) => sha.update(bytes),
            Checksum::Md5(md5) => md5.update(bytes),
            Checksum::XxHash64(hash) => hash.write(bytes),
            Checksum::XxHash3(hash) => hash.write(bytes),
            Checksum::XxHash128(hash) => hash.write(bytes),
        }
    }

    /// The value as headers have it: the big-endian bytes in base64.
    pub(super) fn finish(self) -> String {
        let bytes: Vec<u8> = match self {
            Checksum::Crc(crc, bytes) => crc.finalize().to_be_bytes()[8 - bytes..].to_vec(),
            Checksum::Sha1(sha) => sha.finalize().to_vec(),
            Checksum::Sha256(sha) => sha.finalize().to_vec(),
            Checksum::Sha512(sha) => sha.finalize().to_vec(),
            Checksum::Md5(md5) => md5.finalize().to_vec(),
            Checksum::XxHash64(hash) => hash.finish().to_be_bytes().to_vec(),
            Checksum::XxHash3(hash) => hash.finish().to_be_bytes().to_vec(),
            Checksum::XxHash128(hash) => hash.finish_128().to_be_bytes().to_vec(),
        };
        BASE64_STANDARD.encode(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksums_of_a_known_text() {
        // The check values of the CRC catalogue, of FIPS 180, RFC 1321 and of xxhsum 0.8.
        for (name, expected) in [
            ("crc32", "y/Q5Jg=="),
            ("crc32c", "4waSgw=="),
            ("crc64nvme", "rosUhgp5mIg="),
            ("sha1", "98O8HYCOBHMq32eZZczDTKeuNEE="),
            ("sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="),
            (
                "sha512",
                "2eZ2LdHI6vbWGzxhkvxAjU1tXxF20MKRabwk5xw/J0rSf81YEbMT1oH35V7ALXPUmclUVba1u1A6z1dPuo/+hQ==",
            ),
            ("md5", "JfnnlDI7RTiF9RgfG2JNCw=="),
            ("xxhash64", "jLhB20DmroM="),
            ("xxhash3", "ctyxi2ehff8="),
            ("xxhash128", "MxGUd+3l3NXpcWQnaB1YYA=="),
        ] {
            let mut checksum = Checksum::of_header(&format!("{PREFIX}{name}")).unwrap();
            checksum.update(b"1234");
            checksum.update(b"56789");
            assert_eq!(checksum.text_length(), expected.len(), "{name}");
            assert_eq!(checksum.finish(), expected, "{name}");
        }
        assert!(Checksum::of_header("x-amz-checksum-mode").is_none());
        assert!(Checksum::of_header("content-md5").is_none());
    }
}
