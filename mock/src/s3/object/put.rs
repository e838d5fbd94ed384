//! PutObject.

use std::sync::Arc;

use s3s::dto::{ETag, PutObjectInput, PutObjectOutput};
use s3s::{S3Request, S3Response};

use super::condition::WriteConditions;
use super::lock::requested_lock;
use super::tagging::parse_tagging_header;
use crate::body::{Declared, Intake, Received, keeps_aws_chunked, upload_body};
use crate::checksum::{Algorithm, Checksum, Kind};
use crate::encoding;
use crate::refusal::Refusal;
use crate::s3::api::{Api, Head, Outcome};
use crate::s3::output::{attributes, check_metadata, set_encryption, set_object_checksum};
use crate::settings::Lock;
use crate::store::{Attributes, Buckets, Cause, Encryption, Event, Object, Part, Slot, new_id};

pub(crate) async fn put_object(
    api: &Api,
    mut request: S3Request<PutObjectInput>,
) -> Outcome<PutObjectOutput> {
    let body = request.input.body.take();
    let trailers = request.trailing_headers.take();
    let head = Head::of(&request);
    let input = &request.input;
    let (bucket, key) = (&input.bucket, &input.key);
    api.store.lock().bucket(bucket)?;
    let customer_key = api.write_key(&head, bucket, key)?;
    let encryption = api.encryption(bucket, &head, customer_key.as_ref())?;
    let declared = if head.context().from_form {
        Declared::of(head.headers)?
    } else {
        Declared::for_upload(head.headers)?
    };
    let tags = parse_tagging_header(input.tagging.as_deref())?;
    let lock = requested_lock(&api.store, &head)?;
    if lock != Lock::default() && !declared.has_digest() && !head.context().from_form {
        return Err(Refusal::invalid_request(
            "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters",
        ));
    }
    let conditions =
        WriteConditions::of_write(api.quirks, input.if_match.clone(), input.if_none_match.clone());
    // Checked before the body is read, so that a large one need not be sent, and again when it takes effect.
    conditions.check(api.store.lock().bucket(bucket)?, key)?;
    let mut attributes = attributes!(input);
    if keeps_aws_chunked(api.quirks, head.headers) {
        attributes.content_encoding.clone_from(&input.content_encoding);
    }
    check_metadata(attributes.metadata.as_ref())?;

    // Amazon S3 computes this one if the sender gave none.
    let algorithm = declared.algorithm().unwrap_or(Algorithm::Crc64Nvme);
    let id = new_id();
    let intake = Intake {
        store: &api.store,
        declared: &declared,
        trailers: trailers.as_ref(),
        key: customer_key.as_ref(),
        slot: Slot { bucket, key, object: &id, part: 0 },
        etag_is_md5: encryption.etag_is_md5() || api.quirks.shows_md5_of_sealed,
        algorithm: Some(algorithm),
    };
    let received = intake.take(upload_body(body)).await?;
    let object = whole_object(id, received, algorithm, encryption, attributes);
    let version_id = {
        let mut buckets = api.store.lock();
        let own = buckets.bucket_mut(bucket)?;
        conditions.check(own, key)?;
        let id = own.put_locked(key, Some(Arc::clone(&object)), tags, lock);
        let name =
            if head.context().from_form { "ObjectCreated:Post" } else { "ObjectCreated:Put" };
        let created = (&object, id.as_ref());
        announce_creation(&mut buckets, bucket, name, key, created, head.context().cause());
        id
    };
    let mut output = PutObjectOutput {
        e_tag: Some(ETag::Strong(object.etag.clone())),
        version_id,
        ..Default::default()
    };
    set_encryption!(output, &object.encryption);
    if let Some(checksum) = &object.checksum {
        set_object_checksum!(output, checksum);
    }
    Ok(S3Response::new(output))
}

/// Tells of a new object and the id of its version.
pub(crate) fn announce_creation(
    buckets: &mut Buckets,
    bucket: &str,
    name: &'static str,
    key: &str,
    (object, version): (&Arc<Object>, Option<&String>),
    cause: Cause,
) {
    let event = Event {
        name,
        key: key.to_owned(),
        version_id: version.cloned(),
        object: Some(Arc::clone(object)),
        cause,
    };
    buckets.announce(bucket, &event);
}

/// The object of one PutObject or CopyObject.
pub(crate) fn whole_object(
    id: String,
    received: Received,
    algorithm: Algorithm,
    encryption: Encryption,
    attributes: Attributes,
) -> Arc<Object> {
    let checksum = received.checksum.map(|value| Checksum {
        algorithm,
        kind: Kind::FullObject,
        value: encoding::base64(&value),
    });
    Arc::new(Object {
        id,
        size: received.blob.len(),
        parts: vec![Part { number: 0, blob: received.blob, checksum: None }],
        etag: received.etag,
        encryption,
        checksum,
        attributes,
        multipart: false,
    })
}
