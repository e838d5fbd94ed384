//! What `cp` and `mv` have in common: their options, and what these come to: a put, a get, or copies within the
//! store.

mod pairs;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use pairs::{Origin, find, origins};

use super::copier::Copier;
use super::key_files::KeyFiles;
use super::keys::Keys;
use super::sealing::{Sealer, Sealing};
use super::selection::{FilesFrom, Selection, tell_summary};
use super::{get, put};
use crate::failure::Failure;
use crate::key::KeyArgs;
use crate::key::aws_cli::AwsCliSourceKey;
use crate::location::{Location, is_web_url};
use crate::output::Output;
use crate::store::object::{Attributes, Condition, ReadOptions};
use crate::store::wire::{Connect, Store};
use crate::transfer::many::Tally;
use crate::transfer::progress::Progress;
use crate::transfer::{Engine, Interrupt, TransferOptions};

/// The value of `--source-key` for sources that are not sealed.
const NO_KEY: &str = "none";

/// The options of `cp` and `mv`.
#[derive(clap::Args)]
pub(super) struct Copying {
    /// The objects, and with -r prefixes: s3://bucket/key; then where to: s3://bucket/key, or
    /// s3://bucket/folder/ to keep the names. Or a file or folder on one of both sides
    #[arg(required = true, value_name = "SOURCE")]
    paths: Vec<String>,
    #[command(flatten)]
    sealing: Sealing,
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    key_files: KeyFiles,
    #[command(flatten)]
    condition: Condition,
    /// Where the destination is a file or folder: keep files that are there already, and leave their sources
    /// as they are
    #[arg(long)]
    no_clobber: bool,
    #[command(flatten)]
    attributes: Attributes,
    #[command(flatten)]
    transfer: TransferOptions,
}

/// How the source is read.
#[derive(clap::Args)]
#[command(next_help_heading = "Source options")]
struct Source {
    /// Where the key is that opens the source, as with -k; repeatable; `none` where it is not sealed
    // Hyphens are let through for url-safe base64, which may begin with one: clap would quote it.
    #[arg(long, value_name = "SPEC", allow_hyphen_values = true)]
    source_key: Vec<OsString>,
    #[command(flatten)]
    aws_cli: AwsCliSourceKey,
    /// Copy this version instead of the newest
    #[arg(long, value_name = "ID")]
    version_id: Option<String>,
    /// Accept a source that is not sealed although a key is given
    #[arg(long)]
    allow_plain: bool,
}

/// Does what the paths say: both are URLs, or one is.
pub(super) async fn run_as(
    op: &'static str,
    args: &Copying,
    connect: &Connect,
    out: &Output,
) -> Result<u8, Failure> {
    let [sources @ .., dest] = args.paths.as_slice() else { return Err(no_destination(op)) };
    if sources.is_empty() {
        return Err(no_destination(op));
    }
    let is_url = |path: &String| path.starts_with("s3://") || is_web_url(path);
    if args.no_clobber && is_url(dest) {
        return Err(Failure::usage("--no-clobber keeps files, and the destination is an object")
            .hint("--if-none-match '*' writes only where there is no such object yet"));
    }
    match (sources.iter().filter(|path| is_url(path)).count(), is_url(dest)) {
        (0, true) => put::run(&args.to_put(op)?, connect, out).await,
        (0, false) => Err(Failure::usage("neither the source nor the destination is an s3:// URL")
            .hint("objects are written s3://bucket/key")),
        (urls, _) if urls < sources.len() => {
            Err(Failure::usage("some sources are files, and some are URLs")
                .hint("copy the files by themselves"))
        }
        (_, false) => get::run(&args.to_get(op)?, connect, out).await,
        (_, true) => within(op, args, sources, &dest.parse()?, connect, out).await,
    }
}

fn no_destination(op: &str) -> Failure {
    Failure::usage("a source and a destination are needed, and only one was given")
        .hint(format!("write it: s3seal {op} s3://bucket/key s3://bucket/other"))
}

impl Copying {
    fn to_put(&self, op: &str) -> Result<put::Args, Failure> {
        if self.source.is_given() {
            return Err(Failure::usage(
                "--source-key, --version-id and --allow-plain are about an object, and the source is a file",
            )
            .hint("leave them out; -k names the key that seals"));
        }
        let moves = op == "mv";
        if moves && self.paths.iter().any(|path| path == "-") {
            return Err(
                Failure::usage("standard input cannot be moved").hint("`s3seal put -` stores it")
            );
        }
        Ok(put::Args {
            paths: self.paths.iter().map(PathBuf::from).collect(),
            sealing: self.sealing.clone(),
            selection: self.selection.clone(),
            files_from: FilesFrom::default(),
            follow_symlinks: false,
            key_files: self.key_files,
            condition: self.condition.clone(),
            attributes: self.attributes.clone(),
            preserve: false,
            transfer: self.transfer.clone(),
            moves,
        })
    }

