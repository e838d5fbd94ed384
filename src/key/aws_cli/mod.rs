//! aws-cli's key options, with aws-cli's rules, so that a script that was written for aws-cli uses the same key here.
//!
//! `aws s3`, and `aws s3api` without an MD5, use the bytes of the value as the key and encode them. `aws s3api` with an MD5
//! sends both values unchanged (botocore, `handlers.py`, `_sse_md5`).

mod md5;
mod value;

use std::ffi::{OsStr, OsString};

use value::{Origin, Value};

use super::core::{
    Form, Format, KEY_BYTES, Key, LoadedKey, ParsedKey, decode_base64, decode_hex,
    diagnose_key_text, not_raw_key, parse, with_context,
};
use crate::failure::{Advice, Failure};

/// The one algorithm of SSE-C (AWS, "Using server-side encryption with customer-provided keys").
pub(crate) const ALGORITHM: &str = "AES256";

struct OptionNames {
    algorithm: &'static str,
    key: &'static str,
    md5: &'static str,
    sse_c: &'static str,
    sse_c_key: &'static str,
}

const KEY_NAMES: OptionNames = OptionNames {
    algorithm: "--sse-customer-algorithm",
    key: "--sse-customer-key",
    md5: "--sse-customer-key-md5",
    sse_c: "--sse-c",
    sse_c_key: "--sse-c-key",
};
/// The options for the source of a copy.
const SOURCE_KEY_NAMES: OptionNames = OptionNames {
    algorithm: "--copy-source-sse-customer-algorithm",
    key: "--copy-source-sse-customer-key",
    md5: "--copy-source-sse-customer-key-md5",
    sse_c: "--sse-c-copy-source",
    sse_c_key: "--sse-c-copy-source-key",
};

/// A key in aws-cli's options. It excludes `-k`, and takes precedence over `S3SEAL_KEY`.
#[derive(Clone, Default)]
pub(crate) struct AwsCliKey {
    /// `aws s3api`: `AES256`.
    pub(crate) sse_customer_algorithm: Option<OsString>,
    /// `aws s3api`: the 32 bytes of the key as text, `file://FILE` or `fileb://FILE`; their base64 if the MD5 is given.
    pub(crate) sse_customer_key: Option<OsString>,
    /// `aws s3api`: base64 of the MD5 of the 32 bytes.
    pub(crate) sse_customer_key_md5: Option<OsString>,
    /// `aws s3`: `AES256`, the default.
    pub(crate) sse_c: Option<OsString>,
    /// `aws s3`: the 32 bytes of the key as text, `file://FILE` or `fileb://FILE`.
    pub(crate) sse_c_key: Option<OsString>,
    /// Whether these are the options for the source of a copy.
    pub(crate) is_source: bool,
}

/// The key of a copy's source in aws-cli's options. It excludes `--source-key`.
#[derive(Clone, Default)]
pub(crate) struct AwsCliSourceKey {
    /// `aws s3api copy-object`: `AES256`.
    pub(crate) copy_source_sse_customer_algorithm: Option<OsString>,
    /// `aws s3api copy-object`: the source's key, in the form of `sse_customer_key`.
    pub(crate) copy_source_sse_customer_key: Option<OsString>,
    /// `aws s3api copy-object`: base64 of the MD5 of the 32 bytes.
    pub(crate) copy_source_sse_customer_key_md5: Option<OsString>,
    /// `aws s3 cp`: `AES256`, the default.
    pub(crate) sse_c_copy_source: Option<OsString>,
    /// `aws s3 cp`: the source's key, in the form of `sse_c_key`.
    pub(crate) sse_c_copy_source_key: Option<OsString>,
}

impl AwsCliSourceKey {
    pub(crate) fn given(&self) -> Option<AwsCliKey> {
        let key = AwsCliKey {
            sse_customer_algorithm: self.copy_source_sse_customer_algorithm.clone(),
            sse_customer_key: self.copy_source_sse_customer_key.clone(),
            sse_customer_key_md5: self.copy_source_sse_customer_key_md5.clone(),
            sse_c: self.sse_c_copy_source.clone(),
            sse_c_key: self.sse_c_copy_source_key.clone(),
            is_source: true,
        };
        key.is_given().then_some(key)
    }
}

/// The options of one command, checked for completeness.
struct SelectedOptions<'a> {
    option: &'static str,
    key: &'a OsStr,
    md5: Option<&'a OsStr>,
}

