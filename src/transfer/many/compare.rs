//! Compares two folders, both in the order of keys: the entries that only one has, and those that both have. Memory does
//! not grow with their size.

use std::cmp::Ordering;

use tokio::sync::mpsc::Receiver;

use super::filters::Filters;
use super::found::Found;
use super::walk::Entry;
use crate::failure::{Advice, Failure};

/// One result of the comparison.
#[derive(Debug)]
pub(crate) enum Difference {
    /// Only the source has it.
    Source(Entry),
    /// Both have it: the entry of the source, then that of the destination.
    Both(Entry, Entry),
    /// Only the destination has it.
    Destination(Entry),
    /// Only the destination has it, but a skipped entry of the source has the same name or is a folder above it.
    Kept(Entry),
    /// An entry of the source that is not transferred.
    Skipped(Entry),
    /// An entry of either side could not be read: the comparison is incomplete from here on.
    Failed(Failure),
}

impl Difference {
    /// The name on both sides. None for a failure, which may concern any name.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Difference::Source(entry)
            | Difference::Both(entry, _)
            | Difference::Destination(entry)
            | Difference::Kept(entry)
            | Difference::Skipped(entry) => Some(&entry.name),
            Difference::Failed(_) => None,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Comparison {
    source: Side,
    destination: Side,
    filters: Filters,
    /// The skipped names of the source that the destination has not passed yet.
    skipped: Vec<String>,
}

#[derive(Debug)]
struct Side {
    is_source: bool,
    entries: Receiver<Found<Entry>>,
    next: Option<Entry>,
    last: Option<String>,
}

impl Comparison {
    /// Compares the entries of both sides that the filters admit. Both must come in the order of keys.
    pub(crate) fn new(
        source: Receiver<Found<Entry>>,
        destination: Receiver<Found<Entry>>,
        filters: Filters,
    ) -> Comparison {
        let side = |is_source, entries| Side { is_source, entries, next: None, last: None };
        let (source, destination) = (side(true, source), side(false, destination));
        Comparison { source, destination, filters, skipped: Vec::new() }
    }

    /// None at the end of both sides.
    pub(crate) async fn next(&mut self) -> Option<Difference> {
        loop {
            match self.source.fill(&self.filters).await {
                Ok(()) => break,
                Err(Difference::Skipped(entry)) => {
                    self.skipped.push(entry.name.clone());
                    if self.filters.admit(&entry.name) {
                        return Some(Difference::Skipped(entry));
                    }
                }
                Err(difference) => return Some(difference),
            }
        }
        loop {
            match self.destination.fill(&self.filters).await {
                Ok(()) => break,
                // Skipped entries of the destination stay as they are.
                Err(Difference::Skipped(_)) => {}
                Err(difference) => return Some(difference),
            }
        }
        let order = match (&self.source.next, &self.destination.next) {
            (None, None) => return None,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(source), Some(destination)) => source.name.cmp(&destination.name),
        };
        let source = self.source.next.take_if(|_| order.is_le());
        let destination = self.destination.next.take_if(|_| order.is_ge());
        match (source, destination) {
            (Some(source), Some(destination)) => Some(Difference::Both(source, destination)),
            (Some(source), None) => Some(Difference::Source(source)),
            (None, Some(destination)) if self.is_skipped(&destination.name) => {
                Some(Difference::Kept(destination))
            }
            (None, Some(destination)) => Some(Difference::Destination(destination)),
            (None, None) => None,
        }
    }

