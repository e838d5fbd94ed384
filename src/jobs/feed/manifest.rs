//! The format of an S3 Inventory: a manifest, and data files that list the objects of a bucket on one day (AWS, "Cataloging
//! and analyzing your data with S3 Inventory"). Nothing here sends a request or opens a file.

use std::io::Read;
use std::time::SystemTime;

use csv::{ErrorKind, StringRecord};
use flate2::read::MultiGzDecoder;
use serde::Deserialize;

use crate::failure::Failure;
use crate::store::list::{Listed, ListedKind};
use crate::text::percent::form_decoded;
use crate::text::redaction::mask_key_text;

/// A `manifest.json`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest {
    /// The bucket whose objects are listed.
    pub source_bucket: String,
    file_format: String,
    file_schema: String,
    pub files: Vec<DataFile>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct DataFile {
    /// Its key in the bucket with the inventory.
    pub key: String,
    /// The MD5 of its bytes, in hex digits.
    #[serde(rename = "MD5checksum")]
    pub md5: String,
}

/// The numbers of a data file's columns.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    count: usize,
    key: usize,
    version_id: Option<usize>,
    is_latest: Option<usize>,
    is_delete_marker: Option<usize>,
    size: Option<usize>,
    last_modified: Option<usize>,
    etag: Option<usize>,
    storage_class: Option<usize>,
    encryption: Option<usize>,
}

/// An object, a version or a delete marker at the time of the inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inventoried {
    pub kind: ListedKind,
    pub key: String,
    /// Whether it was the newest version.
    pub is_latest: bool,
    /// The entry that a listing would have. None if the inventory has no column for size or time.
    pub listed: Option<Listed>,
    /// None if the inventory does not say.
    pub encryption: Option<EncryptionStatus>,
}

/// How an object was encrypted, as the inventory names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EncryptionStatus {
    SseC,
    /// With a key of the store.
    SseS3,
    /// With a key in KMS, in one or two layers.
    SseKms,
    /// Not at all.
    NotSse,
}

impl Manifest {
    /// Reads a `manifest.json`.
    /// Errors: `Kind::Usage` if it is not a manifest, or its data files are not CSV.
    pub(crate) fn parse(json: &[u8]) -> Result<Manifest, Failure> {
        let manifest: Manifest = serde_json::from_slice(json).map_err(|error| {
            // The parser's own message can quote a value, which may be a key.
            let why = error.to_string();
            let why = mask_key_text(&why);
            Failure::usage(format!("this is no manifest of an S3 Inventory: {why}"))
                .hint("name the manifest.json that was written last, in the folder called after its time")
                .because(error)
        })?;
        match manifest.file_format.as_str() {
            "CSV" => Ok(manifest),
            other => Err(Failure::usage(format!("the inventory's format is {other}; CSV is read"))
                .hint("configure an inventory with the output format CSV")),
        }
    }

    /// The columns of the data files.
    /// Errors: `Kind::Usage` if there is no column for keys.
    pub(crate) fn columns(&self) -> Result<Columns, Failure> {
        let names: Vec<&str> = self.file_schema.split(',').map(str::trim).collect();
        let column = |name: &str| names.iter().position(|own| *own == name);
        let key = column("Key").ok_or_else(|| {
            Failure::usage("the inventory's fileSchema has no column Key")
                .hint("name the manifest.json as the store wrote it")
        })?;
        Ok(Columns {
            count: names.len(),
            key,
            version_id: column("VersionId"),
            is_latest: column("IsLatest"),
            is_delete_marker: column("IsDeleteMarker"),
            size: column("Size"),
            last_modified: column("LastModifiedDate"),
            etag: column("ETag"),
            storage_class: column("StorageClass"),
            encryption: column("EncryptionStatus"),
        })
    }
}

impl Columns {
    /// Whether they have everything that a listing of versions has.
    pub(crate) fn have_versions(&self) -> bool {
        self.version_id.is_some() && self.is_latest.is_some() && self.have_listing()
    }

    /// Whether they have everything that a listing has.
    pub(crate) fn have_listing(&self) -> bool {
        self.size.is_some() && self.last_modified.is_some()
    }

