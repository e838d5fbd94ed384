//! `s3seal key show`: what a key is.

use std::time::SystemTime;

use serde::Serialize;

use super::Chosen;
use crate::failure::Failure;
use crate::key::core::{Form, KEY_BYTES, LoadedKey};
use crate::key::foreign::sheet;
use crate::output::Output;

/// Show what a key is: source, format seen, length, key-MD5 and warnings
///
/// The key itself is shown only with `--reveal`, and on the page that `--as sheet` makes to be printed:
/// with the key, its MD5, and how to restore it. The page is a key file, too.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal key show ./backup.key  # what is in this key file?
  s3seal key show  # what does S3SEAL_KEY hold?
  s3seal key show --reveal 'cmd:pass backup'  # the key too, in base64
  s3seal key show --as sheet ./backup.key | lp  # on paper, for the safe")]
pub(super) struct Args {
    #[command(flatten)]
    chosen: Chosen,
    /// Show the key itself as well, in base64
    #[arg(long)]
    reveal: bool,
    /// Show a page to be printed instead, the key on it
    #[arg(long = "as", value_name = "FORM", value_enum, conflicts_with = "reveal")]
    form: Option<As>,
}

/// How to show a key.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum As {
    /// A page of text for each key
    Sheet,
}

/// What `--json` prints for each key.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    op: &'static str,
    source: &'a str,
    form: Form,
    bits: usize,
    key_md5: String,
    warnings: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
}

/// Errors: If there is no key, or it cannot be read.
pub(super) fn run(args: &Args, out: &Output) -> Result<(), Failure> {
    match args.form {
        Some(As::Sheet) => show_sheets(args, out),
        None => show(args, out),
    }
}

fn show_sheets(args: &Args, out: &Output) -> Result<(), Failure> {
    if out.json() {
        return Err(Failure::usage("a sheet is a page of text, not JSON").hint("leave out --json"));
    }
    let ring = args.chosen.load()?;
    ring.warnings.iter().for_each(|warning| out.warn(warning));
    for loaded in &ring.keys {
        let (name, is_master) = (loaded.name.as_deref(), ring.derives(loaded));
        out.data(sheet(&loaded.key, name, is_master, SystemTime::now()).as_bytes())?;
    }
    Ok(())
}

fn show(args: &Args, out: &Output) -> Result<(), Failure> {
    for (index, loaded) in args.chosen.load()?.keys.iter().enumerate() {
        let key = args.reveal.then(|| loaded.key.base64());
        if out.json() {
            out.item_with_key(&Item {
                op: "key-show",
                source: &loaded.source,
                form: loaded.form,
                bits: 8 * KEY_BYTES,
                key_md5: loaded.key.md5_base64(),
                warnings: &loaded.warnings,
                key: key.as_ref().map(|key| key.as_str()),
            })?;
            continue;
        }
        if index > 0 {
            out.line("")?;
        }
        describe(loaded, out)?;
        if let Some(key) = key {
            out.data(b"key:     ")?;
            out.line_with_key(&key)?;
        }
    }
    Ok(())
}

fn describe(loaded: &LoadedKey, out: &Output) -> Result<(), Failure> {
    out.line(&format!("source:  {}", loaded.source))?;
    out.line(&format!("form:    {}", loaded.form))?;
    out.line(&format!("length:  {} bits", 8 * KEY_BYTES))?;
    out.line(&format!("key-MD5: {}", loaded.key.md5_base64()))?;
    loaded.warnings.iter().try_for_each(|warning| out.line(&format!("warning: {warning}")))
}
