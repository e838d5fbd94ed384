//! From a refusal and its circumstances to one cause and one fix.
//!
//! Stores disagree about codes and messages, so mostly the status and the action decide. A single refusal does not show
//! whether the key is wrong: `object/open.rs` finds that out with further requests.

use super::circumstances::{Action, Circumstances, outcome};
use super::classify::{CREDENTIAL_CODES, no_version_id, refuses_http, store_message, wants_https};
use super::{unsupported, url_refusal};
use crate::failure::{Advice, Failure};
use crate::store::wire::http::TooLong;
use crate::store::wire::{NoAnswer, Refusal, Store, Wire};

/// What hyper says of bytes that are no HTTP, such as those of TLS.
const NO_HTTP: &str = "invalid HTTP version";

/// The failure that a refusal means.
pub(crate) fn diagnose(store: &Store, refusal: &Refusal, about: &Circumstances<'_>) -> Failure {
    let failure = match (&refusal.no_answer, store.wire().url()) {
        (Some(cause), _) => no_answer(store, cause),
        (None, Some(url)) => url_refusal::explain(url, refusal, about)
            .unwrap_or_else(|| answer(store, refusal, about)),
        (None, None) => answer(store, refusal, about),
    };
    let mut failure = failure.at(about.at).answered(refusal.status, refusal.code.as_deref());
    failure.detail_mut().source = refusal.source.clone();
    if stops_the_run(refusal, about) {
        failure = failure.stopping_the_run();
    }
    failure
}

/// Whether the store would refuse such a request for any other object as well.
fn stops_the_run(refusal: &Refusal, about: &Circumstances<'_>) -> bool {
    if let Some(cause) = &refusal.no_answer {
        return !matches!(cause, NoAnswer::Timeout | NoAnswer::Broken(_));
    }
    let code = refusal.code.as_deref().unwrap_or_default();
    let unsupported = matches!(refusal.status, Some(405 | 501)) && about.key.is_some();
    let elsewhere = matches!(refusal.status, Some(300..=303 | 305..=399));
    unsupported
        || elsewhere
        || wants_https(refusal)
        || refusal.blocks_sse_c()
        || CREDENTIAL_CODES.iter().any(|(known, ..)| *known == code)
        || matches!(code, "NoSuchBucket" | "InvalidBucketName" | "AuthorizationHeaderMalformed")
}

fn no_answer(store: &Store, cause: &NoAnswer) -> Failure {
    let host = store.endpoint().unwrap_or("Amazon S3");
    let is_url = store.wire().url().is_some();
    match cause {
        NoAnswer::OutOfFiles => Failure::out_of_files(),
        NoAnswer::ConnectionRefused => {
            Failure::unavailable(format!("nothing answers at {host}: the connection was refused"))
                .hint(Advice::CheckPort { is_url })
        }
        NoAnswer::UnknownHost => {
            Failure::unavailable(format!("the host of {host} has no address"))
                .hint(Advice::CheckHost { is_url })
        }
        NoAnswer::Certificate(why) => {
            Failure::unavailable(format!("the certificate of {host} is not accepted: {why}"))
                .hint(Advice::NameCaBundle)
        }
        NoAnswer::NotTls => {
            Failure::unavailable(format!("what answers at {host} does not speak https"))
                .hint("check the port; if the store speaks plain http there, write http:// in the endpoint")
        }
        NoAnswer::Timeout => Failure::unavailable(format!("{host} did not answer in time"))
            .hint("check the network, and the endpoint's host and port"),
        NoAnswer::NoCredentials => Failure::denied("there are no AWS credentials").hint(Advice::NameCredentials),
        NoAnswer::Credentials(why) => {
            Failure::denied(format!("the AWS credentials cannot be had: {why}"))
                .hint(mend_credentials(why))
        }
        NoAnswer::OtherPartition(region) => Failure::unsealed(format!(
            "the bucket is said to be in region {region}, of another partition of AWS than the one configured: nothing was sent there"
        ))
        .hint(Advice::ConfirmRegion(region.clone())),
        NoAnswer::TooLong => Failure::integrity(TooLong.to_string())
            .hint("check that the endpoint speaks S3, and what is in between"),
        NoAnswer::Broken(why) if host.starts_with("http://") && why.contains(NO_HTTP) => {
            Failure::unavailable(format!("what answers at {host} does not speak http"))
                .hint("if the store speaks https there, write https:// in the endpoint")
        }
        NoAnswer::Broken(why) => {
            Failure::unavailable(format!("the exchange with {host} broke off: {why}"))
                .hint("try again; if it stays, check that the endpoint speaks S3")
        }
    }
}

