//! `s3seal key`: what a key is, without showing it.

use std::ffi::OsString;

use serde::Serialize;

use crate::failure::Failure;
use crate::key::{Form, KEY_BYTES, KeyArgs, Keyring, Loaded};
use crate::output::Output;

/// Inspect keys: where they come from, how they are written, and their MD5
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    Show(Show),
    Md5(Chosen),
}

/// Show what a key is: source, format seen, length, key-MD5 and warnings
///
/// The key itself is shown only with `--reveal`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal key show ./backup.key             what is in this key file?
  s3seal key show                          what does S3SEAL_KEY hold?
  s3seal key show --reveal 'cmd:pass backup'   the key too, in base64")]
struct Show {
    #[command(flatten)]
    chosen: Chosen,
    /// Show the key itself as well, in base64
    #[arg(long)]
    reveal: bool,
}

/// Print the key-MD5 alone, a line a key
///
/// It is base64 of the MD5 of the 32 key bytes: the value of the header
/// x-amz-server-side-encryption-customer-key-MD5, which S3 shows with every object sealed with
/// that key. It is no secret.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal key md5 ./backup.key              the MD5 of the key in this file
  s3seal key md5                           the MD5 of the key in S3SEAL_KEY
  pass show backup | s3seal key md5 stdin  the MD5 of the key that another program prints")]
struct Chosen {
    /// Sources of keys, as with `-k`
    #[arg(value_name = "SPEC")]
    specs: Vec<OsString>,
    #[command(flatten)]
    keys: KeyArgs,
}

/// What `key show --json` prints for each key.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    op: &'static str,
    source: &'a str,
    form: Form,
    bits: usize,
    key_md5: String,
    warnings: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
}

/// What `key md5 --json` prints for each key.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Md5Line<'a> {
    op: &'static str,
    source: &'a str,
    key_md5: String,
}

/// Shows what the chosen keys are.
///
/// # Errors
/// [`Failure::Usage`] if there is no key, or one stands in argv; [`Failure::Key`] if a source
/// cannot be read or holds no key.
pub fn run(args: &Args, out: &Output) -> Result<(), Failure> {
    match &args.action {
        Action::Show(args) => show(args, out),
        Action::Md5(args) => md5(args, out),
    }
}

fn show(args: &Show, out: &Output) -> Result<(), Failure> {
    for (index, loaded) in args.chosen.load()?.keys.iter().enumerate() {
        let key = args.reveal.then(|| loaded.key.base64());
        if out.json() {
            out.item(&Shown {
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
            out.line(&key)?;
        }
    }
    Ok(())
}

fn describe(loaded: &Loaded, out: &Output) -> Result<(), Failure> {
    out.line(&format!("source:  {}", loaded.source))?;
    out.line(&format!("form:    {}", loaded.form))?;
    out.line(&format!("length:  {} bits", 8 * KEY_BYTES))?;
    out.line(&format!("key-MD5: {}", loaded.key.md5_base64()))?;
    loaded.warnings.iter().try_for_each(|warning| out.line(&format!("warning: {warning}")))
}

fn md5(args: &Chosen, out: &Output) -> Result<(), Failure> {
    let ring = args.load()?;
    ring.warnings.iter().for_each(|warning| out.warn(warning));
    for Loaded { key, source, .. } in &ring.keys {
        let key_md5 = key.md5_base64();
        if out.json() {
            out.item(&Md5Line { op: "key-md5", source, key_md5 })?;
        } else {
            out.line(&key_md5)?;
        }
    }
    Ok(())
}

impl Chosen {
    /// The keys of the operands and of `-k`, at least one.
    fn load(&self) -> Result<Keyring, Failure> {
        let mut keys = self.keys.clone();
        keys.key.splice(0..0, self.specs.iter().cloned());
        let ring = keys.load()?;
        match ring.keys.is_empty() {
            false => Ok(ring),
            true => Err(Failure::usage("there is no key to look at").hint(
                "name its source (`./backup.key`, env:NAME, cmd:COMMAND, stdin), or set S3SEAL_KEY",
            )),
        }
    }
}
