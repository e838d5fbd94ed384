//! `--shard`: one of several equal shares of all objects, the same on whichever machine it is taken.

use std::fmt;

use sha2::{Digest, Sha256};

use super::array;

/// One share of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::commands) struct Shard {
    /// From 1 to `count`.
    index: u32,
    count: u32,
}

impl Shard {
    /// The share of this number, counted from 1; none where there is no such share.
    pub(super) fn new(index: u64, count: u64) -> Option<Shard> {
        let (index, count) = (index.try_into().ok()?, count.try_into().ok()?);
        (1..=count).contains(&index).then_some(Shard { index, count })
    }

    /// Reads `I/N`, and `auto` or `auto/N` as the environment has it.
    ///
    /// # Errors
    /// A sentence, where the text is none of them, or the environment does not tell enough.
    pub(super) fn parse(text: &str) -> Result<Shard, String> {
        Shard::parse_with(text, |name| std::env::var(name).ok())
    }

    fn parse_with(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Shard, String> {
        let wrong = || "write I/N with I from 1 to N, such as 3/16, or auto, or auto/N".to_owned();
        let number = |text: &str| {
            if text.bytes().all(|byte| byte.is_ascii_digit()) {
                text.parse::<u64>().map_err(|_| wrong())
            } else {
                Err(wrong())
            }
        };
        match text.split_once('/') {
            None if text == "auto" => array::shard_of_task(None, variable),
            Some(("auto", count)) => array::shard_of_task(Some(number(count)?), variable),
            Some((index, count)) => Shard::new(number(index)?, number(count)?).ok_or_else(wrong),
            None => Err(wrong()),
        }
    }

    /// Whether the object of this key is in this share. All versions of an object are in one share.
    pub(super) fn holds(self, key: &str) -> bool {
        share_of(key, self.count) == self.index
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

/// Which of `count` shares an object is in: 1 + (the first 8 bytes of SHA-256(key), big-endian) mod count.
///
/// Whoever else divides a bucket so may rely on it: it never changes.
fn share_of(key: &str, count: u32) -> u32 {
    let mut first = [0; 8];
    first.copy_from_slice(&Sha256::digest(key)[..8]);
    let share = u64::from_be_bytes(first) % u64::from(count);
    share as u32 + 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<String, String> {
        Shard::parse_with(text, |_| None).map(|shard| shard.to_string())
    }

    #[test]
    fn a_share_is_one_of_several() {
        for text in ["1/1", "3/16", "16/16", "4294967295/4294967295"] {
            assert_eq!(read(text).as_deref(), Ok(text));
        }
        for text in [
            "",
            "/",
            "0/4",
            "5/4",
            "3",
            "3/",
            "/3",
            "1/0",
            "0/0",
            "-1/3",
            "+1/3",
            "1/3/3",
            "a/b",
            "1/4294967296",
            "auto/",
            "auto/x",
            "auto/-1",
            "Auto",
            "1 /3",
        ] {
            assert!(read(text).unwrap_err().starts_with("write I/N"), "{text}");
        }
    }

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
