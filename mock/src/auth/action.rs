//! Which permission each operation needs.

/// The permission an operation needs: "Required permissions for Amazon S3 API operations". `None` for operations
/// without a bucket, and for the policy itself, which its owner can always replace.
pub(super) fn action(operation: &str, versioned: bool) -> Option<String> {
    if let Some((_, action)) = ACTIONS.iter().find(|(name, _)| *name == operation) {
        return Some(format!("s3:{action}"));
    }
    let action = match operation {
        "PostObject"
        | "CopyObject"
        | "CreateMultipartUpload"
        | "UploadPart"
        | "UploadPartCopy"
        | "CompleteMultipartUpload" => "PutObject",
        "HeadObject" => "GetObject",
        "ListParts" => "ListMultipartUploadParts",
        "ListMultipartUploads" => "ListBucketMultipartUploads",
        "ListObjects" | "ListObjectsV2" | "HeadBucket" => "ListBucket",
        "ListObjectVersions" => "ListBucketVersions",
        "GetBucketEncryption" => "GetEncryptionConfiguration",
        "PutBucketEncryption" | "DeleteBucketEncryption" => "PutEncryptionConfiguration",
        "GetBucketCors" => "GetBucketCORS",
        "PutBucketCors" | "DeleteBucketCors" => "PutBucketCORS",
        "PutObject"
        | "GetObject"
        | "GetObjectAttributes"
        | "GetObjectAcl"
        | "GetObjectTagging"
        | "PutObjectTagging"
        | "DeleteObject"
        | "DeleteObjectTagging"
        | "AbortMultipartUpload"
        | "GetBucketLocation"
        | "GetBucketAcl"
        | "PutBucketAcl"
        | "PutObjectAcl"
        | "GetBucketPolicyStatus"
        | "GetBucketTagging"
        | "PutBucketTagging"
        | "GetBucketLogging"
        | "PutBucketLogging"
        | "GetBucketWebsite"
        | "PutBucketWebsite"
        | "DeleteBucketWebsite"
        | "GetBucketRequestPayment"
        | "PutBucketRequestPayment"
        | "PutBucketOwnershipControls"
        | "GetBucketOwnershipControls"
        | "GetBucketVersioning"
        | "PutBucketVersioning"
        | "DeleteBucket" => operation,
        // DeleteObjects asks for each key by itself.
        _ => return None,
    };
    // As in `s3:GetObjectVersionTagging`.
    if versioned && action != "PutObject" {
        return Some(format!("s3:{}", action.replace("Object", "ObjectVersion")));
    }
    Some(format!("s3:{action}"))
}

/// Actions whose names do not follow from those of their operations, and actions that are the same for every version.
const ACTIONS: &[(&str, &str)] = &[
    ("GetPublicAccessBlock", "GetBucketPublicAccessBlock"),
    ("PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
    ("DeletePublicAccessBlock", "PutBucketPublicAccessBlock"),
    ("GetBucketLifecycleConfiguration", "GetLifecycleConfiguration"),
    ("PutBucketLifecycleConfiguration", "PutLifecycleConfiguration"),
    ("DeleteBucketLifecycle", "PutLifecycleConfiguration"),
    ("GetBucketNotificationConfiguration", "GetBucketNotification"),
    ("PutBucketNotificationConfiguration", "PutBucketNotification"),
    ("GetBucketAccelerateConfiguration", "GetAccelerateConfiguration"),
    ("PutBucketAccelerateConfiguration", "PutAccelerateConfiguration"),
    ("GetBucketReplication", "GetReplicationConfiguration"),
    ("PutBucketReplication", "PutReplicationConfiguration"),
    ("DeleteBucketReplication", "PutReplicationConfiguration"),
    ("DeleteBucketTagging", "PutBucketTagging"),
    ("DeleteBucketOwnershipControls", "PutBucketOwnershipControls"),
    ("GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"),
    ("PutObjectLockConfiguration", "PutBucketObjectLockConfiguration"),
    ("GetBucketIntelligentTieringConfiguration", "GetIntelligentTieringConfiguration"),
    ("ListBucketIntelligentTieringConfigurations", "GetIntelligentTieringConfiguration"),
    ("PutBucketIntelligentTieringConfiguration", "PutIntelligentTieringConfiguration"),
    ("DeleteBucketIntelligentTieringConfiguration", "PutIntelligentTieringConfiguration"),
    ("GetBucketInventoryConfiguration", "GetInventoryConfiguration"),
    ("ListBucketInventoryConfigurations", "GetInventoryConfiguration"),
    ("PutBucketInventoryConfiguration", "PutInventoryConfiguration"),
    ("DeleteBucketInventoryConfiguration", "PutInventoryConfiguration"),
    ("GetBucketAnalyticsConfiguration", "GetAnalyticsConfiguration"),
    ("ListBucketAnalyticsConfigurations", "GetAnalyticsConfiguration"),
    ("PutBucketAnalyticsConfiguration", "PutAnalyticsConfiguration"),
    ("DeleteBucketAnalyticsConfiguration", "PutAnalyticsConfiguration"),
    ("GetBucketMetricsConfiguration", "GetMetricsConfiguration"),
    ("ListBucketMetricsConfigurations", "GetMetricsConfiguration"),
    ("PutBucketMetricsConfiguration", "PutMetricsConfiguration"),
    ("DeleteBucketMetricsConfiguration", "PutMetricsConfiguration"),
    ("GetObjectRetention", "GetObjectRetention"),
    ("PutObjectRetention", "PutObjectRetention"),
    ("GetObjectLegalHold", "GetObjectLegalHold"),
    ("PutObjectLegalHold", "PutObjectLegalHold"),
];