    /// Passes each row of a gzipped data file to `see`, until that returns false.
    /// Errors: `Kind::Integrity` if the file is damaged or ends early; the failures of the reader.
    pub(crate) fn read(
        &self,
        file: impl Read,
        mut see: impl FnMut(Inventoried) -> bool,
    ) -> Result<(), Failure> {
        let mut text = Text { decoder: MultiGzDecoder::new(file), is_quoted: false };
        let mut rows =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&mut text);
        let mut row = StringRecord::new();
        while rows.read_record(&mut row).map_err(of_reader)? {
            let line = row.position().map_or(0, csv::Position::line);
            if row.len() != self.count {
                let (found, count) = (row.len(), self.count);
                return Err(damaged(format!("line {line} has {found} columns, not {count}")));
            }
            let inventoried = self.inventoried(&row);
            if !see(inventoried.ok_or_else(|| damaged(format!("line {line} makes no sense")))?) {
                return Ok(());
            }
        }
        if text.is_quoted {
            return Err(damaged("it ends within a quoted field"));
        }
        Ok(())
    }

    fn inventoried(&self, row: &StringRecord) -> Option<Inventoried> {
        // An empty field counts as missing.
        let field = |column: Option<usize>| row.get(column?).filter(|text| !text.is_empty());
        let is = |column, otherwise| {
            field(column).map_or(Some(otherwise), |text| text.to_ascii_lowercase().parse().ok())
        };
        let key = form_decoded(row.get(self.key)?).ok()?;
        let kind = if is(self.is_delete_marker, false)? {
            ListedKind::DeleteMarker
        } else {
            ListedKind::Object
        };
        let is_latest = is(self.is_latest, true)?;
        let mut listed = None;
        if self.have_listing() {
            listed = Some(Listed {
                kind,
                key: key.clone(),
                bytes: field(self.size).map_or(Some(0), |size| size.parse().ok())?,
                modified: time(field(self.last_modified)?)?,
                // It was written before the bucket kept versions.
                version_id: self
                    .version_id
                    .map(|column| field(Some(column)).unwrap_or("null").to_owned()),
                is_latest,
                etag: field(self.etag).map(|etag| format!("\"{}\"", etag.trim_matches('"'))),
                storage_class: field(self.storage_class).map(str::to_owned),
            });
        }
        let encryption = field(self.encryption).and_then(EncryptionStatus::of);
        Some(Inventoried { kind, key, is_latest, listed, encryption })
    }
}

impl EncryptionStatus {
    /// None for unknown values, which AWS may add.
    fn of(text: &str) -> Option<EncryptionStatus> {
        match text {
            "SSE-C" => Some(EncryptionStatus::SseC),
            "SSE-S3" => Some(EncryptionStatus::SseS3),
            "SSE-KMS" | "DSSE-KMS" => Some(EncryptionStatus::SseKms),
            "NOT-SSE" => Some(EncryptionStatus::NotSse),
            _ => None,
        }
    }
}

/// The text of a data file. It counts quotes, because the CSV reader accepts a file that ends within a quoted field.
struct Text<R> {
    decoder: MultiGzDecoder<R>,
    is_quoted: bool,
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.decoder.read(buffer)?;
        // A quote within a quoted field is written as two, so an odd number means an open field.
        self.is_quoted ^= buffer[..count].iter().filter(|byte| **byte == b'"').count() % 2 == 1;
        Ok(count)
    }
}

fn time(text: &str) -> Option<SystemTime> {
    humantime::parse_rfc3339_weak(text).ok()
}

/// The decoders pass on a failure of the reader unchanged.
fn of_reader(error: csv::Error) -> Failure {
    match error.into_kind() {
        ErrorKind::Io(error) => match error.downcast::<Failure>() {
            Ok(failure) => failure,
            Err(error) => damaged(error),
        },
        ErrorKind::Utf8 { err, .. } => damaged(err),
        kind => damaged(format!("{kind:?}")),
    }
}

