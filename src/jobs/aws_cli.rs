//! What aws-cli prints of an item: a line of `aws s3`, or the fields of a document of `aws s3api`.

use std::path::{Component, Path, PathBuf};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use super::sealer::ObjectEncryption;
use crate::location::Location;
use crate::store::object::Stored;
use crate::store::{Encryption, SSE_C_ALGORITHM};

/// The fields of a document, in the order of addition. A field without a value is omitted.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(&'static str, Value)>);

impl Fields {
    /// Adds a field, unless it has no value or is an empty list.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Fields {
        let value = value.into();
        if !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()) {
            self.0.push((name, value));
        }
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// The document of `put-object`.
pub(crate) fn stored(stored: &Stored, encryption: &ObjectEncryption) -> Fields {
    let checksum = stored.is_checked.then_some(stored.checksum_crc64nvme.as_str());
    let fields = Fields::default()
        .with("Expiration", stored.answer.expiration.as_deref())
        .with("ETag", stored.etag.as_deref())
        .with("ChecksumCRC64NVME", checksum)
        .with("ChecksumType", checksum.map(|_| "FULL_OBJECT"));
    encrypted(fields, stored, encryption)
}

/// The document of `copy-object`.
pub(crate) fn copied(
    stored: &Stored,
    encryption: &ObjectEncryption,
    source_version: Option<&str>,
) -> Fields {
    let mut result = json!({ "ETag": stored.etag });
    let checksum = Some(stored.checksum_crc64nvme.as_str()).filter(|it| !it.is_empty());
    for (name, value) in [
        ("LastModified", stored.answer.last_modified.as_deref()),
        ("ChecksumType", checksum.map(|_| "FULL_OBJECT")),
        ("ChecksumCRC64NVME", checksum),
    ] {
        if let Some(value) = value {
            result[name] = value.into();
        }
    }
    let fields = Fields::default()
        .with("Expiration", stored.answer.expiration.as_deref())
        .with("CopySourceVersionId", source_version);
    encrypted(fields, stored, encryption).with("CopyObjectResult", result)
}

fn encrypted(fields: Fields, stored: &Stored, encryption: &ObjectEncryption) -> Fields {
    let key = match &encryption.encryption {
        Encryption::CustomerKey(key) => Some(key),
        _ => None,
    };
    let answer = &stored.answer;
    fields
        .with("ServerSideEncryption", answer.server_side_encryption.as_deref())
        .with("VersionId", stored.version_id.as_deref())
        .with("SSECustomerAlgorithm", key.map(|_| SSE_C_ALGORITHM))
        .with("SSECustomerKeyMD5", key.map(|key| key.md5_base64()))
        .with("SSEKMSKeyId", answer.ssekms_key_id.as_deref())
        .with("BucketKeyEnabled", answer.bucket_key_enabled)
        .with("RequestCharged", answer.request_charged.as_deref())
}

/// A line of `aws s3`: what was done with what.
#[derive(Debug)]
pub(crate) struct Line {
    verb: &'static str,
    /// The source; none for a deletion.
    from: Option<String>,
    to: String,
}

impl Line {
    pub(crate) fn upload(moves: bool, path: &Path, to: &Location) -> Option<Line> {
        // As aws-cli: nothing is printed of a stream.
        let from = (path != Path::new("-")).then(|| relative(path))?;
        let verb = if moves { "move" } else { "upload" };
        Some(Line { verb, from: Some(from), to: to.to_string() })
    }

    pub(crate) fn download(moves: bool, from: &Location, path: &Path) -> Line {
        let verb = if moves { "move" } else { "download" };
        Line { verb, from: Some(from.to_string()), to: relative(path) }
    }

    pub(crate) fn copy(moves: bool, from: &Location, to: &Location) -> Line {
        let verb = if moves { "move" } else { "copy" };
        Line { verb, from: Some(from.to_string()), to: to.to_string() }
    }

    pub(crate) fn delete(at: &Location) -> Line {
        Line { verb: "delete", from: None, to: at.to_string() }
    }

    pub(crate) fn delete_file(path: &Path) -> Line {
        Line { verb: "delete", from: None, to: relative(path) }
    }

    pub(crate) fn text(&self, dry_run: bool) -> String {
        let Line { verb, from, to } = self;
        let dry_run = if dry_run { "(dryrun) " } else { "" };
        match from {
            Some(from) => format!("{dry_run}{verb}: {from} to {to}"),
            None => format!("{dry_run}{verb}: {to}"),
        }
    }
}

/// The path as aws-cli writes it: relative to the current folder, `./name` for what is in it (awscli, `utils.py`,
/// `relative_path`).
fn relative(path: &Path) -> String {
    let Ok(here) = std::env::current_dir() else { return path.display().to_string() };
    relative_to(&here, path).display().to_string()
}

fn relative_to(here: &Path, path: &Path) -> PathBuf {
    let folder = normal(&here.join(path.parent().unwrap_or(Path::new(""))));
    let here = normal(here);
    let common = folder.components().zip(here.components()).take_while(|(a, b)| a == b).count();
    let up = here.components().skip(common).map(|_| Component::ParentDir);
    let below: PathBuf = up.chain(folder.components().skip(common)).collect();
    let below = if below.as_os_str().is_empty() { PathBuf::from(".") } else { below };
    below.join(path.file_name().unwrap_or_default())
}

/// Without `.` and `..`, as Python's `normpath`, which looks at no file.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(normal.pop()),
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative() {
        let here = Path::new("/home/me");
        for (path, expected) in [
            ("f", "./f"),
            ("./f", "./f"),
            ("d/f", "d/f"),
            ("./d//e/../f", "d/f"),
            ("../f", "../f"),
            ("/home/me/f", "./f"),
            ("/home/me/d/f", "d/f"),
            ("/home/you/f", "../you/f"),
            ("/f", "../../f"),
        ] {
            assert_eq!(relative_to(here, Path::new(path)), Path::new(expected), "{path}");
        }
    }
}
