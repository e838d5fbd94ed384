//! The objects to copy, each with its destination. No copy may replace another source that is not copied yet.

use tokio::sync::mpsc::Receiver;

use super::origin::Origin;
use super::pair::{Pair, within};
use crate::failure::Failure;
use crate::jobs::feed::{SelectedNames, feed_all, feed_one, feed_prefix};
use crate::location::Location;
use crate::transfer::many::Found;

/// The sources on the command line, each with its destination.
pub(crate) enum CopySources {
    Objects(Vec<Pair>),
    /// All objects below one prefix are copied below another.
    Prefixes(Vec<Pair>),
}

impl CopySources {
    /// Whether the only source is one object.
    pub(crate) fn is_object(&self) -> bool {
        matches!(self, CopySources::Objects(pairs) if pairs.len() == 1)
    }

    /// Whether a source may be in another bucket than its copy.
    pub(super) fn are_apart(&self) -> bool {
        let (CopySources::Objects(pairs) | CopySources::Prefixes(pairs)) = self;
        pairs.iter().any(|pair| pair.from.bucket != pair.to.bucket)
    }
}

/// The objects to copy, as they are found. `moves`: as they are deleted then, other shares may have emptied the prefix.
pub(super) fn pairs(
    sources: CopySources,
    selected: SelectedNames,
    moves: bool,
    origin: &Origin,
) -> Receiver<Found<Pair>> {
    let (pairs, are_prefixes) = match sources {
        CopySources::Objects(pairs) => (pairs, false),
        CopySources::Prefixes(pairs) => (pairs, true),
    };
    let (engine, is_one_store) = (origin.engine.clone(), origin.is_destination());
    let progress = engine.progress().clone();
    let may_be_empty = moves && selected.shard.is_some();
    let feed = move |pair: Pair| {
        if !are_prefixes {
            return feed_one(Found::Item(pair));
        }
        let Pair { from, to } = pair;
        feed_prefix(from.clone(), selected.clone(), may_be_empty, engine.clone(), move |entry| {
            below(&entry.name, &from, &to, is_one_store)
        })
    };
    feed_all(pairs, progress, feed, |names, pair| {
        names.take(&pair.to.key).map_err(|failure| failure.at(&pair.from))
    })
}

/// The copy of an object below a prefix. None for a folder marker whose copy would have an empty key.
pub(crate) fn below(
    name: &str,
    from: &Location,
    to: &Location,
    is_one_store: bool,
) -> Option<Found<Pair>> {
    let pair = Pair { from: from.join(name), to: to.join(name) };
    if pair.to.key.is_empty() {
        return None;
    }
    // A copy there could replace a source that is not copied yet, or be copied again. Two stores may be one under two
    // names, so objects there are left to the user, too.
    let clashes = if is_one_store {
        within(&pair.to, from)
    } else if within(from, to) {
        from != to && within(&pair.to, from)
    } else {
        within(to, from) && within(&pair.from, to)
    };
    if clashes {
        return Some(Found::Failed(within_source(&pair, from)));
    }
    Some(match pair.to.clone().object() {
        Ok(_) => Found::Item(pair),
        Err(failure) => Found::Failed(failure.at(&pair.from)),
    })
}

fn within_source(pair: &Pair, prefix: &Location) -> Failure {
    Failure::usage(format!("its copy {} would lie within {prefix}, which is being copied", pair.to))
        .hint("copy it by itself")
        .at(&pair.from)
}
