//! What `cp` and `mv` have in common: their options, and what these come to: a put, a get, or copies within the
//! store.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::copier::{Copier, Pair};
use super::keys::Keys;
use super::sealing::{Sealer, Sealing};
use super::selection::{FilesFrom, Selection, tell_summary};
use super::{get, put};
use crate::failure::Failure;
use crate::key::{AwsCliSourceKey, KeyArgs};
use crate::location::{Location, is_web_url};
use crate::output::Output;
use crate::store::{Attributes, Condition, Connect, ReadOptions, Store};
use crate::transfer::{
    Claims, Engine, Filters, Finder, Finds, Found, Interrupt, Progress, Tally, TransferOptions,
    finds, walk_store,
};

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
    condition: Condition,
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

/// Something on the command line that is to be copied.
enum Origin {
    Object(Pair),
    /// What is below one prefix goes below another.
    Prefix(Pair),
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
        let key = self.source_key().unwrap_or_else(|| self.sealing.key.clone());
        Ok(get::Args {
            paths: self.paths.clone(),
            key,
            range: None,
            read: self.source.options(),
            selection: self.selection.clone(),
            files_from: FilesFrom::default(),
            preserve: false,
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
        store.tag_keys();
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

/// What the command line names, checked as far as it can be without a store.
fn origins(
    op: &str,
    args: &Copying,
    sources: &[String],
    dest: &Location,
) -> Result<Vec<Origin>, Failure> {
    let recursive = args.selection.recursive;
    args.selection.check(recursive)?;
    let several = sources.len() > 1;
    let of_one = [&args.source.version_id, &args.condition.if_match];
    if (several || recursive) && of_one.into_iter().any(Option::is_some) {
        return Err(Failure::usage(
            "a version or an ETag belongs to one object, and several are copied",
        )
        .hint("copy that object by itself"));
    }
    let origin = |source: &String| {
        let from: Location = source.parse()?;
        match recursive {
            true => prefix(from.folder(), dest.folder()).map(Origin::Prefix),
            false => object(op, args, from, several, dest).map(Origin::Object),
        }
    };
    let origins = sources.iter().map(origin).collect::<Result<Vec<_>, Failure>>()?;
    check_apart(&origins)?;
    Ok(origins)
}

/// Fails where what is copied from one source could take the place of another that waits for its turn.
fn check_apart(origins: &[Origin]) -> Result<(), Failure> {
    for (index, origin) in origins.iter().enumerate() {
        let others = origins.iter().enumerate().filter(|(other, _)| *other != index);
        for (_, other) in others {
            let clashes = match (origin, other) {
                (Origin::Prefix(pair), Origin::Prefix(other)) => overlap(&pair.to, &other.from),
                (Origin::Object(pair), Origin::Object(other)) => is_same(&pair.to, &other.from),
                _ => false,
            };
            let (Origin::Prefix(pair) | Origin::Object(pair)) = origin;
            let (Origin::Prefix(other) | Origin::Object(other)) = other;
            if clashes {
                return Err(Failure::usage(format!(
                    "copies to {} could take the place of another source, {}",
                    pair.to, other.from
                ))
                .hint("copy one source after the other"));
            }
        }
    }
    Ok(())
}

/// Whether one prefix may lie within the other. An access point hides which bucket it is of.
fn overlap(one: &Location, other: &Location) -> bool {
    let nested = one.key.starts_with(&other.key) || other.key.starts_with(&one.key);
    nested && may_be_one_bucket(one, other)
}

fn is_same(one: &Location, other: &Location) -> bool {
    one.key == other.key && may_be_one_bucket(one, other)
}

fn may_be_one_bucket(one: &Location, other: &Location) -> bool {
    let is_access_point =
        |at: &Location| at.bucket.starts_with("arn:") || at.bucket.ends_with("-s3alias");
    one.bucket == other.bucket || is_access_point(one) || is_access_point(other)
}

fn prefix(from: Location, to: Location) -> Result<Pair, Failure> {
    if may_be_one_bucket(&from, &to) && to.key.starts_with(&from.key) {
        return Err(Failure::usage(format!("{to} lies within {from}")).hint(
            "copy to another prefix; `s3seal put -r` and `get -r` take what is on this machine",
        ));
    }
    Ok(Pair { from, to })
}

fn object(
    op: &str,
    args: &Copying,
    from: Location,
    is_one_of_many: bool,
    dest: &Location,
) -> Result<Pair, Failure> {
    if from.is_folder() {
        return Err(Failure::usage(format!("{from} is a folder"))
            .hint("give the key as well: s3://bucket/key; or add -r for all that is in it"));
    }
    let from = from.object()?;
    if is_one_of_many && !dest.is_folder() {
        return Err(Failure::usage(format!("{dest} is one object, and there are several sources"))
            .hint(format!("name a folder: {dest}/")));
    }
    let to = if dest.is_folder() { dest.join(from.name()) } else { dest.clone() }.object()?;
    if is_same(&from, &to) && (args.source.version_id.is_none() || op == "mv") {
        return Err(Failure::usage(format!("{from} would be copied onto itself"))
            .hint("name another destination; to seal it with another key, copy it to another name and back"));
    }
    Ok(Pair { from, to })
}

/// The objects to copy, as they are found.
fn find(origins: Vec<Origin>, filters: Filters, engine: Engine) -> Finds<Pair> {
    let (finder, finds) = finds();
    // Of one source no name comes twice, and a million names need not be remembered.
    let mut claims = (origins.len() > 1).then(Claims::default);
    tokio::spawn(async move {
        for origin in origins {
            let sent = match origin {
                Origin::Object(pair) => send(&finder, pair, &mut claims).await,
                Origin::Prefix(pair) => below(&finder, pair, &filters, &engine, &mut claims).await,
            };
            if !sent {
                return;
            }
        }
    });
    finds
}

/// Sends what is below a prefix; false where nobody takes it any more.
async fn below(
    finder: &Finder<Pair>,
    prefixes: Pair,
    filters: &Filters,
    engine: &Engine,
    claims: &mut Option<Claims>,
) -> bool {
    let Pair { from, to } = prefixes;
    let mut entries = walk_store(engine.store().clone(), from.clone());
    let mut is_empty = true;
    while let Some(entry) = entries.recv().await {
        is_empty = false;
        let sent = match entry {
            Found::Item(entry) if !filters.admit(&entry.name) => continue,
            Found::Item(entry) => {
                engine.progress().expect(1, entry.bytes);
                let pair = Pair { from: from.join(&entry.name), to: to.join(&entry.name) };
                // A copy there could take the place of a source that waits for its turn.
                // A bucket has no place for the marker of a folder that becomes all of it.
                if pair.to.key.is_empty() {
                    continue;
                }
                match may_be_one_bucket(&from, &to) && pair.to.key.starts_with(&from.key) {
                    false => send(finder, pair, claims).await,
                    true => fail(finder, within_source(&pair, &from)).await,
                }
            }
            Found::Skipped => true,
            Found::Failed(failure) => fail(finder, failure).await,
        };
        if !sent {
            return false;
        }
    }
    if is_empty {
        let failure = Failure::not_found("there is nothing below it")
            .hint("check the bucket and the prefix")
            .at(&from);
        return fail(finder, failure).await;
    }
    true
}

fn within_source(pair: &Pair, prefix: &Location) -> Failure {
    Failure::usage(format!("its copy {} would lie within {prefix}, which is being copied", pair.to))
        .hint("copy it by itself")
        .at(&pair.from)
}

async fn send(finder: &Finder<Pair>, pair: Pair, claims: &mut Option<Claims>) -> bool {
    let to = match pair.to.clone().object() {
        Ok(to) => to,
        Err(failure) => return fail(finder, failure.at(&pair.from)).await,
    };
    match claims.as_mut().map_or(Ok(()), |claims| claims.claim(&to.key)) {
        Ok(()) => finder.send(Found::Item(pair)).await.is_ok(),
        Err(failure) => fail(finder, failure.at(&pair.from)).await,
    }
}

async fn fail(finder: &Finder<Pair>, failure: Failure) -> bool {
    finder.send(Found::Failed(failure)).await.is_ok()
}