fn damaged(why: impl std::fmt::Display) -> Failure {
    Failure::integrity(format!("the inventory's data file is damaged: {why}"))
        .hint("fetch it again, or wait for the next inventory")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn columns(schema: &str) -> Columns {
        let json = serde_json::json!({
            "sourceBucket": "b", "fileFormat": "CSV", "fileSchema": schema, "files": [],
        });
        Manifest::parse(json.to_string().as_bytes()).unwrap().columns().unwrap()
    }

    fn zipped(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn read(schema: &str, file: &[u8]) -> Result<Vec<Inventoried>, Failure> {
        let mut found = Vec::new();
        columns(schema).read(file, |it| {
            found.push(it);
            true
        })?;
        Ok(found)
    }

    const ALL: &str = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, \
                       StorageClass, EncryptionStatus";

    #[test]
    fn a_row_says_what_a_listing_says_and_how_it_was_encrypted() {
        let text = "\"b\",\"a+b%2Fc%C3%A4\",\"v1\",\"true\",\"false\",\"12\",\"2026-11-22T05:26:21.000Z\",\"abc\",\"GLACIER\",\"SSE-C\"\n\
                    \"b\",\"x\",\"\",\"FALSE\",\"true\",\"\",\"2026-11-22T05:26:21.000Z\",\"\",\"\",\"\"\n";
        let found = read(ALL, &zipped(text)).unwrap();
        let [object, marker] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(
            (object.key.as_str(), object.kind, object.is_latest),
            ("a b/cä", ListedKind::Object, true)
        );
        assert_eq!(object.encryption, Some(EncryptionStatus::SseC));
        let listed = object.listed.as_ref().unwrap();
        assert_eq!((listed.bytes, listed.version_id.as_deref()), (12, Some("v1")));
        assert_eq!(listed.etag.as_deref(), Some("\"abc\""));
        assert_eq!(listed.storage_class.as_deref(), Some("GLACIER"));
        let seconds = listed.modified.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        assert_eq!(seconds, 1_795_325_181);
        assert_eq!((marker.kind, marker.is_latest), (ListedKind::DeleteMarker, false));
        assert_eq!(marker.listed.as_ref().unwrap().version_id.as_deref(), Some("null"));
        assert_eq!(marker.encryption, None);
    }

    #[test]
    fn all_columns_but_the_key_may_be_left_out() {
        let found = read("Bucket, Key", &zipped("\"b\",\"x\"\n")).unwrap();
        assert_eq!((found[0].key.as_str(), found[0].is_latest), ("x", true));
        assert_eq!((&found[0].listed, found[0].encryption), (&None, None));
        assert!(!columns("Bucket, Key, VersionId, IsLatest").have_versions());
        assert!(columns(ALL).have_versions());
    }

    #[test]
    fn what_is_not_whole_is_not_read_as_if_it_were() {
        let rows: String = (0..1_000).map(|index| format!("\"b\",\"{index}\"\n")).collect();
        let whole = zipped(&rows);
        assert_eq!(read("Bucket, Key", &whole).unwrap().len(), 1_000);
        let mut flipped = whole.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 0x10;
        for file in [
            &whole[..whole.len() - 1],
            &whole[..whole.len() / 2],
            &whole[..5],
            &flipped,
            &zipped("\"b\",\"x\"\n\"b\"\n"),
            &zipped("\"b\",\"x\"\n\"b\",\"y"),
            &zipped("\"b\",\"x\",\"y\"\n"),
            &zipped("\"b\",\"%zz\"\n"),
            b"\"b\",\"x\"\n",
        ] {
            let read = read("Bucket, Key", file).map(|found| found.len());
            let failure = read.expect_err(&format!("{} bytes", file.len()));
            assert_eq!(failure.exit_code(), 7, "{failure}");
            assert!(failure.to_string().contains("damaged"), "{failure}");
        }
        for row in [
            "\"x\",\"one\",\"2026-11-22T05:26:21Z\"",
            "\"x\",\"1\",\"yesterday\"",
            "\"x\",\"1\",\"\"",
        ] {
            let schema = "Key, Size, LastModifiedDate";
            assert_eq!(read(schema, &zipped(row)).expect_err(row).exit_code(), 7);
        }
    }

    #[test]
    fn the_readers_own_failures_come_through() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other(Failure::denied("no")))
            }
        }
        let failure = columns("Key").read(Broken, |_| true).expect_err("it is broken");
        assert_eq!(failure.exit_code(), 5);
    }

    #[test]
    fn other_formats_are_refused_by_name() {
        let parse = |format: &str| {
            let json = format!(
                r#"{{"sourceBucket":"b","fileFormat":"{format}","fileSchema":"Bucket","files":[]}}"#
            );
            Manifest::parse(json.as_bytes())
        };
        for format in ["ORC", "Parquet"] {
            let failure = parse(format).expect_err(format);
            assert_eq!(failure.exit_code(), 2);
            assert!(failure.to_string().contains(format), "{failure}");
        }
        assert_eq!(parse("CSV").unwrap().columns().expect_err("no key").exit_code(), 2);
        assert_eq!(Manifest::parse(b"Bucket,Key").expect_err("no JSON").exit_code(), 2);
    }
}
