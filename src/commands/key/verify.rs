//! `s3seal key verify`: whether a key still opens what was sealed with it.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use crate::failure::{CommonCode, Failure};
use crate::jobs::Keys;
use crate::jobs::feed::send_listed;
use crate::key::KeyOptions;
use crate::key::core::Key;
use crate::location::Location;
use crate::output::Output;
use crate::store::object::ReadOptions;
use crate::store::wire::{Connect, Store};
use crate::transfer::many::{Finds, Found, finds};

/// Check that your keys still open these objects
///
/// One HEAD request each; nothing is read. For cron: with `-q` it says nothing as long as all is well.
/// The exit code is 4 for an object that none of the keys opens, 6 for one that is not sealed, 3 for one
/// that is not there; of several failures the common code, else 1.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal key verify -k ./backup.key s3://backups/dump.sql s3://backups/2026/home.tar
  s3seal key verify -k ./new.key -k ./old.key --files-from sample.txt
  0 6 * * 1  s3seal key verify -q -k /etc/backup.key s3://backups/canary     (crontab)")]
pub(super) struct Args {
    /// The objects: s3://bucket/key
    #[arg(required_unless_present = "files_from", value_name = "URL")]
    urls: Vec<String>,
    /// The URLs that this file names as well, one a line, lines that begin with `#` left out; `-` is standard
    /// input
    #[arg(long, value_name = "FILE")]
    files_from: Option<PathBuf>,
    #[command(flatten)]
    key: KeyOptions,
}

/// What `--json` prints of an object that a key opens.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    op: &'static str,
    url: String,
    opens: bool,
    key_md5: String,
    key_name: &'a str,
}

/// Looks at each object; failures are told as they happen.
///
/// # Errors
/// [`Failure::Usage`] without a key, and so on: before any object is looked at.
pub(super) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let urls = args.urls.iter().map(|url| to_object(url)).collect::<Result<Vec<_>, _>>()?;
    args.key.check_derive_as(urls.len() == 1 && args.files_from.is_none())?;
    let keys = keys(args, out)?;
    let store = Arc::new(Store::connect(connect).await?);
    keys.check(&store)?;
    let mut objects = find(urls, args.files_from.clone());
    let mut code = CommonCode::default();
    while let Some(found) = objects.recv().await {
        let verified = match found {
            Found::Item(at) => verify(&store, &keys, &at, out).await,
            Found::Failed(failure) => Err(failure),
            Found::Skipped => Ok(()),
        };
        if let Err(failure) = verified {
            out.failure(&failure);
            code.add(&failure);
            if failure.concerns_all() {
                break;
            }
        }
    }
    Ok(code.get())
}

fn to_object(url: &str) -> Result<Location, Failure> {
    url.parse::<Location>()?.object()
}

fn keys(args: &Args, out: &Output) -> Result<Keys, Failure> {
    if args.files_from.as_deref() == Some(Path::new("-")) && args.key.uses_stdin()? {
        return Err(Failure::usage("standard input cannot be both the key and the list")
            .hint("take the key from a file, fd:N, env:NAME or cmd:COMMAND"));
    }
    let keys = Keys::load(&args.key, out)?;
    if keys.has_any() {
        Ok(keys)
    } else {
        Err(Failure::usage("there is no key to verify")
            .hint("name it with -k or S3SEAL_KEY, or add a rule to config.toml"))
    }
}

/// The objects of the command line, and then those of the list.
fn find(urls: Vec<Location>, list: Option<PathBuf>) -> Finds<Location> {
    let (finder, found) = finds();
    tokio::task::spawn_blocking(move || {
        for at in urls {
            if finder.blocking_send(Found::Item(at)).is_err() {
                return;
            }
        }
        let Some(list) = list else { return };
        let is_empty = Cell::new(true);
        let to_item = |url: &str| {
            let is_comment = url.starts_with('#');
            is_empty.set(is_empty.get() && is_comment);
            (!is_comment).then(|| to_object(url).map_or_else(Found::Failed, Found::Item))
        };
        let sent = send_listed(&list, &finder, to_item).and_then(|()| {
            if is_empty.get() {
                // What should have written it has failed, perhaps.
                Err(Failure::usage("the list of --files-from names no object").hint(
                "write URLs into it, one a line: `s3seal ls -r --json s3://BUCKET | jq -r .url`",
            ))
            } else {
                Ok(())
            }
        });
        if let Err(failure) = sent {
            let _ = finder.blocking_send(Found::Failed(failure));
        }
    });
    found
}

async fn verify(
    store: &Arc<Store>,
    keys: &Keys,
    at: &Location,
    out: &Output,
) -> Result<(), Failure> {
    // So that a plain object is told in words of this command.
    let options = ReadOptions { allow_plain: true, ..ReadOptions::default() };
    let attempt = |keys: Vec<Key>, options: ReadOptions| async move {
        Ok(((), store.head(at, &keys, &options).await?.key))
    };
    let ((), opened) = keys.open(store, at, &options, attempt).await?;
    let Some(key) = opened else {
        return Err(Failure::unsealed("the object is not sealed: it opens without a key")
            .hint("somebody may have replaced it: find out who")
            .at(at));
    };
    let url = at.to_string();
    if out.json() {
        let key_md5 = key.key.md5_base64();
        let key_name = &key.label;
        return out.item(&Item { op: "key-verify", url, opens: true, key_md5, key_name });
    }
    out.say(&format!("opens {url} ({key})"));
    Ok(())
}
