//! Stores files: the job of `put`, and of `cp` and `mv` from this machine.
//!
//! - `uploader`: stores one file
//! - `feed`: the files to store, each with its destination

mod feed;
mod uploader;

use std::path::Path;
use std::sync::Arc;

use feed::UploadFeed;

use super::feed::SelectedNames;
use super::job::Job;
use super::reminder::FirstKey;
use super::report::Reporter;
use super::sealer::{Sealer, SealingOptions};
use crate::failure::Failure;
use crate::key::core::check_source;
use crate::location::Location;
use crate::output::Output;
use crate::store::object::{Attributes, Condition, Metadata};
use crate::store::wire::{Connect, SignedUrl, Store};
use crate::transfer::TransferOptions;
use crate::transfer::files::MTIME;
use crate::transfer::many::WalkOptions;

pub(crate) use feed::{PutSource, upload_below};
pub(crate) use uploader::{Upload, Uploader};

/// The name of standard input on the command line.
const STDIN: &str = "-";

pub(crate) struct PutOptions {
    pub(crate) to: PutPlan,
    pub(crate) sealing: SealingOptions,
    pub(crate) names: SelectedNames,
    pub(crate) dry_run: bool,
    pub(crate) follow_symlinks: bool,
    /// Whether key files are stored, too.
    pub(crate) include_keys: bool,
    pub(crate) condition: Condition,
    pub(crate) attributes: Attributes,
    /// Whether modification times are kept in the metadata.
    pub(crate) preserve: bool,
    pub(crate) transfer: TransferOptions,
    /// Whether files are deleted once they are stored.
    pub(crate) moves: bool,
}

/// The sources, and the destination.
pub(crate) struct PutPlan {
    pub(crate) sources: Vec<PutSource>,
    pub(crate) dest: Location,
    /// The presigned URL to write to, instead of a store with credentials.
    pub(crate) url: Option<SignedUrl>,
}

/// Stores each file; failures are reported as they happen.
/// Errors: Only what keeps the run from starting, such as `Kind::Usage` if there is no key; nothing is stored then.
pub(crate) async fn run(
    options: PutOptions,
    connect: &Connect,
    out: &Output,
) -> Result<u8, Failure> {
    let PutPlan { dest, url, .. } = &options.to;
    let sealer = Sealer::load(&options.sealing, options.to.reads_stdin(), out)?;
    if !options.include_keys {
        options.to.files().try_for_each(check_source)?;
    }
    let mut job = match url {
        Some(url) => {
            let encryption = sealer.for_url(url.location())?;
            let attributes = options.all_attributes();
            let store =
                Store::to_write(url, &encryption, &attributes, &options.condition, connect)?;
            Job::with_url(store, out)?
        }
        None => Job::connect(connect, out).await?,
    };
    job.announce_share(options.names.shard);
    let has_share = options.names.shard.is_some();
    let is_file = options.to.is_file();
    sealer.check(&job.store)?;
    if !is_file && url.is_none() {
        sealer.check_below(&job.store, &dest.folder())?;
    }
    if options.sealing.tag_key {
        job.store.learned().key_tags().enable();
    }
    let has_metadata = options.preserve || !options.attributes.metadata.is_empty();
    if has_metadata && sealer.seals() && out.interactive() {
        out.say("note: metadata and tags are never encrypted, whatever the key");
    }
    let each = options.to.are_files();
    let bucket = dest.bucket.clone();
    let uploader = Arc::new(Uploader {
        engine: job.engine(&options.transfer),
        sealer: sealer.cancelled_by(&job.interrupt),
        attributes: options.attributes,
        condition: options.condition,
        tag_key: options.sealing.tag_key,
        preserve: options.preserve,
        moves: options.moves,
        first_key: FirstKey::default(),
        reporter: Reporter { out: *out, dry_run: options.dry_run, each },
    });
    let walk = WalkOptions { follow_symlinks: options.follow_symlinks, in_order: false };
    let progress = uploader.engine.progress().clone();
    let feed = UploadFeed {
        names: options.names,
        walk,
        include_keys: options.include_keys,
        progress,
        out: *out,
    };
    let uploads = feed.start(options.to.sources);
    uploader.run(&mut job, uploads, &bucket).await;
    if !is_file || has_share {
        job.summarize(uploader.verb(), "object", &[]);
    }
    Ok(job.tally.exit_code())
}

impl PutOptions {
    /// The attributes of each object; with `preserve`, an empty time stands for that of each file.
    fn all_attributes(&self) -> Attributes {
        let mut attributes = self.attributes.clone();
        if self.preserve {
            attributes.metadata.push(Metadata::one(MTIME, String::new()));
        }
        attributes
    }
}

impl PutPlan {
    /// Whether the only source is one file.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self.sources.as_slice(), [PutSource::File(_)])
    }

    /// Whether all sources are files: none is a folder or a list.
    pub(crate) fn are_files(&self) -> bool {
        self.sources.iter().all(|source| matches!(source, PutSource::File(_)))
    }

    /// The paths of the sources that are files.
    fn files(&self) -> impl Iterator<Item = &Path> {
        self.sources.iter().filter_map(|source| match source {
            PutSource::File(upload) => Some(upload.path.as_path()),
            _ => None,
        })
    }

    fn reads_stdin(&self) -> bool {
        self.sources.iter().any(|source| match source {
            PutSource::File(upload) => upload.path.as_os_str() == STDIN,
            PutSource::Folder { .. } => false,
            PutSource::Listed { root, list, .. } => {
                [root, list].iter().any(|it| it.as_os_str() == STDIN)
            }
        })
    }
}
