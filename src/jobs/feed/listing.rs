//! Objects that the store lists.

use tokio::sync::mpsc::Sender;

use super::search::{FeedObject, Place, Search};
use crate::failure::{Failure, Kind};
use crate::location::Location;
use crate::store::copy::is_throw_away;
use crate::store::list::{Listed, ListedKind, Listing};
use crate::transfer::many::Found;

/// The result of sending a listing.
struct Sent {
    /// How many entries it has, whether wanted or not.
    listed: usize,
    /// Whether the key of [`Search::after`] was found; true if there is none.
    reached_start: bool,
}

/// Sends the wanted objects of a place.
/// Errors: `Kind::NotFound` if there is no object; otherwise as [`Listing::next_page`].
pub(super) async fn send_listing(
    search: &Search,
    place: &Place,
    sender: &Sender<Found<FeedObject>>,
) -> Result<(), Failure> {
    let at = place.at();
    let is_alone = matches!(place, Place::Object(_));
    if is_alone && !search.versions && search.since.is_none() {
        // Reading an object does not need the right to list the bucket.
        if search.is_in_shard(&at.key) {
            let _ = sender.send(Found::Item(FeedObject::named(at.clone()))).await;
        }
        return Ok(());
    }
    let mut listed = 0;
    if !matches!(place, Place::Below(_)) {
        let of_name = list(search, at).of_one_object();
        listed += send_pages(search, of_name, at, sender, |_| true).await?.listed;
    }
    if !is_alone {
        let below = place.folder();
        let admits = |it: &Listed| search.options.filters.admit(&it.key[below.key.len()..]);
        let sent = send_pages(search, list(search, &below), at, sender, admits).await?;
        if !sent.reached_start {
            // The key to continue after no longer exists, so it is unknown which keys come after it: start again.
            let from_start = Search { after: None, ..search.clone() };
            return Box::pin(send_listing(&from_start, place, sender)).await;
        }
        listed += sent.listed;
    }
    if listed == 0 && search.after.is_none() && !at.key.is_empty() {
        return Err(Failure::not_found("there is nothing of this name, and nothing below it")
            .hint("check the bucket and the object's name")
            .at(at));
    }
    Ok(())
}

fn list(search: &Search, at: &Location) -> Listing {
    let store = &search.store;
    let listing = if search.versions { store.list_versions(at) } else { store.list(at) };
    match &search.after {
        // Other stores may list in another order than that of the keys.
        Some(key) if store.is_amazon() => listing.after(key),
        _ => listing,
    }
}

async fn send_pages(
    search: &Search,
    mut listing: Listing,
    at: &Location,
    sender: &Sender<Found<FeedObject>>,
    admits: impl Fn(&Listed) -> bool,
) -> Result<Sent, Failure> {
    let mut wait_for = search.after.as_ref().filter(|_| !search.store.is_amazon());
    let mut listed = 0;
    while let Some(page) = next_page(&mut listing, search).await? {
        listed += page.len();
        for object in page.into_iter().filter(|it| it.kind == ListedKind::Object) {
            if let Some(key) = wait_for {
                wait_for = Some(key).filter(|key| object.key != **key);
                continue;
            }
            let is_recent = search.since.is_none_or(|since| object.modified >= since);
            if !is_recent || !admits(&object) || !search.is_in_shard(&object.key) {
                continue;
            }
            let at = Location { bucket: at.bucket.clone(), key: object.key.clone() };
            // Only the run that wrote a throw-away object has its key.
            let found = if is_throw_away(&at.key) {
                Found::Skipped
            } else {
                Found::Item(FeedObject { at, listed: Some(object), encryption: None })
            };
            if sender.send(found).await.is_err() {
                return Ok(Sent { listed, reached_start: true });
            }
        }
    }
    Ok(Sent { listed, reached_start: wait_for.is_none() })
}

async fn next_page(listing: &mut Listing, search: &Search) -> Result<Option<Vec<Listed>>, Failure> {
    let _permit = search.permits.request().await;
    listing.next_page().await.map_err(of_one_bucket)
}

/// A missing bucket does not affect the other places.
fn of_one_bucket(mut failure: Failure) -> Failure {
    if failure.is(Kind::NotFound) {
        failure.detail_mut().stops_the_run = false;
    }
    failure
}
