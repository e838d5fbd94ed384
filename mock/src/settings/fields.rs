//! Parts of configuration documents, from the inside out.

use super::schema::Content::{Bool, Fields, Number, Text, Time, Word};
use super::schema::{Field, any, maybe, once, some};

pub(super) const STATUS: &[&str] = &["Enabled", "Disabled"];
pub(super) const TAG: &[Field] = &[once("Key", Text), once("Value", Text)];
pub(super) const TAG_FILTER: &[Field] = &[
    maybe("Prefix", Text),
    maybe("Tag", Fields(TAG)),
    maybe("And", Fields(&[maybe("Prefix", Text), any("Tag", Fields(TAG))])),
];
pub(super) const METRICS_FILTER: &[Field] = &[
    maybe("Prefix", Text),
    maybe("Tag", Fields(TAG)),
    maybe("AccessPointArn", Text),
    maybe(
        "And",
        Fields(&[maybe("Prefix", Text), any("Tag", Fields(TAG)), maybe("AccessPointArn", Text)]),
    ),
];
pub(super) const KEY_FILTER: Field = maybe(
    "Filter",
    Fields(&[maybe(
        "S3Key",
        Fields(&[any(
            "FilterRule",
            Fields(&[
                once("Name", Word(&["prefix", "suffix", "Prefix", "Suffix"])),
                once("Value", Text),
            ]),
        )]),
    )]),
);
pub(super) const TOPIC: &[Field] =
    &[maybe("Id", Text), once("Topic", Text), some("Event", Text), KEY_FILTER];
pub(super) const QUEUE: &[Field] =
    &[maybe("Id", Text), once("Queue", Text), some("Event", Text), KEY_FILTER];
pub(super) const FUNCTION: &[Field] =
    &[maybe("Id", Text), once("CloudFunction", Text), some("Event", Text), KEY_FILTER];
pub(super) const PROTOCOL: Field = maybe("Protocol", Word(&["http", "https"]));
pub(super) const ROUTING_RULE: &[Field] = &[
    maybe(
        "Condition",
        Fields(&[
            maybe("HttpErrorCodeReturnedEquals", Number(400)),
            maybe("KeyPrefixEquals", Text),
        ]),
    ),
    once(
        "Redirect",
        Fields(&[
            maybe("HostName", Text),
            maybe("HttpRedirectCode", Number(300)),
            PROTOCOL,
            maybe("ReplaceKeyPrefixWith", Text),
            maybe("ReplaceKeyWith", Text),
        ]),
    ),
];
pub(super) const SWITCH: &[Field] = &[once("Status", Word(STATUS))];
pub(super) const REPLICATION_RULE: &[Field] = &[
    maybe("ID", Text),
    maybe("Priority", Number(0)),
    maybe("Prefix", Text),
    maybe("Filter", Fields(TAG_FILTER)),
    once("Status", Word(STATUS)),
    maybe(
        "SourceSelectionCriteria",
        Fields(&[
            maybe("SseKmsEncryptedObjects", Fields(SWITCH)),
            maybe("ReplicaModifications", Fields(SWITCH)),
        ]),
    ),
    maybe("ExistingObjectReplication", Fields(SWITCH)),
    maybe("DeleteMarkerReplication", Fields(SWITCH)),
    once(
        "Destination",
        Fields(&[
            once("Bucket", Text),
            maybe("Account", Text),
            maybe("StorageClass", Text),
            maybe("AccessControlTranslation", Fields(&[once("Owner", Word(&["Destination"]))])),
            maybe("EncryptionConfiguration", Fields(&[maybe("ReplicaKmsKeyID", Text)])),
            maybe(
                "ReplicationTime",
                Fields(&[once("Status", Word(STATUS)), once("Time", Fields(MINUTES))]),
            ),
            maybe(
                "Metrics",
                Fields(&[once("Status", Word(STATUS)), maybe("EventThreshold", Fields(MINUTES))]),
            ),
        ]),
    ),
];
pub(super) const MINUTES: &[Field] = &[once("Minutes", Number(1))];
pub(super) const INVENTORY: &[Field] = &[
    once("Id", Text),
    once("IsEnabled", Bool),
    maybe("Filter", Fields(&[once("Prefix", Text)])),
    once("IncludedObjectVersions", Word(&["All", "Current"])),
    maybe("OptionalFields", Fields(&[any("Field", Text)])),
    once("Schedule", Fields(&[once("Frequency", Word(&["Daily", "Weekly"]))])),
    once(
        "Destination",
        Fields(&[once(
            "S3BucketDestination",
            Fields(&[
                maybe("AccountId", Text),
                once("Bucket", Text),
                once("Format", Word(&["CSV", "ORC", "Parquet"])),
                maybe("Prefix", Text),
                maybe(
                    "Encryption",
                    Fields(&[
                        maybe("SSE-S3", Fields(&[])),
                        maybe("SSE-KMS", Fields(&[once("KeyId", Text)])),
                    ]),
                ),
            ]),
        )]),
    ),
];
pub(super) const DATA_EXPORT: &[Field] = &[
    once("OutputSchemaVersion", Word(&["V_1"])),
    once(
        "Destination",
        Fields(&[once(
            "S3BucketDestination",
            Fields(&[
                once("Format", Word(&["CSV"])),
                maybe("BucketAccountId", Text),
                once("Bucket", Text),
                maybe("Prefix", Text),
            ]),
        )]),
    ),
];
pub(super) const TRANSITION: &[Field] = &[
    maybe("Date", Time),
    maybe("Days", Number(0)),
    once(
        "StorageClass",
        Word(&[
            "GLACIER",
            "STANDARD_IA",
            "ONEZONE_IA",
            "INTELLIGENT_TIERING",
            "DEEP_ARCHIVE",
            "GLACIER_IR",
        ]),
    ),
];

/// Who may read the logs.
pub(super) const TARGET_GRANT: &[Field] = &[
    once(
        "Grantee",
        Fields(&[
            maybe("ID", Text),
            maybe("DisplayName", Text),
            maybe("URI", Text),
            maybe("EmailAddress", Text),
        ]),
    ),
    once("Permission", Word(&["READ", "WRITE", "FULL_CONTROL"])),
];
