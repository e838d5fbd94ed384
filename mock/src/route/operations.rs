//! The operations of the S3 API: how a request names each of them, and what this server does with it.

/// What this server does with an operation of the S3 API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Support {
    /// Answered as Amazon S3 answers it, with its effects.
    Served,
    /// Checked, kept and returned, without any other effect.
    Stored,
    /// Refused with 501 `NotImplemented`.
    Refused,
}

/// Every operation of the S3 API by its name, and what this server does with it.
pub fn operations() -> impl Iterator<Item = (&'static str, Support)> {
    let variants = VARIANTS.iter().map(|(plain, name)| {
        let row = OPERATIONS.iter().find(|row| row.name == *plain);
        (*name, row.map_or(Support::Refused, |row| row.support))
    });
    let rows = OPERATIONS.iter().map(|row| (row.name, row.support));
    let elsewhere = ELSEWHERE.iter().map(|name| (*name, Support::Refused));
    rows.chain(variants).chain(elsewhere)
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Root,
    Bucket,
    Object,
}

/// How a request names an operation.
pub(crate) struct Row {
    pub(crate) method: &'static str,
    pub(crate) level: Level,
    /// Parameters of the query, joined by `&`; empty where there is none.
    pub(crate) subresource: &'static str,
    pub(crate) name: &'static str,
    pub(crate) support: Support,
}

const fn row(
    method: &'static str,
    level: Level,
    subresource: &'static str,
    name: &'static str,
    support: Support,
) -> Row {
    Row { method, level, subresource, name, support }
}

use Level::{Bucket, Object, Root};
use Support::{Refused, Served};