    /// Whether the source skips an entry of this name, or a folder that contains it.
    fn is_skipped(&mut self, name: &str) -> bool {
        self.skipped.retain(|skipped| !is_past(name, skipped));
        self.skipped.iter().any(|skipped| {
            name.strip_prefix(skipped.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

/// Whether the name comes after everything below the skipped one: `0` follows `/`.
fn is_past(name: &str, skipped: &str) -> bool {
    name.bytes().ge(skipped.bytes().chain([b'0']))
}

impl Side {
    /// Reads the next entry. Errors: A skipped or failed entry that comes first.
    async fn fill(&mut self, filters: &Filters) -> Result<(), Difference> {
        while self.next.is_none() {
            match self.entries.recv().await {
                None => return Ok(()),
                // Neither a walk nor a listing sends this.
                Some(Found::Skipped) => {}
                Some(Found::Failed(failure)) => return Err(Difference::Failed(failure)),
                Some(Found::Item(entry)) => self.take(entry, filters)?,
            }
        }
        Ok(())
    }

    fn take(&mut self, entry: Entry, filters: &Filters) -> Result<(), Difference> {
        // Its name may not be a valid key, so its place in the order means nothing.
        if entry.skip.is_some() {
            return Err(Difference::Skipped(entry));
        }
        // Some stores list one folder at a time; in that order existing objects would seem to be missing.
        if self.last.as_ref().is_some_and(|last| *last >= entry.name) {
            return Err(Difference::Failed(
                Failure::other(
                    "the store does not list its keys in order, so they cannot be compared",
                )
                .hint(Advice::CopyEverything)
                .stopping_the_run(),
            ));
        }
        self.last = Some(entry.name.clone());
        // An object with the name of a folder is its marker, unless it has content, which no file of that name can have.
        let is_marker = entry.name.is_empty() || entry.name.ends_with('/');
        let is_left_alone = is_marker && !(self.is_source && entry.bytes > 0);
        if !is_left_alone && filters.admit(&entry.name) {
            self.next = Some(entry);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::transfer::many::found::channel;
    use crate::transfer::many::walk::Skip;

    /// Names that begin with a `~` are skipped.
    async fn compared(source: &[&str], destination: &[&str]) -> Vec<String> {
        let side = async |names: &[&str]| {
            let (sender, receiver) = channel();
            for name in names {
                let skip = name.starts_with('~').then_some(Skip::Link);
                let name = name.trim_start_matches('~').to_owned();
                let entry = Entry { name, bytes: 0, modified: SystemTime::UNIX_EPOCH, skip };
                sender.send(Found::Item(entry)).await.unwrap();
            }
            receiver
        };
        let (source, destination) = (side(source).await, side(destination).await);
        let mut comparison = Comparison::new(source, destination, Filters::default());
        let mut steps = Vec::new();
        while let Some(step) = comparison.next().await {
            steps.push(match step {
                Difference::Source(entry) => format!("+{}", entry.name),
                Difference::Both(entry, _) => format!("={}", entry.name),
                Difference::Destination(entry) => format!("-{}", entry.name),
                Difference::Kept(entry) => format!("!{}", entry.name),
                Difference::Skipped(entry) => format!("~{}", entry.name),
                Difference::Failed(_) => "failed".to_owned(),
            });
        }
        steps
    }

    #[tokio::test]
    async fn each_name_comes_once() {
        assert_eq!(compared(&["a", "b", "d"], &["b", "c"]).await, ["+a", "=b", "-c", "+d"]);
        assert_eq!(compared(&[], &["a", "b/", "c"]).await, ["-a", "-c"]);
        assert_eq!(compared(&["a"], &[]).await, ["+a"]);
    }

    #[tokio::test]
    async fn what_something_skipped_may_stand_for_is_no_leftover() {
        let destination = ["l", "l-", "l.d/x", "l/x", "l/y/z", "l0", "m"];
        let expected = ["~l", "!l", "-l-", "-l.d/x", "!l/x", "!l/y/z", "-l0", "-m"];
        assert_eq!(compared(&["~l"], &destination).await, expected);
        let expected = ["+a", "~l", "!l", "-l-", "-l.d/x", "!l/x", "!l/y/z", "-l0", "=m"];
        assert_eq!(compared(&["a", "~l", "m"], &destination).await, expected);
        assert_eq!(compared(&["a"], &["a", "l"]).await, ["=a", "-l"]);
        assert_eq!(compared(&["~a", "~b"], &["b/x"]).await, ["~a", "~b", "!b/x"]);
    }

    #[tokio::test]
    async fn disorder_is_noticed() {
        assert_eq!(compared(&["a/x", "a.b"], &[]).await, ["+a/x", "failed"]);
    }
}
