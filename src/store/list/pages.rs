//! Whether the pages of a listing advance: a faulty store, or a proxy that answers from a cache, can return the same
//! pages forever.

/// So many consecutive pages may be empty, as after many deletes.
const MOST_EMPTY_PAGES: u32 = 1000;

/// Checks that the pages of one listing advance, in constant memory.
#[derive(Debug)]
pub(super) struct Pages<T> {
    places: CycleDetector<T>,
    firsts: CycleDetector<String>,
    empty: u32,
}

impl<T: PartialEq> Pages<T> {
    pub(super) fn new() -> Pages<T> {
        Pages { places: CycleDetector::new(), firsts: CycleDetector::new(), empty: 0 }
    }

    /// Whether the listing advances after a page with this first item, if it has any, and this position of the next
    /// page.
    pub(super) fn advance(&mut self, first: Option<String>, next: T) -> bool {
        self.empty = if first.is_some() { 0 } else { self.empty + 1 };
        let is_repeated = first.is_some_and(|first| self.firsts.repeats(first));
        !self.places.repeats(next) && !is_repeated && self.empty <= MOST_EMPTY_PAGES
    }
}

/// Detects a cycle in a sequence (Brent's algorithm): compares each item with a remembered one, which is replaced after
/// 1, 2, 4, 8… items, so that a cycle of any length is found within a few rounds.
#[derive(Debug)]
struct CycleDetector<T> {
    kept: Option<T>,
    since: u64,
    limit: u64,
}

impl<T: PartialEq> CycleDetector<T> {
    fn new() -> CycleDetector<T> {
        CycleDetector { kept: None, since: 0, limit: 1 }
    }

    /// Whether this item equals the remembered one.
    fn repeats(&mut self, item: T) -> bool {
        if self.kept.as_ref() == Some(&item) {
            return true;
        }
        if self.kept.is_none() || self.since == self.limit {
            self.kept = Some(item);
            self.limit *= 2;
            self.since = 0;
        }
        self.since += 1;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_of_any_length_are_found() {
        for (lead, length) in [(0, 1), (0, 2), (1, 1), (3, 2), (5, 7), (100, 3), (2, 1000)] {
            let mut circle = CycleDetector::new();
            let items = (0..lead).chain((lead..lead + length).cycle());
            let found = items.take(10_000).position(|item| circle.repeats(item));
            assert!(
                found.is_some_and(|at| at <= 3 * (lead + length) + 3),
                "{lead} {length} {found:?}"
            );
        }
    }

    #[test]
    fn pages_that_advance_go_on() {
        let mut pages = Pages::new();
        assert!((0..100_000).all(|n| pages.advance(Some(format!("key {n}")), n)));
        assert!((0..1000).all(|n| pages.advance(None, 200_000 + n)));
        assert!(!pages.advance(None, 300_000));
        let mut pages = Pages::new();
        assert!(!(0..10).all(|n| pages.advance(Some(format!("key {}", n % 3)), n)));
    }
}
