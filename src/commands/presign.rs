//! `s3seal presign`: a URL for a user without credentials, and the headers that go with it.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use clap::builder::NonEmptyStringValueParser;
use schemars::JsonSchema;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::jobs::Keys;
use crate::key::KeyOptions;
use crate::key::core::{check_destination, check_output};
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::output::Output;
use crate::store::Encryption;
use crate::store::object::Attributes;
use crate::store::presigned::{LONGEST_EXPIRY, Method, Presign, PresignedUrl};
use crate::store::wire::{Connect, Store};
use crate::system::NamedOutput;

/// Make a URL to read or write one object without credentials
///
/// The three headers of the seal are signed: whoever uses the URL must send them, and no secret of
/// them is in the URL. `--headers-file` writes them for `curl -H @FILE`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal presign -k ./backup.key s3://backups/dump.sql --headers-file h --curl
  s3seal presign -k ./backup.key --method PUT --expires-in 15m s3://backups/inbox/report.pdf --headers-file h
  s3seal presign -k ./shared.key --checksum s3://backups/dump.sql  # for s3seal get -k ./shared.key URL
  curl --fail -H @h -T report.pdf \"$(s3seal presign …)\"")]
pub(crate) struct Args {
    /// The object: s3://bucket/key
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
    /// Write the headers to this file (mode 0600, replaced if it exists), for curl -H @FILE. Pipes and devices are
    /// written to
    #[arg(long, value_name = "FILE")]
    headers_file: Option<PathBuf>,
    /// Print the whole curl command instead of the URL alone
    #[arg(long, conflicts_with = "json")]
    curl: bool,
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
    },
}

/// Signs and prints the URL.
/// Errors: `Kind::Usage` without a key and without `--no-key`; `Kind::Denied` without credentials.
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<(), Failure> {
    let at = args.url.parse::<Location>()?.object()?;
    check(args)?;
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
    if let Some(path) = &args.headers_file {
        write_headers(path, &signed.headers)?;
    } else if key.is_some() && !out.json() {
        out.say("note: the URL works only with the headers that it signs, the key's among them: `s3seal get` and `put` send them, and --headers-file FILE writes them for `curl -H @FILE`");
    }
    if let Some(key) = key.as_ref().filter(|_| out.interactive()) {
        out.say(&format!("note: it is signed for {key}"));
        if key.is_derived {
            let at = &wanted.at;
            out.say(&format!("note: its user needs the object's key, never the master: `s3seal key derive {at} -o FILE`"));
        }
    }
    if key.is_some() && out.interactive() {
        out.say("note: neither a browser nor the store's console sends them, so neither can use the URL");
    }
    if out.json() {
        return out.item(&Item::Presign {
            url: &signed.url,
            method: &signed.method,
            expires: humantime::format_rfc3339_seconds(expires).to_string(),
            headers: signed.headers.iter().map(|(name, _)| name.as_str()).collect(),
            headers_file: args.headers_file.as_ref().map(|path| path.display().to_string()),
        });
    }
    if args.curl { out.line(&curl(args, &wanted.at, &signed)) } else { out.line(&signed.url) }
}

fn check(args: &Args) -> Result<(), Failure> {
    if args.curl && args.headers_file.is_none() && !args.no_key {
        return Err(Failure::usage(
            "--curl needs --headers-file: a key on a command line can be seen by everybody",
        )
        .hint("add --headers-file FILE"));
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

/// Writes `Name: value` lines, as `curl -H @FILE` reads them: into a new file that takes the place of an old one,
/// or to a pipe, a device or a descriptor as it is.
fn write_headers(path: &Path, headers: &[(String, Zeroizing<String>)]) -> Result<(), Failure> {
    let refuse = |error: io::Error| Failure::unwritable(path.display(), error);
    match NamedOutput::resolve(path).map_err(refuse)? {
        NamedOutput::File { folder, name } => {
            check_destination(path)?;
            replace(&folder.join(name), headers).map_err(refuse)
        }
        NamedOutput::Stream(stream) => {
            let mut stream = stream.open().map_err(refuse)?;
            check_output(&stream, &path.display().to_string())?;
            write_lines(&mut stream, headers).map_err(refuse)
        }
    }
}

fn replace(path: &Path, headers: &[(String, Zeroizing<String>)]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".s3seal-")
        .permissions(fs::Permissions::from_mode(0o600))
        .tempfile_in(folder)?;
    write_lines(&mut file, headers)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn write_lines(to: &mut impl Write, headers: &[(String, Zeroizing<String>)]) -> io::Result<()> {
    for (name, value) in headers {
        writeln!(to, "{name}: {}", value.as_str())?;
    }
    Ok(())
}

fn curl(args: &Args, at: &Location, signed: &PresignedUrl) -> String {
    let headers = match &args.headers_file {
        Some(path) => format!(" -H @{}", quoted(&path.display().to_string())),
        // Without a customer key, none of them is a secret.
        None => signed
            .headers
            .iter()
            .map(|(name, value)| format!(" -H {}", quoted(&format!("{name}: {}", value.as_str()))))
            .collect(),
    };
    let what = match args.method {
        Method::Get => format!("-o {}", quoted(at.name())),
        Method::Put => format!("-T {}", quoted(at.name())),
        Method::Head => "--head".to_owned(),
    };
    // curl would expand brackets and braces in names, and fold `..` in the URL.
    format!("curl --fail --globoff --path-as-is{headers} {what} {}", quoted(&signed.url))
}

/// Quotes a word for a POSIX shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
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
    fn expiries() {
        assert_eq!(parse_expiry("90"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_expiry("1h"), Ok(Duration::from_secs(3600)));
        assert_eq!(parse_expiry("7d"), Ok(LONGEST_EXPIRY));
        for text in ["", "0", "8d", "604801", "soon", "-1"] {
            assert!(parse_expiry(text).is_err(), "{text}");
        }
    }

    #[test]
    fn words_survive_the_shell() {
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
