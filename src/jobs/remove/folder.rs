//! A name that ends in `/`: an object can have such a name, but users most often mean all that is below it, which `rm`
//! deletes only with `-r`.

use std::sync::Arc;

use crate::failure::{Advice, Failure, Kind};
use crate::location::Location;
use crate::store::wire::Store;

/// Looks, with one request, whether there is an object of this very name.
/// Errors: [`Kind::NotFound`] where there is none, with how many objects are below it.
pub(super) async fn check_folder(store: &Arc<Store>, at: &Location) -> Result<(), Failure> {
    let mut listing = store.list(at);
    let page = match listing.next_page().await {
        Ok(page) => page.unwrap_or_default(),
        // Who may delete need not be allowed to list.
        Err(Failure { kind: Kind::Denied, .. }) => return Ok(()),
        Err(failure) => return Err(failure),
    };
    if page.iter().any(|found| found.key == at.key) {
        return Ok(());
    }
    Err(absent(at, page.len(), listing.has_more()))
}

/// The failure where nothing was deleted of a name that ends in `/`, of which no version was found.
pub(super) async fn missing_folder(store: &Arc<Store>, at: &Location) -> Failure {
    let mut listing = store.list_versions(at);
    match listing.next_page().await {
        Ok(page) => absent(at, page.unwrap_or_default().len(), listing.has_more()),
        Err(failure) => failure,
    }
}

fn absent(at: &Location, below: usize, has_more: bool) -> Failure {
    let lie = match (below, has_more) {
        (0, _) => "and nothing is below it".to_owned(),
        (1, false) => "and 1 object is below it".to_owned(),
        (below, false) => format!("and {below} objects are below it"),
        (below, true) => format!("and at least {below} objects are below it"),
    };
    let failure = Failure::not_found(format!("there is no object of this name, {lie}"));
    let failure = match below {
        0 => failure.hint("check the name"),
        _ => failure.hint(Advice::AddRecursive),
    };
    failure.at(at)
}
