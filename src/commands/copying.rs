//! The options of `cp` and `mv`, and what they do: a put, a get, or copies within the store.

use std::path::PathBuf;

use super::options::Disk;
use super::sealing::Sealing;
use super::selection::{KeyFiles, Selection};
use super::source::Source;
use super::{get, put};
use crate::failure::Failure;
use crate::jobs::copy::{self, CopyOptions, CopySources, EachCopy, Pair, is_same, within};
use crate::jobs::get::GetOptions;
use crate::jobs::put::PutOptions;
use crate::location::{Location, is_web_url};
use crate::output::Output;
use crate::store::object::{Attributes, Condition, ReadOptions};
use crate::store::wire::Connect;
use crate::transfer::TransferOptions;
use crate::transfer::files::FileTime;
use crate::transfer::targets::PublishOptions;

/// The options of `cp` and `mv`.
#[derive(clap::Args)]
pub(super) struct Copying {
    /// The objects, and with -r prefixes: s3://bucket/object; then where to: s3://bucket/object, or
    /// s3://bucket/folder/ to keep the names. Or a file or folder on one of both sides
    #[arg(required = true, value_name = "SOURCE")]
    paths: Vec<String>,
    #[command(flatten)]
    sealing: Sealing,
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    reading: Reading,
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
    disk: Disk,
    #[command(flatten)]
    attributes: Attributes,
    #[command(flatten)]
    transfer: TransferOptions,
}

/// How the source is read.
#[derive(clap::Args)]
#[command(next_help_heading = "Source options")]
struct Reading {
    /// Copy this version instead of the newest
    #[arg(long, value_name = "ID")]
    version_id: Option<String>,
    /// Accept a source that is not sealed although a key is given
    #[arg(long)]
    allow_plain: bool,
}

/// Stores, fetches or copies, depending on which paths are URLs. `moves` says whether sources are deleted.
pub(super) async fn run(
    args: &Copying,
    moves: bool,
    connect: &Connect,
    out: &Output,
) -> Result<u8, Failure> {
    let (sources, dest) = match args.paths.as_slice() {
        [sources @ .., dest] if !sources.is_empty() => (sources, dest),
        _ => return Err(no_destination(moves)),
    };
    let is_url = |path: &String| path.starts_with("s3://") || is_web_url(path);
    if args.no_clobber && is_url(dest) {
        return Err(Failure::usage("--no-clobber keeps files, and the destination is an object")
            .hint("--if-none-match '*' writes only where there is no such object yet"));
    }
    if is_url(dest) {
        args.disk.check_unused()?;
    }
    match (sources.iter().filter(|path| is_url(path)).count(), is_url(dest)) {
        (0, true) => put::store(args.put_options(moves)?, connect, out).await,
        (0, false) => Err(Failure::usage("neither the source nor the destination is an s3:// URL")
            .hint("objects are written s3://bucket/object")),
        (urls, _) if urls < sources.len() => {
            Err(Failure::usage("some sources are files, and some are URLs")
                .hint("copy the files by themselves"))
        }
        (_, false) => get::fetch(args.get_options(moves)?, &args.selection, connect, out).await,
        (_, true) => {
            let options = args.copy_options(moves, sources, &dest.parse()?)?;
            copy::run(options, connect, out).await
        }
    }
}

fn no_destination(moves: bool) -> Failure {
    let command = if moves { "mv" } else { "cp" };
    Failure::usage("a source and a destination are needed, and only one was given")
        .hint(format!("write it: s3seal {command} s3://bucket/object s3://bucket/other"))
}

impl Copying {
    fn put_options(&self, moves: bool) -> Result<PutOptions, Failure> {
        if self.source.has_key() || self.reading.version_id.is_some() || self.reading.allow_plain {
            return Err(Failure::usage(
                "--source-key, --version-id and --allow-plain are about an object, and the source is a file",
            )
            .hint("leave them out; -k names the key that seals"));
        }
        self.source.check_store_unused()?;
        if moves && self.uses_streams() {
            return Err(
                Failure::usage("standard input cannot be moved").hint("`s3seal put -` stores it")
            );
        }
        let paths = self.paths.iter().map(PathBuf::from).collect::<Vec<_>>();
        Ok(PutOptions {
            to: put::plan(&paths, &self.selection, None, &self.condition)?,
            sealing: self.sealing.options(),
            names: self.selection.names(),
            dry_run: self.selection.dry_run,
            follow_symlinks: false,
            include_keys: self.key_files.include_keys,
            condition: self.condition.clone(),
            attributes: self.attributes.clone(),
            preserve: false,
            transfer: self.transfer.clone(),
            moves,
        })
    }

