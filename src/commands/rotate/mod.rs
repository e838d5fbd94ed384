//! `s3seal rotate`: objects sealed with another key than before, where they are.

mod buckets;
mod report;
mod rotation_keys;
mod rotator;
mod versions;

use std::sync::Arc;

use report::Report;
use rotation_keys::RotationKeys;
use rotator::{Rotated, Rotator, Target};
use versions::Historian;

use super::search::{Place, Search, SearchOptions};
use crate::failure::Failure;
use crate::location::Location;
use crate::output::Output;
use crate::store::wire::{Connect, Store};
use crate::transfer::many::{Checkpoint, Tally};
use crate::transfer::progress::Progress;
use crate::transfer::{Engine, Interrupt, TransferOptions};

/// Seal objects with another key, where they are
///
/// Each object that a key of --from opens is copied onto itself, within the store, and sealed with the key of --to;
/// what that key opens already is left alone, so that the same command goes on after whatever stopped it. An object that
/// no key of either side opens is a failure; one that is not sealed is told, and left alone. A store that
/// cannot copy so, which is tried out on a throw-away object first, gets the bytes again through this machine. Nothing
/// is overwritten that somebody else has just replaced, where the store can tell; off Amazon a warning says that it may
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
  s3seal rotate s3://backups                                        as config.toml says: off the retired keys
  s3seal rotate --from none --to ./new.key s3://backups/inbox/      seal what is not sealed
  s3seal rotate --from ./old.key --to none s3://backups/public/     unseal
  s3seal rotate --dry-run --from ./old.key --to ./new.key s3://backups
  s3seal rotate --from ./old.key --to ./new.key --delete-old-versions s3://backups
  s3seal rotate --shard auto s3://backups                           as one of a job array's tasks

Results with --json:
  rotated, or current where --to opens it already · plain, sealed: not what --from says, left alone
  archived: restore it first · gone: deleted meanwhile · old-version: still needs an old key · deleted-version")]
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
    keys: RotationKeys,
    #[command(flatten)]
    search: SearchOptions,
    #[command(flatten)]
    transfer: TransferOptions,
}

/// Seals each object anew; failures are told as they happen.
///
/// # Errors
/// [`Failure::Usage`] and so on: before anything is changed.
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let places = args.urls.iter().map(|url| args.place(url)).collect::<Result<Vec<_>, _>>()?;
    args.search.check(&places, args.keys.use_stdin()?)?;
    let target = args.target(&places)?;
    let keys = args.keys.load(out)?;
    // Only now: while a key is read there is nothing to clean up, and Ctrl-C should just end it.
    let interrupt = Interrupt::listen()?;
    let store = interrupt.race(Store::connect(connect)).await?;
    keys.check(&store)?;
    // Only what was tagged with its key before.
    store.learned().key_tags().want();
    if let Some(shard) = &args.search.shard {
        out.say(&format!("share {shard}"));
    }
    let progress = Progress::start(out.progress());
    let is_one = matches!(places.as_slice(), [Place::Object(_)]);
    let rotator = Arc::new(Rotator::new(
        Engine::new(store, &args.transfer, interrupt.clone(), progress),
        keys.until(&interrupt),
        target,
        Report::new(args.dry_run, is_one, *out),
    ));
    let mut tally = Tally::default();
    for place in places {
        args.rotate(&place, &rotator, &mut tally).await;
        if (args.all_versions || args.delete_old_versions) && !tally.is_ended() {
            args.look_at_versions(place, &rotator, &mut tally).await;
        }
        if tally.is_ended() {
            break;
        }
    }
    rotator.report.tell_end(rotator.engine.store(), &tally).await;
    Ok(tally.exit_code())
}

impl Args {
    fn place(&self, url: &str) -> Result<Place, Failure> {
        let at: Location = url.parse()?;
        Ok(match self.recursive || at.is_folder() || self.search.is_list() {
            true => Place::Below(at.folder()),
            false => Place::Object(at.object()?),
        })
    }

    fn target(&self, places: &[Place]) -> Result<Target, Failure> {
        let Some(dest) = &self.dest else { return Ok(Target::InPlace) };
        let to: Location = dest.parse()?;
        let [place] = places else {
            return Err(Failure::usage("--dest is for one URL, and there are several")
                .hint("rotate one after the other, each with a --dest of its own"));
        };
        let from = match place {
            Place::Object(at) => {
                let to = if to.is_folder() { to.join(at.name()) } else { to };
                return Target::object(at, to);
            }
            place => place.folder(),
        };
        Target::below(from, to.folder())
    }

    /// Seals anew what lies there.
    async fn rotate(&self, place: &Place, rotator: &Arc<Rotator>, tally: &mut Tally) {
        let (engine, out) = (&rotator.engine, &rotator.report.out);
        let failed_before = tally.failed;
        let checkpoint = Arc::new(match place {
            // Another list may have the same name, and costs no listing to be gone through again.
            Place::Below(below) if !self.dry_run && !self.search.is_list() => {
                match rotator.known_again(below).await {
                    Some((settings, key)) => {
                        let settings = format!("{} {settings}", self.settings());
                        Checkpoint::open(engine, below, &settings, key.as_ref())
                    }
                    None => Checkpoint::none(),
                }
            }
            _ => Checkpoint::none(),
        });
        let after = checkpoint.start().map(str::to_owned);
        if let Some(after) = &after {
            out.say(&format!(
                "going on after {after}, where an earlier run stopped (--no-resume begins anew)"
            ));
        }
        let search = self.search(rotator, false);
        let finds = Search { after, ..search }.start(vec![place.clone()]);
        let work = |suspect: super::search::Suspect| {
            let ticket = checkpoint.begin(&suspect.at.key);
            let (rotator, checkpoint) = (rotator.clone(), checkpoint.clone());
            async move {
                let done = rotator.rotate(&suspect).await;
                match &done {
                    Ok(Rotated::Archived) => checkpoint.hold(ticket),
                    Ok(_) => checkpoint.finish(ticket),
                    Err(_) => checkpoint.fail(ticket),
                }
                done.map(Rotated::bytes).transpose()
            }
        };
        tally.run(finds, || usize::MAX, work, engine.interrupt(), out).await;
        let is_complete = !tally.is_ended() && tally.failed - failed_before == checkpoint.failed();
        if checkpoint.end(is_complete) {
            out.say("what was done is remembered: run the same command again to go on");
        }
    }

    /// Tells of the versions behind what lies there, and deletes them where that is wanted.
    async fn look_at_versions(&self, place: Place, rotator: &Arc<Rotator>, tally: &mut Tally) {
        // What is damaged may be all that is left besides its history.
        let deletes = self.delete_old_versions && !rotator.saw_damage();
        let historian = Arc::new(Historian::new(rotator.clone(), deletes));
        let work = |suspect| {
            let historian = historian.clone();
            async move { historian.look(&suspect).await.transpose() }
        };
        let finds = self.search(rotator, true).start(vec![place]);
        let (interrupt, out) = (rotator.engine.interrupt(), &rotator.report.out);
        tally.run(finds, || usize::MAX, work, interrupt, out).await;
    }

    fn search(&self, rotator: &Rotator, versions: bool) -> Search {
        Search {
            store: rotator.engine.store().clone(),
            versions,
            since: None,
            options: self.search.clone(),
            after: None,
        }
    }

    /// All that must be the same if one run is to go on where another stopped.
    fn settings(&self) -> String {
        format!("{:?} {:?} {:?}", self.keys, self.dest, self.search)
    }
}
