//! CompleteMultipartUpload: which parts make the object, and whether they match the request.

use std::sync::Arc;

use aws_lc_rs::digest;
use md5::{Digest as _, Md5};
use s3s::dto::{CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedPart, ETag};
use s3s::{S3Request, S3Response};

use crate::body::{Declared, bad_digest};
use crate::checksum::{self, Algorithm, Checksum, Kind};
use crate::context::PartChecksum;
use crate::encoding;
use crate::random;
use crate::refusal::Refusal;
use crate::route;
use crate::s3::api::{Api, Head, Outcome};
use crate::s3::keys::check_upload_key;
use crate::s3::object::{WriteConditions, announce_creation};
use crate::s3::output::set_object_checksum;
use crate::store::{Completed, Object, Part, Upload, UploadedPart};

/// Every part but the last has at least this many bytes.
const MIN_PART_SIZE: u64 = 5 << 20;

pub(crate) async fn complete_multipart_upload(
    api: &Api,
    request: S3Request<CompleteMultipartUploadInput>,
) -> Outcome<CompleteMultipartUploadOutput> {
    let head = Head::of(&request);
    let customer_key = api.part_key(&head)?;
    let context = head.context().clone();
    let scheme = if context.connection.tls { "https" } else { "http" };
    let declared = Declared::of_object(&request.headers);
    let input = request.input;
    let (bucket_name, key, upload_id) = (&input.bucket, &input.key, &input.upload_id);
    let asked = input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default();
    let conditions = WriteConditions::of_write(api.quirks, input.if_match, input.if_none_match);

    // One lock for the checks and the change, so that nothing changes in between.
    let mut buckets = api.store.lock();
    let bucket = buckets.bucket_mut(bucket_name)?;
    let target = Target { scheme, host: route::host(&request.headers), bucket: bucket_name, key };
    if let Some(completed) = bucket.completed(key, upload_id) {
        if completed.parts != fingerprint(&asked) {
            return Err(Refusal::no_such_upload(upload_id));
        }
        conditions.check(bucket, key)?;
        return Ok(S3Response::new(target.answer(completed)));
    }
    let upload = bucket.upload(key, upload_id)?;
    if api.quirks.checks_key_on_complete {
        check_upload_key(upload, customer_key.as_ref())?;
    }
    let chosen = chosen_parts(upload, &asked, context.part_checksums())?;
    let checksum = whole_checksum(upload, &chosen)?;
    check_declared(
        checksum.as_ref(),
        &declared?,
        input.checksum_type.as_ref().map(|kind| kind.as_str()),
    )?;
    let size = whole_size(&chosen, input.mpu_object_size)?;
    conditions.check(bucket, key)?;

    let etag = whole_etag(upload, &chosen);
    let algorithm = upload.algorithm();
    let numbers = asked.iter().filter_map(|part| part.part_number);
    let parts = numbers.zip(&chosen).map(|(number, part)| stored_part(number, part, algorithm));
    let parts = parts.collect();
    let upload = bucket.end_upload(key, upload_id)?;
    let object = Arc::new(Object {
        id: upload.object_id,
        parts,
        size,
        etag,
        encryption: upload.encryption,
        checksum,
        attributes: upload.attributes,
        multipart: true,
    });
    let version_id = bucket.put_locked(key, Some(Arc::clone(&object)), upload.tags, upload.lock);
    let completed = Completed {
        parts: fingerprint(&asked),
        etag: object.etag.clone(),
        version_id,
        encryption: object.encryption.clone(),
        checksum: object.checksum.clone(),
    };
    let output = target.answer(&completed);
    let version_id = completed.version_id.clone();
    bucket.remember(key, upload_id, completed);
    let (name, created) = ("ObjectCreated:CompleteMultipartUpload", (&object, version_id.as_ref()));
    announce_creation(&mut buckets, bucket_name, name, key, created, context.cause());
    Ok(S3Response::new(output))
}