    fn get_options(&self, moves: bool) -> Result<GetOptions, Failure> {
        if self.condition.is_set() || !self.attributes.are_empty() || self.sealing.is_about_writes()
        {
            return Err(Failure::usage(
                "conditions, attributes and encryption are about an object that is written, and the destination is a file",
            )
            .hint("leave them out; -k or --source-key names the key that opens the source"));
        }
        if moves && self.uses_streams() {
            return Err(Failure::usage(
                "nothing is moved to standard output: what is read there may get lost",
            )
            .hint("`s3seal get URL -` writes it there, and `s3seal rm` deletes it"));
        }
        self.source.check_store_unused()?;
        self.sealing.key.protect_files();
        Ok(GetOptions {
            from: get::plan(&self.paths, self.selection.recursive, None)?,
            key: self.source.given(&self.sealing.key).unwrap_or_else(|| self.sealing.key.clone()),
            read: self.reading.options(),
            names: self.selection.names(),
            dry_run: self.selection.dry_run,
            publish_options: PublishOptions {
                no_clobber: self.no_clobber,
                time: FileTime::Download,
                // The file is the only copy once the object is deleted.
                fsync: moves || self.disk.fsync,
            },
            transfer: self.transfer.clone(),
            moves,
        })
    }

    fn copy_options(
        &self,
        moves: bool,
        sources: &[String],
        dest: &Location,
    ) -> Result<CopyOptions, Failure> {
        let sources = self.sources(moves, sources, dest)?;
        let is_object = sources.is_object();
        self.sealing.key.check_derive_as(is_object)?;
        let each = EachCopy {
            source: self.source.access(),
            source_key: self.source.keys(&self.sealing.key, is_object)?,
            read: self.reading.options(),
            sealing: self.sealing.options(),
            condition: self.condition.clone(),
            attributes: self.attributes.clone(),
            transfer: self.transfer.clone(),
            dry_run: self.selection.dry_run,
            moves,
        };
        Ok(CopyOptions { sources, names: self.selection.names(), each })
    }

    /// The sources that the URLs name, with all the checks that need no store.
    fn sources(
        &self,
        moves: bool,
        urls: &[String],
        dest: &Location,
    ) -> Result<CopySources, Failure> {
        let recursive = self.selection.recursive;
        self.selection.check(recursive)?;
        let several = urls.len() > 1;
        let of_one = [&self.reading.version_id, &self.condition.if_match];
        if (several || recursive) && of_one.into_iter().any(Option::is_some) {
            return Err(Failure::usage(
                "a version or an ETag belongs to one object, and several are copied",
            )
            .hint("copy that object by itself"));
        }
        let takes_version = self.reading.version_id.is_some() && !moves;
        let are_two_stores = self.source.are_two_stores();
        let pair = |url: &String| {
            let from: Location = url.parse()?;
            if recursive {
                prefix(from.folder(), dest.folder(), are_two_stores)
            } else {
                object(from, several, takes_version || are_two_stores, dest)
            }
        };
        let pairs = urls.iter().map(pair).collect::<Result<Vec<_>, Failure>>()?;
        if !are_two_stores {
            check_apart(&pairs, if recursive { overlap } else { is_same })?;
        }
        Ok(if recursive { CopySources::Prefixes(pairs) } else { CopySources::Objects(pairs) })
    }

    /// Whether standard input or output is one of the paths.
    fn uses_streams(&self) -> bool {
        self.paths.iter().any(|path| path == "-")
    }
}

impl Reading {
    fn options(&self) -> ReadOptions {
        ReadOptions {
            version_id: self.version_id.clone(),
            allow_plain: self.allow_plain,
            ..ReadOptions::default()
        }
    }
}

/// Fails if the copy of one source could replace another source that is not copied yet.
fn check_apart(
    pairs: &[Pair],
    clashes: impl Fn(&Location, &Location) -> bool,
) -> Result<(), Failure> {
    for (index, pair) in pairs.iter().enumerate() {
        let mut others = pairs.iter().enumerate().filter(|(other, _)| *other != index);
        if let Some((_, other)) = others.find(|(_, other)| clashes(&pair.to, &other.from)) {
            return Err(Failure::usage(format!(
                "copies to {} could take the place of another source, {}",
                pair.to, other.from
            ))
            .hint("copy one source after the other"));
        }
    }
    Ok(())
}

/// Whether one prefix may lie within the other.
pub(super) fn overlap(one: &Location, other: &Location) -> bool {
    within(one, other) || within(other, one)
}

fn prefix(from: Location, to: Location, are_two_stores: bool) -> Result<Pair, Failure> {
    if !are_two_stores && within(&to, &from) {
        return Err(Failure::usage(format!("{to} lies within {from}")).hint(
            "copy to another prefix; `s3seal put -r` and `get -r` take what is on this machine",
        ));
    }
    Ok(Pair { from, to })
}

/// `takes_own_name` says whether the copy may have the name of its source: a given version is copied, or there are two
/// stores.
fn object(
    from: Location,
    is_one_of_many: bool,
    takes_own_name: bool,
    dest: &Location,
) -> Result<Pair, Failure> {
    if from.is_folder() {
        return Err(Failure::usage(format!("{from} is a folder"))
            .hint("name the object as well: s3://bucket/object; or add -r for all that is in it"));
    }
    let from = from.object()?;
    if is_one_of_many && !dest.is_folder() {
        return Err(Failure::usage(format!("{dest} is one object, and there are several sources"))
            .hint(format!("name a folder: {dest}/")));
    }
    let to = if dest.is_folder() { dest.join(from.name()) } else { dest.clone() }.object()?;
    if is_same(&from, &to) && !takes_own_name {
        return Err(Failure::usage(format!("{from} would be copied onto itself")).hint(
            "name another destination; `s3seal rotate` seals it with another key where it is",
        ));
    }
    Ok(Pair { from, to })
}
