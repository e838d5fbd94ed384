//! Buckets: create, delete, look up.

use s3s::dto::{
    Bucket as ListedBucket, BucketLocationConstraint, CreateBucketInput, CreateBucketOutput,
    DeleteBucketInput, DeleteBucketOutput, GetBucketLocationInput, GetBucketLocationOutput,
    GetBucketOwnershipControlsInput, GetBucketOwnershipControlsOutput, HeadBucketInput,
    HeadBucketOutput, ListBucketsInput, ListBucketsOutput, ObjectOwnership, OwnershipControls,
    OwnershipControlsRule,
};
use s3s::{S3Request, S3Response};

use crate::auth::check_bucket_acl;
use crate::refusal::Refusal;
use crate::s3::api::{Api, Head, Outcome};
use crate::s3::output::{last_modified, owner};
use crate::settings::{BucketLock, Ownership};
use crate::store::{Bucket, Versioning};

pub(crate) async fn create_bucket(
    api: &Api,
    request: S3Request<CreateBucketInput>,
) -> Outcome<CreateBucketOutput> {
    let ownership = Ownership::of(request.headers.get("x-amz-object-ownership"))?;
    let acl = check_bucket_acl(&request.headers, ownership)?;
    let requester = Head::of(&request).context().requester().clone();
    let input = request.input;
    let location = input
        .create_bucket_configuration
        .and_then(|configuration| configuration.location_constraint);
    check_location(&api.region, location.as_ref().map(|location| location.as_str()))?;
    let is_locked = input.object_lock_enabled_for_bucket == Some(true);
    let versioning = if is_locked { Versioning::Enabled } else { Versioning::Unversioned };
    let mut bucket = Bucket::new(versioning);
    bucket.settings.lock = is_locked.then(BucketLock::default);
    bucket.blocks_sse_c = api.quirks.blocks_sse_c;
    bucket.settings.ownership = ownership;
    bucket.settings.acl = acl.filter(|acl| acl != "private");
    if let Some(account) = requester.account() {
        account.clone_into(&mut bucket.owner);
    }
    match api.store.lock().create(&input.bucket, bucket) {
        // The oldest region takes it for done: "CreateBucket" in the Amazon S3 API reference.
        Err(refusal) if refusal.code == "BucketAlreadyOwnedByYou" && api.region == "us-east-1" => {}
        outcome => outcome?,
    }
    Ok(S3Response::new(CreateBucketOutput { location: Some(format!("/{}", input.bucket)) }))
}

pub(crate) async fn head_bucket(
    api: &Api,
    request: S3Request<HeadBucketInput>,
) -> Outcome<HeadBucketOutput> {
    api.store.lock().bucket(&request.input.bucket)?;
    Ok(S3Response::new(HeadBucketOutput {
        bucket_region: Some(api.region.clone()),
        ..Default::default()
    }))
}

pub(crate) async fn delete_bucket(
    api: &Api,
    request: S3Request<DeleteBucketInput>,
) -> Outcome<DeleteBucketOutput> {
    api.store.lock().remove(&request.input.bucket)?;
    Ok(S3Response::with_status(DeleteBucketOutput::default(), http::StatusCode::NO_CONTENT))
}

pub(crate) async fn list_buckets(
    api: &Api,
    request: S3Request<ListBucketsInput>,
) -> Outcome<ListBucketsOutput> {
    let requester = Head::of(&request).context().requester().clone();
    let input = request.input;
    let max = input.max_buckets.unwrap_or(10_000);
    let limit = usize::try_from(max).ok().filter(|max| (1..=10_000).contains(max));
    let limit = limit.ok_or_else(|| {
        Refusal::invalid_argument(
            "Argument max-buckets must be an integer between 1 and 10000",
            "max-buckets",
            &max.to_string(),
        )
    })?;
    // Every bucket is in the server's own region.
    let limit = match input.bucket_region {
        Some(region) if region != api.region => 0,
        _ => limit,
    };
    let prefix = input.prefix.clone().unwrap_or_default();
    let after = input.continuation_token.unwrap_or_default();
    let buckets = api.store.lock();
    let own = buckets.iter().filter(|(_, bucket)| requester.account() == Some(&bucket.owner));
    let mut found = own.filter(|(name, _)| name.starts_with(&prefix) && **name > after);
    let listed: Vec<_> = found
        .by_ref()
        .take(limit)
        .map(|(name, bucket)| ListedBucket {
            name: Some(name.clone()),
            creation_date: Some(last_modified(bucket.created)),
            bucket_region: Some(api.region.clone()),
        })
        .collect();
    let more = !listed.is_empty() && found.next().is_some();
    Ok(S3Response::new(ListBucketsOutput {
        continuation_token: listed.last().and_then(|bucket| bucket.name.clone()).filter(|_| more),
        buckets: Some(listed),
        owner: requester.account().map(owner),
        prefix: input.prefix,
    }))
}

pub(crate) async fn get_bucket_location(
    api: &Api,
    request: S3Request<GetBucketLocationInput>,
) -> Outcome<GetBucketLocationOutput> {
    api.store.lock().bucket(&request.input.bucket)?;
    // us-east-1, the oldest region, has no name here.
    let region = if api.region == "us-east-1" { String::new() } else { api.region.clone() };
    Ok(S3Response::new(GetBucketLocationOutput {
        location_constraint: Some(BucketLocationConstraint::from(region)),
    }))
}

pub(crate) async fn get_bucket_ownership_controls(
    api: &Api,
    request: S3Request<GetBucketOwnershipControlsInput>,
) -> Outcome<GetBucketOwnershipControlsOutput> {
    let buckets = api.store.lock();
    let ownership = buckets.bucket(&request.input.bucket)?.settings.ownership;
    if ownership == Ownership::Unset {
        return Err(Refusal::new(
            404,
            "OwnershipControlsNotFoundError",
            "The bucket ownership controls were not found",
        )
        .detail("BucketName", &request.input.bucket));
    }
    let object_ownership = ObjectOwnership::from_static(ownership.name());
    let rule = OwnershipControlsRule { object_ownership };
    Ok(S3Response::new(GetBucketOwnershipControlsOutput {
        ownership_controls: Some(OwnershipControls { rules: vec![rule] }),
    }))
}

fn check_location(region: &str, asked: Option<&str>) -> Result<(), Refusal> {
    match asked {
        Some(asked) if asked == region && region != "us-east-1" => Ok(()),
        None if region == "us-east-1" => Ok(()),
        Some(asked) => Err(Refusal::new(
            400,
            "InvalidLocationConstraint",
            "The specified location-constraint is not valid",
        )
        .detail("LocationConstraint", asked)),
        None => Err(Refusal::new(
            400,
            "IllegalLocationConstraintException",
            "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.",
        )),
    }
}
