//! The objects below a prefix.

use tokio::sync::mpsc::Receiver;

use super::names::SelectedNames;
use crate::failure::Failure;
use crate::location::Location;
use crate::transfer::Engine;
use crate::transfer::many::{Entry, Found, channel, walk_store};

/// A feed of the objects below the prefix. `to_item` returns None for an object to leave out. It is called for all shares:
/// names of different shares may conflict. With `may_be_empty`, an empty prefix is no failure.
pub(crate) fn feed_prefix<T: Send + 'static>(
    prefix: Location,
    names: SelectedNames,
    may_be_empty: bool,
    engine: Engine,
    mut to_item: impl FnMut(&Entry) -> Option<Found<T>> + Send + 'static,
) -> Receiver<Found<T>> {
    let (sender, receiver) = channel();
    let mut entries = walk_store(&engine, prefix.clone());
    tokio::spawn(async move {
        let mut is_empty = true;
        while let Some(entry) = entries.recv().await {
            is_empty = false;
            let found = match entry {
                Found::Item(entry) if !names.filters.admit(&entry.name) => continue,
                Found::Item(entry) => match to_item(&entry) {
                    Some(found) if names.is_in_shard(&entry.name) => {
                        engine.progress().expect(1, entry.bytes);
                        found
                    }
                    _ => continue,
                },
                Found::Skipped => Found::Skipped,
                Found::Failed(failure) => Found::Failed(failure),
            };
            if sender.send(found).await.is_err() {
                return;
            }
        }
        if is_empty && !may_be_empty {
            let failure = Failure::not_found("there is nothing below it")
                .hint("check the bucket and the prefix")
                .at(&prefix);
            let _ = sender.send(Found::Failed(failure)).await;
        }
    });
    receiver
}
