//! `s3seal presign`: a URL for a user without credentials, and the headers that go with it.
//!
//! - `tool`: the tools of `--as`
//! - `call`: what a call is made of
//! - `line`: the calls of one line
//! - `script`: those of several lines
//! - `quoting`: texts as strings of other languages
//! - `cors`: the rule that a page needs
//! - `headers_file`: the file with the key

mod call;
mod cors;
mod headers_file;
mod line;
mod quoting;
mod script;
mod tool;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use clap::builder::NonEmptyStringValueParser;
use schemars::JsonSchema;
use serde::Serialize;

use self::call::Call;
use self::cors::CorsConfiguration;
use self::tool::Tool;
use crate::failure::Failure;
use crate::jobs::Keys;
use crate::key::KeyOptions;
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::output::Output;
use crate::store::Encryption;
use crate::store::object::Attributes;
use crate::store::presigned::{LONGEST_EXPIRY, Method, Presign};
use crate::store::wire::{Connect, Store};

/// Make a URL to read or write one object without credentials
///
/// The three headers of the seal are signed: each request with the URL must send them, and no secret of
/// them is in the URL. `--headers-file` writes them for `curl -H @FILE`.
///
/// `--as` prints the whole call for another tool instead of the URL. It reads the key from the headers' file; a page's
/// script (`fetch`) gets it from the page's user, and the bucket needs a CORS rule, which is printed on stderr. The
/// calls follow no redirect: the key is for this store alone.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal presign -k ./backup.key s3://backups/dump.sql --headers-file h --as curl
  s3seal presign -k ./backup.key s3://backups/dump.sql --headers-file h --as python > get.py
  s3seal presign -k ./shared.key s3://backups/dump.sql --as fetch --origin https://example.org > get.js
  s3seal presign -k ./backup.key --method PUT --expires-in 15m s3://backups/in/a.pdf --headers-file h
  s3seal presign -k ./shared.key --checksum s3://backups/dump.sql  # for s3seal get -k ./shared.key URL
  curl --fail -H @h -T report.pdf \"$(s3seal presign …)\"")]
pub(crate) struct Args {
    /// The object: s3://bucket/object
    url: String,
    /// What the URL allows
    #[arg(long, value_enum, ignore_case = true, default_value = "GET")]
    method: Method,
    /// For how long: seconds, or with a unit: 15m, 1h, 7d (the most)
    #[arg(long, value_name = "TIME", default_value = "3600", value_parser = parse_expiry)]
    expires_in: Duration,
    #[command(flatten)]
    key: KeyOptions,
    /// The object is not sealed with a key of yours
    #[arg(long, conflicts_with_all = ["key", "AwsCliKey", "headers_file"])]
    no_key: bool,
    /// Write the headers to this file (mode 0600, replaced if it exists), for curl -H @FILE; for wget, with --as wget,
    /// as a configuration. Pipes and devices are written to
    #[arg(long, value_name = "FILE")]
    headers_file: Option<PathBuf>,
    /// Print the whole call for this tool instead of the URL alone
    #[arg(long = "as", value_name = "TOOL", value_enum)]
    tool: Option<Tool>,
    /// The same as --as curl
    #[arg(long, hide = true, conflicts_with_all = ["json", "tool"])]
    curl: bool,
    /// With --as fetch: the page's origin, for the bucket's CORS rule, such as https://app.example.org
    #[arg(long, value_name = "ORIGIN", value_parser = parse_origin, requires = "tool")]
    origin: Option<String>,
    /// Read this version instead of the newest
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    version_id: Option<String>,
    /// Sign the question for the object's checksum as well, so that `s3seal get URL` can verify the bytes
    #[arg(long)]
    checksum: bool,
    #[command(flatten)]
    attributes: Attributes,
}

