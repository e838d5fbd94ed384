//! Whose answers the server gives.

use std::fmt;
use std::str::FromStr;

/// A store's way of treating SSE-C.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Manner {
    /// Amazon S3, in a bucket that allows SSE-C.
    #[default]
    Aws,
    /// Amazon S3 where every bucket blocks SSE-C writes, the default of new buckets since April 2026.
    AwsBlocked,
    /// SeaweedFS 4.48: seals, but echoes nothing on Create and Copy, and takes parts without the upload's key.
    SeaweedFs,
    /// Ceph's RADOS gateway 16.2: plain http refused, no checksums, and copies that ignore the key.
    Ceph,
    /// Garage 2.5: no versions, no tags, and every mistake is an `InvalidRequest`.
    Garage,
    /// A store that does not know SSE-C: the headers are ignored, objects land in plaintext, nothing is echoed.
    IgnoresSseC,
}

impl Manner {
    /// Every manner there is, in the order of the documentation.
    pub const ALL: &'static [Self] = &[
        Self::Aws,
        Self::AwsBlocked,
        Self::SeaweedFs,
        Self::Ceph,
        Self::Garage,
        Self::IgnoresSseC,
    ];

    /// The name used on command lines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsBlocked => "aws-blocked",
            Self::SeaweedFs => "seaweedfs",
            Self::Ceph => "ceph",
            Self::Garage => "garage",
            Self::IgnoresSseC => "ignores-sse-c",
        }
    }
}

impl fmt::Display for Manner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Manner {
    type Err = UnknownManner;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|manner| manner.name() == name)
            .ok_or_else(|| UnknownManner(name.to_owned()))
    }
}

/// The name given is no [`Manner`]; the message lists those there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownManner(String);

impl fmt::Display for UnknownManner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Manner::ALL.iter().map(|manner| manner.name()).collect();
        write!(f, "unknown manner {:?}: one of {}", self.0, names.join(", "))
    }
}

impl std::error::Error for UnknownManner {}
