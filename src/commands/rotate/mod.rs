//! `s3seal rotate`: seals objects with a new key, in place or as copies elsewhere.
//!
//! - `keys`: the options for the old keys and the new key

mod keys;

use keys::RotationKeyArgs;

use super::options::check_search;
use crate::failure::Failure;
use crate::jobs::feed::{Place, SearchOptions};
use crate::jobs::rotate::{self, FormerVersions, RotateOptions, Target};
use crate::location::Location;
use crate::output::Output;
use crate::store::wire::Connect;
use crate::transfer::TransferOptions;

/// Seal objects with another key, where they are
///
/// Each object that a key of --from opens is copied onto itself, within the store, and sealed with the key of --to;
/// what that key opens already is left alone, so that the same command goes on after whatever stopped it. An object that
/// no key of either side opens is a failure; one that is not sealed is told, and left alone. A store that
/// cannot copy so, which is tried out on a throw-away object first, gets the bytes again through this machine. Nothing
/// is overwritten that another client has just replaced, where the store can tell; off Amazon a warning says that it may
/// not. Each copy is compared with what was seen of the object before: by the checksum in the store's answer, else by
/// a look at the copy. Headers, metadata, tags and storage
/// class stay as they are; LastModified changes, and in a bucket that keeps versions the former ones still need the
/// old key.
///
/// Without --from and --to the rules of config.toml count: whatever opens with a retired key is sealed with the
/// current one.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal rotate --from ./old.key --to ./new.key s3://backups/2026/
  s3seal rotate s3://backups  # as config.toml says: off the retired keys
  s3seal rotate --from none --to ./new.key s3://backups/inbox/  # seal what is not sealed
  s3seal rotate --from ./old.key --to none s3://backups/public/  # unseal
  s3seal rotate --dry-run --from ./old.key --to ./new.key s3://backups
  s3seal rotate --from ./old.key --to ./new.key --delete-old-versions s3://backups
  s3seal rotate --shard auto s3://backups  # as one of a job array's tasks

Results with --json:
  rotated, or current where --to opens it already · plain, sealed: not what --from says, left alone
  no-rule: no rule of config.toml gives it a key · archived: restore it first · gone: deleted meanwhile · old-version: still needs an old key · deleted-version")]
pub(crate) struct Args {
    /// What to seal anew: s3://bucket/folder/ for all that lies below, or an object
    #[arg(required = true, value_name = "URL")]
    urls: Vec<String>,
    /// Take what lies below each URL, whether or not it ends in `/`
    #[arg(short, long)]
    recursive: bool,
    /// Put what is sealed anew below this prefix, and leave the originals as they are
    #[arg(long, value_name = "URL")]
    dest: Option<String>,
    /// Tell which former versions are still as --from says; they are never sealed anew
    #[arg(long, conflicts_with_all = ["dest", "files_from", "inventory"])]
    all_versions: bool,
    /// Delete former versions that --from means, where the newest one is proven to be as --to says
    #[arg(long, conflicts_with_all = ["dest", "files_from", "inventory"])]
    delete_old_versions: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    keys: RotationKeyArgs,
    #[command(flatten)]
    search: SearchOptions,
    #[command(flatten)]
    transfer: TransferOptions,
}

/// Errors: Only what keeps the run from starting; nothing is changed then.
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let places = args.urls.iter().map(|url| args.place(url)).collect::<Result<Vec<_>, _>>()?;
    check_search(&args.search, places.len(), args.keys.use_stdin()?)?;
    let target = args.target(&places)?;
    let keys = args.keys.load(out)?;
    let options = RotateOptions {
        settings: format!("{:?} {:?} {:?}", args.keys, args.dest, args.search),
        search: args.search.clone(),
        target,
        former_versions: args.former_versions(),
        dry_run: args.dry_run,
        transfer: args.transfer.clone(),
    };
    rotate::run(places, keys, options, connect, out).await
}

impl Args {
    fn place(&self, url: &str) -> Result<Place, Failure> {
        let at: Location = url.parse()?;
        Ok(if self.recursive || at.is_folder() || self.search.is_list() {
            Place::Below(at.folder())
        } else {
            Place::Object(at.object()?)
        })
    }

    fn target(&self, places: &[Place]) -> Result<Target, Failure> {
        let Some(dest) = &self.dest else { return Ok(Target::InPlace) };
        let to: Location = dest.parse()?;
        let [place] = places else {
            return Err(Failure::usage("--dest is for one URL, and there are several")
                .hint("rotate one after the other, each with a --dest of its own"));
        };
        let (from, to, is_nested) = match place {
            Place::Object(at) => {
                let to = if to.is_folder() { to.join(at.name()) } else { to };
                let to = to.object()?;
                let is_same = *at == to;
                (at.clone(), to, is_same)
            }
            place => {
                let (from, to) = (place.folder(), to.folder());
                let is_nested = to.key.starts_with(&from.key) || from.key.starts_with(&to.key);
                let is_nested = from.bucket == to.bucket && is_nested;
                (from, to, is_nested)
            }
        };
        if is_nested {
            return Err(Failure::usage(format!(
                "{to} and what is to be sealed anew lie within each other"
            ))
            .hint("leave out --dest to seal objects anew where they are, or name another prefix"));
        }
        Ok(Target::Elsewhere { from, to })
    }

    fn former_versions(&self) -> FormerVersions {
        if self.delete_old_versions {
            FormerVersions::Delete
        } else if self.all_versions {
            FormerVersions::Report
        } else {
            FormerVersions::Ignore
        }
    }
}