/// Whether a repeated request lists the same parts: a list may have 10,000 of them, so its digest is kept.
fn fingerprint(parts: &[CompletedPart]) -> String {
    let mut digest = digest::Context::new(&digest::SHA256);
    for part in parts {
        let etag = part.e_tag.as_ref().map(ETag::value).unwrap_or_default();
        digest.update(format!("{} {etag}\n", part.part_number.unwrap_or_default()).as_bytes());
    }
    encoding::hex(digest.finish().as_ref())
}

/// What the answer says about the request.
struct Target<'a> {
    scheme: &'a str,
    host: Option<&'a str>,
    bucket: &'a str,
    key: &'a str,
}

impl Target<'_> {
    fn answer(&self, completed: &Completed) -> CompleteMultipartUploadOutput {
        let Self { scheme, host, bucket, key } = *self;
        let host = host.unwrap_or("localhost");
        let mut output = CompleteMultipartUploadOutput {
            bucket: Some(bucket.to_owned()),
            key: Some(key.to_owned()),
            location: Some(format!("{scheme}://{host}/{bucket}/{}", urlencoding::encode(key))),
            e_tag: Some(ETag::Strong(completed.etag.clone())),
            version_id: completed.version_id.clone(),
            server_side_encryption: completed.encryption.method().map(Into::into),
            bucket_key_enabled: completed.encryption.bucket_key(),
            ssekms_key_id: completed.encryption.kms_key_id(),
            ..Default::default()
        };
        if let Some(checksum) = &completed.checksum {
            set_object_checksum!(output, checksum);
        }
        output
    }
}

fn whole_size(parts: &[UploadedPart], expected: Option<i64>) -> Result<u64, Refusal> {
    let size = parts.iter().map(|part| part.blob.len()).sum();
    match expected {
        Some(expected) if u64::try_from(expected) != Ok(size) => {
            Err(Refusal::invalid_request(format!(
                "The provided 'x-amz-mp-object-size' header value {expected} does not match what was computed: {size}"
            )))
        }
        _ => Ok(size),
    }
}

fn chosen_parts(
    upload: &Upload,
    asked: &[CompletedPart],
    carried: &[PartChecksum],
) -> Result<Vec<UploadedPart>, Refusal> {
    if asked.is_empty() {
        return Err(Refusal::malformed_xml());
    }
    let numbers: Vec<_> = asked
        .iter()
        .map(|part| part.part_number.ok_or_else(Refusal::malformed_xml))
        .collect::<Result<_, _>>()?;
    if !numbers.is_sorted_by(|a, b| a < b) {
        return Err(Refusal::new(
            400,
            "InvalidPartOrder",
            "The list of parts was not in ascending order. Parts must be ordered by part number.",
        ));
    }
    let mut chosen = Vec::with_capacity(asked.len());
    for (part, number) in asked.iter().zip(numbers) {
        let etag = part.e_tag.as_ref().map(ETag::value).unwrap_or_default();
        let found = upload.parts.get(&number).filter(|found| found.etag == etag);
        let found = found.ok_or_else(|| invalid_part(number, etag))?;
        check_part_checksum(upload, part, number, found, carried)?;
        chosen.push(found.clone());
    }
    let small = chosen
        .iter()
        .rev()
        .skip(1)
        .rev()
        .zip(asked)
        .find(|(part, _)| part.blob.len() < MIN_PART_SIZE);
    if let Some((part, asked)) = small {
        return Err(Refusal::entity_too_small(part.blob.len(), MIN_PART_SIZE)
            .detail("PartNumber", asked.part_number.unwrap_or_default().to_string())
            .detail("ETag", &part.etag));
    }
    Ok(chosen)
}

