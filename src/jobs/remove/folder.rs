//! Names that end in `/`. An object can have such a name, but users usually mean everything below it, which `rm` deletes
//! only with `-r`.

use std::sync::Arc;

use crate::failure::{Advice, Failure, Kind};
use crate::location::Location;
use crate::store::wire::Store;

/// Checks with one request that an object has exactly this name.
/// Errors: `Kind::NotFound` if none has. The message says how many objects are below it.
pub(super) async fn check_folder(store: &Arc<Store>, at: &Location) -> Result<(), Failure> {
    let mut listing = store.list(at);
    let page = match listing.next_page().await {
        Ok(page) => page.unwrap_or_default(),
        // Credentials that may delete need not be allowed to list.
        Err(Failure { kind: Kind::Denied, .. }) => return Ok(()),
        Err(failure) => return Err(failure),
    };
    if page.iter().any(|found| found.key == at.key) {
        return Ok(());
    }
    Err(absent(at, page.len(), listing.has_more()))
}

/// The failure for a name that ends in `/` and has no version.
pub(super) async fn missing_folder(store: &Arc<Store>, at: &Location) -> Failure {
    let mut listing = store.list_versions(at);
    match listing.next_page().await {
        Ok(page) => absent(at, page.unwrap_or_default().len(), listing.has_more()),
        Err(failure) => failure,
    }
}

fn absent(at: &Location, below: usize, has_more: bool) -> Failure {
    let content = match (below, has_more) {
        (0, _) => "and nothing is below it".to_owned(),
        (1, false) => "and 1 object is below it".to_owned(),
        (below, false) => format!("and {below} objects are below it"),
        (below, true) => format!("and at least {below} objects are below it"),
    };
    let failure = Failure::not_found(format!("there is no object of this name, {content}"));
    let failure = match below {
        0 => failure.hint("check the name"),
        _ => failure.hint(Advice::AddRecursive),
    };
    failure.at(at)
}
