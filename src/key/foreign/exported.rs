//! Reads keys from the files of other tools: those that [`super::Dialect`] writes, and the configurations they go into.

use std::collections::HashSet;

use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::key::core::{Format, ParsedKey, decode_base64, parse};

/// The names that other tools give a key, in lower case. The value follows on the same line.
const KEY_FIELDS: [&str; 14] = [
    "ssecustomerkey",
    "sse_customer_key",
    "sse_customer_key_base64",
    "x-amz-server-side-encryption-customer-key",
    "mc_enc_c",
    "s3seal_key",
    "aws_sse_customer_key",
    "aws_sse_customer_key_base64",
    "server_side_encryption_customer_key_base64",
    "sse_c_key",
    // Also with the prefix `repo1-s3-`: a hyphen may stand before a name.
    "sse-customer-key",
    "encryption_key",
    "s3seal.key",
    "customer_key",
];
const MD5_FIELDS: [&str; 3] =
    ["ssecustomerkeymd5", "sse_customer_key_md5", "x-amz-server-side-encryption-customer-key-md5"];

/// Parses key text as `-k` does, else the file of another tool.
/// Errors: `Kind::Key` as those of [`parse`] where there is no key, or if the MD5 beside a key is that of another one.
pub(crate) fn parse_exported(bytes: &[u8], format: Format) -> Result<Vec<ParsedKey>, Failure> {
    let failure = match parse(bytes, format) {
        Err(failure) if format == Format::Auto => failure,
        parsed => return parsed,
    };
    let Ok(text) = std::str::from_utf8(bytes) else { return Err(failure) };
    let lines = || text.lines().map(str::trim).filter(|line| !is_comment(line));
    let mut keys: Vec<ParsedKey> = Vec::new();
    for found in lines().flat_map(|line| values(line, &KEY_FIELDS)).filter_map(key) {
        if keys.iter().all(|known| known.key != found.key) {
            keys.push(found);
        }
    }
    let md5s: HashSet<&str> = lines().flat_map(|line| values(line, &MD5_FIELDS)).collect();
    // Of several keys, some may have no MD5.
    let is_other = |found: &ParsedKey| !md5s.contains(found.key.md5_base64().as_str());
    if md5s.len() >= keys.len() && keys.iter().any(is_other) {
        return Err(Failure::key("the MD5 beside the key is that of another key").hint(
            "one of the two is damaged, or was replaced alone: write the file anew with `s3seal key convert`",
        ));
    }
    if keys.is_empty() { Err(failure) } else { Ok(keys) }
}

fn is_comment(line: &str) -> bool {
    ["#", ";", "//", "<!--"].iter().any(|start| line.starts_with(start))
}

/// The values of these fields in a line, as `NAME=VALUE`, `NAME: VALUE`, `NAME VALUE`, `<NAME>VALUE</NAME>` or
/// `'NAME' => 'VALUE'`.
fn values<'a>(line: &'a str, fields: &[&str]) -> Vec<&'a str> {
    let lower = Zeroizing::new(line.to_ascii_lowercase());
    let mut found = Vec::new();
    for field in fields {
        for (start, _) in lower.match_indices(field) {
            let end = start + field.len();
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            let begins = line[..start].bytes().next_back().is_none_or(|byte| !is_name(byte));
            let ends = line[end..].bytes().next().is_none_or(|byte| !is_name(byte) && byte != b'-');
            if begins && ends {
                found.extend(value(&line[end..]));
            }
        }
    }
    found
}

/// The text after the separator, up to the first character that is not base64.
fn value(rest: &str) -> Option<&str> {
    let is_separator = |c: char| matches!(c, ' ' | '\t' | '"' | '\'' | '=' | '>' | ':');
    let rest = rest.trim_start_matches(is_separator);
    let rest = rest.strip_prefix("!!binary").unwrap_or(rest).trim_start_matches(is_separator);
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=-_".contains(c);
    let end = rest.find(|c| !is_base64(c)).unwrap_or(rest.len());
    Some(&rest[..end]).filter(|value| !value.is_empty())
}

/// The key that a value is: as `-k` reads it, after `ALIAS/BUCKET=` (MinIO Client), or encoded once more (the `data` of a
/// Secret of Kubernetes).
fn key(value: &str) -> Option<ParsedKey> {
    let one = |bytes: &[u8]| parse(bytes, Format::Auto).ok()?.into_iter().next();
    let last = value.trim_end_matches('=').rsplit('=').next().unwrap_or(value);
    let decoded = || decode_base64(value).ok().map(|(bytes, _)| bytes);
    one(value.as_bytes()).or_else(|| one(last.as_bytes())).or_else(|| one(&decoded()?))
}

