//! Fetches objects: the job of `get`, and of `cp` and `mv` to this machine.
//!
//! - `downloader`: fetches one object, and reports it (the fields of `--json`)
//! - `feed`: the objects to fetch, each with its destination

mod downloader;
mod feed;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use super::feed::SelectedNames;
use super::job::Job;
use super::keys::Keys;
use super::report::Reporter;
use crate::failure::Failure;
use crate::key::KeyOptions;
use crate::output::Output;
use crate::store::object::ReadOptions;
use crate::store::presigned::ReadMethod;
use crate::store::wire::{Connect, SignedUrl, Store};
use crate::transfer::TransferOptions;
use crate::transfer::files::Folder;
use crate::transfer::targets::PublishOptions;

pub(crate) use downloader::{Download, Downloader, Place, remove_source};
pub(crate) use feed::GetSource;

pub(crate) struct GetOptions {
    pub(crate) from: GetPlan,
    pub(crate) key: KeyOptions,
    pub(crate) read: ReadOptions,
    pub(crate) names: SelectedNames,
    pub(crate) dry_run: bool,
    /// How downloaded files are published.
    pub(crate) publish_options: PublishOptions,
    pub(crate) transfer: TransferOptions,
    /// Whether objects are deleted once they are fetched.
    pub(crate) moves: bool,
}

/// The sources, and the destination.
pub(crate) struct GetPlan {
    pub(crate) sources: Vec<GetSource>,
    pub(crate) dest: PathBuf,
    /// The presigned URL to read from, instead of a store with credentials.
    pub(crate) url: Option<SignedUrl>,
}

/// Fetches each object; failures are reported as they happen.
/// Errors: Only what keeps the run from starting; nothing is read then.
pub(crate) async fn run(
    options: GetOptions,
    connect: &Connect,
    out: &Output,
) -> Result<u8, Failure> {
    let GetPlan { dest, url, .. } = &options.from;
    let (is_object, each) = (options.from.is_object(), options.from.are_objects());
    if !is_object {
        Folder::at(dest).check()?;
    }
    // Bars would be drawn into what is printed.
    let out = &if options.from.is_printed() && out.stdout_is_terminal() {
        out.without_progress()
    } else {
        *out
    };
    let is_plain = options.read.allow_plain && url.as_ref().is_some_and(SignedUrl::is_for_plain);
    options.key.protect_files();
    let keys = if is_plain { Keys::none(out) } else { Keys::load(&options.key, out)? };
    let mut job = match url {
        Some(url) => {
            let carries_key = !keys.for_url(url.location())?.is_empty();
            let store = Store::to_read(url, ReadMethod::Get, carries_key, &options.read, connect)?;
            Job::with_url(store, out)?
        }
        None => Job::connect(connect, out).await?,
    };
    keys.check(&job.store)?;
    let root = if dest == Path::new(".") { Path::new("") } else { dest };
    let downloader = Arc::new(Downloader {
        engine: job.engine(&options.transfer),
        keys: keys.cancelled_by(&job.interrupt),
        options: options.read,
        folder: Folder::at(root).with_fsync(options.publish_options.fsync),
        publish_options: options.publish_options,
        kept: AtomicU64::new(0),
        looked_below: AtomicBool::new(!is_object),
        moves: options.moves,
        reporter: Reporter { out: *out, dry_run: options.dry_run, each },
    });
    job.announce_share(options.names.shard);
    let downloads =
        feed::downloads(options.from.sources, options.names, options.moves, &downloader.engine);
    let kept = downloader.run(&mut job, downloads).await;
    if !is_object {
        job.summarize(downloader.verb(), "object", &[(kept, "kept")]);
    }
    Ok(job.tally.exit_code())
}

impl GetPlan {
    /// Whether the only source is one object.
    pub(crate) fn is_object(&self) -> bool {
        matches!(self.sources.as_slice(), [GetSource::Object(_)])
    }

    /// Whether it goes to standard output.
    fn is_printed(&self) -> bool {
        self.is_object() && self.dest == Path::new("-")
    }

    /// Whether all sources are objects: none is a prefix or a list.
    pub(crate) fn are_objects(&self) -> bool {
        self.sources.iter().all(|source| matches!(source, GetSource::Object(_)))
    }

    /// Whether the list of objects comes from standard input.
    pub(crate) fn reads_stdin(&self) -> bool {
        let is_stdin = |list: &Path| list == Path::new("-");
        self.sources.iter().any(|it| matches!(it, GetSource::Listed(_, list) if is_stdin(list)))
    }
}
