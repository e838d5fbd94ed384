//! What a server holds at its start: its buckets, and objects from a folder.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use md5::{Digest as _, Md5};
use s3s::validation::{AwsNameValidation, NameValidation as _};

use super::options::Options;
use crate::checksum::{Algorithm, Checksum, Hasher, Kind};
use crate::encoding;
use crate::store::{Attributes, Bucket, Encryption, Object, Part, Store, Tags, Versioning, new_id};

/// Makes the buckets of the options, and those of the folder with their objects. Buckets that the store holds already stay
/// as they are.
pub(crate) fn fill(store: &Store, options: &Options) -> io::Result<()> {
    let kept: Vec<_> = store.lock().iter().map(|(name, _)| name.clone()).collect();
    let mut made = Vec::new();
    for (name, versioned) in &options.buckets {
        if made.contains(name) {
            return Err(invalid(name, "named twice"));
        }
        create(store, options, name, *versioned)?;
        made.push(name.clone());
    }
    let Some(folder) = &options.init else { return Ok(()) };
    for entry in sorted(folder)? {
        let name = entry.file_name().into_string().unwrap_or_default();
        if !fs::metadata(entry.path())?.is_dir() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{}: not a folder: each folder becomes a bucket", entry.path().display()),
            ));
        }
        if kept.contains(&name) {
            continue;
        }
        create(store, options, &name, false)?;
        load(store, &name, &entry.path(), "")?;
    }
    Ok(())
}

fn invalid(name: &str, why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("bucket {name:?}: {why}"))
}

fn create(store: &Store, options: &Options, name: &str, versioned: bool) -> io::Result<()> {
    if !AwsNameValidation::new().validate_bucket_name(name) {
        return Err(invalid(name, "not a bucket name"));
    }
    let versioning = if versioned { Versioning::Enabled } else { Versioning::Unversioned };
    let mut bucket = Bucket::new(versioning);
    bucket.blocks_sse_c = options.behavior.quirks().blocks_sse_c;
    // It may be there already: from a folder that was served before, or named by both options.
    let _ = store.lock().create(name, bucket);
    Ok(())
}

fn sorted(folder: &Path) -> io::Result<Vec<fs::DirEntry>> {
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", folder.display()));
    let entries = fs::read_dir(folder).map_err(named)?;
    let mut entries = entries.collect::<Result<Vec<_>, _>>().map_err(named)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    Ok(entries)
}

/// Puts the files below `folder` under their paths; links are followed.
fn load(store: &Store, bucket: &str, folder: &Path, prefix: &str) -> io::Result<()> {
    for entry in sorted(folder)? {
        let path = entry.path();
        let name = entry.file_name().into_string().map_err(|_| {
            io::Error::new(io::ErrorKind::InvalidInput, format!("{}: not UTF-8", path.display()))
        })?;
        let key = format!("{prefix}{name}");
        let kind = fs::metadata(&path)?;
        if kind.is_dir() {
            load(store, bucket, &path, &format!("{key}/"))?;
        } else if kind.is_file() {
            let object = plain_object(store, File::open(&path)?)?;
            if let Ok(bucket) = store.lock().bucket_mut(bucket) {
                bucket.put(&key, Some(Arc::new(object)), Tags::new());
            }
        } else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{}: neither a file nor a folder", path.display()),
            ));
        }
    }
    Ok(())
}

fn plain_object(store: &Store, mut file: File) -> io::Result<Object> {
    let mut writer = store.writer(None)?;
    let (mut md5, mut crc) = (Md5::new(), Hasher::new(Algorithm::Crc64Nvme));
    let mut buffer = vec![0; 256 << 10];
    loop {
        let len = file.read(&mut buffer)?;
        if len == 0 {
            break;
        }
        md5.update(&buffer[..len]);
        crc.update(&buffer[..len]);
        writer.push(&buffer[..len])?;
    }
    let blob = writer.finish()?;
    Ok(Object {
        id: new_id(),
        size: blob.len(),
        parts: vec![Part { number: 0, blob, checksum: None }],
        etag: encoding::hex(&md5.finalize()),
        encryption: Encryption::S3,
        checksum: Some(Checksum {
            algorithm: Algorithm::Crc64Nvme,
            kind: Kind::FullObject,
            value: encoding::base64(&crc.finish()),
        }),
        attributes: Attributes::default(),
        multipart: false,
    })
}
