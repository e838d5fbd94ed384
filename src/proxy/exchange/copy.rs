//! CopyObject: the source is opened, the copy is sealed and proven. It goes through this machine where the store cannot be
//! trusted with it, which a trial with throw-away objects shows.

use std::time::SystemTime;

use http::HeaderMap;

use super::gateway::{Authenticated, Gateway};
use super::headers;
use super::own_key::own_source_key;
use super::put::check_encryption;
use super::reply::{Reply, document, element};
use crate::failure::Failure;
use crate::location::Location;
use crate::proxy::observe::SealedWith;
use crate::proxy::refused::Refused;
use crate::proxy::request::Request;
use crate::store::Encryption;
use crate::store::copy::{CopySource, Holder};
use crate::store::object::{
    Attributes, Condition, FixedKeys, Metadata, Opened, ReadOptions, Write,
};
use crate::text::percent;

/// The media type of objects without one (AWS, "PutObject").
const DEFAULT_TYPE: &str = "binary/octet-stream";

/// Headers of CopyObject that are not supported here.
const UNSUPPORTED: &[&str] = &[
    "x-amz-expected-bucket-owner",
    "x-amz-source-expected-bucket-owner",
    "x-amz-copy-source-if-modified-since",
    "x-amz-copy-source-if-unmodified-since",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write-acp",
    "x-amz-object-lock-legal-hold",
    "x-amz-object-lock-mode",
    "x-amz-object-lock-retain-until-date",
];

impl Gateway {
    /// CopyObject.
    pub(super) async fn copy(
        &self,
        asked: Authenticated,
        sealed: &SealedWith,
    ) -> Result<Reply, Refused> {
        let request = &asked.request;
        let at = request.location();
        check_encryption(request)?;
        let key = self.key_to_write(request, &at).await?;
        sealed.is(&key);
        let mut source = self.open_source(request).await?;
        let attributes = attributes(request, &mut source)?;
        let text = |name: &str| request.header(name).map(str::to_owned);
        let condition =
            Condition { if_match: text("if-match"), if_none_match: text("if-none-match") };
        let write = Write {
            at: at.clone(),
            encryption: Encryption::CustomerKey(key.key.clone()),
            attributes,
            condition,
            tags_key: false,
        };
        let source_version = source.version_id().map(str::to_owned);
        let failed = |failure: Failure| Refused::of_failure(&failure);
        let copy = self.store.plan_copy(source, write).await.map_err(failed)?;
        let stored = self.engine.copy(&copy).await.map_err(failed)?.stored;
        let etag = match stored.etag {
            Some(etag) => Some(etag),
            // Some stores do not say it in their answer to a copy.
            None => {
                let keys = [key.key.clone()];
                let options =
                    ReadOptions { version_id: stored.version_id.clone(), ..ReadOptions::default() };
                self.store.head(&at, &keys, &options).await.map_err(failed)?.answer.etag
            }
        };
        let checksum = Some(stored.checksum_crc64nvme).filter(|it| !it.is_empty());
        let modified = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
        let elements = [
            element("LastModified", Some(&modified)),
            element("ETag", etag.as_deref()),
            element("ChecksumCRC64NVME", checksum.as_deref()),
        ];
        let mut passed = HeaderMap::new();
        let mut add = |name: &'static str, value: Option<String>| {
            if let Some(value) = value.and_then(|value| value.try_into().ok()) {
                passed.insert(name, value);
            }
        };
        add("x-amz-version-id", stored.version_id);
        add("x-amz-copy-source-version-id", source_version);
        add("x-amz-server-side-encryption-customer-algorithm", Some("AES256".to_owned()));
        add("x-amz-server-side-encryption-customer-key-md5", Some(key.key.md5_base64()));
        Ok(document("CopyObjectResult", &elements, &passed))
    }

    /// Opens the object that `x-amz-copy-source` names, on the conditions of the other headers.
    pub(super) async fn open_source(&self, request: &Request) -> Result<CopySource, Refused> {
        if let Some(name) = UNSUPPORTED.iter().find(|name| request.headers.contains_key(**name)) {
            let why = "copies are made anew, with what their other headers say";
            return Err(Refused::not_implemented(&format!("A copy with {name}"), why));
        }
        let (at, version_id) = source_of(request)?;
        let text = |name: &str| request.header(name).map(str::to_owned);
        let options = ReadOptions {
            version_id,
            if_match: text("x-amz-copy-source-if-match"),
            if_none_match: text("x-amz-copy-source-if-none-match"),
            allow_plain: self.allow_plain,
            ..ReadOptions::default()
        };
        let failed = |failure: Failure| Refused::of_failure(&failure);
        let refuse = |unopened| {
            let refused = Refused::of_failure(&Failure::from(unopened));
            match refused.status.as_u16() {
                // The condition on the source does not hold.
                304 => Refused::new(412, "PreconditionFailed", refused.message),
                // A sealed source was expected: not a store without SSE-C.
                501 => Refused {
                    status: http::StatusCode::FORBIDDEN,
                    code: "AccessDenied".to_owned(),
                    ..refused
                },
                _ => refused,
            }
        };
        if let Some(key) = own_source_key(request)? {
            let mut keys = FixedKeys { keys: std::slice::from_ref(&key), is_sealed: false };
            let opened = self.store.head_with(&at, &mut keys, &options).await.map_err(refuse)?;
            let Opened { answer: metadata, key } = opened;
            return Ok(CopySource { at, key, metadata, holder: Holder::Destination });
        }
        let mut keys = self.keys.to_open(&self.store, &at).await.map_err(failed)?;
        let opened = self.store.head_with(&at, &mut keys, &options).await;
        let Opened { answer, key } = opened.map_err(refuse)?;
        let key = keys.opened(key.as_ref()).map(|key| key.key);
        Ok(CopySource { at, key, metadata: answer, holder: Holder::Destination })
    }
}

