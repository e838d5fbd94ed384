//! Fewer requests at once after the store has answered `SlowDown`.

/// The limit after the store answered `SlowDown`: half as many requests, then one more after each round of
/// requests.
#[derive(Debug, Default)]
pub(super) struct Allowance {
    /// None until the store answers `SlowDown`.
    most: Option<usize>,
    /// How many `SlowDown` answers have been counted.
    slow_downs: u64,
    /// Requests that were running at the last reduction: their `SlowDown` answers do not reduce the limit again.
    sent_before_reduction: usize,
    /// Requests that have ended since `most` changed.
    ended: usize,
}

impl Allowance {
    /// How many of `wanted` requests may run at once. `taken` requests are running, and the store has answered `SlowDown`
    /// `slow_downs` times.
    pub(super) fn limit(&mut self, wanted: usize, taken: usize, slow_downs: u64) -> usize {
        let asked_to_slow_down = slow_downs > self.slow_downs;
        self.slow_downs = slow_downs;
        if asked_to_slow_down && self.sent_before_reduction == 0 {
            let most = (self.most.unwrap_or(wanted).min(wanted) / 2).max(1);
            tracing::debug!(most, "fewer requests at once, as the store asks");
            *self =
                Allowance { most: Some(most), slow_downs, sent_before_reduction: taken, ended: 0 };
        }
        self.most.map_or(wanted, |most| most.min(wanted))
    }

    pub(super) fn finish_one(&mut self) {
        self.sent_before_reduction = self.sent_before_reduction.saturating_sub(1);
        self.ended += 1;
        if let Some(most) = &mut self.most
            && self.ended >= *most
        {
            *most += 1;
            self.ended = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_asks_for_fewer_gets_half_as_many_then_one_more_at_a_time() {
        let mut allowance = Allowance::default();
        assert_eq!(allowance.limit(16, 16, 0), 16);
        assert_eq!(allowance.limit(16, 16, 3), 8);
        // The other requests that were running get the same answer.
        assert_eq!(allowance.limit(16, 16, 9), 8);
        for taken in (0..16).rev() {
            allowance.finish_one();
            allowance.limit(16, taken, 12);
        }
        // 8 of those 16 were a round, and 8 more are less than one of 9.
        assert_eq!(allowance.limit(16, 0, 12), 9);
        assert_eq!(allowance.limit(16, 9, 13), 4);
        for _ in 0..1000 {
            allowance.finish_one();
        }
        assert_eq!(allowance.limit(16, 0, 13), 16);
        assert_eq!(allowance.limit(2, 0, 13), 2);
        for slow_downs in 14..30 {
            allowance.limit(1, 0, slow_downs);
        }
        assert_eq!(allowance.limit(16, 0, 30), 1, "there is always one");
    }
}