fn answer(store: &Store, refusal: &Refusal, about: &Circumstances<'_>) -> Failure {
    let code = refusal.code.as_deref().unwrap_or_default();
    if let Some((_, cause, fix)) = CREDENTIAL_CODES.iter().find(|(known, ..)| *known == code) {
        return Failure::denied(*cause).hint(*fix);
    }
    if refusal.delete_marker {
        return Failure::not_found(
            "the object was deleted (its newest version is a delete marker)",
        )
        .hint(Advice::NameOlderVersion);
    }
    if let Some(failure) = unsupported::explain(refusal, about) {
        return failure;
    }
    let region = refusal.bucket_region.as_deref();
    match (refusal.status.unwrap_or_default(), code) {
        (_, "NoSuchBucket") => Failure::not_found("the bucket does not exist")
            .hint("check its name, and that the endpoint and account are the right ones"),
        (_, "InvalidBucketName") => Failure::usage("the store takes no bucket of that name")
            .hint("check its name: bucket names are made of a-z, 0-9, `-` and `.`"),
        (_, "KeyTooLongError") => {
            Failure::usage("the key is too long for the store").hint("shorten the key")
        }
        (400, _) if no_version_id(refusal) => {
            Failure::not_found("the object has no such version").hint(Advice::CheckVersionId)
        }
        (_, "NoSuchVersion") => {
            Failure::not_found("the object has no such version").hint(Advice::CheckVersionId)
        }
        (404, "NoSuchUpload") => {
            Failure::other("the upload was aborted by another client").hint("start again")
        }
        (404, _) => Failure::not_found("there is no such object")
            .hint("check the bucket and the object's name"),
        (304, _) => Failure::precondition("the object has not changed: its ETag is the one named")
            .hint(Advice::ReadUnchanged),
        (412, _) => Failure::precondition("the object is not in the state that was asked for")
            .hint(Advice::LookAndDecide),
        (409, _) => Failure::precondition("another request changes the object at the same time")
            .hint("try again"),
        (416, _) => Failure::usage("the range lies outside the object").hint(Advice::LookForSize),
        (
            _,
            "BadDigest"
            | "InvalidDigest"
            | "XAmzContentSHA256Mismatch"
            | "XAmzContentChecksumMismatch",
        ) => Failure::integrity("the store received other bytes than were sent, and refused them")
            .hint("the file may have changed while it was read: try again"),
        (_, "EntityTooLarge") => Failure::other("the object is larger than the store allows")
            .hint("split it, or ask the store's operator for its limit"),
        (_, "InvalidObjectState") => Failure::other("the object is archived")
            .hint("restore it first, for instance with `aws s3api restore-object`"),
        (300..=399, _)
        | (
            _,
            "AuthorizationHeaderMalformed"
            | "PermanentRedirect"
            | "IllegalLocationConstraintException",
        ) => match region {
            Some(region) => Failure::usage(format!("the bucket is in region {region}"))
                .hint(Advice::AddRegion(region.to_owned())),
            None => {
                Failure::usage("the store sends this request elsewhere, and was not followed there")
                    .hint("name the bucket's own endpoint and region")
            }
        },
        (401 | 403, _) if store.wire().credentials().is_none() => {
            Failure::denied("the store wants credentials, and none were sent")
                .hint(Advice::SignRequests)
        }
        (403, _) => denied(refusal, about),
        (500.., _) | (429, _) => {
            Failure::unavailable(format!("the store is in trouble: {}", store_message(refusal)))
                .hint("try again later")
        }
        (400, _) if about.key.is_some() => malformed(store, refusal, about),
        _ => Failure::other(format!("the store refused: {}", store_message(refusal)))
            .hint("the store's log may say more"),
    }
}

/// The failure for a bucket that blocks SSE-C.
pub(crate) fn sse_c_is_blocked(bucket: &str) -> Failure {
    Failure::denied(format!("the bucket {bucket} blocks SSE-C, as new buckets do since April 2026"))
        .hint(Advice::AllowSseC(bucket.to_owned()))
}

