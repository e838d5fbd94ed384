//! The configuration documents of a bucket that are checked, kept and returned. Source: the Put… operations of buckets in
//! the Amazon S3 API reference.

use std::collections::BTreeSet;

use super::fields::{
    DATA_EXPORT, FUNCTION, INVENTORY, METRICS_FILTER, PROTOCOL, QUEUE, REPLICATION_RULE,
    ROUTING_RULE, STATUS, TAG, TAG_FILTER, TARGET_GRANT, TOPIC,
};
use super::lifecycle;
use super::notification::check_events;
use super::schema::Content::{Bool, Fields, Number, Text, Word};
use super::schema::{Field, any, check, maybe, once, some};
use crate::refusal::Refusal;
use crate::xml::Element;

/// A kind of document.
pub(crate) struct DocumentKind {
    /// The subresource, and the name under which a bucket keeps the document.
    pub(crate) name: &'static str,
    /// The operations that read, write, delete and, where a bucket has several, list.
    pub(crate) operations: [&'static str; 4],
    pub(crate) root: &'static str,
    fields: &'static [Field],
    /// What the shape does not say.
    rules: fn(&Element) -> Result<(), Refusal>,
    pub(crate) absent: Absent,
    /// Of the answer to a write.
    pub(crate) status: u16,
}

/// What is answered where there is no document.
pub(crate) enum Absent {
    /// This content.
    Content(&'static str),
    /// 404 with this code and message.
    Refusal(&'static str, &'static str),
}

impl DocumentKind {
    /// The kind that an operation is about, and which of its operations it is.
    pub(crate) fn of(operation: &str) -> Option<(&'static Self, usize)> {
        KINDS.iter().find_map(|kind| {
            let place = kind.operations.iter().position(|name| *name == operation)?;
            Some((kind, place))
        })
    }

    /// Whether a bucket has several, told apart by `id`.
    pub(crate) fn is_numbered(&self) -> bool {
        !self.operations[3].is_empty()
    }

