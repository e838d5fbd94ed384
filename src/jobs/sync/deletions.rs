//! What `sync --delete` deletes at the destination. The deletions are counted first, and refused if there are more than
//! the user allows.

use std::str::FromStr;

use super::changes::{Compared, is_in_shard};
use crate::failure::{Advice, Failure};
use crate::jobs::feed::Shard;
use crate::transfer::many::{Comparison, Difference};

pub(crate) struct DeleteOptions {
    /// Whether everything that the source does not have is deleted at the destination.
    pub(crate) delete: bool,
    /// Whether that also applies if the source is empty.
    pub(crate) allow_empty: bool,
    pub(crate) limit: Option<DeleteLimit>,
}

/// The most items that one run deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeleteLimit {
    Count(u64),
    /// Percent of the compared items at the destination.
    Percent(u64),
}

impl DeleteOptions {
    /// Errors: `Kind::Usage` if the source has nothing to compare: it is more likely mistyped, not mounted or filtered
    /// out than really empty.
    pub(super) fn check_source(&self, source: &str, compared: &Compared) -> Result<(), Failure> {
        let has_source = compared.source > 0 || compared.has_other_shares;
        if !self.delete || self.allow_empty || !compared.is_complete || has_source {
            return Ok(());
        }
        let message = match compared.extra {
            0 => format!("there is nothing to compare in the source {source}"),
            extra => format!(
                "there is nothing to compare in the source {source}, and all that is compared at the destination would be \
                 deleted ({}): nothing was deleted",
                counted(extra)
            ),
        };
        Err(Failure::usage(message).hint(Advice::AllowEmpty))
    }

    /// Errors: `Kind::Usage` if the user allows fewer deletions. `compared` is the number of files or objects at the
    /// destination.
    pub(super) fn check_count(&self, deletions: u64, compared: u64) -> Result<(), Failure> {
        let (is_too_many, limit) = match self.limit {
            None => return Ok(()),
            Some(DeleteLimit::Count(most)) => (deletions > most, most.to_string()),
            Some(DeleteLimit::Percent(most)) => {
                let percent = u128::from(deletions) * 100;
                let is_too_many = percent > u128::from(most) * u128::from(compared);
                (is_too_many, format!("{most}% of {compared}"))
            }
        };
        if !is_too_many {
            return Ok(());
        }
        Err(Failure::usage(format!(
            "{} would be deleted, which is more than the limit allows ({limit}): nothing was deleted",
            counted(deletions)
        ))
        .hint(Advice::RaiseMaxDelete))
    }
}

fn counted(items: u64) -> String {
    if items == 1 { "1 item".to_owned() } else { format!("{items} items") }
}

/// The names of a share that only the destination has, and the counts.
/// Errors: If anything cannot be read, since the names are not certain then.
pub(super) async fn plan(
    mut comparison: Comparison,
    shard: Option<Shard>,
) -> Result<(Vec<String>, Compared), Failure> {
    let mut names = Vec::new();
    let mut compared = Compared { is_complete: true, ..Compared::default() };
    while let Some(difference) = comparison.next().await {
        if !is_in_shard(&difference, shard) {
            compared.count_other_share(&difference, |_| true);
            continue;
        }
        compared.count(&difference);
        match difference {
            Difference::Destination(entry) => names.push(entry.name),
            Difference::Failed(failure) => return Err(failure),
            Difference::Source(_)
            | Difference::Both(..)
            | Difference::Kept(_)
            | Difference::Skipped(_) => {}
        }
    }
    Ok((names, compared))
}

impl FromStr for DeleteLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<DeleteLimit, String> {
        let wrong =
            || "write it as a number such as 100, or as a percentage such as 10%".to_owned();
        let (digits, limit): (_, fn(u64) -> DeleteLimit) = match text.strip_suffix('%') {
            Some(digits) => (digits, DeleteLimit::Percent),
            None => (text, DeleteLimit::Count),
        };
        // `parse` would accept a sign.
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        match limit(digits.parse().map_err(|_| wrong())?) {
            DeleteLimit::Percent(percent) if percent > 100 => Err(wrong()),
            limit => Ok(limit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_numbers_or_percentages() {
        for (text, limit) in [
            ("0", DeleteLimit::Count(0)),
            ("100", DeleteLimit::Count(100)),
            ("0%", DeleteLimit::Percent(0)),
            ("100%", DeleteLimit::Percent(100)),
        ] {
            assert_eq!(text.parse(), Ok(limit), "{text}");
        }
        for text in ["", "%", "-1", "+1", "101%", "1.5%", "10 %", "all", "99999999999999999999"] {
            assert!(text.parse::<DeleteLimit>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_limit_itself_is_allowed() {
        let check = |limit, deletions, compared| {
            let limits = DeleteOptions { delete: true, allow_empty: false, limit: Some(limit) };
            limits.check_count(deletions, compared).is_ok()
        };
        assert!(check(DeleteLimit::Count(2), 2, 9) && !check(DeleteLimit::Count(2), 3, 9));
        assert!(check(DeleteLimit::Percent(50), 2, 4) && !check(DeleteLimit::Percent(50), 3, 5));
        assert!(
            check(DeleteLimit::Percent(0), 0, 0) && !check(DeleteLimit::Percent(0), 1, u64::MAX)
        );
        assert!(check(DeleteLimit::Percent(100), u64::MAX, u64::MAX));
    }
}