fn check_part_checksum(
    upload: &Upload,
    asked: &CompletedPart,
    number: i32,
    found: &UploadedPart,
    carried: &[PartChecksum],
) -> Result<(), Refusal> {
    let given = [
        (Algorithm::Crc32, &asked.checksum_crc32),
        (Algorithm::Crc32c, &asked.checksum_crc32c),
        (Algorithm::Crc64Nvme, &asked.checksum_crc64nvme),
        (Algorithm::Sha1, &asked.checksum_sha1),
    ];
    let given = given
        .into_iter()
        .filter_map(|(algorithm, value)| value.as_deref().map(|value| (algorithm, value)));
    let sha256 = asked.checksum_sha256.as_deref().map(|value| (Algorithm::Sha256, value));
    let carried = carried.iter().filter(|carried| carried.number == number);
    let carried = carried.map(|carried| (carried.algorithm, carried.value.as_str()));
    let mut given = given.chain(sha256).chain(carried);
    let Some((algorithm, value)) = given.next() else {
        return match upload.checksum {
            Some((algorithm, Kind::Composite)) => Err(Refusal::invalid_request(format!(
                "The upload was created using a {} checksum. The complete request must include the checksum for each part. It was missing for part {number} in the request.",
                algorithm.name().to_lowercase()
            ))),
            _ => Ok(()),
        };
    };
    let own = upload.algorithm().zip(found.checksum.as_ref());
    let declared = found.declared.as_ref().map(|(algorithm, value)| (*algorithm, value));
    let mut known = own.into_iter().chain(declared);
    let value = algorithm.decode(value);
    let fits =
        known.any(|(known, computed)| known == algorithm && value.as_ref() == Some(computed));
    if fits { Ok(()) } else { Err(invalid_part(number, &found.etag)) }
}

fn invalid_part(number: i32, etag: &str) -> Refusal {
    Refusal::new(
        400,
        "InvalidPart",
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    )
    .detail("PartNumber", number.to_string())
    .detail("ETag", etag)
}

fn whole_checksum(upload: &Upload, parts: &[UploadedPart]) -> Result<Option<Checksum>, Refusal> {
    let Some((algorithm, kind)) = upload.effective_checksum() else { return Ok(None) };
    let values: Option<Vec<_>> =
        parts.iter().map(|part| Some((part.checksum.clone()?, part.blob.len()))).collect();
    let value = values.and_then(|values| match kind {
        Kind::Composite => Some(checksum::composite(algorithm, &values)),
        Kind::FullObject => {
            checksum::combine(algorithm, &values).map(|value| encoding::base64(&value))
        }
    });
    value.map(|value| Some(Checksum { algorithm, kind, value })).ok_or_else(Refusal::internal_error)
}

/// Compares what CompleteMultipartUpload says about the whole object.
fn check_declared(
    checksum: Option<&Checksum>,
    declared: &Declared,
    kind: Option<&str>,
) -> Result<(), Refusal> {
    if let (Some(checksum), Some(kind)) = (checksum, kind)
        && checksum.kind.name() != kind
    {
        return Err(Refusal::invalid_request(format!(
            "The upload was created using the {} checksum mode. The complete request must use the same checksum mode.",
            checksum.kind.name()
        )));
    }
    let Some(algorithm) = declared.algorithm() else { return Ok(()) };
    let expected = match checksum {
        Some(own) if own.algorithm == algorithm && own.kind == Kind::FullObject => {
            own.value.clone()
        }
        Some(own) if own.algorithm == algorithm => {
            let (value, count) = own.value.rsplit_once('-').unwrap_or((&own.value, ""));
            // The number of parts may be left out.
            if declared.count().is_some_and(|given| given.to_string() != count) {
                return Err(bad_digest(algorithm));
            }
            value.to_owned()
        }
        _ => return Err(bad_digest(algorithm)),
    };
    if declared.value().map(encoding::base64) == Some(expected) {
        Ok(())
    } else {
        Err(bad_digest(algorithm))
    }
}

fn whole_etag(upload: &Upload, parts: &[UploadedPart]) -> String {
    let digest = if upload.encryption.etag_is_md5() {
        let mut md5 = Md5::new();
        for part in parts {
            md5.update(encoding::from_hex(&part.etag).unwrap_or_default());
        }
        encoding::hex(&md5.finalize())
    } else {
        random::hex::<16>()
    };
    format!("{digest}-{}", parts.len())
}

fn stored_part(number: i32, part: &UploadedPart, algorithm: Option<Algorithm>) -> Part {
    let checksum = algorithm.zip(part.checksum.as_ref()).map(|(algorithm, value)| Checksum {
        algorithm,
        kind: Kind::FullObject,
        value: encoding::base64(value),
    });
    Part { number, blob: Arc::clone(&part.blob), checksum }
}
