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
use Support::{Refused, Served, Stored};

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
    row("GET", Bucket, "acl", "GetBucketAcl", Served),
    row("GET", Bucket, "cors", "GetBucketCors", Served),
    row("GET", Bucket, "lifecycle", "GetBucketLifecycleConfiguration", Served),
    row("GET", Bucket, "policyStatus", "GetBucketPolicyStatus", Served),
    row("GET", Bucket, "policy", "GetBucketPolicy", Served),
    row("GET", Bucket, "tagging", "GetBucketTagging", Stored),
    row("GET", Bucket, "object-lock", "GetObjectLockConfiguration", Served),
    row("GET", Bucket, "ownershipControls", "GetBucketOwnershipControls", Served),
    row("GET", Bucket, "publicAccessBlock", "GetPublicAccessBlock", Served),
    row("GET", Bucket, "accelerate", "GetBucketAccelerateConfiguration", Stored),
    row("GET", Bucket, "logging", "GetBucketLogging", Stored),
    row("GET", Bucket, "notification", "GetBucketNotificationConfiguration", Served),
    row("GET", Bucket, "replication", "GetBucketReplication", Stored),
    row("GET", Bucket, "requestPayment", "GetBucketRequestPayment", Stored),
    row("GET", Bucket, "website", "GetBucketWebsite", Stored),
    row("GET", Bucket, "analytics&id", "GetBucketAnalyticsConfiguration", Stored),
    row("GET", Bucket, "analytics", "ListBucketAnalyticsConfigurations", Stored),
    row("GET", Bucket, "intelligent-tiering&id", "GetBucketIntelligentTieringConfiguration", Stored),
    row("GET", Bucket, "intelligent-tiering", "ListBucketIntelligentTieringConfigurations", Stored),
    row("GET", Bucket, "inventory&id", "GetBucketInventoryConfiguration", Stored),
    row("GET", Bucket, "inventory", "ListBucketInventoryConfigurations", Stored),
    row("GET", Bucket, "metrics&id", "GetBucketMetricsConfiguration", Stored),
    row("GET", Bucket, "metrics", "ListBucketMetricsConfigurations", Stored),
    row("GET", Bucket, "metadataConfiguration", "GetBucketMetadataConfiguration", Refused),
    row("GET", Bucket, "metadataTable", "GetBucketMetadataTableConfiguration", Refused),
    row("GET", Bucket, "abac", "GetBucketAbac", Refused),
    row("GET", Bucket, "session", "CreateSession", Refused),
    row("GET", Bucket, "", "ListObjects", Served),
    row("HEAD", Bucket, "", "HeadBucket", Served),
    row("PUT", Bucket, "versioning", "PutBucketVersioning", Served),
    row("PUT", Bucket, "encryption", "PutBucketEncryption", Served),
    row("PUT", Bucket, "acl", "PutBucketAcl", Served),
    row("PUT", Bucket, "cors", "PutBucketCors", Served),
    row("PUT", Bucket, "lifecycle", "PutBucketLifecycleConfiguration", Served),
    row("PUT", Bucket, "policy", "PutBucketPolicy", Served),
    row("PUT", Bucket, "tagging", "PutBucketTagging", Stored),
    row("PUT", Bucket, "object-lock", "PutObjectLockConfiguration", Served),
    row("PUT", Bucket, "ownershipControls", "PutBucketOwnershipControls", Served),
    row("PUT", Bucket, "publicAccessBlock", "PutPublicAccessBlock", Served),
    row("PUT", Bucket, "accelerate", "PutBucketAccelerateConfiguration", Stored),
    row("PUT", Bucket, "logging", "PutBucketLogging", Stored),
    row("PUT", Bucket, "notification", "PutBucketNotificationConfiguration", Served),
    row("PUT", Bucket, "replication", "PutBucketReplication", Stored),
    row("PUT", Bucket, "requestPayment", "PutBucketRequestPayment", Stored),
    row("PUT", Bucket, "website", "PutBucketWebsite", Stored),
    row("PUT", Bucket, "analytics", "PutBucketAnalyticsConfiguration", Stored),
    row("PUT", Bucket, "intelligent-tiering", "PutBucketIntelligentTieringConfiguration", Stored),
    row("PUT", Bucket, "inventory", "PutBucketInventoryConfiguration", Stored),
    row("PUT", Bucket, "metrics", "PutBucketMetricsConfiguration", Stored),
    row("PUT", Bucket, "abac", "PutBucketAbac", Refused),
    row("PUT", Bucket, "metadataInventoryTable", "UpdateBucketMetadataInventoryTableConfiguration", Refused),
    row("PUT", Bucket, "metadataJournalTable", "UpdateBucketMetadataJournalTableConfiguration", Refused),
    row("PUT", Bucket, "metadataAnnotationTable", "UpdateBucketMetadataAnnotationTableConfiguration", Refused),
    row("PUT", Bucket, "", "CreateBucket", Served),
    row("DELETE", Bucket, "encryption", "DeleteBucketEncryption", Served),
    row("DELETE", Bucket, "cors", "DeleteBucketCors", Served),
    row("DELETE", Bucket, "lifecycle", "DeleteBucketLifecycle", Served),
    row("DELETE", Bucket, "policy", "DeleteBucketPolicy", Served),
    row("DELETE", Bucket, "tagging", "DeleteBucketTagging", Stored),
    row("DELETE", Bucket, "ownershipControls", "DeleteBucketOwnershipControls", Served),
    row("DELETE", Bucket, "publicAccessBlock", "DeletePublicAccessBlock", Served),
    row("DELETE", Bucket, "replication", "DeleteBucketReplication", Stored),
    row("DELETE", Bucket, "website", "DeleteBucketWebsite", Stored),
    row("DELETE", Bucket, "analytics", "DeleteBucketAnalyticsConfiguration", Stored),
    row("DELETE", Bucket, "intelligent-tiering", "DeleteBucketIntelligentTieringConfiguration", Stored),
    row("DELETE", Bucket, "inventory", "DeleteBucketInventoryConfiguration", Stored),
    row("DELETE", Bucket, "metrics", "DeleteBucketMetricsConfiguration", Stored),
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
    row("GET", Object, "legal-hold", "GetObjectLegalHold", Served),
    row("GET", Object, "retention", "GetObjectRetention", Served),
    row("GET", Object, "torrent", "GetObjectTorrent", Refused),
    row("GET", Object, "annotation&annotationName", "GetObjectAnnotation", Refused),
    row("GET", Object, "annotation", "ListObjectAnnotations", Refused),
    row("GET", Object, "uploadId", "ListParts", Served),
    row("GET", Object, "", "GetObject", Served),
    row("HEAD", Object, "", "HeadObject", Served),
    row("PUT", Object, "uploadId", "UploadPart", Served),
    row("PUT", Object, "acl", "PutObjectAcl", Served),
    row("PUT", Object, "tagging", "PutObjectTagging", Served),
    row("PUT", Object, "legal-hold", "PutObjectLegalHold", Served),
    row("PUT", Object, "retention", "PutObjectRetention", Served),
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
