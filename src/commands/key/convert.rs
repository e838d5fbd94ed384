//! `s3seal key convert`: the same key as another tool wants it.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use super::Chosen;
use crate::failure::Failure;
use crate::key::core::{Key, create_file_with_keys, shell_quoted};
use crate::key::foreign::Dialect;
use crate::output::Output;

/// Write the same key as another tool wants it
///
/// The key goes to stdout, or with `-o` to a new file that only you can read; then stderr says which
/// command line uses it. All of these tools but mc can read the key from
/// somewhere else than their command line, where `ps` shows it.
///
/// Of several keys the first is written, but for s3fs: its file holds all, and the first one seals.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal key convert ./backup.key --as aws -o key.bin  # for aws s3 … --sse-c-key fileb://key.bin
  s3seal key convert ./backup.key --as s3api -o key.json  # for aws s3api … --cli-input-json file://key.json
  s3seal key convert ./backup.key --as rclone  # three lines for rclone.conf
  s3seal key convert -k ./new -k ./old --as s3fs -o keys  # for s3fs … -o use_sse=custom:keys
  s3seal key convert ./backup.key --as curl -o headers  # for curl -H @headers
  s3seal key convert ./backup.key --as terraform -o tf.env  # for the s3 backend of Terraform and OpenTofu
  s3seal key convert ./backup.key --as mc -o key.mc  # for mc … --enc-c \"play/backups/=$(cat key.mc)\"")]
pub(super) struct Args {
    #[command(flatten)]
    chosen: Chosen,
    /// The tool
    #[arg(long = "as", value_name = "TOOL", value_enum)]
    dialect: Dialect,
    /// Write to this new file (mode 0600, never overwritten); `-` is stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What `--json` prints.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "op", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(in crate::commands) enum Item<'a> {
    /// A key as another tool wants it.
    KeyConvert {
        /// The tool.
        r#as: Dialect,
        /// The MD5 of the key, in base64, as S3 shows it.
        key_md5: String,
        /// The text for the tool, the key in it; absent with -o.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
        /// The file that holds the text, with -o.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
}

/// Errors: `Kind::Usage` for raw bytes to a terminal or into JSON; `Kind::Precondition` if the file exists; others
/// if there is no key, or it cannot be written.
pub(super) fn run(args: &Args, out: &Output) -> Result<(), Failure> {
    let ring = args.chosen.load()?;
    ring.warnings.iter().for_each(|warning| out.warn(warning));
    if let Some(master) = ring.keys.iter().find(|loaded| ring.derives(loaded)) {
        return Err(Failure::usage(format!(
            "`{}` is a master key: no object is sealed with it, and its holder can open them all",
            master.label()
        ))
        .hint("convert one object's key: add --derive-as s3://BUCKET/KEY"));
    }
    if args.dialect.is_only_a_file()
        && args.output.as_deref().is_none_or(|path| path == Path::new("-"))
    {
        return Err(Failure::usage(
            "a manifest with a key belongs into a file that only you can read",
        )
        .hint("add `-o FILE`; every reader of a repository or a log with it has the key"));
    }
    for skipped in ring.keys.iter().filter(|loaded| args.dialect.skips(&loaded.key)) {
        out.warn(&format!(
            "s3fs 1.90 skips `{}`, because the key's first byte is 0: it seals with the next key, and does not start if there is none; `s3seal keygen` makes another key",
            skipped.label()
        ));
    }
    let keys: Vec<Key> = ring.keys.into_iter().map(|loaded| loaded.key).collect();
    if keys.len() > 1 && !args.dialect.takes_all() {
        out.say(&format!("note: there are {} keys, and only the first is written", keys.len()));
    }
    match args.output.as_deref().filter(|path| *path != Path::new("-")) {
        Some(path) => to_file(path, args.dialect, &keys, out),
        None => to_stdout(args.dialect, &keys, out),
    }
}

fn to_stdout(dialect: Dialect, keys: &[Key], out: &Output) -> Result<(), Failure> {
    let content = dialect.write(keys);
    let text = std::str::from_utf8(&content).ok().filter(|_| !dialect.is_raw());
    if out.json() {
        let text = Some(text.ok_or_else(|| {
            Failure::usage("raw bytes do not fit into JSON").hint("write a file with `-o FILE`")
        })?);
        let key_md5 = keys[0].md5_base64();
        return out.item_with_key(&Item::KeyConvert { r#as: dialect, key_md5, text, file: None });
    }
    if text.is_none() && out.stdout_is_terminal() {
        return Err(Failure::usage("raw bytes would garble the terminal")
            .hint("write a file with `-o FILE`, or send stdout elsewhere"));
    }
    out.data(&content)?;
    if out.stdout_is_terminal() {
        out.say(&format!("once it is in FILE: {}", dialect.usage("FILE")));
    }
    Ok(())
}

fn to_file(path: &Path, dialect: Dialect, keys: &[Key], out: &Output) -> Result<(), Failure> {
    create_file_with_keys(path, &dialect.write(keys))?;
    if out.json() {
        let (key_md5, file) = (keys[0].md5_base64(), Some(path.display().to_string()));
        return out.item(&Item::KeyConvert { r#as: dialect, key_md5, text: None, file });
    }
    out.say(&format!("use it: {}", dialect.usage(&shell_quoted(path))));
    Ok(())
}
