//! `s3seal key show`: what a key is.

use std::time::SystemTime;

use schemars::JsonSchema;
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
#[derive(Serialize, JsonSchema)]
#[serde(tag = "op", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(in crate::commands) enum Item<'a> {
    /// What a key is.
    KeyShow {
        /// Where it was read: a file, a variable, a command, or its name in config.toml.
        source: &'a str,
        /// The form in which it was found.
        form: Form,
        /// Its length in bits.
        bits: usize,
        /// The MD5 of the key, in base64, as S3 shows it.
        key_md5: String,
        /// What is wrong with the key or its file, in words.
        warnings: &'a [String],
        /// The key itself, in base64, with --reveal.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<&'a str>,
    },
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
            out.item_with_key(&Item::KeyShow {
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
