//! `s3://bucket/object`: the location of an object; and the part of a web URL that may be shown.

use std::fmt;
use std::str::FromStr;

use super::failure::{Advice, Failure};
use super::text::redaction::looks_secret;

const SCHEME: &str = "s3://";
/// The ending of the names of directory buckets (S3 Express One Zone).
const DIRECTORY_BUCKET: &str = "--x-s3";
/// The maximum length of a key in bytes of UTF-8 (AWS, "Naming Amazon S3 objects").
const LONGEST_KEY: usize = 1024;

/// A bucket and a key in it. The key is empty for the whole bucket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Location {
    /// A bucket's name, an access point's alias or ARN; for a presigned URL, the URL's scheme and host.
    pub bucket: String,
    /// The object's key, neither decoded nor normalised.
    pub key: String,
}

impl Location {
    /// Fails with `Kind::Usage` if the location does not name one object: if the key is missing, or longer than S3
    /// allows.
    pub(crate) fn object(self) -> Result<Location, Failure> {
        if self.key.is_empty() {
            return Err(Failure::usage(format!("{self} names a bucket, not an object"))
                .hint("name the object as well: s3://bucket/object"));
        }
        if self.key.trim().is_empty() {
            return Err(Failure::usage("a key that consists of spaces cannot be sent")
                .hint("choose a key with visible characters"));
        }
        if self.key.len() > LONGEST_KEY {
            let length = self.key.len();
            return Err(Failure::usage(format!(
                "the key is {length} bytes long; S3 allows {LONGEST_KEY}"
            ))
            .hint("shorten the key"));
        }
        Ok(self)
    }

    /// Whether the location is a folder of objects: the whole bucket, or a key that ends in `/`.
    pub(crate) fn is_folder(&self) -> bool {
        self.key.is_empty() || self.key.ends_with('/')
    }

    /// The folder of this name: the bucket, or the key with a `/` at its end.
    #[must_use]
    pub(crate) fn folder(&self) -> Location {
        let end = if self.is_folder() { "" } else { "/" };
        Location { bucket: self.bucket.clone(), key: format!("{}{end}", self.key) }
    }

    /// The object called `name` in this folder.
    #[must_use]
    pub(crate) fn join(&self, name: &str) -> Location {
        Location { bucket: self.bucket.clone(), key: format!("{}{name}", self.key) }
    }

    /// The part after the key's last `/`: empty for a folder.
    pub(crate) fn name(&self) -> &str {
        self.key.rsplit('/').next().unwrap_or_default()
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.bucket.contains("://") { "" } else { SCHEME };
        write!(f, "{scheme}{}/{}", self.bucket, self.key)
    }
}

/// Whether the text is an http or https URL. It may be presigned, and then its query is a secret.
pub(crate) fn is_web_url(text: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| {
        text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

/// The part of a URL that may be shown: all but the query, which contains the signature of a presigned URL.
pub(crate) fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

impl FromStr for Location {
    type Err = Failure;

    /// Parses `s3://bucket`, `s3://bucket/object`, or the same with an access point's ARN for the bucket.
    /// Errors: `Kind::Usage` for any other text, and for directory buckets, which do not support SSE-C.
    fn from_str(text: &str) -> Result<Location, Failure> {
        let Some(rest) = text.strip_prefix(SCHEME) else {
            if is_web_url(text) {
                let shown = without_query(text);
                return Err(Failure::usage(format!("{shown} is not an s3:// URL"))
                    .hint(Advice::UseUrlByItself));
            }
            let message = if looks_secret(text) {
                "the value given instead of a URL looks like a key".to_owned()
            } else {
                format!("`{text}` is not an s3:// URL")
            };
            return Err(Failure::usage(message).hint("objects are written s3://bucket/object"));
        };
        let (bucket, key) = match split_arn(rest) {
            Some(parts) => parts,
            None => rest.split_once('/').unwrap_or((rest, "")),
        };
        check_bucket(bucket)?;
        Ok(Location { bucket: bucket.to_owned(), key: key.to_owned() })
    }
}

/// Splits `arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME/key` after the access point's name.
fn split_arn(rest: &str) -> Option<(&str, &str)> {
    let resource = rest.strip_prefix("arn:")?.splitn(5, ':').nth(4)?;
    let name =
        resource.strip_prefix("accesspoint/").or_else(|| resource.strip_prefix("accesspoint:"))?;
    let end = rest.len() - name.len() + name.find('/').unwrap_or(name.len());
    Some((&rest[..end], rest[end..].strip_prefix('/').unwrap_or_default()))
}

fn check_bucket(bucket: &str) -> Result<(), Failure> {
    if bucket.is_empty() {
        return Err(Failure::usage("the URL names no bucket")
            .hint("objects are written s3://bucket/object"));
    }
    if bucket.ends_with(DIRECTORY_BUCKET) {
        return Err(Failure::usage(format!(
            "{bucket} is a directory bucket, and directory buckets do not support SSE-C"
        ))
        .hint("use a general-purpose bucket"));
    }
    // Lenient, because other stores allow names that Amazon does not.
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-._:/".contains(c);
    if !bucket.chars().all(is_allowed) {
        return Err(Failure::usage(
            "the bucket's name contains a character that bucket names cannot have",
        )
        .hint("bucket names are made of a-z, 0-9, `-` and `.`"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, String) {
        let at: Location = text.parse().expect(text);
        (at.bucket, at.key)
    }

    #[test]
    fn bucket_and_key() {
        let cases = [
            ("s3://b", "b", ""),
            ("s3://b/", "b", ""),
            ("s3://b/k", "b", "k"),
            ("s3://b/a/../k//x ?&%41", "b", "a/../k//x ?&%41"),
            (
                "s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/ap/a/k",
                "arn:aws:s3:eu-west-1:123456789012:accesspoint/ap",
                "a/k",
            ),
            (
                "s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/ap",
                "arn:aws:s3:eu-west-1:123456789012:accesspoint/ap",
                "",
            ),
        ];
        for (text, bucket, key) in cases {
            assert_eq!(parts(text), (bucket.to_owned(), key.to_owned()), "{text}");
        }
    }

    #[test]
    fn invalid_locations() {
        for text in [
            "",
            "b/k",
            "s3:/b/k",
            "https://x/y",
            "s3://",
            "s3:///k",
            "s3://x--use1-az4--x-s3/k",
            "s3://b c/k",
        ] {
            let failure = text.parse::<Location>().expect_err(text);
            assert_eq!(failure.exit_code(), 2, "{text}");
            assert!(failure.detail().hint.is_some(), "{text}");
        }
        assert!("s3://b".parse::<Location>().unwrap().object().is_err());
        assert!("s3://b/ ".parse::<Location>().unwrap().object().is_err());
        assert!(
            format!("s3://b/{}", "k".repeat(1025)).parse::<Location>().unwrap().object().is_err()
        );
    }
}
