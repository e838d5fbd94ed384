//! Whether the pages of a listing advance: a store, or a proxy that answers from a cache, can send a client round in
//! circles for ever.

/// So many pages in a row may hold nothing, as where much was deleted.
const MOST_EMPTY_PAGES: u32 = 1000;

/// Watches the pages of one listing, in constant memory.
#[derive(Debug)]
pub(super) struct Pages<T> {
    places: CycleDetector<T>,
    firsts: CycleDetector<String>,
    empty: u32,
}

impl<T: PartialEq> Pages<T> {
    /// Before the first page.
    pub(super) fn new() -> Pages<T> {
        Pages { places: CycleDetector::new(), firsts: CycleDetector::new(), empty: 0 }
    }

    /// Whether the listing still advances after a page whose first item is called `first`, if it has any, and that
    /// says that the next page begins at `next`.
    pub(super) fn advance(&mut self, first: Option<String>, next: T) -> bool {
        self.empty = if first.is_some() { 0 } else { self.empty + 1 };
        let is_repeated = first.is_some_and(|first| self.firsts.repeats(first));
        !self.places.repeats(next) && !is_repeated && self.empty <= MOST_EMPTY_PAGES
    }
}

/// Finds that a sequence repeats itself (Brent's algorithm): each item is compared with one that is replaced after 1,
/// 2, 4, 8… items, so that a circle of any length is found within a few rounds.
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

    /// Whether this item was there before, as far as is remembered.
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
