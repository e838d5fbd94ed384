//! `s3seal key list`: the keys of config.toml, and where each may go.

use schemars::JsonSchema;
use serde::Serialize;

use crate::failure::{CommonCode, Failure};
use crate::key::core::{DEFAULT_TIMEOUT, LoadedKey};
use crate::key::ring::{ConfigKeys, KeySummary, Scope};
use crate::output::Output;

/// List the keys of config.toml: names, sources, key-MD5s and rules; no secret
///
/// How config.toml is written: `s3seal help config`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal key list
  s3seal key list --json | jq -r 'select(.keyMd5 == \"…\") | .name'  # which key is this?")]
pub(super) struct Args {}

/// What `--json` prints for each key.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "op", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(in crate::commands) enum Item<'a> {
    /// A key of config.toml.
    KeyList {
        /// Its name.
        name: &'a str,
        /// Where it is kept.
        source: &'a str,
        /// Whether each object gets a key of its own, derived from this one.
        derive: bool,
        /// The MD5 of the key, in base64, as S3 shows it; absent if the key cannot be read.
        #[serde(skip_serializing_if = "Option::is_none")]
        key_md5: Option<String>,
        /// Where the key may be sent.
        rules: &'a [Scope],
    },
}

/// Shows each key, and reports each that cannot be read.
/// Errors: `Kind::Usage` if config.toml is invalid.
pub(super) fn run(_: &Args, out: &Output) -> Result<u8, Failure> {
    let ring = ConfigKeys::load(Some(DEFAULT_TIMEOUT))?;
    let mut code = CommonCode::default();
    let mut is_first = true;
    for (named, read) in ring.keys() {
        let keys = read.unwrap_or_else(|failure| {
            out.failure(&failure);
            code.add(&failure);
            Vec::new()
        });
        if !out.json() && !std::mem::take(&mut is_first) {
            out.line("")?;
        }
        show(&named, &keys, out)?;
    }
    if is_first && !out.json() {
        out.say(&format!("there are no keys in {}", ring.shown_path()));
    }
    Ok(code.get())
}

fn show(named: &KeySummary<'_>, keys: &[LoadedKey], out: &Output) -> Result<(), Failure> {
    let md5 = keys.first().map(|loaded| loaded.key.md5_base64());
    if out.json() {
        return out.item(&Item::KeyList {
            name: named.name,
            source: &named.source,
            derive: named.derives,
            key_md5: md5,
            rules: &named.rules,
        });
    }
    out.line(named.name)?;
    out.line(&format!("  source   {}", named.source))?;
    if let Some(md5) = md5 {
        out.line(&format!("  key-MD5  {md5}"))?;
    }
    for Scope { endpoint, prefix, retired } in &named.rules {
        let verb = if *retired { "opens" } else { "seals" };
        let how = if named.derives { ", with a key derived for each object" } else { "" };
        out.line(&format!("  {verb}    {prefix} at {endpoint}{how}"))?;
    }
    let warnings = keys.iter().flat_map(|loaded| &loaded.warnings);
    warnings.map(|warning| format!("  warning  {warning}")).try_for_each(|line| out.line(&line))
}
