//! `s3seal key recover`: finds the key that another tool made of a text.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::builder::NonEmptyStringValueParser;
use schemars::JsonSchema;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::failure::{Failure, Kind};
use crate::key::core::{Encoding, Key, Spec, create_key_file};
use crate::key::foreign::{Recipe, candidates};
use crate::location::Location;
use crate::output::Output;
use crate::store::object::ReadOptions;
use crate::store::wire::{Connect, Store};
use crate::text::redaction::looks_secret;

/// Find the key that opens an object, from a text that was once used as one
///
/// Tools and guides have made keys of texts in many ways. These are tried, until one opens the object:
/// what `-k` would read; the first 32 characters of base64 text as raw bytes (Velero); 32 hex digits
/// (aws-cli) or the base64 of 24 bytes as raw bytes; what the text decodes to, once and twice; its SHA-256;
/// and the hex digits of its MD5; each with and without a line break.
///
/// The object is only looked at (HEAD), and never read.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal key recover s3://backups/dump.sql --text old-key.txt
  s3seal key recover s3://backups/dump.sql --text old-key.txt -o found.key  # then: -k ./found.key
  kubectl get secret velero -o jsonpath='{.data.key}' | s3seal key recover s3://velero/a --text -")]
pub(super) struct Args {
    /// An object that was sealed with it: s3://bucket/object
    #[arg(value_name = "URL")]
    url: String,
    /// The file that holds the text, as it stands; `-` is standard input
    #[arg(long, value_name = "FILE")]
    text: OsString,
    /// Write the key to this new file (mode 0600, never overwritten), for `-k`
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Show the key itself as well, in base64
    #[arg(long)]
    reveal: bool,
    /// Try this version instead of the newest
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    version_id: Option<String>,
}

/// What `--json` prints.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "op", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(in crate::commands) enum Item<'a> {
    /// The key that opens an object, made of a text.
    KeyRecover {
        /// The object: s3://bucket/object.
        url: String,
        /// How the key was made of the text, in words.
        recipe: &'a str,
        /// The MD5 of the key, in base64, as S3 shows it.
        key_md5: String,
        /// The file that holds the key, with -o.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
        /// The key itself, in base64, with --reveal.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<&'a str>,
    },
}

/// Tries the recipes, and reports the one that opens the object.
/// Errors: `Kind::Key` where none does, `Kind::Unsealed` where the object needs no key, and those of reading the
/// text, asking the store and writing the file.
pub(super) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<(), Failure> {
    let at = args.url.parse::<Location>()?.object()?;
    let recipes = candidates(&read_text(&args.text, out)?);
    let keys: Vec<Key> = recipes.iter().map(|recipe| recipe.key.clone()).collect();
    let store = Store::connect(connect).await?;
    store.check_may_send_keys()?;
    let options = ReadOptions {
        version_id: args.version_id.clone(),
        // An unsealed object gets a failure of this command below.
        allow_plain: true,
        ..ReadOptions::default()
    };
    let opened = store.head(&at, &keys, &options).await.map_err(|failure| match failure {
        Failure { kind: Kind::Key, .. } => nothing_opens(&recipes).at(&at),
        other => other,
    })?;
    let found = recipes.iter().find(|recipe| Some(&recipe.key) == opened.key.as_ref());
    match found {
        Some(recipe) => report(args, &at, recipe, out),
        None => Err(Failure::unsealed("the object is not sealed: it opens without a key")
            .hint("check the URL, and name the version that was sealed with --version-id")
            .at(&at)),
    }
}

fn read_text(name: &OsStr, out: &Output) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let spec = if name == "-" {
        Spec::Stdin
    } else if Path::new(name).exists() {
        Spec::File(name.into())
    } else if looks_secret(&name.to_string_lossy()) {
        return Err(Failure::usage("what looks like a key is in the place of the text's file")
            .hint("on a command line everybody can see it (`ps`): write it into a file, or send it through a pipe with `--text -`"));
    } else {
        // The name may be the text itself, which can be a key.
        return Err(Failure::key("there is no such file as --text names").hint(
            "check the path; a text itself goes into a file, or through a pipe with `--text -`",
        ));
    };
    let (text, warnings) = spec.read_text(None)?;
    warnings.iter().for_each(|warning| out.warn(&format!("{spec}: {warning}")));
    if text.trim_ascii().is_empty() {
        return Err(Failure::key(format!("{spec}: there is no text in it"))
            .hint("name the file that holds what was once used as a key"));
    }
    Ok(text)
}

fn nothing_opens(recipes: &[Recipe]) -> Failure {
    let tried = recipes.iter().map(|recipe| recipe.name.as_str()).collect::<Vec<_>>().join("; ");
    Failure::key(format!(
        "none of the {} keys that the text may stand for opens the object; tried: {tried}",
        recipes.len()
    ))
    .hint("the object was sealed with another key: try the other texts that were in use then")
}

fn report(args: &Args, at: &Location, recipe: &Recipe, out: &Output) -> Result<(), Failure> {
    if let Some(path) = &args.output {
        create_key_file(path, &recipe.key, Encoding::Base64)?;
    }
    let key = args.reveal.then(|| recipe.key.base64());
    let key_md5 = recipe.key.md5_base64();
    if out.json() {
        return out.item_with_key(&Item::KeyRecover {
            url: at.to_string(),
            recipe: &recipe.name,
            key_md5,
            file: args.output.as_ref().map(|path| path.display().to_string()),
            key: key.as_ref().map(|key| key.as_str()),
        });
    }
    out.line(&format!("recipe:  {}", recipe.name))?;
    out.line(&format!("key-MD5: {key_md5}"))?;
    if let Some(key) = key {
        out.data(b"key:     ")?;
        out.line_with_key(&key)?;
    } else if args.output.is_none() {
        out.say("-o FILE writes this key to a file for -k, and --reveal shows it");
    }
    Ok(())
}
