//! The objects to copy, each with its destination. No copy may replace another source that is not copied yet.

use tokio::sync::mpsc::Receiver;

use super::copier::Pair;
use crate::failure::Failure;
use crate::jobs::feed::{SelectedNames, feed_all, feed_one, feed_prefix};
use crate::location::Location;
use crate::transfer::Engine;
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
}

/// Whether both may be in the same bucket: the name of an access point does not show its bucket.
pub(crate) fn may_be_one_bucket(one: &Location, other: &Location) -> bool {
    let is_access_point =
        |at: &Location| at.bucket.starts_with("arn:") || at.bucket.ends_with("-s3alias");
    one.bucket == other.bucket || is_access_point(one) || is_access_point(other)
}

/// The objects to copy, as they are found. `moves`: as they are deleted then, other shares may have emptied the prefix.
pub(super) fn pairs(
    sources: CopySources,
    selected: SelectedNames,
    moves: bool,
    engine: &Engine,
) -> Receiver<Found<Pair>> {
    let (pairs, are_prefixes) = match sources {
        CopySources::Objects(pairs) => (pairs, false),
        CopySources::Prefixes(pairs) => (pairs, true),
    };
    let (engine, progress) = (engine.clone(), engine.progress().clone());
    let may_be_empty = moves && selected.shard.is_some();
    let feed = move |pair: Pair| {
        if !are_prefixes {
            return feed_one(Found::Item(pair));
        }
        let Pair { from, to } = pair;
        feed_prefix(from.clone(), selected.clone(), may_be_empty, engine.clone(), move |entry| {
            below(Pair { from: from.join(&entry.name), to: to.join(&entry.name) }, &from, &to)
        })
    };
    feed_all(pairs, progress, feed, |names, pair| {
        names.take(&pair.to.key).map_err(|failure| failure.at(&pair.from))
    })
}

/// Checks the copy of an object below a prefix. None for a folder marker whose copy would have an empty key.
fn below(pair: Pair, from: &Location, to: &Location) -> Option<Found<Pair>> {
    if pair.to.key.is_empty() {
        return None;
    }
    // A copy there could replace a source that is not copied yet.
    if may_be_one_bucket(from, to) && pair.to.key.starts_with(&from.key) {
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
