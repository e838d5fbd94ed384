//! An object and its copy, and whether two names may mean the same object.

use crate::location::Location;

/// An object, and the location of its copy.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    pub(crate) from: Location,
    pub(crate) to: Location,
}

/// Whether both may be the same object.
pub(crate) fn is_same(one: &Location, other: &Location) -> bool {
    one.key == other.key && may_be_one_bucket(one, other)
}

/// Whether the first may lie within the other, a prefix, or be it.
pub(crate) fn within(one: &Location, prefix: &Location) -> bool {
    one.key.starts_with(&prefix.key) && may_be_one_bucket(one, prefix)
}

/// Whether both may be in the same bucket: the name of an access point does not show its bucket.
fn may_be_one_bucket(one: &Location, other: &Location) -> bool {
    let is_access_point =
        |at: &Location| at.bucket.starts_with("arn:") || at.bucket.ends_with("-s3alias");
    one.bucket == other.bucket || is_access_point(one) || is_access_point(other)
}