    fn to_get(&self, op: &str) -> Result<get::Args, Failure> {
        if self.condition.is_set() || !self.attributes.are_empty() || self.sealing.is_about_writes()
        {
            return Err(Failure::usage(
                "conditions, attributes and encryption are about an object that is written, and the destination is a file",
            )
            .hint("leave them out; -k or --source-key names the key that opens the source"));
        }
        let moves = op == "mv";
        if moves && self.paths.iter().any(|path| path == "-") {
            return Err(Failure::usage(
                "nothing is moved to standard output: what is read there may get lost",
            )
            .hint("`s3seal get URL -` writes it there, and `s3seal rm` deletes it"));
        }
        self.sealing.key.protect_files();
        let key = self.source_key().unwrap_or_else(|| self.sealing.key.clone());
        Ok(get::Args {
            paths: self.paths.clone(),
            key,
            range: None,
            read: self.source.options(),
            selection: self.selection.clone(),
            files_from: FilesFrom::default(),
            preserve: false,
            no_clobber: self.no_clobber,
            transfer: self.transfer.clone(),
            moves,
        })
    }

    fn check_stdin(&self) -> Result<(), Failure> {
        let source = self.source.key().filter(|_| !self.source.is_plain());
        let is_for_source = source.map_or(Ok(false), |key| key.uses_stdin())?;
        if is_for_source && self.sealing.key.uses_stdin()? {
            return Err(Failure::usage("two keys cannot both come from stdin")
                .hint("take one of them from a file, fd:N, env:NAME or cmd:COMMAND"));
        }
        Ok(())
    }

    /// The sources' own keys, if any are named. How keys are read, and for how long, is the same for all;
    /// `--derive-as` is about the copy.
    fn source_key(&self) -> Option<KeyArgs> {
        let KeyArgs { key_format, key_timeout, .. } = self.sealing.key;
        Some(KeyArgs { key_format, key_timeout, ..self.source.key()? })
    }

    /// What opens the sources: keys of their own, or those that seal the copies.
    fn source_keys(&self, sealer: &Sealer, out: &Output) -> Result<Keys, Failure> {
        if self.source.is_plain() {
            return Ok(Keys::none(out));
        }
        if let Some(key) = self.source_key() {
            return Keys::load(&key, out);
        }
        match sealer.keys() {
            Some(keys) => Ok(keys.clone()),
            None => Keys::load(&self.sealing.key, out),
        }
    }
}

impl Source {
    fn is_given(&self) -> bool {
        self.key().is_some() || self.version_id.is_some() || self.allow_plain
    }

    fn is_plain(&self) -> bool {
        matches!(self.source_key.as_slice(), [only] if only == NO_KEY)
    }

    /// The keys of its own, if any are named.
    fn key(&self) -> Option<KeyArgs> {
        if let Some(aws_cli) = self.aws_cli.given() {
            return Some(KeyArgs { aws_cli, ..KeyArgs::default() });
        }
        let key = self.source_key.clone();
        (!key.is_empty()).then(|| KeyArgs { key, ..KeyArgs::default() })
    }

    fn options(&self) -> ReadOptions {
        ReadOptions {
            version_id: self.version_id.clone(),
            allow_plain: self.allow_plain,
            ..ReadOptions::default()
        }
    }
}

async fn within(
    op: &'static str,
    args: &Copying,
    sources: &[String],
    dest: &Location,
    connect: &Connect,
    out: &Output,
) -> Result<u8, Failure> {
    let origins = origins(op, args, sources, dest)?;
    let is_object = matches!(origins.as_slice(), [Origin::Object(_)]);
    args.check_stdin()?;
    args.sealing.key.check_derive_as(is_object)?;
    let sealer = args.sealing.sealer(false, out)?;
    let keys = args.source_keys(&sealer, out)?;
    // Only now: while a key is read there is nothing to clean up, and Ctrl-C should just end it.
    let interrupt = Interrupt::listen()?;
    let store = interrupt.race(Store::connect(connect)).await?;
    sealer.check(&store)?;
    keys.check(&store)?;
    if args.sealing.tag_key {
        store.learned().key_tags().want();
    }
    let progress = Progress::start(out.progress());
    let copier = Arc::new(Copier {
        op,
        engine: Engine::new(store, &args.transfer, interrupt.clone(), progress),
        keys: keys.until(&interrupt),
        options: args.source.options(),
        sealer: sealer.until(&interrupt),
        attributes: args.attributes.clone(),
        condition: args.condition.clone(),
        tag_key: args.sealing.tag_key,
        dry_run: args.selection.dry_run,
        tells_each: is_object || !args.selection.recursive,
        first_key: OnceLock::new(),
        out: *out,
    });
    let found = find(origins, args.selection.filters.clone(), copier.engine.clone());
    let work = |pair| {
        let copier = copier.clone();
        async move { [copier.copy(pair).await] }
    };
    let mut tally = Tally::default();
    tally.run(found, || usize::MAX, work, &interrupt, out).await;
    if tally.done > 0 {
        copier.tell_notes().await;
    }
    copier.tell_left_of_trials().await;
    if !is_object {
        tell_summary(copier.verb(), "object", &tally, &[], out);
    }
    Ok(tally.exit_code())
}
