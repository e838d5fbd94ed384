//! The comparison of a source and a destination: the changed items, and the counts.

use std::time::{Duration, UNIX_EPOCH};

use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;

use crate::jobs::feed::{Shard, Skips};
use crate::transfer::many::{Comparison, Difference, Entry, Found, channel_ahead};
use crate::transfer::progress::Progress;

/// The counts of a comparison.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) unchanged: u64,
    /// How many files or objects the source has.
    pub(super) source: u64,
    /// How many files or objects both have, changed or not.
    pub(super) both: u64,
    /// How many files or objects only the destination has.
    pub(super) extra: u64,
    /// How many files or objects only the destination has, but a skipped link or special file in the source may stand
    /// for them.
    pub(super) kept: u64,
    /// Whether the source has files or objects in other shares: then it is not empty, even if this share is.
    pub(super) has_other_shares: bool,
    /// Whether both sides were read completely.
    pub(super) is_complete: bool,
}

/// The result of the comparison. If the run was stopped, the comparison is aborted instead of awaited.
pub(super) async fn await_comparison(
    comparison: JoinHandle<Compared>,
    is_stopped: bool,
) -> Compared {
    if is_stopped {
        comparison.abort();
    }
    comparison.await.unwrap_or_default()
}

/// The items to copy in a share, as they are found, and the task that counts. `may_copy` says whether an entry of another
/// share would be copied there: a source with nothing but key files is empty. `to_item` gets the entries of both sides. `progress` learns at the end how many items there
/// are.
pub(super) fn find_changed<T: Send + 'static>(
    mut comparison: Comparison,
    shard: Option<Shard>,
    may_copy: impl Fn(&Entry) -> bool + Send + 'static,
    is_changed: impl Fn(&Entry, &Entry) -> bool + Send + 'static,
    mut skips: Skips,
    progress: Progress,
    mut to_item: impl FnMut(&Entry, Option<&Entry>) -> Found<T> + Send + 'static,
) -> (Receiver<Found<T>>, JoinHandle<Compared>) {
    let (sender, receiver) = channel_ahead();
    let compare = async move {
        let mut count = 0;
        let mut compared = Compared { is_complete: true, ..Compared::default() };
        while let Some(difference) = comparison.next().await {
            if !is_in_shard(&difference, shard) {
                compared.count_other_share(&difference, &may_copy);
                continue;
            }
            compared.count(&difference);
            let found = match difference {
                Difference::Source(entry) => compared.admit(to_item(&entry, None)),
                Difference::Both(source, destination) if is_changed(&source, &destination) => {
                    compared.admit(to_item(&source, Some(&destination)))
                }
                Difference::Both(..) => {
                    compared.unchanged += 1;
                    continue;
                }
                Difference::Destination(_) | Difference::Kept(_) => continue,
                Difference::Skipped(entry) => {
                    skips.report(&entry);
                    Found::Skipped
                }
                Difference::Failed(failure) => Found::Failed(failure),
            };
            count += u64::from(matches!(found, Found::Item(_)));
            if sender.send(found).await.is_err() {
                compared.is_complete = false;
                break;
            }
        }
        progress.all_announced(count);
        skips.report_links();
        compared
    };
    (receiver, tokio::spawn(compare))
}

/// Whether this run has to deal with the difference. A file and its object have the same name, so that they are in the same
/// share.
pub(super) fn is_in_shard(difference: &Difference, shard: Option<Shard>) -> bool {
    let name = difference.name();
    shard.zip(name).is_none_or(|(shard, name)| shard.holds(name))
}

impl Compared {
    pub(super) fn count_other_share(
        &mut self,
        difference: &Difference,
        may_copy: impl Fn(&Entry) -> bool,
    ) {
        if let Difference::Source(entry) | Difference::Both(entry, _) = difference {
            self.has_other_shares = self.has_other_shares || may_copy(entry);
        }
    }

    pub(super) fn count(&mut self, difference: &Difference) {
        match difference {
            Difference::Source(_) => self.source += 1,
            Difference::Both(..) => {
                self.source += 1;
                self.both += 1;
            }
            Difference::Destination(_) => self.extra += 1,
            Difference::Kept(_) => self.kept += 1,
            Difference::Failed(_) => self.is_complete = false,
            Difference::Skipped(_) => {}
        }
    }

    /// Does not count an entry that is skipped after all, such as a key file: a source with nothing else is empty.
    fn admit<T>(&mut self, found: Found<T>) -> Found<T> {
        if matches!(found, Found::Skipped) {
            self.source -= 1;
        }
        found
    }
}

/// As aws-cli decides. A store's times have whole seconds, so a file may be copied once more than necessary.
pub(super) fn is_changed(source: &Entry, destination: &Entry, size_only: bool) -> bool {
    source.bytes != destination.bytes || (!size_only && source.modified > destination.modified)
}

/// The source with the time that its downloaded file has: some stores list times with fractions of a second, and answer
/// GET with whole seconds.
pub(super) fn as_downloaded(source: &Entry, destination: &Entry) -> Entry {
    let fraction = |entry: &Entry| {
        let since = entry.modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        Duration::from_nanos(since.subsec_nanos().into())
    };
    let fraction = if fraction(destination).is_zero() { fraction(source) } else { Duration::ZERO };
    Entry { modified: source.modified - fraction, ..source.clone() }
}
