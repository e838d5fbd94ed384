//! Objects from a listing, a list of names or an inventory.

use std::path::Path;

use tokio::sync::mpsc::{Receiver, Sender};

use super::inventory::send_inventoried;
use super::list::send_listed;
use super::listing::send_listing;
use super::search::{FeedObject, Place, Search, Source};
use crate::failure::Failure;
use crate::location::Location;
use crate::transfer::many::{Found, channel, channel_ahead};
use crate::transfer::progress::Progress;

/// As [`feed_objects`], far ahead of the work; `progress` learns of what is found, and at the end how many objects it is.
pub(crate) fn feed_objects_ahead(
    search: Search,
    places: Vec<Place>,
    progress: Progress,
) -> Receiver<Found<FeedObject>> {
    let mut found = feed_objects(search, places);
    let (sender, receiver) = channel_ahead();
    tokio::spawn(async move {
        let mut count = 0;
        while let Some(found) = found.recv().await {
            if let Found::Item(object) = &found {
                count += 1;
                if let Some(listed) = &object.listed {
                    progress.expect(1, listed.bytes);
                }
            }
            if sender.send(found).await.is_err() {
                return;
            }
        }
        progress.all_announced(count);
    });
    receiver
}

/// The wanted objects of these places, in the order of the source.
pub(crate) fn feed_objects(search: Search, places: Vec<Place>) -> Receiver<Found<FeedObject>> {
    let (sender, receiver) = channel();
    tokio::spawn(async move {
        for place in places {
            let sent = match &search.options.source {
                Source::Listing => send_listing(&search, &place, &sender).await,
                Source::List(list) => send_named(&search, list, place.folder(), &sender).await,
                Source::Inventory(manifest) => {
                    send_inventoried(&search, manifest, &place, &sender).await
                }
            };
            if let Err(failure) = sent
                && sender.send(Found::Failed(failure)).await.is_err()
            {
                return;
            }
        }
    });
    receiver
}

/// Sends the wanted objects that a list names, relative to a folder.
async fn send_named(
    search: &Search,
    list: &Path,
    folder: Location,
    sender: &Sender<Found<FeedObject>>,
) -> Result<(), Failure> {
    let (search, list, sender) = (search.clone(), list.to_owned(), sender.clone());
    // On a blocking thread: the list may be a pipe from a slow program.
    let sent = tokio::task::spawn_blocking(move || {
        send_listed(&list, &sender, |name: &str| {
            let at = folder.join(name);
            let is_wanted = search.options.filters.admit(name) && search.is_in_shard(&at.key);
            is_wanted.then(|| match at.clone().object() {
                Ok(at) => Found::Item(FeedObject::named(at)),
                Err(failure) => Found::Failed(failure.at(&at)),
            })
        })
    });
    sent.await.unwrap_or_else(|_| Err(Failure::other("the list's reader ended unexpectedly")))
}
