//! `s3seal rm --incomplete`: abort uploads that were never finished, whose parts cost money, and remove the throw-away
//! objects of killed runs.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::commands::selection::Selection;
use crate::failure::{CommonCode, Failure};
use crate::location::Location;
use crate::output::Output;
use crate::store::object::UnfinishedUpload;
use crate::store::wire::Store;
use crate::transfer::resume::{forget_intentions, forget_uploads};

/// Which unfinished uploads to abort.
#[derive(Debug, clap::Args)]
pub(super) struct Incomplete {
    /// Abort unfinished uploads instead of deleting objects: of the object, or of all below a URL that
    /// ends in `/`, with -r below the prefix, or in the whole bucket; and delete there, in `.s3seal/`, what killed
    /// runs have tried the store out with
    #[arg(long, conflicts_with_all = ["version_id", "all_versions", "include", "exclude"])]
    incomplete: bool,
    /// Abort and delete only those begun longer ago than this, such as 24h or 7d
    #[arg(long, value_name = "TIME", requires = "incomplete", value_parser = humantime::parse_duration)]
    older_than: Option<Duration>,
}

/// What `--json` prints of an aborted upload, or of a throw-away object.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    op: &'static str,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    upload_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    initiated: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
}

impl Incomplete {
    /// Whether unfinished uploads are meant instead of objects.
    pub(super) fn is_wanted(&self) -> bool {
        self.incomplete
    }

    /// Aborts the unfinished uploads of each URL; failures are told as they happen.
    ///
    /// # Errors
    /// [`Failure::Usage`] for what is no URL: before anything is aborted.
    pub(super) async fn run(
        &self,
        urls: &[String],
        selection: &Selection,
        store: &Arc<Store>,
        out: &Output,
    ) -> Result<u8, Failure> {
        let all: Vec<Location> = urls.iter().map(|url| url.parse()).collect::<Result<_, _>>()?;
        let mut code = CommonCode::default();
        let mut fail = |failure: Failure| {
            out.failure(&failure);
            code.add(&failure);
        };
        for at in all {
            let wanted = Wanted::of(at, selection.recursive, self.older_than);
            if let Err(failure) = wanted.abort(store, selection.dry_run, out, &mut fail).await {
                fail(failure);
                continue;
            }
            if let Err(failure) = wanted.throw_away(store, selection.dry_run, out).await {
                fail(failure);
            }
        }
        Ok(code.get())
    }
}

/// The uploads that a URL stands for.
struct Wanted {
    below: Location,
    /// Those of the object that is called exactly so.
    is_one: bool,
    begun_before: Option<SystemTime>,
    older_than: Duration,
}

impl Wanted {
    fn of(mut at: Location, is_recursive: bool, older_than: Option<Duration>) -> Wanted {
        if is_recursive && !at.is_folder() {
            at.key.push('/');
        }
        // Nothing is older than time itself.
        let before = |age| SystemTime::now().checked_sub(age).unwrap_or(SystemTime::UNIX_EPOCH);
        let begun_before = older_than.map(before);
        let older_than = older_than.unwrap_or_default();
        Wanted { is_one: !at.is_folder(), below: at, begun_before, older_than }
    }

    fn holds(&self, upload: &UnfinishedUpload) -> bool {
        let old_enough = match self.begun_before {
            Some(limit) => upload.initiated.is_some_and(|time| time <= limit),
            None => true,
        };
        // Whether a store heeds the prefix is its own business; what is aborted is this program's.
        let is_below = upload.at.key.starts_with(&self.below.key);
        old_enough && is_below && (!self.is_one || upload.at == self.below)
    }

    async fn abort(
        &self,
        store: &Store,
        dry_run: bool,
        out: &Output,
        fail: &mut impl FnMut(Failure),
    ) -> Result<(), Failure> {
        let mut uploads = store.unfinished_uploads(self.below.clone());
        while let Some(page) = uploads.next_page().await? {
            let mut aborted = Vec::new();
            for upload in page.into_iter().filter(|upload| self.holds(upload)) {
                let gone =
                    if dry_run { Ok(()) } else { store.abort_upload(&upload.at, &upload.id).await };
                match gone {
                    Ok(()) => {
                        tell(&upload, dry_run, out)?;
                        aborted.push(upload);
                    }
                    Err(failure) => fail(failure),
                }
            }
            if !dry_run {
                forget_uploads(store, &aborted);
            }
        }
        if !dry_run && self.begun_before.is_none() {
            forget_intentions(store, &self.below, self.is_one);
        }
        Ok(())
    }

    /// Deletes the throw-away objects of runs that have ended.
    async fn throw_away(
        &self,
        store: &Arc<Store>,
        dry_run: bool,
        out: &Output,
    ) -> Result<(), Failure> {
        if self.is_one {
            return Ok(());
        }
        let left = match store.throw_aways_left(&self.below, self.older_than).await {
            Ok(left) => left,
            // Uploads can be aborted without this right.
            Err(Failure::Denied(_)) => {
                let at = &self.below;
                out.say(&format!(
                    "note: whether there are throw-away objects of killed runs below {at} cannot be listed"
                ));
                return Ok(());
            }
            Err(failure) => return Err(failure),
        };
        for (at, listed) in left {
            let version_id = listed.version_id.as_deref();
            if !dry_run {
                store.delete(&at, version_id).await?;
            }
            tell_deleted(&at, version_id, dry_run, out)?;
        }
        if !dry_run {
            store.sweep_recorded(&self.below.bucket).await;
        }
        Ok(())
    }
}

fn tell_deleted(
    at: &Location,
    version_id: Option<&str>,
    dry_run: bool,
    out: &Output,
) -> Result<(), Failure> {
    if out.json() {
        return out.item(&Item {
            op: "rm",
            url: at.to_string(),
            version_id,
            dry_run,
            ..Item::default()
        });
    }
    let did = if dry_run { "would delete" } else { "deleted" };
    out.say(&format!("{did} the throw-away object {at}"));
    Ok(())
}

fn tell(upload: &UnfinishedUpload, dry_run: bool, out: &Output) -> Result<(), Failure> {
    let (url, initiated) = (upload.at.to_string(), upload.since());
    if out.json() {
        let upload_id = Some(upload.id.as_str());
        return out.item(&Item { op: "rm", url, upload_id, initiated, dry_run, ..Item::default() });
    }
    let did = if dry_run { "would abort" } else { "aborted" };
    let since = initiated.map_or(String::new(), |time| format!(" (begun {time})"));
    out.say(&format!("{did} the unfinished upload {} of {url}{since}", upload.id));
    Ok(())
}