#[cfg(test)]
mod tests {
    use super::super::Dialect;
    use super::*;
    use crate::failure::Kind;
    use crate::key::core::Key;

    fn keys(text: impl AsRef<[u8]>) -> Vec<Key> {
        let parsed = parse_exported(text.as_ref(), Format::Auto).unwrap();
        parsed.into_iter().map(|it| it.key).collect()
    }

    fn some_key(first: u8) -> Key {
        Key::from_bytes(std::array::from_fn(|index| u8::try_from(index).unwrap() ^ first))
    }

    const ALL: [Dialect; 18] = [
        Dialect::Aws,
        Dialect::S3api,
        Dialect::Rclone,
        Dialect::Mc,
        Dialect::S3fs,
        Dialect::Curl,
        Dialect::Env,
        Dialect::Velero,
        Dialect::Thanos,
        Dialect::Terraform,
        Dialect::ObjectStore,
        Dialect::Clickhouse,
        Dialect::Nextcloud,
        Dialect::Pgbackrest,
        Dialect::Litestream,
        Dialect::Tempo,
        Dialect::Duckdb,
        Dialect::K8sSecret,
    ];

    #[test]
    fn what_is_written_can_be_read() {
        // The second one has `+`, `/` and padding in its base64.
        for key in [some_key(0), some_key(0xfb)] {
            for dialect in ALL {
                let written = dialect.write(std::slice::from_ref(&key));
                assert_eq!(keys(&*written), std::slice::from_ref(&key), "{dialect:?}");
            }
        }
    }

    #[test]
    fn it_may_stand_among_other_lines() {
        let key = some_key(7);
        let (base64, md5) = (key.base64(), key.md5_base64());
        let encoded_again = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, &*base64);
        for text in [
            format!(
                "[r]\ntype = s3\nsse_customer_key_base64={}\n# sse_customer_key = x\n",
                *base64
            ),
            format!("export AWS_SSE_CUSTOMER_KEY_BASE64=\"{}\"\nREGION=x\n", *base64),
            format!("MC_ENC_C=play/b={}\n", base64.trim_end_matches('=')),
            format!("header = x-amz-server-side-encryption-customer-key: {}\n", *base64),
            format!("<s3><server_side_encryption_customer_key_base64>{}</x>", *base64),
            format!("{{\"SSECustomerKey\":\"{}\",\"SSECustomerKeyMD5\":\"{md5}\"}}", *base64),
            format!("CREATE SECRET (TYPE s3, KEY_ID 'a', SSE_C_KEY '{}')", *base64),
            format!("data:\n  s3seal.key: {encoded_again}\n"),
            format!("sse-customer-key-path: /x\nsse-customer-key: {}\n", *base64),
            format!(
                "encryption_key: \"{}\"\n# encryption_key: {}\n",
                *base64,
                *some_key(1).base64()
            ),
        ] {
            assert_eq!(keys(&text), std::slice::from_ref(&key), "{text}");
        }
        let both = format!(
            "sse_customer_key_base64 = {}\nsse_customer_key_base64 = {}\n",
            *base64,
            *some_key(1).base64()
        );
        assert_eq!(keys(both), [key, some_key(1)]);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let (key, other) = (some_key(7).base64(), some_key(1).md5_base64());
        let damaged =
            format!("sse_customer_key_base64 = {}\nsse_customer_key_md5 = {other}\n", *key);
        for (text, expected) in [
            (damaged.as_str(), "that of another key"),
            ("encryption_key: /etc/thanos/sse.key\n", ""),
            ("S3SEAL_KEY=\n", ""),
            ("# S3SEAL_KEY=x\n", "only comments"),
            ("{\"SSECustomerKey\": \"short\"}", "JSON"),
        ] {
            let failure = parse_exported(text.as_bytes(), Format::Auto).unwrap_err();
            assert!(failure.is(Kind::Key) && failure.to_string().contains(expected), "{failure:?}");
        }
        let written = Dialect::Env.write(&[some_key(7)]);
        assert!(parse_exported(&written, Format::Base64).is_err(), "the format was said");
    }
}