/// What `--json` prints.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "op", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(super) enum Item<'a> {
    /// A presigned URL.
    Presign {
        /// The URL, whose signature lets its holder in.
        url: &'a str,
        /// GET, PUT or HEAD.
        method: &'a str,
        /// Until when it is valid: RFC 3339, UTC.
        expires: String,
        /// The names of the headers that a request must have.
        headers: Vec<&'a str>,
        /// The file that holds these headers with their values, with --headers-file.
        #[serde(skip_serializing_if = "Option::is_none")]
        headers_file: Option<String>,
        /// The call for another tool, with --as.
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<String>,
        /// The rule that the bucket needs for a page, with --as fetch: the document of `aws s3api put-bucket-cors`.
        #[serde(skip_serializing_if = "Option::is_none")]
        cors: Option<CorsConfiguration>,
    },
}

/// Signs and prints the URL.
/// Errors: `Kind::Usage` without a key and without `--no-key`; `Kind::Denied` without credentials.
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<(), Failure> {
    let at = args.url.parse::<Location>()?.object()?;
    check(args, &at)?;
    let keys = if args.no_key { Keys::none(out) } else { keys(args, out)? };
    let store = Arc::new(Store::connect(connect).await?);
    let key = if args.no_key { None } else { keys.to_write(&store, &at).await? };
    if args.method == Method::Put {
        key.as_ref().map_or(Ok(()), ObjectKey::check_fit)?;
    }
    let encryption = match &key {
        Some(key) => Encryption::CustomerKey(key.key.clone()),
        None if args.no_key => Encryption::BucketDefault,
        None => return Err(keys.no_key_for(store.recipient(), &at)),
    };
    let wanted = Presign {
        method: args.method,
        at,
        encryption,
        expires_in: args.expires_in,
        version_id: args.version_id.clone(),
        checksum: args.checksum,
        attributes: args.attributes.clone(),
    };
    let signed = store.presign(&wanted).await?;
    let expires = SystemTime::now() + args.expires_in;
    if let Some(end) = signed.credentials_expire.filter(|end| *end < expires) {
        out.warn(&format!(
            "the credentials expire before the URL does, and it with them: {}",
            humantime::format_rfc3339_seconds(end)
        ));
    }
    let tool = args.tool();
    if let Some(path) = &args.headers_file {
        headers_file::write(path, tool.map_or("", Tool::line_prefix), &signed.headers)?;
    } else if key.is_some() && tool.is_none() && !out.json() {
        out.say("note: the URL works only with the headers that it signs, the key's among them: `s3seal get` and `put` send them, and --headers-file FILE writes them for `curl -H @FILE`");
    }
    if let Some(key) = key.as_ref().filter(|_| out.interactive()) {
        out.say(&format!("note: it is signed for {key}"));
        if key.is_derived {
            let at = &wanted.at;
            out.say(&format!("note: its user needs the object's key, never the master: `s3seal key derive {at} -o FILE`"));
        }
    }
    if key.is_some() && tool.is_none() && out.interactive() {
        out.say("note: a browser does not send them for a link, nor does the store's console: a page's script does (--as fetch)");
    }
    let expires = humantime::format_rfc3339_seconds(expires).to_string();
    let call = tool.map(|tool| {
        // Tools take `-` for a stream, and it was written as a file.
        let headers_file = args
            .headers_file
            .as_deref()
            .map(|path| if path == Path::new("-") { Path::new("./-") } else { path });
        let (method, at) = (args.method, &wanted.at);
        tool.write(&Call { method, at, signed: &signed, headers_file, expires: &expires })
    });
    let cors = (tool == Some(Tool::Fetch))
        .then(|| CorsConfiguration::new(args.method, args.origin.as_deref(), &signed.headers));
    if out.json() {
        return out.item(&Item::Presign {
            url: &signed.url,
            method: &signed.method,
            expires,
            headers: signed.headers.iter().map(|(name, _)| name.as_str()).collect(),
            headers_file: args.headers_file.as_ref().map(|path| path.display().to_string()),
            call,
            cors,
        });
    }
    if let Some(cors) = cors {
        let rule = serde_json::to_string_pretty(&cors)
            .map_err(|error| Failure::other("the CORS rule cannot be written").because(error))?;
        out.say(&format!(
            "note: a page of another origin needs this rule of the bucket, which replaces those that it has (`aws s3api put-bucket-cors --bucket {} --cors-configuration file://FILE`):",
            wanted.at.bucket
        ));
        rule.lines().for_each(|line| out.say(line));
    }
    match (call, tool) {
        // A script's lines; a name never breaks one.
        (Some(call), Some(Tool::Powershell | Tool::Python | Tool::Fetch)) => {
            call.lines().try_for_each(|line| out.line(line))
        }
        (call, _) => out.line(&call.unwrap_or(signed.url)),
    }
}