/// The first row that fits a request counts.
#[rustfmt::skip]
pub(crate) const OPERATIONS: &[Row] = &[
    row("GET", Root, "session", "CreateSession", Refused),
    row("GET", Root, "", "ListBuckets", Served),
    row("GET", Bucket, "location", "GetBucketLocation", Served),
    row("GET", Bucket, "versioning", "GetBucketVersioning", Served),
    row("GET", Bucket, "versions", "ListObjectVersions", Served),
    row("GET", Bucket, "uploads", "ListMultipartUploads", Served),
    row("GET", Bucket, "encryption", "GetBucketEncryption", Served),
    row("GET", Bucket, "acl", "GetBucketAcl", Refused),
    row("GET", Bucket, "cors", "GetBucketCors", Served),
    row("GET", Bucket, "lifecycle", "GetBucketLifecycleConfiguration", Refused),
    row("GET", Bucket, "policyStatus", "GetBucketPolicyStatus", Refused),
    row("GET", Bucket, "policy", "GetBucketPolicy", Served),
    row("GET", Bucket, "tagging", "GetBucketTagging", Refused),
    row("GET", Bucket, "object-lock", "GetObjectLockConfiguration", Refused),
    row("GET", Bucket, "ownershipControls", "GetBucketOwnershipControls", Served),
    row("GET", Bucket, "publicAccessBlock", "GetPublicAccessBlock", Refused),
    row("GET", Bucket, "accelerate", "GetBucketAccelerateConfiguration", Refused),
    row("GET", Bucket, "logging", "GetBucketLogging", Refused),
    row("GET", Bucket, "notification", "GetBucketNotificationConfiguration", Refused),
    row("GET", Bucket, "replication", "GetBucketReplication", Refused),
    row("GET", Bucket, "requestPayment", "GetBucketRequestPayment", Refused),
    row("GET", Bucket, "website", "GetBucketWebsite", Refused),
    row("GET", Bucket, "analytics&id", "GetBucketAnalyticsConfiguration", Refused),
    row("GET", Bucket, "analytics", "ListBucketAnalyticsConfigurations", Refused),
    row("GET", Bucket, "intelligent-tiering&id", "GetBucketIntelligentTieringConfiguration", Refused),
    row("GET", Bucket, "intelligent-tiering", "ListBucketIntelligentTieringConfigurations", Refused),
    row("GET", Bucket, "inventory&id", "GetBucketInventoryConfiguration", Refused),
    row("GET", Bucket, "inventory", "ListBucketInventoryConfigurations", Refused),
    row("GET", Bucket, "metrics&id", "GetBucketMetricsConfiguration", Refused),
    row("GET", Bucket, "metrics", "ListBucketMetricsConfigurations", Refused),
    row("GET", Bucket, "metadataConfiguration", "GetBucketMetadataConfiguration", Refused),
    row("GET", Bucket, "metadataTable", "GetBucketMetadataTableConfiguration", Refused),
    row("GET", Bucket, "abac", "GetBucketAbac", Refused),
    row("GET", Bucket, "session", "CreateSession", Refused),
    row("GET", Bucket, "", "ListObjects", Served),
    row("HEAD", Bucket, "", "HeadBucket", Served),
    row("PUT", Bucket, "versioning", "PutBucketVersioning", Served),
    row("PUT", Bucket, "encryption", "PutBucketEncryption", Served),
    row("PUT", Bucket, "acl", "PutBucketAcl", Refused),
    row("PUT", Bucket, "cors", "PutBucketCors", Served),
    row("PUT", Bucket, "lifecycle", "PutBucketLifecycleConfiguration", Refused),
    row("PUT", Bucket, "policy", "PutBucketPolicy", Served),
    row("PUT", Bucket, "tagging", "PutBucketTagging", Refused),
    row("PUT", Bucket, "object-lock", "PutObjectLockConfiguration", Refused),
    row("PUT", Bucket, "ownershipControls", "PutBucketOwnershipControls", Refused),
    row("PUT", Bucket, "publicAccessBlock", "PutPublicAccessBlock", Refused),
    row("PUT", Bucket, "accelerate", "PutBucketAccelerateConfiguration", Refused),
    row("PUT", Bucket, "logging", "PutBucketLogging", Refused),
    row("PUT", Bucket, "notification", "PutBucketNotificationConfiguration", Refused),
    row("PUT", Bucket, "replication", "PutBucketReplication", Refused),
    row("PUT", Bucket, "requestPayment", "PutBucketRequestPayment", Refused),
    row("PUT", Bucket, "website", "PutBucketWebsite", Refused),
    row("PUT", Bucket, "analytics", "PutBucketAnalyticsConfiguration", Refused),
    row("PUT", Bucket, "intelligent-tiering", "PutBucketIntelligentTieringConfiguration", Refused),
    row("PUT", Bucket, "inventory", "PutBucketInventoryConfiguration", Refused),
    row("PUT", Bucket, "metrics", "PutBucketMetricsConfiguration", Refused),
    row("PUT", Bucket, "abac", "PutBucketAbac", Refused),
    row("PUT", Bucket, "metadataInventoryTable", "UpdateBucketMetadataInventoryTableConfiguration", Refused),
    row("PUT", Bucket, "metadataJournalTable", "UpdateBucketMetadataJournalTableConfiguration", Refused),
    row("PUT", Bucket, "metadataAnnotationTable", "UpdateBucketMetadataAnnotationTableConfiguration", Refused),
    row("PUT", Bucket, "", "CreateBucket", Served),
    row("DELETE", Bucket, "encryption", "DeleteBucketEncryption", Served),
    row("DELETE", Bucket, "cors", "DeleteBucketCors", Served),
    row("DELETE", Bucket, "lifecycle", "DeleteBucketLifecycle", Refused),
    row("DELETE", Bucket, "policy", "DeleteBucketPolicy", Served),
    row("DELETE", Bucket, "tagging", "DeleteBucketTagging", Refused),
    row("DELETE", Bucket, "ownershipControls", "DeleteBucketOwnershipControls", Refused),
    row("DELETE", Bucket, "publicAccessBlock", "DeletePublicAccessBlock", Refused),
    row("DELETE", Bucket, "replication", "DeleteBucketReplication", Refused),
    row("DELETE", Bucket, "website", "DeleteBucketWebsite", Refused),
    row("DELETE", Bucket, "analytics", "DeleteBucketAnalyticsConfiguration", Refused),
    row("DELETE", Bucket, "intelligent-tiering", "DeleteBucketIntelligentTieringConfiguration", Refused),
    row("DELETE", Bucket, "inventory", "DeleteBucketInventoryConfiguration", Refused),
    row("DELETE", Bucket, "metrics", "DeleteBucketMetricsConfiguration", Refused),
    row("DELETE", Bucket, "metadataConfiguration", "DeleteBucketMetadataConfiguration", Refused),
    row("DELETE", Bucket, "metadataTable", "DeleteBucketMetadataTableConfiguration", Refused),
    row("DELETE", Bucket, "", "DeleteBucket", Served),
    row("POST", Bucket, "delete", "DeleteObjects", Served),
    row("POST", Bucket, "metadataConfiguration", "CreateBucketMetadataConfiguration", Refused),
    row("POST", Bucket, "metadataTable", "CreateBucketMetadataTableConfiguration", Refused),
    row("POST", Bucket, "", "PostObject", Served),
    row("GET", Object, "attributes", "GetObjectAttributes", Served),
    row("GET", Object, "acl", "GetObjectAcl", Served),
    row("GET", Object, "tagging", "GetObjectTagging", Served),
    row("GET", Object, "legal-hold", "GetObjectLegalHold", Refused),
    row("GET", Object, "retention", "GetObjectRetention", Refused),
    row("GET", Object, "torrent", "GetObjectTorrent", Refused),
    row("GET", Object, "annotation&annotationName", "GetObjectAnnotation", Refused),
    row("GET", Object, "annotation", "ListObjectAnnotations", Refused),
    row("GET", Object, "uploadId", "ListParts", Served),
    row("GET", Object, "", "GetObject", Served),
    row("HEAD", Object, "", "HeadObject", Served),
    row("PUT", Object, "uploadId", "UploadPart", Served),
    row("PUT", Object, "acl", "PutObjectAcl", Refused),
    row("PUT", Object, "tagging", "PutObjectTagging", Served),
    row("PUT", Object, "legal-hold", "PutObjectLegalHold", Refused),
    row("PUT", Object, "retention", "PutObjectRetention", Refused),
    row("PUT", Object, "annotation", "PutObjectAnnotation", Refused),
    row("PUT", Object, "encryption", "UpdateObjectEncryption", Refused),
    row("PUT", Object, "renameObject", "RenameObject", Refused),
    row("PUT", Object, "", "PutObject", Served),
    row("POST", Object, "uploads", "CreateMultipartUpload", Served),
    row("POST", Object, "uploadId", "CompleteMultipartUpload", Served),
    row("POST", Object, "restore", "RestoreObject", Refused),
    row("POST", Object, "select", "SelectObjectContent", Refused),
    row("DELETE", Object, "uploadId", "AbortMultipartUpload", Served),
    row("DELETE", Object, "tagging", "DeleteObjectTagging", Served),
    row("DELETE", Object, "annotation", "DeleteObjectAnnotation", Refused),
    row("DELETE", Object, "", "DeleteObject", Served),
];

/// Operations that another parameter or header turns into others.
pub(crate) const VARIANTS: [(&str, &str); 3] = [
    ("ListObjects", "ListObjectsV2"),
    ("UploadPart", "UploadPartCopy"),
    ("PutObject", "CopyObject"),
];

/// Operations that are asked of other hosts than a bucket's: those of directory buckets and of Object Lambda.
const ELSEWHERE: [&str; 2] = ["ListDirectoryBuckets", "WriteGetObjectResponse"];