    /// Reads a document of this kind.
    pub(crate) fn parse(&self, document: &[u8]) -> Result<Element, Refusal> {
        let root = Element::parse(document, self.root)?;
        check(&root, self.fields)?;
        (self.rules)(&root)?;
        Ok(root)
    }
}

const NO_CONFIGURATION: Absent =
    Absent::Refusal("NoSuchConfiguration", "The specified configuration does not exist.");

static KINDS: &[DocumentKind] = &[
    DocumentKind {
        name: "tagging",
        operations: ["GetBucketTagging", "PutBucketTagging", "DeleteBucketTagging", ""],
        root: "Tagging",
        fields: &[once("TagSet", Fields(&[any("Tag", Fields(TAG))]))],
        rules: tag_rules,
        absent: Absent::Refusal("NoSuchTagSet", "The TagSet does not exist"),
        status: 204,
    },
    DocumentKind {
        name: "publicAccessBlock",
        operations: ["GetPublicAccessBlock", "PutPublicAccessBlock", "DeletePublicAccessBlock", ""],
        root: "PublicAccessBlockConfiguration",
        fields: &[
            maybe("BlockPublicAcls", Bool),
            maybe("IgnorePublicAcls", Bool),
            maybe("BlockPublicPolicy", Bool),
            maybe("RestrictPublicBuckets", Bool),
        ],
        rules: no_rules,
        absent: Absent::Refusal(
            "NoSuchPublicAccessBlockConfiguration",
            "The public access block configuration was not found",
        ),
        status: 200,
    },
    DocumentKind {
        name: "lifecycle",
        operations: [
            "GetBucketLifecycleConfiguration",
            "PutBucketLifecycleConfiguration",
            "DeleteBucketLifecycle",
            "",
        ],
        root: "LifecycleConfiguration",
        fields: lifecycle::FIELDS,
        rules: lifecycle::check_rules,
        absent: Absent::Refusal(
            "NoSuchLifecycleConfiguration",
            "The lifecycle configuration does not exist",
        ),
        status: 200,
    },
    DocumentKind {
        name: "notification",
        operations: [
            "GetBucketNotificationConfiguration",
            "PutBucketNotificationConfiguration",
            "",
            "",
        ],
        root: "NotificationConfiguration",
        fields: &[
            any("TopicConfiguration", Fields(TOPIC)),
            any("QueueConfiguration", Fields(QUEUE)),
            any("CloudFunctionConfiguration", Fields(FUNCTION)),
            maybe("EventBridgeConfiguration", Fields(&[])),
        ],
        rules: check_events,
        absent: Absent::Content(""),
        status: 200,
    },
    DocumentKind {
        name: "logging",
        operations: ["GetBucketLogging", "PutBucketLogging", "", ""],
        root: "BucketLoggingStatus",
        fields: &[maybe(
            "LoggingEnabled",
            Fields(&[
                once("TargetBucket", Text),
                once("TargetPrefix", Text),
                maybe("TargetGrants", Fields(&[any("Grant", Fields(TARGET_GRANT))])),
                maybe(
                    "TargetObjectKeyFormat",
                    Fields(&[
                        maybe("SimplePrefix", Fields(&[])),
                        maybe(
                            "PartitionedPrefix",
                            Fields(&[maybe(
                                "PartitionDateSource",
                                Word(&["EventTime", "DeliveryTime"]),
                            )]),
                        ),
                    ]),
                ),
            ]),
        )],
        rules: no_rules,
        absent: Absent::Content(""),
        status: 200,
    },
    DocumentKind {
        name: "website",
        operations: ["GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite", ""],
        root: "WebsiteConfiguration",
        fields: &[
            maybe("IndexDocument", Fields(&[once("Suffix", Text)])),
            maybe("ErrorDocument", Fields(&[once("Key", Text)])),
            maybe("RedirectAllRequestsTo", Fields(&[once("HostName", Text), PROTOCOL])),
            maybe("RoutingRules", Fields(&[some("RoutingRule", Fields(ROUTING_RULE))])),
        ],
        rules: website_rules,
        absent: Absent::Refusal(
            "NoSuchWebsiteConfiguration",
            "The specified bucket does not have a website configuration",
        ),
        status: 200,
    },
    DocumentKind {
        name: "accelerate",
        operations: [
            "GetBucketAccelerateConfiguration",
            "PutBucketAccelerateConfiguration",
            "",
            "",
        ],
        root: "AccelerateConfiguration",
        fields: &[once("Status", Word(&["Enabled", "Suspended"]))],
        rules: no_rules,
        absent: Absent::Content(""),
        status: 200,
    },
    DocumentKind {
        name: "requestPayment",
        operations: ["GetBucketRequestPayment", "PutBucketRequestPayment", "", ""],
        root: "RequestPaymentConfiguration",
        fields: &[once("Payer", Word(&["BucketOwner", "Requester"]))],
        rules: no_rules,
        absent: Absent::Content("<Payer>BucketOwner</Payer>"),
        status: 200,
    },
    DocumentKind {
        name: "replication",
        operations: ["GetBucketReplication", "PutBucketReplication", "DeleteBucketReplication", ""],
        root: "ReplicationConfiguration",
        fields: &[once("Role", Text), some("Rule", Fields(REPLICATION_RULE))],
        rules: no_rules,
        absent: Absent::Refusal(
            "ReplicationConfigurationNotFoundError",
            "The replication configuration was not found",
        ),
        status: 200,
    },
    DocumentKind {
        name: "intelligent-tiering",
        operations: [
            "GetBucketIntelligentTieringConfiguration",
            "PutBucketIntelligentTieringConfiguration",
            "DeleteBucketIntelligentTieringConfiguration",
            "ListBucketIntelligentTieringConfigurations",
        ],
        root: "IntelligentTieringConfiguration",
        fields: &[
            once("Id", Text),
            maybe("Filter", Fields(TAG_FILTER)),
            once("Status", Word(STATUS)),
            some(
                "Tiering",
                Fields(&[
                    once("AccessTier", Word(&["ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS"])),
                    once("Days", Number(90)),
                ]),
            ),
        ],
        rules: no_rules,
        absent: NO_CONFIGURATION,
        status: 200,
    },
    DocumentKind {
        name: "inventory",
        operations: [
            "GetBucketInventoryConfiguration",
            "PutBucketInventoryConfiguration",
            "DeleteBucketInventoryConfiguration",
            "ListBucketInventoryConfigurations",
        ],
        root: "InventoryConfiguration",
        fields: INVENTORY,
        rules: no_rules,
        absent: NO_CONFIGURATION,
        status: 204,
    },
    DocumentKind {
        name: "analytics",
        operations: [
            "GetBucketAnalyticsConfiguration",
            "PutBucketAnalyticsConfiguration",
            "DeleteBucketAnalyticsConfiguration",
            "ListBucketAnalyticsConfigurations",
        ],
        root: "AnalyticsConfiguration",
        fields: &[
            once("Id", Text),
            maybe("Filter", Fields(TAG_FILTER)),
            once("StorageClassAnalysis", Fields(&[maybe("DataExport", Fields(DATA_EXPORT))])),
        ],
        rules: no_rules,
        absent: NO_CONFIGURATION,
        status: 200,
    },
    DocumentKind {
        name: "metrics",
        operations: [
            "GetBucketMetricsConfiguration",
            "PutBucketMetricsConfiguration",
            "DeleteBucketMetricsConfiguration",
            "ListBucketMetricsConfigurations",
        ],
        root: "MetricsConfiguration",
        fields: &[once("Id", Text), maybe("Filter", Fields(METRICS_FILTER))],
        rules: no_rules,
        absent: NO_CONFIGURATION,
        status: 200,
    },
];

fn no_rules(_: &Element) -> Result<(), Refusal> {
    Ok(())
}

/// "Using cost allocation S3 bucket tags": 50 tags, each key once.
fn tag_rules(root: &Element) -> Result<(), Refusal> {
    let invalid = |message: &'static str| Refusal::new(400, "InvalidTag", message);
    let mut keys = BTreeSet::new();
    for tag in root.all("TagSet").flat_map(|set| set.all("Tag")) {
        let (key, value) = (&tag.texts("Key")[0], &tag.texts("Value")[0]);
        if key.is_empty() || key.chars().count() > 128 {
            return Err(invalid("The TagKey you have provided is invalid"));
        }
        if value.chars().count() > 256 {
            return Err(invalid("The TagValue you have provided is invalid"));
        }
        if key.starts_with("aws:") {
            return Err(invalid("System tags cannot be added/updated by requester"));
        }
        if !keys.insert(key.clone()) {
            return Err(invalid("Cannot provide multiple Tags with the same key"));
        }
    }
    if keys.len() > 50 {
        let message = "Bucket tag count cannot be greater than 50";
        return Err(Refusal::new(400, "BadRequest", message));
    }
    Ok(())
}

/// Either everything is redirected, or there is an index document.
fn website_rules(root: &Element) -> Result<(), Refusal> {
    let redirects = root.one("RedirectAllRequestsTo")?.is_some();
    let index = root.one("IndexDocument")?;
    let others = ["IndexDocument", "ErrorDocument", "RoutingRules"];
    let has_others = root.children.iter().any(|child| others.contains(&child.name.as_str()));
    if redirects == has_others || (!redirects && index.is_none()) {
        return Err(Refusal::invalid_argument(
            "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
            "IndexDocument",
            "null",
        ));
    }
    let suffix = index.map(|index| index.texts("Suffix")[0].clone()).unwrap_or_default();
    if index.is_some() && (suffix.is_empty() || suffix.contains('/')) {
        return Err(Refusal::invalid_argument(
            "The IndexDocument Suffix is not well formed",
            "IndexDocument",
            &suffix,
        ));
    }
    Ok(())
}
