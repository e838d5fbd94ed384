//! The versioning of a bucket.

use s3s::dto::{
    BucketVersioningStatus, GetBucketVersioningInput, GetBucketVersioningOutput, MFADelete,
    PutBucketVersioningInput, PutBucketVersioningOutput,
};
use s3s::{S3Request, S3Response};

use crate::refusal::Refusal;
use crate::s3::api::{Api, Outcome};
use crate::store::Versioning;

pub(crate) async fn get_bucket_versioning(
    api: &Api,
    request: S3Request<GetBucketVersioningInput>,
) -> Outcome<GetBucketVersioningOutput> {
    let status = match api.store.lock().bucket(&request.input.bucket)?.versioning {
        Versioning::Unversioned => None,
        Versioning::Enabled => Some(BucketVersioningStatus::ENABLED),
        Versioning::Suspended => Some(BucketVersioningStatus::SUSPENDED),
    };
    Ok(S3Response::new(GetBucketVersioningOutput {
        status: status.map(BucketVersioningStatus::from_static),
        mfa_delete: None,
    }))
}

pub(crate) async fn put_bucket_versioning(
    api: &Api,
    request: S3Request<PutBucketVersioningInput>,
) -> Outcome<PutBucketVersioningOutput> {
    let input = request.input;
    let versioning =
        match input.versioning_configuration.status.as_ref().map(|status| status.as_str()) {
            Some(BucketVersioningStatus::ENABLED) => Versioning::Enabled,
            Some(BucketVersioningStatus::SUSPENDED) => Versioning::Suspended,
            _ => {
                return Err(Refusal::new(
                    400,
                    "IllegalVersioningConfigurationException",
                    "The Versioning element must be specified",
                ));
            }
        };
    // Without a device there is no code that could ever delete a version again.
    let mfa_delete = input.versioning_configuration.mfa_delete;
    if mfa_delete.is_some_and(|status| status.as_str() == MFADelete::ENABLED) {
        return Err(Refusal::not_implemented());
    }
    let mut buckets = api.store.lock();
    let bucket = buckets.bucket_mut(&input.bucket)?;
    if versioning == Versioning::Suspended && bucket.settings.lock.is_some() {
        return Err(Refusal::new(
            409,
            "InvalidBucketState",
            "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.",
        ));
    }
    bucket.versioning = versioning;
    Ok(S3Response::new(PutBucketVersioningOutput::default()))
}
