//! Which ranges of an object have been fetched, and which are still to be fetched. Pure.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::transfer::checksum::Algorithm;
use crate::transfer::resume::FetchedRange;

/// The ranges of an object of which some have been fetched.
pub(super) struct Ranges {
    /// The object's size.
    bytes: u64,
    /// The most bytes of one request. Ranges end at its multiples.
    chunk_size: u64,
    algorithm: Algorithm,
    /// Where each fetched range ends, and its CRC, by where it starts. No two are adjacent.
    fetched: BTreeMap<u64, (u64, u64)>,
    /// Everything before this has been taken or fetched, but for `given_back`.
    next: u64,
    /// The rests of ranges that were taken and not fetched to their end.
    given_back: Vec<Range<u64>>,
}

impl Ranges {
    pub(super) fn new(bytes: u64, chunk_size: u64, algorithm: Algorithm) -> Ranges {
        let (fetched, given_back) = (BTreeMap::new(), Vec::new());
        Ranges { bytes, chunk_size, algorithm, fetched, next: 0, given_back }
    }

    /// The next range to fetch. Searched when it is needed, so that a false size from the store takes no memory.
    pub(super) fn take(&mut self) -> Option<Range<u64>> {
        let first = (0..self.given_back.len()).min_by_key(|index| self.given_back[*index].start);
        if let Some(index) = first {
            return Some(self.given_back.swap_remove(index));
        }
        if let Some((_, (end, _))) = self.fetched.range(..=self.next).next_back() {
            self.next = self.next.max(*end);
        }
        if self.next >= self.bytes {
            return None;
        }
        let start = self.next;
        let end = (start / self.chunk_size + 1).saturating_mul(self.chunk_size).min(self.bytes);
        let fetched = self.fetched.range(start..).next().map_or(end, |(start, _)| *start);
        self.next = end.min(fetched);
        Some(start..self.next)
    }

    /// Gives back a range, or the rest of one, to be fetched later.
    pub(super) fn give_back(&mut self, rest: Range<u64>) {
        if !rest.is_empty() {
            self.given_back.push(rest);
        }
    }

    /// Adds a range that was fetched. It must not overlap another one.
    pub(super) fn add(&mut self, FetchedRange { start, bytes, crc }: FetchedRange) {
        let (mut start, mut end, mut crc) = (start, start + bytes, crc);
        let before = self.fetched.range(..start).next_back().map(|(start, it)| (*start, *it));
        if let Some((before, (its_end, its_crc))) = before
            && its_end == start
        {
            crc = self.algorithm.combine([(its_crc, its_end - before), (crc, bytes)]);
            start = before;
        }
        if let Some((its_end, its_crc)) = self.fetched.remove(&end) {
            crc = self.algorithm.combine([(crc, end - start), (its_crc, its_end - end)]);
            end = its_end;
        }
        self.fetched.insert(start, (end, crc));
    }

    /// The CRC and the length of each fetched range, in order. They are one range once everything was fetched.
    pub(super) fn crcs(&self) -> impl Iterator<Item = (u64, u64)> {
        self.fetched.iter().map(|(start, (end, crc))| (*crc, end - start))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn crc(bytes: &[u8]) -> u64 {
        let mut hash = Algorithm::CRC64NVME.hash();
        hash.update(bytes);
        hash.crc().unwrap()
    }

    fn fetched(content: &[u8], range: Range<u64>) -> FetchedRange {
        let crc = crc(&content[range.start as usize..range.end as usize]);
        FetchedRange { start: range.start, bytes: range.end - range.start, crc }
    }

    proptest! {
        /// Ranges of an earlier run, then ranges of which some are fetched in pieces and some are given back.
        #[test]
        fn each_byte_is_fetched_once(
            content in prop::collection::vec(any::<u8>(), 1..400),
            chunk_size in 1u64..50,
            earlier in prop::collection::vec((0u64..400, 1u64..60), 0..8),
            steps in prop::collection::vec((0usize..4, 0u64..50), 1..40),
        ) {
            let bytes = content.len() as u64;
            let mut ranges = Ranges::new(bytes, chunk_size, Algorithm::CRC64NVME);
            let mut times = vec![0; content.len()];
            let mut count = |range: Range<u64>| {
                times[range.start as usize..range.end as usize].iter_mut().for_each(|it| *it += 1);
            };
            let mut known = Vec::<Range<u64>>::new();
            for (start, length) in earlier {
                let range = start.min(bytes)..(start + length).min(bytes);
                if !range.is_empty() && known.iter().all(|it| it.end <= range.start || range.end <= it.start) {
                    count(range.clone());
                    known.push(range.clone());
                    ranges.add(fetched(&content, range));
                }
            }
            let (mut under_way, mut steps) = (Vec::<Range<u64>>::new(), steps.into_iter().cycle());
            loop {
                let (which, cut) = steps.next().unwrap();
                let taken = ranges.take();
                if let Some(range) = &taken {
                    prop_assert!(!range.is_empty() && range.end - range.start <= chunk_size);
                    under_way.push(range.clone());
                }
                if under_way.is_empty() {
                    break;
                }
                if taken.is_some() && under_way.len() < 4 {
                    continue;
                }
                let range = under_way.swap_remove(which.min(under_way.len() - 1));
                let cut = (range.start + cut).min(range.end);
                if cut > range.start {
                    count(range.start..cut);
                    ranges.add(fetched(&content, range.start..cut));
                }
                ranges.give_back(cut..range.end);
                // So that it comes to an end, however the steps are drawn.
                if cut == range.start && let Some(range) = ranges.take() {
                    count(range.clone());
                    ranges.add(fetched(&content, range));
                }
            }
            prop_assert!(times.iter().all(|it| *it == 1), "{times:?}");
            let whole: Vec<_> = ranges.crcs().collect();
            prop_assert_eq!(whole, vec![(crc(&content), bytes)]);
        }
    }

    #[test]
    fn a_false_size_takes_no_memory() {
        let mut ranges = Ranges::new(u64::MAX, 8 << 20, Algorithm::CRC64NVME);
        assert_eq!(ranges.take(), Some(0..8 << 20));
        assert_eq!(ranges.take(), Some(8 << 20..16 << 20));
    }
}
