//! Deletions by the thousand: what `rm` and `sync --delete` do with each.

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use crate::failure::Failure;
use crate::key::core::check_destination;
use crate::location::Location;
use crate::output::Output;
use crate::store::object::{Doomed, Removed};
use crate::store::wire::Store;
use crate::transfer::files::Folder;

/// How many requests of up to 1,000 deletions are under way at once.
pub(super) const MOST_REQUESTS: usize = 4;

/// How objects are deleted.
#[derive(Debug, Clone)]
pub(super) struct Remover {
    pub(super) store: Arc<Store>,
    pub(super) dry_run: bool,
    /// Whether people are told of each object.
    pub(super) tells_each: bool,
    /// Whether the objects were found there. A store accepts the deletion of what is not there just the same.
    pub(super) is_listed: bool,
    pub(super) out: Output,
}

/// What `--json` prints of a deletion.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Item {
    op: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    delete_marker: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
}

impl Remover {
    /// Deletes up to 1,000 objects of one bucket and tells of each.
    pub(super) async fn remove(&self, doomed: Vec<Doomed>) -> Vec<Result<u64, Failure>> {
        let removed = if self.dry_run {
            doomed.iter().map(|_| Ok(Removed::default())).collect()
        } else {
            self.store.delete_many(&doomed, self.out.json() || self.tells_each).await
        };
        let tell = |(doomed, removed): (Doomed, Result<Removed, Failure>)| {
            let removed = removed?;
            self.tell(Item {
                url: Some(doomed.at.to_string()),
                delete_marker: removed.delete_marker && doomed.version_id.is_none(),
                version_id: removed.version_id.or(doomed.version_id),
                ..self.item()
            })
        };
        doomed.into_iter().zip(removed).map(tell).collect()
    }

    /// Deletes a file at this path below a local folder, and reports it.
    ///
    /// # Errors
    /// [`Failure::Usage`] for a key file of this run, which is kept.
    pub(super) fn remove_file(&self, folder: &Folder, below: &Path) -> Result<u64, Failure> {
        check_destination(&folder.root().join(below))?;
        if !self.dry_run {
            folder.remove(below)?;
        }
        let path = folder.root().join(below);
        self.tell(Item { file: Some(path.display().to_string()), ..self.item() })
    }

    fn item(&self) -> Item {
        Item { op: "rm", dry_run: self.dry_run, ..Item::default() }
    }

    fn tell(&self, item: Item) -> Result<u64, Failure> {
        if self.out.json() {
            self.out.item(&item)?;
        } else if self.tells_each || self.dry_run {
            let (did, remark) = match item {
                Item { dry_run: true, .. } => ("would delete", ""),
                Item { delete_marker: true, .. } if self.is_listed => {
                    ("hid (its versions are still there)", "")
                }
                Item { delete_marker: true, .. } => ("hid (any versions are still there)", ""),
                Item { file: Some(_), .. } => ("deleted", ""),
                _ if self.is_listed => ("deleted", ""),
                _ => ("now absent:", " (the store does not say whether it was there)"),
            };
            let what = item.url.or(item.file).unwrap_or_default();
            let version = item.version_id.filter(|_| !item.delete_marker);
            let version = version.map(|id| format!(" (version {id})")).unwrap_or_default();
            self.out.say(&format!("{did} {what}{version}{remark}"));
        }
        Ok(0)
    }
}

/// Gathers objects of one bucket until a request is full.
#[derive(Debug, Default)]
pub(super) struct Gathered(Vec<Doomed>);

impl Gathered {
    /// Adds an object; returns those that make a full request.
    pub(super) fn add(&mut self, at: Location, version_id: Option<String>) -> Option<Vec<Doomed>> {
        self.0.push(Doomed { at, version_id });
        (self.0.len() == Store::MOST_DELETES).then(|| std::mem::take(&mut self.0))
    }

    /// What is left at the end.
    pub(super) fn rest(self) -> Option<Vec<Doomed>> {
        (!self.0.is_empty()).then_some(self.0)
    }
}