/// The object that `x-amz-copy-source` names, and its version.
fn source_of(request: &Request) -> Result<(Location, Option<String>), Refused> {
    let invalid = || {
        Refused::invalid(
            "InvalidArgument",
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
        )
    };
    let text = request.header("x-amz-copy-source").ok_or_else(invalid)?;
    let (name, version) = match text.split_once("?versionId=") {
        Some((name, version)) => (name, Some(version)),
        None => (text, None),
    };
    let decoded = |text: &str| percent::strictly_decoded(text).ok_or_else(invalid);
    let name = decoded(name)?;
    let name = name.strip_prefix('/').unwrap_or(&name);
    // The ARN of an access point has slashes of its own.
    let (bucket, key) = match name.split_once("/object/") {
        Some(parts) if name.starts_with("arn:") => parts,
        _ => name.split_once('/').ok_or_else(invalid)?,
    };
    if bucket.is_empty() || key.is_empty() {
        return Err(invalid());
    }
    let at = Location { bucket: bucket.to_owned(), key: key.to_owned() };
    Ok((at, version.map(decoded).transpose()?))
}

/// The attributes that the copy gets, besides those that it takes over from its source.
fn attributes(request: &Request, source: &mut CopySource) -> Result<Attributes, Refused> {
    let text = |name: &str| request.header(name).map(str::to_owned);
    let replaces = |name: &str| match request.header(name) {
        None | Some("COPY") => Ok(false),
        Some("REPLACE") => Ok(true),
        Some(_) => Err(Refused::invalid("InvalidArgument", format!("Unknown {name}."))),
    };
    let replaces_tags = replaces("x-amz-tagging-directive")?;
    let default_class = source.metadata.storage_class.is_some().then(|| "STANDARD".to_owned());
    let mut attributes = Attributes {
        acl: text("x-amz-acl"),
        storage_class: text("x-amz-storage-class").or(default_class),
        website_redirect_location: text("x-amz-website-redirect-location"),
        tagging: replaces_tags.then(|| text("x-amz-tagging").unwrap_or_default()),
        ..Attributes::default()
    };
    source.metadata.website_redirect_location = attributes.website_redirect_location.clone();
    if !replaces("x-amz-metadata-directive")? {
        return Ok(attributes);
    }
    attributes.content_type = text("content-type").or_else(|| Some(DEFAULT_TYPE.to_owned()));
    attributes.cache_control = text("cache-control");
    attributes.content_encoding = text("content-encoding");
    attributes.content_disposition = text("content-disposition");
    attributes.content_language = text("content-language");
    attributes.metadata = metadata(&headers::metadata_of(request));
    let kept = &mut source.metadata;
    (kept.content_type, kept.cache_control, kept.content_encoding) = (None, None, None);
    (kept.content_disposition, kept.content_language) = (None, None);
    (kept.expires, kept.missing_meta) = (text("expires"), None);
    kept.metadata.clear();
    Ok(attributes)
}

fn metadata(pairs: &[(String, String)]) -> Vec<Metadata> {
    if pairs.is_empty() { Vec::new() } else { vec![Metadata(pairs.to_vec())] }
}
