//! Feeds: the items that a job works through, in order, as they are found.
//!
//! | file | what it does |
//! |---|---|
//! | `shard`, `names` | one share of several, by the hash of the name; which names of a folder a run takes |
//! | `files`, `prefix`, `list` | files below a folder, objects below a prefix, names in a list |
//! | `manifest` | the format of an S3 Inventory; sends no request, opens no file |
//! | `search` | where to look for objects, and which of them are wanted |
//! | `listing`, `inventory` | objects that the store lists, objects that an inventory lists |
//! | `objects` | objects from any of these sources, or from a list |

mod files;
mod inventory;
mod list;
mod listing;
mod manifest;
mod names;
mod objects;
mod prefix;
mod search;
mod shard;

use tokio::sync::mpsc::Receiver;

use crate::failure::Failure;
use crate::transfer::TakenNames;
use crate::transfer::many::{Found, channel, channel_ahead};
use crate::transfer::progress::Progress;

pub(crate) use files::{Skips, feed_folder};
pub(crate) use list::{feed_list, send_listed};
pub(crate) use manifest::EncryptionStatus;
pub(crate) use names::SelectedNames;
pub(crate) use objects::{feed_objects, feed_objects_ahead};
pub(crate) use prefix::feed_prefix;
pub(crate) use search::{FeedObject, Place, Search, SearchOptions, Source};
pub(crate) use shard::Shard;

/// The items of several sources, one source after the other. `take_name` fails for an item whose destination an item of
/// another source already has. `progress` learns at the end how many items there are.
pub(crate) fn feed_all<S, T>(
    sources: Vec<S>,
    progress: Progress,
    feed: impl Fn(S) -> Receiver<Found<T>> + Send + 'static,
    take_name: impl Fn(&mut TakenNames, &T) -> Result<(), Failure> + Send + 'static,
) -> Receiver<Found<T>>
where
    S: Send + 'static,
    T: Send + 'static,
{
    let (sender, receiver) = channel_ahead();
    // Names are unique within one source, so the names of a single source need not be remembered.
    let mut names = (sources.len() > 1).then(TakenNames::default);
    tokio::spawn(async move {
        let mut count = 0;
        for source in sources {
            let mut items = feed(source);
            while let Some(found) = items.recv().await {
                let taken = match (&found, &mut names) {
                    (Found::Item(item), Some(names)) => take_name(names, item),
                    _ => Ok(()),
                };
                let found = taken.map_or_else(Found::Failed, |()| found);
                count += u64::from(matches!(found, Found::Item(_)));
                if sender.send(found).await.is_err() {
                    return;
                }
            }
        }
        progress.all_announced(count);
    });
    receiver
}

/// A feed of one item.
pub(crate) fn feed_one<T>(found: Found<T>) -> Receiver<Found<T>> {
    let (sender, receiver) = channel();
    let _ = sender.try_send(found);
    receiver
}

/// A feed of these items.
pub(crate) fn feed_items<T: Send + 'static>(items: Vec<T>) -> Receiver<Found<T>> {
    let (sender, receiver) = channel();
    tokio::spawn(async move {
        for item in items {
            if sender.send(Found::Item(item)).await.is_err() {
                return;
            }
        }
    });
    receiver
}
