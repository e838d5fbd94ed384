//! The documents that are checked, kept and returned: tags, public access block, lifecycle, notifications, logging, website,
//! acceleration, request payment, replication, tiering, inventories, analytics, metrics.

use bytes::Bytes;
use http::StatusCode;

use super::documents::{Reply, no_content, xml_answer};
use crate::random;
use crate::refusal::Refusal;
use crate::settings::{Absent, DocumentKind, name_notifications, name_rules};
use crate::store::{Bucket, Buckets, Versioning};
use crate::xml::Element;

/// The most documents of a kind of which a bucket has several.
const MAX_NUMBERED: usize = 1000;

/// Serves an operation on the document of a bucket; `id` tells several of a kind apart.
pub(super) fn serve(
    buckets: &mut Buckets,
    operation: &str,
    bucket: &str,
    id: Option<&str>,
    document: &Bytes,
) -> Result<Reply, Refusal> {
    let (kind, place) = DocumentKind::of(operation).ok_or_else(Refusal::not_implemented)?;
    buckets.bucket(bucket)?;
    let name = match (kind.is_numbered(), id) {
        (true, Some(id)) => format!("{}/{id}", kind.name),
        (true, None) if place != 3 => {
            return Err(Refusal::invalid_argument("The id is missing", "id", "null"));
        }
        _ => kind.name.to_owned(),
    };
    match place {
        0 => get(buckets.bucket(bucket)?, kind, &name, bucket),
        1 => put(buckets, bucket, kind, &name, id, document),
        2 => {
            let removed = buckets.bucket_mut(bucket)?.settings.documents.remove(&name);
            if kind.is_numbered() && removed.is_none() {
                return Err(absent(kind, bucket));
            }
            Ok(no_content(StatusCode::NO_CONTENT))
        }
        _ => Ok(list(buckets.bucket(bucket)?, kind)),
    }
}

fn get(bucket: &Bucket, kind: &DocumentKind, name: &str, owner: &str) -> Result<Reply, Refusal> {
    match (bucket.settings.documents.get(name), &kind.absent) {
        (Some(content), _) => Ok(xml_answer(kind.root, content)),
        (None, Absent::Content(content)) => Ok(xml_answer(kind.root, content)),
        (None, Absent::Refusal(..)) => Err(absent(kind, owner)),
    }
}

fn absent(kind: &DocumentKind, bucket: &str) -> Refusal {
    match kind.absent {
        Absent::Refusal(code, message) => {
            Refusal::new(404, code, message).detail("BucketName", bucket)
        }
        Absent::Content(_) => Refusal::internal_error(),
    }
}

fn list(bucket: &Bucket, kind: &DocumentKind) -> Reply {
    let root = match kind.name {
        "inventory" => "ListInventoryConfigurationsResult",
        "metrics" => "ListMetricsConfigurationsResult",
        "analytics" => "ListBucketAnalyticsConfigurationResult",
        _ => "ListBucketIntelligentTieringConfigurationsResult",
    };
    let prefix = format!("{}/", kind.name);
    let all = bucket.settings.documents.iter().filter(|(name, _)| name.starts_with(&prefix));
    let all = all.map(|(_, content)| format!("<{0}>{content}</{0}>", kind.root));
    xml_answer(root, &format!("<IsTruncated>false</IsTruncated>{}", all.collect::<String>()))
}

fn put(
    buckets: &mut Buckets,
    bucket: &str,
    kind: &DocumentKind,
    name: &str,
    id: Option<&str>,
    document: &Bytes,
) -> Result<Reply, Refusal> {
    let mut root = kind.parse(document)?;
    check_bucket(buckets, bucket, kind, &root)?;
    if kind.is_numbered() && root.texts("Id").first().map(String::as_str) != id {
        let message = "The id in the address is not that of the configuration";
        return Err(Refusal::invalid_argument(message, "id", id.unwrap_or_default()));
    }
    match kind.name {
        "lifecycle" => name_rules(&mut root, random::hex::<16>),
        "publicAccessBlock" => name_switches(&mut root),
        "notification" => name_notifications(&mut root, random::hex::<16>),
        _ => {}
    }
    let documents = &mut buckets.bucket_mut(bucket)?.settings.documents;
    let prefix = format!("{}/", kind.name);
    let count = documents.keys().filter(|name| name.starts_with(&prefix)).count();
    if count >= MAX_NUMBERED && !documents.contains_key(name) {
        let message = "You are attempting to create a new configuration but have already reached the 1,000-configuration limit.";
        return Err(Refusal::new(400, "TooManyConfigurations", message));
    }
    documents.insert(name.to_owned(), root.content());
    if kind.name == "notification" {
        buckets.announce_test(bucket);
    }
    let status = StatusCode::from_u16(kind.status).unwrap_or_default();
    Ok(no_content(status))
}

/// What a document needs of its bucket, or of others.
fn check_bucket(
    buckets: &Buckets,
    bucket: &str,
    kind: &DocumentKind,
    root: &Element,
) -> Result<(), Refusal> {
    match kind.name {
        "replication" if buckets.bucket(bucket)?.versioning != Versioning::Enabled => {
            Err(Refusal::invalid_request(
                "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
            ))
        }
        "accelerate" if bucket.contains('.') => Err(Refusal::invalid_request(
            "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names",
        )),
        "logging" => {
            let targets = root.all("LoggingEnabled").flat_map(|it| it.texts("TargetBucket"));
            match targets.into_iter().find(|target| buckets.bucket(target).is_err()) {
                Some(target) => Err(Refusal::new(
                    400,
                    "InvalidTargetBucketForLogging",
                    "The target bucket for logging does not exist",
                )
                .detail("TargetBucket", target)),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// Answers name all four switches of a public access block.
fn name_switches(root: &mut Element) {
    let switches =
        ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
    let children = switches.map(|name| {
        let given = root.texts(name).into_iter().next().unwrap_or_default();
        let text = given.eq_ignore_ascii_case("true").to_string();
        Element { name: name.to_owned(), text, ..Element::default() }
    });
    root.children = children.into();
}
