//! What `sync --delete` deletes at the destination: counted, and refused where it is more than the user can mean,
//! before anything is deleted.

use std::str::FromStr;

use super::changes::Compared;
use crate::failure::Failure;
use crate::transfer::many::{Comparison, Finds, Found, Pair, finds};

/// Whether anything is deleted at the destination, and how much at most.
#[derive(Debug, clap::Args)]
pub(super) struct Deletions {
    /// Delete at the destination what the source has not, and no filter leaves out
    #[arg(long)]
    pub(super) delete: bool,
    /// With --delete: yes, also where nothing is found in the source
    #[arg(long, requires = "delete")]
    allow_empty: bool,
    /// With --delete: delete nothing at all where it would be more than N, or more than N% of what is compared at
    /// the destination [default: no limit]
    #[arg(long, value_name = "N|N%", requires = "delete")]
    max_delete: Option<Limit>,
}

/// The most that one run deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    Count(u64),
    /// Of what is compared at the destination.
    Percent(u64),
}

impl Deletions {
    /// # Errors
    /// [`Failure::Usage`] for a source in which there is nothing to compare: it is mistyped, not mounted or filtered
    /// out far more often than it is meant to be empty.
    pub(super) fn check_source(&self, source: &str, compared: &Compared) -> Result<(), Failure> {
        if !self.delete || self.allow_empty || !compared.is_complete || compared.source > 0 {
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
        Err(Failure::usage(message).hint(
            "check the source and the filters; add --allow-empty if the source is meant to be empty",
        ))
    }

    /// # Errors
    /// [`Failure::Usage`] for more deletions than the user allows, of `compared` files or objects at the destination.
    pub(super) fn check_count(&self, deletions: u64, compared: u64) -> Result<(), Failure> {
        let (is_too_many, limit) = match self.max_delete {
            None => return Ok(()),
            Some(Limit::Count(most)) => (deletions > most, most.to_string()),
            Some(Limit::Percent(most)) => {
                let percent = u128::from(deletions) * 100;
                let is_too_many = percent > u128::from(most) * u128::from(compared);
                (is_too_many, format!("{most}% of {compared}"))
            }
        };
        if !is_too_many {
            return Ok(());
        }
        Err(Failure::usage(format!(
            "{} would be deleted, which is more than --max-delete allows ({limit}): nothing was deleted",
            counted(deletions)
        ))
        .hint("look with --dry-run what would be deleted; if it is right, raise --max-delete or leave it out"))
    }
}

fn counted(items: u64) -> String {
    if items == 1 { "1 item".to_owned() } else { format!("{items} items") }
}

/// The names of all that the destination alone has, and what the comparison came to.
///
/// # Errors
/// What could not be read: the names are not known for certain then.
pub(super) async fn plan(mut comparison: Comparison) -> Result<(Vec<String>, Compared), Failure> {
    let mut names = Vec::new();
    let mut compared = Compared { is_complete: true, ..Compared::default() };
    while let Some(pair) = comparison.next().await {
        compared.count(&pair);
        match pair {
            Pair::Destination(entry) => names.push(entry.name),
            Pair::Failed(failure) => return Err(failure),
            Pair::Source(_) | Pair::Both(..) | Pair::Kept(_) | Pair::Skipped(_) => {}
        }
    }
    Ok((names, compared))
}

/// The names as a stream of items.
pub(super) fn send(names: Vec<String>) -> Finds<String> {
    let (finder, found) = finds();
    tokio::spawn(async move {
        for name in names {
            if finder.send(Found::Item(name)).await.is_err() {
                return;
            }
        }
    });
    found
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Limit, String> {
        let wrong =
            || "write it as a number such as 100, or as a percentage such as 10%".to_owned();
        let (digits, limit): (_, fn(u64) -> Limit) = match text.strip_suffix('%') {
            Some(digits) => (digits, Limit::Percent),
            None => (text, Limit::Count),
        };
        // `parse` takes a sign as well.
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        match limit(digits.parse().map_err(|_| wrong())?) {
            Limit::Percent(percent) if percent > 100 => Err(wrong()),
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
            ("0", Limit::Count(0)),
            ("100", Limit::Count(100)),
            ("0%", Limit::Percent(0)),
            ("100%", Limit::Percent(100)),
        ] {
            assert_eq!(text.parse(), Ok(limit), "{text}");
        }
        for text in ["", "%", "-1", "+1", "101%", "1.5%", "10 %", "all", "99999999999999999999"] {
            assert!(text.parse::<Limit>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_limit_itself_is_allowed() {
        let check = |limit, deletions, compared| {
            let limits = Deletions { delete: true, allow_empty: false, max_delete: Some(limit) };
            limits.check_count(deletions, compared).is_ok()
        };
        assert!(check(Limit::Count(2), 2, 9) && !check(Limit::Count(2), 3, 9));
        assert!(check(Limit::Percent(50), 2, 4) && !check(Limit::Percent(50), 3, 5));
        assert!(check(Limit::Percent(0), 0, 0) && !check(Limit::Percent(0), 1, u64::MAX));
        assert!(check(Limit::Percent(100), u64::MAX, u64::MAX));
    }
}