impl Args {
    fn tool(&self) -> Option<Tool> {
        if self.curl { Some(Tool::Curl) } else { self.tool }
    }
}

fn check(args: &Args, at: &Location) -> Result<(), Failure> {
    if let Some(tool) = args.tool() {
        tool.check_name(at)?;
        match (tool.reads_headers_file(), &args.headers_file) {
            (true, None) if !args.no_key => {
                return Err(Failure::usage(
                    "the call needs --headers-file: a key on a command line can be seen by everybody",
                )
                .hint("add --headers-file FILE"));
            }
            (false, Some(_)) => {
                return Err(Failure::usage(
                    "a page gets the key from its user, and reads no headers' file",
                )
                .hint("leave out --headers-file, or take another tool for --as"));
            }
            _ => {}
        }
    }
    if args.origin.is_some() && args.tool() != Some(Tool::Fetch) {
        return Err(Failure::usage("only a page has an origin")
            .hint("leave out --origin, or add --as fetch"));
    }
    if args.method == Method::Put && args.version_id.is_some() {
        return Err(Failure::usage("a new object has no version yet")
            .hint("leave out --version-id, or take --method GET"));
    }
    if args.method == Method::Put && args.checksum {
        return Err(Failure::usage("only a read can ask for a checksum")
            .hint("leave out --checksum: `s3seal put FILE URL` sends one of its own"));
    }
    Ok(())
}

fn keys(args: &Args, out: &Output) -> Result<Keys, Failure> {
    let keys = Keys::load(&args.key, out)?;
    if keys.has_any() {
        return Ok(keys);
    }
    Err(Failure::usage(
        "no key was given, and the URL of a sealed object is worth nothing without it",
    )
    .hint("name the key with -k or S3SEAL_KEY, or say --no-key for an object that is not sealed"))
}

/// A page's origin (RFC 6454), as a browser sends it; `*` is any.
fn parse_origin(text: &str) -> Result<String, String> {
    let rest = ["https://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    let is_host = |rest: &str| {
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_graphic() && !"/?#@\\".contains(c))
    };
    if text == "*" || rest.is_some_and(is_host) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("write scheme and host without a path, like https://app.example.org".to_owned())
    }
}

fn parse_expiry(text: &str) -> Result<Duration, String> {
    let time = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => humantime::parse_duration(text)
            .map_err(|_| "write it in seconds, or like 15m, 1h or 2d".to_owned())?,
    };
    if time > LONGEST_EXPIRY {
        return Err("S3 allows 7 days at most".to_owned());
    }
    if time < Duration::from_secs(1) {
        return Err("a URL must be valid for a second at least".to_owned());
    }
    Ok(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins() {
        for text in
            ["*", "https://app.example.org", "http://127.0.0.1:8000", "https://*.example.org"]
        {
            assert_eq!(parse_origin(text).as_deref(), Ok(text));
        }
        assert_eq!(parse_origin("https://App.Example.org").unwrap(), "https://app.example.org");
        for text in ["", "app.example.org", "https://", "https://a/", "https://a/b", "ftp://a"] {
            assert!(parse_origin(text).is_err(), "{text}");
        }
    }

    #[test]
    fn expiries() {
        assert_eq!(parse_expiry("90"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_expiry("1h"), Ok(Duration::from_secs(3600)));
        assert_eq!(parse_expiry("7d"), Ok(LONGEST_EXPIRY));
        for text in ["", "0", "8d", "604801", "soon", "-1"] {
            assert!(parse_expiry(text).is_err(), "{text}");
        }
    }
}