impl AwsCliKey {
    /// The key, if any of these options is given.
    /// Errors: `Kind::Usage` if one of them is missing or empty, or names another algorithm; `Kind::Key` if the
    /// value is no key by aws-cli's rules, or the MD5 is not the key's.
    pub(super) fn load(&self) -> Result<Option<LoadedKey>, Failure> {
        let Some(options) = self.selected()? else { return Ok(None) };
        let value = Value::read(options.option, options.key)?;
        let names = self.names();
        let parsed = match options.md5 {
            None => raw_key(&value, options.option, names),
            Some(_) => base64_key(&value, names),
        };
        let parsed = parsed.map_err(|failure| with_context(&value.source, failure))?;
        if let Some(md5) = options.md5 {
            let md5 = value::read_text(names.md5, md5)?;
            md5::check(&parsed.key, &md5).map_err(|failure| with_context(names.md5, failure))?;
        }
        let mut key = LoadedKey::new(parsed, value.source);
        key.warnings.splice(0..0, value.warnings);
        Ok(Some(key))
    }

    pub(crate) fn is_given(&self) -> bool {
        self.is_s3api() || self.is_s3()
    }

    pub(super) fn uses_stdin(&self) -> bool {
        [&self.sse_customer_key, &self.sse_c_key]
            .into_iter()
            .flatten()
            .any(|key| Value::is_stdin(key))
    }

    fn names(&self) -> &'static OptionNames {
        if self.is_source { &SOURCE_KEY_NAMES } else { &KEY_NAMES }
    }

    fn is_s3api(&self) -> bool {
        self.sse_customer_algorithm.is_some()
            || self.sse_customer_key.is_some()
            || self.sse_customer_key_md5.is_some()
    }

    fn is_s3(&self) -> bool {
        self.sse_c.is_some() || self.sse_c_key.is_some()
    }

    fn selected(&self) -> Result<Option<SelectedOptions<'_>>, Failure> {
        let names = self.names();
        let (algorithm, key) = match (self.is_s3api(), self.is_s3()) {
            (false, false) => return Ok(None),
            (true, true) => {
                return Err(Failure::usage(format!(
                    "the options of `aws s3api` ({}…) and of `aws s3` ({}…) are mixed",
                    names.key.trim_end_matches("key"),
                    names.sse_c
                ))
                .hint("give the key by one of them"));
            }
            (true, false) => (
                (names.algorithm, &self.sse_customer_algorithm),
                (names.key, &self.sse_customer_key),
            ),
            (false, true) => ((names.sse_c, &self.sse_c), (names.sse_c_key, &self.sse_c_key)),
        };
        let (option, Some(key)) = key else {
            let given = if algorithm.1.is_some() { algorithm.0 } else { names.md5 };
            return Err(Failure::usage(format!("{given} is given without {}", key.0))
                .hint(format!("add {} fileb://FILE, or name the key with -k alone", key.0)));
        };
        let (name, Some(algorithm)) = algorithm else {
            let name = algorithm.0;
            return Err(Failure::usage(format!("{option} is given without {name}"))
                .hint(format!("add {name} {ALGORITHM}")));
        };
        check_algorithm(name, algorithm)?;
        check_value(option, key)?;
        let md5 = self.sse_customer_key_md5.as_deref();
        md5.map_or(Ok(()), |md5| check_value(names.md5, md5))?;
        Ok(Some(SelectedOptions { option, key, md5 }))
    }
}

/// The values on a command line that no message may quote: those of the options that take a key, or may get one by mistake,
/// and of misspelt options that begin like them.
pub(crate) fn hidden_values(arguments: &[OsString]) -> impl Iterator<Item = &str> {
    let takes_key = |option: &str| {
        ["--sse-c", "--copy-source-sse"].iter().any(|start| option.starts_with(start))
            && option != "--sse-c"
            && !option.ends_with("-algorithm")
    };
    let texts = arguments.iter().map(|argument| argument.to_str().unwrap_or_default());
    let before = std::iter::once("").chain(texts.clone());
    texts.zip(before).filter_map(move |(text, before)| match text.split_once('=') {
        Some((option, value)) if takes_key(option) => Some(value),
        _ if takes_key(before) && !before.contains('=') => Some(text),
        _ => None,
    })
}

