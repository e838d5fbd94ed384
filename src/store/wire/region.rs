//! Regions and their AWS partitions: a region that a store reports must not take a key to another partition, which
//! another company or state may control.

/// A partition of AWS, named by a part of its regions' names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Partition<'a>(&'a str);

/// The partition of all commercial regions.
const COMMERCIAL: Partition<'_> = Partition("aws");

/// Whether a text can be a region's name, and thus part of a host name.
pub(crate) fn is_region(text: &str) -> bool {
    let is_plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(is_plain)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

pub(super) fn same_partition(one: &str, other: &str) -> bool {
    partition(one) == partition(other)
}

/// Follows the patterns of the SDKs' `partitions.json`. A region that fits none is commercial if its name has the usual
/// form, and otherwise a partition of its own.
fn partition(region: &str) -> Partition<'_> {
    let mut parts = region.split('-');
    let (area, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    match (area, second) {
        ("cn" | "eusc", _) => Partition(area),
        ("us", "gov") => Partition(second),
        // aws-iso, aws-iso-b, aws-iso-e, aws-iso-f.
        (_, iso) if iso.starts_with("iso") => Partition(iso),
        (area, _) if area.len() == 2 => COMMERCIAL,
        // `aws-global`.
        ("aws", "global") => COMMERCIAL,
        _ => Partition(region),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_together_within_a_partition() {
        for (one, other) in [
            ("us-east-1", "eu-central-1"),
            ("us-east-1", "il-central-1"),
            ("us-east-1", "mx-central-1"),
            ("ap-southeast-7", "ca-west-1"),
            ("aws-global", "us-west-2"),
            ("cn-north-1", "cn-northwest-1"),
            ("us-gov-west-1", "us-gov-east-1"),
            ("us-iso-east-1", "us-iso-west-1"),
            ("garage", "garage"),
        ] {
            assert!(same_partition(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("us-east-1", "cn-north-1"),
            ("us-east-1", "us-gov-west-1"),
            ("us-east-1", "us-iso-east-1"),
            ("us-iso-east-1", "us-isob-east-1"),
            ("us-isof-south-1", "eu-isoe-west-1"),
            ("us-east-1", "eusc-de-east-1"),
            ("us-east-1", "evil"),
            ("us-east-1", "xyz-east-1"),
        ] {
            assert!(!same_partition(one, other) && !same_partition(other, one), "{one} {other}");
        }
    }

    #[test]
    fn a_region_is_a_label_of_a_host_name() {
        assert!(is_region("us-east-1") && is_region("garage"));
        for text in
            ["", "-a", "a-", "a.b", "a/b", "A", "a@b", "a b", "a\nb", "\u{e4}", &"a".repeat(64)]
        {
            assert!(!is_region(text), "{text:?}");
        }
    }
}
