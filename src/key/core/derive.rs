//! One key per object, derived from a master key: the key of one object opens no other.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::encoding::KEY_BYTES;
use super::material::Key;
use crate::failure::{Advice, Failure};
use crate::location::Location;

const SALT: &[u8] = b"s3seal";
const LABEL: &[u8] = b"s3seal object key v1";
/// The endings of access point aliases: of buckets, of Object Lambda, and of FSx for OpenZFS (AWS, "Access point aliases",
/// "Bucket naming rules").
const ALIASES: [&str; 3] = ["-s3alias", "--ol-s3", "--op-s3"];

/// The key of one object: HKDF-SHA256 (RFC 5869) of the master's 32 bytes, with the salt `s3seal` and the info
/// `s3seal object key v1`, a zero byte, the bucket's name, a zero byte, and the object's key in UTF-8, neither encoded nor
/// normalised.
///
/// All versions of an object share it. `examples/derive.py` computes the same in ten lines.
pub fn derive(master: &Key, bucket: &str, key: &str) -> Key {
    let info = [LABEL, b"\0", bucket.as_bytes(), b"\0", key.as_bytes()];
    let mut derived = Zeroizing::new([0; KEY_BYTES]);
    Hkdf::<Sha256>::new(Some(SALT), master.bytes())
        .expand_multi_info(&info, derived.as_mut_slice())
        .expect("HKDF-SHA256 can produce 32 bytes");
    Key::of_one_object(&derived)
}

/// The names that a key is derived for: the object's own, or another object's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeriveAs {
    /// The bucket's name; none for the object's own bucket.
    pub bucket: Option<String>,
    /// The object's key; none for the object's own.
    pub key: Option<String>,
}

impl DeriveAs {
    /// Parses the URL of an object, or of a bucket alone, in which every object keeps its own key.
    /// Errors: `Kind::Usage` for anything but an `s3://` URL; for an access point, whose name is not the bucket's;
    /// and for a folder, since all its objects would get the same key.
    pub fn parse(url: &str) -> Result<DeriveAs, Failure> {
        let Location { bucket, key } = url.parse()?;
        refuse_access_point(&bucket)?;
        if key.ends_with('/') {
            return Err(Failure::usage(format!(
                "{url} names a folder, and a key is derived for one object"
            ))
            .hint(
                "name the object; or the bucket alone, in which each object keeps its own name",
            ));
        }
        Ok(DeriveAs { bucket: Some(bucket), key: (!key.is_empty()).then_some(key) })
    }

    /// Parses the value of `derive_bucket`: the name of a bucket. Anything else is a `Kind::Usage`.
    pub(crate) fn bucket(name: &str) -> Result<DeriveAs, Failure> {
        match DeriveAs::parse(&format!("s3://{name}")) {
            Ok(it) if it.key.is_none() && it.bucket.as_deref() == Some(name) => Ok(it),
            Err(failure) if !name.contains('/') => Err(failure),
            _ => Err(Failure::usage("`derive_bucket` is the name of a bucket alone")
                .hint("write it without s3:// and without a `/`")),
        }
    }

    /// Derives the key of the object at `at`.
    /// Errors: `Kind::Usage` if the bucket's name is unknown: an access point or the host of a presigned URL may have
    /// another name.
    pub(crate) fn derive(&self, master: &Key, at: &Location) -> Result<Key, Failure> {
        if at.bucket.contains("://") && (self.bucket.is_none() || self.key.is_none()) {
            return Err(Failure::usage(
                "the key is derived from the object's name, which a presigned URL does not tell",
            )
            .hint(Advice::NameDerivedObject)
            .at(at));
        }
        let bucket = match &self.bucket {
            Some(bucket) => bucket,
            None => refuse_access_point(&at.bucket).map_err(|failure| failure.at(at))?,
        };
        Ok(derive(master, bucket, self.key.as_ref().unwrap_or(&at.key)))
    }
}

/// Returns the bucket's name, unless it is the name of an access point.
fn refuse_access_point(bucket: &str) -> Result<&str, Failure> {
    if bucket.starts_with("arn:") || ALIASES.iter().any(|end| bucket.ends_with(end)) {
        return Err(Failure::usage(
            "a key is derived from the bucket's name, and this is the name of an access point",
        )
        .hint(Advice::NameDeriveBucket));
    }
    Ok(bucket)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From `examples/derive.py`.
    #[test]
    fn published_vectors() {
        let bytes: [u8; KEY_BYTES] = std::array::from_fn(|at| at as u8);
        let master = Key::from_bytes(bytes);
        for (bucket, key, derived) in [
            ("backups", "2026/dump.sql", "goOHtr8O+VlQAfXvsND52Y8NKirVhHxOUhrWaDCA/gI="),
            ("backups", "b", "opH/rLVGthcAbtIImSfR4o9bd+XIP3oH57KEGAVTkpo="),
        ] {
            assert_eq!(derive(&master, bucket, key).base64().as_str(), derived, "{bucket}/{key}");
        }
    }

    #[test]
    fn names_do_not_run_into_each_other() {
        let master = Key::from_bytes([7; KEY_BYTES]);
        assert_ne!(derive(&master, "a", "bc"), derive(&master, "ab", "c"));
        assert_ne!(derive(&master, "a", "\u{e4}"), derive(&master, "a", "a\u{308}"));
    }

    #[test]
    fn an_access_point_needs_the_name_of_its_bucket() {
        let master = Key::from_bytes([7; KEY_BYTES]);
        let own = DeriveAs::default();
        let other = DeriveAs::parse("s3://demo").unwrap();
        let at = |bucket: &str| Location { bucket: bucket.to_owned(), key: "k".to_owned() };
        for bucket in [
            "arn:aws:s3:eu-west-1:1:accesspoint/x",
            "x-abc-s3alias",
            "x--op-s3",
            "x--ol-s3",
            "https://h",
        ] {
            assert_eq!(own.derive(&master, &at(bucket)).unwrap_err().exit_code(), 2, "{bucket}");
        }
        assert_eq!(other.derive(&master, &at("x-s3alias")).unwrap(), derive(&master, "demo", "k"));
        assert!(other.derive(&master, &at("https://h")).is_err());
        let whole = DeriveAs::parse("s3://demo/other").unwrap();
        assert_eq!(
            whole.derive(&master, &at("https://h")).unwrap(),
            derive(&master, "demo", "other")
        );
        for url in ["s3://x-s3alias/k", "s3://demo/folder/", "demo"] {
            assert_eq!(DeriveAs::parse(url).unwrap_err().exit_code(), 2, "{url}");
        }
        assert_eq!(DeriveAs::bucket("demo").unwrap(), other);
        for name in ["s3://demo", "demo/", "demo/k", "x-s3alias", "arn:aws:s3:::x", ""] {
            assert_eq!(DeriveAs::bucket(name).unwrap_err().exit_code(), 2, "{name}");
        }
    }
}
