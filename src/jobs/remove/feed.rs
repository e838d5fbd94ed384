//! The objects to delete, in batches of one request each.

use std::sync::Arc;

use tokio::sync::mpsc::{Receiver, Sender};

use super::folder::{check_folder, missing_folder};
use crate::failure::Failure;
use crate::jobs::feed::SelectedNames;
use crate::location::Location;
use crate::store::list::{Listed, Listing};
use crate::store::object::DeleteTarget;
use crate::store::wire::Store;
use crate::transfer::Permits;
use crate::transfer::many::{Found, channel_of_batches};

/// Each batch has objects of one bucket, at most as many as one request deletes.
pub(crate) type Batches = Receiver<Found<Vec<DeleteTarget>>>;

/// The objects that the command line names.
pub(super) fn named(
    store: &Arc<Store>,
    permits: &Permits,
    locations: Vec<Location>,
    version_id: Option<String>,
) -> Batches {
    let (sender, batches) = channel_of_batches();
    let (store, permits) = (store.clone(), permits.clone());
    tokio::spawn(async move {
        for chunk in locations.chunk_by(|a, b| a.bucket == b.bucket) {
            for chunk in chunk.chunks(Store::MOST_DELETES) {
                let mut targets = Vec::with_capacity(chunk.len());
                for at in chunk {
                    // With a version id the user clearly means the object itself.
                    let looks = at.is_folder() && version_id.is_none();
                    let found = if looks {
                        let _permit = permits.request().await;
                        check_folder(&store, at).await
                    } else {
                        Ok(())
                    };
                    match found {
                        Ok(()) => {
                            targets.push(DeleteTarget {
                                at: at.clone(),
                                version_id: version_id.clone(),
                            });
                        }
                        Err(failure) => drop(sender.send(Found::Failed(failure)).await),
                    }
                }
                if !targets.is_empty() && sender.send(Found::Item(targets)).await.is_err() {
                    return;
                }
            }
        }
    });
    batches
}

/// The objects that the listings find.
pub(super) fn listed(
    store: &Arc<Store>,
    permits: &Permits,
    listings: Vec<(Location, Listing)>,
    recursive: bool,
    names: SelectedNames,
) -> Batches {
    let (sender, batches) = channel_of_batches();
    let (store, permits) = (store.clone(), permits.clone());
    tokio::spawn(async move {
        for (at, listing) in listings {
            let admits = |key: &str| !recursive || names.take(&key[at.key.len()..]);
            let failure = match list_into(&sender, &permits, &at, listing, admits).await {
                Ok(0) if !recursive && at.is_folder() => {
                    let _permit = permits.request().await;
                    missing_folder(&store, &at).await
                }
                Ok(_) => continue,
                Err(failure) => failure,
            };
            let _ = sender.send(Found::Failed(failure)).await;
        }
    });
    batches
}

/// Sends the admitted objects of a listing, and returns how many there are.
async fn list_into(
    sender: &Sender<Found<Vec<DeleteTarget>>>,
    permits: &Permits,
    at: &Location,
    mut listing: Listing,
    admits: impl Fn(&str) -> bool,
) -> Result<u64, Failure> {
    let mut batch = Vec::new();
    let mut count = 0;
    while let Some(page) = next_page(&mut listing, permits).await? {
        for listed in page.into_iter().filter(|listed| admits(&listed.key)) {
            count += 1;
            let at = Location { bucket: at.bucket.clone(), key: listed.key };
            batch.push(DeleteTarget { at, version_id: listed.version_id });
            if batch.len() == Store::MOST_DELETES
                && sender.send(Found::Item(std::mem::take(&mut batch))).await.is_err()
            {
                return Ok(count);
            }
        }
    }
    if !batch.is_empty() {
        let _ = sender.send(Found::Item(batch)).await;
    }
    Ok(count)
}

async fn next_page(
    listing: &mut Listing,
    permits: &Permits,
) -> Result<Option<Vec<Listed>>, Failure> {
    let _permit = permits.request().await;
    listing.next_page().await
}

/// Splits the objects of one bucket into batches.
pub(crate) fn feed_batches(
    mut targets: impl Iterator<Item = DeleteTarget> + Send + 'static,
) -> Batches {
    let (sender, batches) = channel_of_batches();
    tokio::spawn(async move {
        loop {
            let batch: Vec<_> = targets.by_ref().take(Store::MOST_DELETES).collect();
            if batch.is_empty() || sender.send(Found::Item(batch)).await.is_err() {
                return;
            }
        }
    });
    batches
}
