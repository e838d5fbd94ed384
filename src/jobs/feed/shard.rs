//! One of several equal shares of all names, the same on every machine.

use std::fmt;

use sha2::{Digest, Sha256};

/// One share of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shard {
    /// From 1 to `count`.
    index: u32,
    count: u32,
}

impl Shard {
    /// The share of this number, counted from 1; none if it is not among `count`.
    pub(crate) fn new(index: u64, count: u64) -> Option<Shard> {
        let (index, count) = (index.try_into().ok()?, count.try_into().ok()?);
        (1..=count).contains(&index).then_some(Shard { index, count })
    }

    /// Whether this name is in this share: the whole key for `audit` and `rotate`, otherwise the name below the folder or
    /// prefix. All versions of an object are in one share.
    pub(crate) fn holds(self, name: &str) -> bool {
        share_of(name, self.count) == self.index
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

/// Which of `count` shares a name is in: 1 + (the first 8 bytes of SHA-256(name), big-endian) mod count.
///
/// It never changes: other tools that divide a bucket may rely on it.
fn share_of(name: &str, count: u32) -> u32 {
    let mut first = [0; 8];
    first.copy_from_slice(&Sha256::digest(name)[..8]);
    let share = u64::from_be_bytes(first) % u64::from(count);
    share as u32 + 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Made with Python: `1 + int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) % count`.
    #[test]
    fn anyone_can_tell_the_share_of_a_key() {
        for (key, count, share) in [
            ("", 1, 1),
            ("a", 3, 2),
            ("b", 3, 2),
            ("c", 3, 3),
            ("backups/2026/app.tar", 16, 3),
            ("ä/ö ü", 1000, 903),
            ("a b+c%20", 4294967295, 256527702),
        ] {
            assert_eq!(share_of(key, count), share, "{key}");
        }
    }

    proptest! {
        #[test]
        fn every_key_is_in_exactly_one_share(key in ".{0,64}", count in 1_u32..100) {
            let holding: Vec<u32> = (1..=count)
                .filter(|index| Shard::new((*index).into(), count.into()).unwrap().holds(&key))
                .collect();
            prop_assert_eq!(holding, vec![share_of(&key, count)]);
        }
    }

    #[test]
    fn shares_are_about_equal() {
        let mut shares = [0; 8];
        for number in 0..8_000 {
            shares[share_of(&format!("backups/2026/{number:05}.tar"), 8) as usize - 1] += 1;
        }
        assert!(shares.iter().all(|share| (900..1_100).contains(share)), "{shares:?}");
    }
}
