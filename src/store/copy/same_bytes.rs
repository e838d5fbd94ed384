//! Compares a copy with its source by lengths and checksums. Sends nothing.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::store::object::ObjectMetadata;

/// The result of comparing a copy with its source.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    /// No difference was found.
    Same {
        /// Whether both have a checksum of the same algorithm.
        by_checksum: bool,
    },
    /// The difference, to follow the words "the copy has".
    Different(&'static str),
}

/// Compares the metadata of a copy with that of its source. A missing length counts as different.
pub(super) fn compare(source: &ObjectMetadata, copy: &ObjectMetadata) -> Comparison {
    if source.content_length != copy.content_length || source.content_length.is_none() {
        return Comparison::Different("another length than its source");
    }
    let mut by_checksum = false;
    for (of_source, of_copy) in checksums(source).into_iter().zip(checksums(copy)) {
        let (Some(of_source), Some(of_copy)) = (of_source, of_copy) else { continue };
        if of_source != of_copy {
            return Comparison::Different("another checksum than its source");
        }
        by_checksum = true;
    }
    Comparison::Same { by_checksum }
}

/// The checksums of the whole object, by algorithm. Composite ones are left out: they depend on the part boundaries
/// (AWS, "Checking object integrity": their type is `COMPOSITE`, and they end with the number of parts).
fn checksums(of: &ObjectMetadata) -> [Option<Vec<u8>>; 5] {
    let is_composite = of.checksum_type.as_deref() == Some("COMPOSITE");
    [
        (8, &of.checksum_crc64nvme),
        (4, &of.checksum_crc32),
        (4, &of.checksum_crc32c),
        (20, &of.checksum_sha1),
        (32, &of.checksum_sha256),
    ]
    .map(|(width, text)| {
        let value = BASE64_STANDARD.decode(text.as_ref()?).ok()?;
        // Some stores put a checksum of another algorithm into the header.
        (value.len() == width && !is_composite).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRC: &str = "AAAAAAAAAAA=";
    const OTHER_CRC: &str = "AAAAAAAAAAE=";
    const SUM: &str = "AAAAAA==";
    const OTHER_SUM: &str = "AAAAAQ==";

    fn of(bytes: Option<u64>, crc64nvme: Option<&str>, crc32: Option<&str>) -> ObjectMetadata {
        ObjectMetadata {
            content_length: bytes,
            checksum_crc64nvme: crc64nvme.map(str::to_owned),
            checksum_crc32: crc32.map(str::to_owned),
            ..ObjectMetadata::default()
        }
    }

    fn same(by_checksum: bool) -> Comparison {
        Comparison::Same { by_checksum }
    }

    #[test]
    fn lengths_count_and_so_do_checksums_of_one_kind() {
        let source = of(Some(7), Some(CRC), Some(SUM));
        assert_eq!(compare(&source, &source), same(true));
        assert_eq!(compare(&source, &of(Some(7), None, Some(SUM))), same(true));
        assert_eq!(compare(&source, &of(Some(7), None, None)), same(false));
        let checksum = Comparison::Different("another checksum than its source");
        for (crc, sum) in [(OTHER_CRC, None), (CRC, Some(OTHER_SUM))] {
            assert_eq!(compare(&source, &of(Some(7), Some(crc), sum)), checksum);
        }
        let length = Comparison::Different("another length than its source");
        for bytes in [Some(6), None] {
            assert_eq!(compare(&source, &of(bytes, Some(CRC), None)), length);
        }
    }

    #[test]
    fn what_is_no_checksum_of_the_whole_object_is_not_compared() {
        let whole = of(Some(7), Some(CRC), Some(SUM));
        for (crc, sum) in [(Some("AAAAAAAAAAE=-2"), None), (Some(OTHER_SUM), Some("x"))] {
            assert_eq!(compare(&whole, &of(Some(7), crc, sum)), same(false));
        }
        let of_parts = of(Some(7), None, Some(OTHER_SUM));
        let typed = ObjectMetadata { checksum_type: Some("COMPOSITE".to_owned()), ..of_parts };
        assert_eq!(compare(&whole, &typed), same(false));
    }
}