fn check_algorithm(option: &str, algorithm: &OsStr) -> Result<(), Failure> {
    let what = match algorithm.to_string_lossy().as_ref() {
        ALGORITHM => return Ok(()),
        "" => "is empty",
        other if other.eq_ignore_ascii_case(ALGORITHM) => "is not in capitals",
        other if other.starts_with("aws:") => "names a key of the store's, not of yours",
        _ => "names no algorithm of customer keys",
    };
    Err(Failure::usage(format!("{option} {what}"))
        .hint(format!("write {option} {ALGORITHM}: there is no other")))
}

/// Fails for an empty value (a shell variable that is not set), and for the next option taken as the value.
fn check_value(option: &str, value: &OsStr) -> Result<(), Failure> {
    let what = match value.as_encoded_bytes() {
        [] => "is empty",
        [b'-', b'-', ..] => "has no value: an option follows",
        _ => return Ok(()),
    };
    Err(Failure::usage(format!("{option} {what}"))
        .hint("check that the shell variable which should be there is set"))
}

/// The key, if the value is its bytes.
fn raw_key(value: &Value, option: &str, names: &OptionNames) -> Result<ParsedKey, Failure> {
    if value.bytes.len() != KEY_BYTES
        && let Ok(text) = std::str::from_utf8(&value.bytes)
        && let Some((key, form)) = decode_key(text)
    {
        let length = value.bytes.len();
        let decode = if form == Form::Hex { "xxd -r -p" } else { "base64 -d" };
        let bytes = format!("give {option} fileb://FILE with the 32 bytes (made by `{decode}`)");
        let with_md5 = match form {
            Form::Base64 if option == names.key => {
                format!("add {} {}, or ", names.md5, key.md5_base64())
            }
            _ => String::new(),
        };
        return Err(Failure::key(format!(
            "it is the {form} text of a key; {} would encode that text once more, and the store get \
             a key of {length} bytes and answer 400",
            if option == names.sse_c_key { "`aws s3`" } else { "`aws s3api` without an MD5" }
        ))
        .hint(format!("{with_md5}{bytes}, or name the key with -k alone")));
    }
    if value.bytes.starts_with(b"# ") && parse(&value.bytes, Format::Auto).is_ok() {
        return Err(Failure::key(
            "it is a key file of s3seal, and aws-cli takes the 32 bytes alone",
        )
        .hint(Advice::ConvertForAwsCli));
    }
    Ok(parse(&value.bytes, Format::Raw)?.swap_remove(0))
}

/// The key, if the value is its base64.
fn base64_key(value: &Value, names: &OptionNames) -> Result<ParsedKey, Failure> {
    let md5 = names.md5;
    if value.origin == Origin::Binary {
        return Err(Failure::key(format!("aws-cli takes no fileb:// together with {md5}"))
            .hint(format!("leave {md5} out: the MD5 is computed")));
    }
    let text = std::str::from_utf8(&value.bytes).map_err(|_| not_raw_key(&value.bytes))?;
    let key = match decode_key(text) {
        Some((key, Form::Base64)) if text.len() == text.trim().len() => key,
        Some((_, Form::Base64)) => {
            return Err(not_sendable("it is base64 with white space around it", names));
        }
        Some((_, form)) => return Err(not_sendable(&format!("it is {form}"), names)),
        None if value.bytes.len() == KEY_BYTES => {
            return Err(not_sendable("it is 32 bytes as they are", names)
                .hint(format!("leave {md5} out: then the bytes are the key, and encoded")));
        }
        None => return Err(diagnose_key_text(text.trim(), Format::Base64)),
    };
    let found = parse(key.bytes(), Format::Raw)?.swap_remove(0);
    Ok(ParsedKey { form: Form::Base64, ..found })
}

fn not_sendable(what: &str, names: &OptionNames) -> Failure {
    Failure::key(format!(
        "{what}; together with {} aws-cli sends the value as it stands, and stores want base64, padded",
        names.md5
    ))
    .hint("name the key with -k alone: that reads it in any form")
}

/// Decodes a key from base64 or hex.
fn decode_key(text: &str) -> Option<(Key, Form)> {
    let text = text.trim();
    if let Some(key) = decode_hex(text).and_then(|bytes| Key::from_slice(&bytes)) {
        return Some((key, Form::Hex));
    }
    let (bytes, form) = decode_base64(text).ok()?;
    Some((Key::from_slice(&bytes)?, form))
}