fn denied(refusal: &Refusal, about: &Circumstances<'_>) -> Failure {
    let bucket = &about.at.bucket;
    if matches!(about.action, Action::Write | Action::Copy) && refusal.blocks_sse_c() {
        return sse_c_is_blocked(bucket);
    }
    if refusal.has_words("Request has expired") {
        return Failure::denied("the request has expired").hint("check this machine's clock");
    }
    let (doing, permission) = match about.action {
        Action::Read => {
            ("read the object", "s3:GetObject (and s3:ListBucket, to tell absent from denied)")
        }
        Action::Write => ("write the object", "s3:PutObject"),
        Action::Copy => (
            "write the object",
            "s3:PutObject there, and where objects have tags s3:GetObjectTagging and s3:PutObjectTagging",
        ),
        Action::Delete => ("delete the object", "s3:DeleteObject"),
        Action::ListUploads => ("list unfinished uploads", "s3:ListBucketMultipartUploads"),
        Action::AbortUpload => ("abort the upload", "s3:AbortMultipartUpload"),
        Action::List => ("list the bucket", "s3:ListBucket"),
        Action::ListBuckets => ("list the buckets", "s3:ListAllMyBuckets"),
        Action::CreateBucket => ("make the bucket", "s3:CreateBucket"),
        Action::DeleteBucket => ("delete the bucket", "s3:DeleteBucket"),
        Action::ListVersions => ("list the bucket's versions", "s3:ListBucketVersions"),
        Action::ReadBucketEncryption => {
            ("read the bucket's encryption configuration", "s3:GetEncryptionConfiguration")
        }
        Action::ReadVersioning => ("read the bucket's versioning", "s3:GetBucketVersioning"),
        Action::WriteBucketEncryption => {
            ("change the bucket's encryption configuration", "s3:PutEncryptionConfiguration")
        }
        Action::ReadAcl => ("read the object's ACL", "s3:GetObjectAcl"),
        Action::ReadOwnership => {
            ("tell whether the bucket has ACLs", "s3:GetBucketOwnershipControls")
        }
        Action::ReadTags => {
            return Failure::denied("the credentials may not read the object's tags")
                .hint(Advice::GrantTagsOrName);
        }
    };
    let failure = Failure::denied(format!("the credentials may not {doing}"));
    // No permission helps against an explicit denial, which many buckets have for whatever is not sealed.
    if !refusal.has_words("with an explicit deny") {
        failure.hint(format!("grant {permission}, or use other credentials"))
    } else if about.action == Action::Write && about.key.is_none() {
        failure
            .hint("a policy denies it: does it demand that objects are sealed? Name a key with -k")
    } else {
        failure.hint(format!("a policy denies {permission}, whatever else grants it: look there"))
    }
}

/// A 400 to a request with a key: the key, its length and its MD5 are valid, because this program has computed them.
fn malformed(store: &Store, refusal: &Refusal, about: &Circumstances<'_>) -> Failure {
    let message = refusal.message.as_deref().unwrap_or_default();
    if refuses_http(store, refusal) {
        let outcome = outcome(about.action);
        let failure = Failure::unsealed(format!("the store takes keys over https only: {outcome}"));
        return failure.hint(match store.wire() {
            Wire::Presigned(_) => "ask the sender of the URL for an https one",
            Wire::Signed(_) => "use its https endpoint",
        });
    }
    if message.contains("key did not match") || message.contains("secret key") {
        return Failure::key(format!(
            "the store says the key is malformed: {}",
            store_message(refusal)
        ))
        .hint("something between here and the store changes headers: look for a proxy");
    }
    Failure::other(format!("the store refused: {}", store_message(refusal))).hint(
        "the store may not implement SSE-C, or not this request with it; its log may say more",
    )
}
/// What to do about credentials that a profile names and that cannot be read.
fn mend_credentials(why: &str) -> &'static str {
    let why = why.to_ascii_lowercase();
    if why.contains("external process") {
        "run the credential_process of the profile by hand, and mend it"
    } else if why.contains("sso") || why.contains("token") {
        "renew the session: `aws sso login`, with the --profile"
    } else {
        "complete the profile in the AWS files, or name another with --profile"
    }
}
