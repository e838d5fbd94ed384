//! `s3seal get`: fetch an object, opened with the key it was sealed with.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::keys;
use crate::failure::Failure;
use crate::key::KeyArgs;
use crate::location::Location;
use crate::output::Output;
use crate::store::{Connect, ReadOptions, Store};
use crate::transfer::{Downloaded, Engine, Interrupt, Progress, Target, TransferOptions, Verified};

/// Fetch an object, opened with the key it was sealed with
///
/// A file appears whole and verified, or not at all. With a key, the object must be sealed with it: a
/// plain object in its place is exit code 6, unless `--allow-plain`. To stdout, a failed verification
/// (exit code 7) can only come after the bytes: use `set -o pipefail`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal get -k ./backup.key s3://backups/dump.sql              into the current folder
  s3seal get -k ./backup.key s3://backups/dump.sql /restore/    into another
  s3seal get -k ./new.key -k ./old.key s3://b/app.tar - | tar x to stdout, with whichever key fits
  s3seal get -k ./backup.key --range bytes=0-511 s3://b/disk.img mbr.bin")]
pub struct Args {
    /// The object: s3://bucket/key
    source: String,
    /// The file or folder to write to; `-` is standard output
    #[arg(default_value = ".", hide_default_value = true)]
    dest: PathBuf,
    #[command(flatten)]
    key: KeyArgs,
    /// Only these bytes of the object, such as bytes=0-99, bytes=100- or bytes=-100
    #[arg(long, value_name = "RANGE", value_parser = parse_range)]
    range: Option<String>,
    #[command(flatten)]
    read: ReadOptions,
    #[command(flatten)]
    transfer: TransferOptions,
}

/// What `--json` prints of a download.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    op: &'static str,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    bytes: u64,
    sealed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_md5: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<&'a str>,
    verified: bool,
}

/// Reads one object.
///
/// # Errors
/// [`Failure::Key`], [`Failure::Unsealed`], [`Failure::NotFound`], [`Failure::Integrity`] and whatever
/// else stands in the way; a file that was there before is untouched then.
pub async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<(), Failure> {
    let at = args.source.parse::<Location>()?.object()?;
    let path = destination(&args.dest, &at)?;
    let target = Target::of(&path);
    if matches!(target, Target::Stdout) && out.json() {
        return Err(Failure::usage("stdout cannot carry both the object and JSON")
            .hint("write the object to a file, or leave --json out"));
    }
    let file = matches!(target, Target::File(_)).then(|| path.display().to_string());
    let keys = keys(&args.key, out)?;
    // Only now: while a key is read there is nothing to clean up, and Ctrl-C should just end it.
    let interrupt = Interrupt::listen()?;
    let options = ReadOptions { range: args.range.clone(), ..args.read.clone() };

    let store = interrupt.race(Store::connect(connect, !keys.is_empty())).await?;
    let engine = Engine::new(store, &args.transfer, interrupt, Progress::start(out.progress()));
    let Downloaded { metadata, key, bytes, verified } =
        engine.download(&at, &keys, &options, target).await?;

    if out.json() {
        return out.item(&Item {
            op: "get",
            url: at.to_string(),
            file,
            bytes,
            sealed: key.is_some(),
            key_md5: key.map(|key| key.md5_base64()),
            etag: metadata.etag.as_deref(),
            version_id: metadata.version_id.as_deref(),
            verified: verified == Verified::Yes,
        });
    }
    if verified == Verified::NoChecksum {
        out.say("note: the store keeps no checksum of the whole object, so the bytes could not be verified end to end");
    }
    if let Some(file) = file {
        let how =
            key.map_or("not sealed".to_owned(), |key| format!("key-MD5 {}", key.md5_base64()));
        out.say(&format!("opened {at} into {file} ({bytes} bytes, {how})"));
    }
    Ok(())
}

/// The file to write: in a folder, the one called as the object is.
fn destination(dest: &Path, at: &Location) -> Result<PathBuf, Failure> {
    if dest == Path::new("-") {
        return Ok(dest.to_owned());
    }
    let ends_in_slash = dest.as_os_str().as_encoded_bytes().ends_with(b"/");
    if !ends_in_slash && !dest.is_dir() {
        return Ok(dest.to_owned());
    }
    // A key is anybody's text: its last name must not lead out of the folder, nor be no name at all.
    let name = at.name();
    if matches!(name, "" | "." | "..") || name.contains('\0') {
        return Err(Failure::usage(format!(
            "the key of {at} ends in no name that a file could have"
        ))
        .hint("name the file to write to"));
    }
    // A bare `-` would mean standard output.
    let bare = dest == Path::new(".") && name != "-";
    Ok(if bare { PathBuf::from(name) } else { dest.join(name) })
}

/// Checks an HTTP range of one stretch of bytes (RFC 9110 section 14.1.2).
fn parse_range(text: &str) -> Result<String, String> {
    let wrong = || "write it bytes=FIRST-LAST, bytes=FIRST- or bytes=-COUNT".to_owned();
    let (first, last) =
        text.strip_prefix("bytes=").and_then(|it| it.split_once('-')).ok_or_else(wrong)?;
    let number = |text: &str| text.parse::<u64>().map_err(|_| wrong());
    match (first, last) {
        ("", "") => return Err(wrong()),
        ("", count) => drop(number(count)?),
        (first, "") => drop(number(first)?),
        (first, last) if number(first)? > number(last)? => {
            return Err("the range ends before it begins".to_owned());
        }
        _ => {}
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        for text in ["bytes=0-0", "bytes=5-", "bytes=-5", "bytes=0-99"] {
            assert_eq!(parse_range(text).as_deref(), Ok(text));
        }
        for text in ["", "0-5", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=0-1,3-4"] {
            assert!(parse_range(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_cannot_lead_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let within =
            |key: &str| destination(folder.path(), &format!("s3://b/{key}").parse().unwrap());
        assert_eq!(within("a/../../k").unwrap(), folder.path().join("k"));
        for key in ["a/..", "..", ".", "a/"] {
            assert!(within(key).is_err(), "{key}");
        }
    }
}
