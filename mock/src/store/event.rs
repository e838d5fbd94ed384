//! What happens to objects, and the messages about it. Source: "Event message structure" in the Amazon S3 user guide.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::macros::format_description;
use tokio::sync::{mpsc, oneshot};

use super::bucket::Bucket;
use super::object::Object;
use crate::random;
use crate::refusal::HOST_ID;
use crate::settings::{NOTIFICATION, Target, canonical_id, targets, tested_targets};

/// The most messages that wait for their delivery; beyond them, new ones are dropped.
const MAX_WAITING: usize = 10_000;

/// Something that happened to an object.
pub(crate) struct Event {
    /// Such as `ObjectCreated:Put`.
    pub(crate) name: &'static str,
    pub(crate) key: String,
    /// `None` where the bucket never had versioning.
    pub(crate) version_id: Option<String>,
    /// `None` where it is gone.
    pub(crate) object: Option<Arc<Object>>,
    pub(crate) cause: Cause,
}

/// The request that caused an event.
#[derive(Clone)]
pub(crate) struct Cause {
    /// The requester's unique id.
    pub(crate) principal: String,
    /// The client's.
    pub(crate) address: String,
    pub(crate) request_id: String,
}

impl Cause {
    /// A rule of a lifecycle, and no request.
    pub(super) fn lifecycle() -> Self {
        Self {
            principal: "s3.amazonaws.com".to_owned(),
            address: "s3.amazonaws.com".to_owned(),
            request_id: new_request_id(),
        }
    }
}

/// The id of a request, as answers show it.
pub(crate) fn new_request_id() -> String {
    random::text(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", 16)
}

/// What waits for its delivery.
pub(crate) enum Delivery {
    /// A message in JSON.
    Message(String),
    /// All before it was delivered.
    Flush(oneshot::Sender<()>),
}

/// Where messages are put, in the order of the changes that they are about.
pub(crate) struct Outbox {
    queue: mpsc::Sender<Delivery>,
    region: String,
    /// Nanoseconds since 1970, and later than those of every event before.
    sequencer: i128,
    /// Called when a message is dropped.
    on_overflow: fn(),
}

impl Outbox {
    pub(crate) fn new(region: String, on_overflow: fn()) -> (Self, mpsc::Receiver<Delivery>) {
        let (queue, waiting) = mpsc::channel(MAX_WAITING);
        (Self { queue, region, sequencer: 0, on_overflow }, waiting)
    }

    pub(crate) fn queue(&self) -> mpsc::Sender<Delivery> {
        self.queue.clone()
    }

    /// Puts a message for each target that the bucket's configuration names. Called under the lock of the index.
    pub(super) fn announce(
        &mut self,
        name: &str,
        bucket: &Bucket,
        event: &Event,
        now: OffsetDateTime,
    ) {
        let Some(content) = bucket.settings.documents.get(NOTIFICATION) else { return };
        let targets = targets(content, event.name, &event.key);
        if targets.is_empty() {
            return;
        }
        self.sequencer = OffsetDateTime::now_utc().unix_timestamp_nanos().max(self.sequencer + 1);
        let mut object = Map::new();
        object.insert("key".to_owned(), encoded(&event.key).into());
        if let Some(stored) = &event.object {
            object.insert("size".to_owned(), stored.size.into());
            object.insert("eTag".to_owned(), stored.etag.clone().into());
        }
        if let Some(id) = &event.version_id {
            object.insert("versionId".to_owned(), id.clone().into());
        }
        object.insert("sequencer".to_owned(), format!("{:018X}", self.sequencer).into());
        let Cause { principal, address, request_id } = &event.cause;
        for target in targets {
            let record = json!({
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": self.region,
                "eventTime": milliseconds(now),
                "eventName": event.name,
                "userIdentity": {"principalId": principal},
                "requestParameters": {"sourceIPAddress": address},
                "responseElements": {"x-amz-request-id": request_id, "x-amz-id-2": HOST_ID},
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": target.id,
                    "bucket": {
                        "name": name,
                        "ownerIdentity": {"principalId": canonical_id(&bucket.owner)},
                        "arn": format!("arn:aws:s3:::{name}"),
                    },
                    "object": object,
                },
            });
            self.put(&target, json!({"Records": [record]}));
        }
    }

    /// Puts the message that queues and topics get when a configuration names them.
    pub(super) fn announce_test(&self, name: &str, bucket: &Bucket, now: OffsetDateTime) {
        let Some(content) = bucket.settings.documents.get(NOTIFICATION) else { return };
        for target in tested_targets(content) {
            let message = json!({
                "Service": "Amazon S3",
                "Event": "s3:TestEvent",
                "Time": milliseconds(now),
                "Bucket": name,
                "RequestId": new_request_id(),
                "HostId": HOST_ID,
            });
            self.put(&target, message);
        }
    }

    fn put(&self, target: &Target, mut message: Value) {
        message[target.kind] = target.arn.clone().into();
        // A full queue must not delay the request.
        if self.queue.try_send(Delivery::Message(message.to_string())).is_err() {
            (self.on_overflow)();
        }
    }
}

fn milliseconds(time: OffsetDateTime) -> String {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    time.format(format).unwrap_or_default()
}

/// A key as messages have it: a blank is `+`, and a slash stays.
fn encoded(key: &str) -> String {
    let pieces: Vec<_> = key.split('/').map(urlencoding::encode).collect();
    pieces.join("/").replace("%20", "+")
}
