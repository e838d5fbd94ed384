//! What a refusal means for a user with a presigned URL and no credentials: mostly, another URL is needed.

use super::circumstances::{Action, Circumstances};
use super::classify::{is_decisive, unknown_header};
use crate::failure::{Advice, Failure};
use crate::key::core::Key;
use crate::location::Location;
use crate::store::seal;
use crate::store::wire::{Refusal, SignedUrl};

const NEW_URL: &str = "ask the sender of the URL for a new one";

/// Whether another key may open the object. The signature covers the key, so a wrong key causes a signature mismatch.
pub(crate) fn is_about_the_key(refusal: &Refusal) -> bool {
    let message = refusal.message.as_deref().unwrap_or_default();
    refusal.is("SignatureDoesNotMatch")
        || is_silent(refusal)
        || message.contains("secret key")
        || (refusal.status == Some(400)
            && !is_decisive(refusal)
            && !refusal.is("AuthorizationQueryParametersError")
            && !has_no_words(refusal)
            && !is_about_a_plain_object(message))
}

/// Whether it is the refusal of a HEAD, which has no message: a wrong key changes the signature as another method does.
fn is_silent(refusal: &Refusal) -> bool {
    refusal.status == Some(403) && has_no_words(refusal)
}

fn has_no_words(refusal: &Refusal) -> bool {
    refusal.message.as_deref().unwrap_or_default().is_empty() && refusal.code.is_none()
}

/// The failure if no key opened the URL's object, from the refusal of the last key.
pub(crate) fn no_key_fits_url(
    url: &SignedUrl,
    at: &Location,
    keys: &[Key],
    refusal: &Refusal,
) -> Failure {
    if refusal.is("SignatureDoesNotMatch") {
        return mismatch(url, Action::Read, keys);
    }
    if is_silent(refusal) {
        return silent(keys).at(url);
    }
    Failure::key(format!("the object is sealed with another key than {}", given(keys)))
        .hint(Advice::AskForKeyOfUrl)
        .at(at)
}

/// The failure of a refused request, if it differs from that of a request with credentials.
pub(super) fn explain(
    url: &SignedUrl,
    refusal: &Refusal,
    about: &Circumstances<'_>,
) -> Option<Failure> {
    let code = refusal.code.as_deref().unwrap_or_default();
    let message = refusal.message.as_deref().unwrap_or_default();
    let keys = about.key.map(std::slice::from_ref).unwrap_or_default();
    if let Some(header) = unknown_header(refusal).filter(|it| !it.starts_with(seal::PREFIX)) {
        return Some(
            Failure::other(format!(
                "the store does not know the header {header}, and it was signed"
            ))
            .hint("ask the sender of the URL for one that is signed without it"),
        );
    }
    let failure = match (refusal.status.unwrap_or_default(), code) {
        (_, "SignatureDoesNotMatch") => mismatch(url, about.action, keys),
        (_, "ExpiredToken" | "TokenRefreshRequired") => {
            Failure::denied("the credentials that signed the URL have expired, and it with them")
                .hint(NEW_URL)
        }
        (_, "InvalidAccessKeyId" | "InvalidToken") => {
            Failure::denied("the store does not accept the credentials that signed the URL")
                .hint(NEW_URL)
        }
        (_, "RequestTimeTooSkewed") => not_yet_valid(),
        (_, "AuthorizationQueryParametersError") => {
            Failure::usage("the store does not understand the URL's signature")
                .hint("copy the whole URL, and put it in quotes")
        }
        (300..=399, _) | (_, "AuthorizationHeaderMalformed" | "PermanentRedirect") => {
            Failure::denied("the store sends the URL elsewhere, and was not followed there")
                .hint("ask for a URL of the bucket's own region and endpoint")
        }
        (404, "NoSuchBucket") => Failure::not_found("the bucket does not exist").hint(NEW_URL),
        (404, _) => Failure::not_found("there is no such object").hint(NEW_URL),
        (412, _) if about.action == Action::Write => Failure::precondition(
            "the object that is there does not meet the condition: it was left alone",
        )
        .hint("ask the sender of the URL what is there"),
        (400, _) if about.key.is_none() && about.action == Action::Read && wants_key(refusal) => {
            Failure::key("the store wants a key, and the URL was signed without the seal's headers")
                .hint(Advice::AskForSealedUrl)
        }
        (400, _) if is_about_a_plain_object(message) => Failure::unsealed(
            "the object is not sealed, though the URL was signed for a sealed one",
        )
        .hint("another user may have replaced it: tell the sender of the URL"),
        (400, _) if has_no_words(refusal) && about.action == Action::Read => {
            // A HEAD has no message; with its key signed, a sealed object would have opened or been refused with 403.
            if about.key.is_some() {
                Failure::unsealed("the object is not sealed, though the URL was signed for a sealed one, or the signer's session has ended")
                    .hint("another user may have replaced it: tell the sender of the URL")
            } else {
                Failure::key("the object is sealed, and the URL was signed without the seal's headers, or the signer's session has ended")
                    .hint(Advice::AskForSealedUrl)
            }
        }
        (403, _) if is_silent(refusal) => silent(keys),
        (401 | 403, _) => denied(refusal, about.action),
        _ => return None,
    };
    Some(failure)
}

/// Whether the refusal means that the object is sealed and the request had no key; stores use different codes for it.
fn wants_key(refusal: &Refusal) -> bool {
    let code = refusal.code.as_deref().unwrap_or_default();
    !is_decisive(refusal)
        && (matches!(code, "InvalidRequest" | "InvalidArgument")
            || refusal.has_words("Customer-Key"))
}

/// Whether the message says that the object is not sealed, in the words of Amazon and Garage.
fn is_about_a_plain_object(message: &str) -> bool {
    message.contains("not applicable to this object") || message.contains("plaintext object")
}

/// The failure of a refused HEAD.
fn silent(keys: &[Key]) -> Failure {
    const HINT: &str =
        "ask the sender of the URL what it is for; copy the whole of it, and put it in quotes";
    let rest = "for another method than HEAD, it was changed on its way, or its signer may not read the object";
    if keys.is_empty() {
        Failure::denied(format!(
            "the store refuses the URL, and a HEAD does not say why: it was made {rest}"
        ))
        .hint(HINT)
    } else {
        Failure::key(format!(
            "the store refuses the URL, and a HEAD does not say why: it was made for another key than {}, {rest}",
            given(keys)
        ))
        .hint(HINT)
    }
}

fn not_yet_valid() -> Failure {
    Failure::denied("the URL is not valid yet: the clock of its signer is ahead of the store's")
        .hint("wait a while, or ask for a URL from a machine whose clock is right")
}

fn denied(refusal: &Refusal, action: Action) -> Failure {
    if refusal.has_words("has expired") {
        return Failure::denied("the URL has expired").hint(NEW_URL);
    }
    if refusal.has_words("not valid yet") {
        return not_yet_valid();
    }
    if refusal.has_words("not signed") {
        return Failure::denied("the URL was signed without all of the seal's headers")
            .hint(Advice::AskForFullySealedUrl);
    }
    if refusal.blocks_sse_c() {
        return Failure::denied("the bucket blocks SSE-C, as new buckets do since April 2026")
            .hint("ask the sender of the URL to allow it on the bucket");
    }
    let (doing, permission) = match action {
        Action::Read => ("read", "s3:GetObject"),
        _ => ("write", "s3:PutObject"),
    };
    Failure::denied(format!("the signer of the URL may not {doing} the object"))
        .hint(format!("ask them for the permission {permission} on their side, or for another URL"))
}

/// The failure of a signature mismatch: lists what may differ between the request and the signed one.
fn mismatch(url: &SignedUrl, action: Action, keys: &[Key]) -> Failure {
    let mut causes = Vec::new();
    if !keys.is_empty() {
        causes.push(format!("another key than {}", given(keys)));
    }
    let own = |name: &&str| {
        !matches!(*name, "host" | "content-length" | "x-amz-checksum-mode")
            && !name.starts_with(seal::PREFIX)
    };
    let others: Vec<_> = url.signed_headers().filter(own).collect();
    if !others.is_empty() {
        causes.push(format!("another value of {}", others.join(", ")));
    }
    if url.operation().is_none() {
        let method = if action == Action::Read { "GET" } else { "PUT" };
        causes.push(format!("another method than {method}"));
    }
    let message = if causes.is_empty() {
        "the URL's signature does not fit: it was changed on its way".to_owned()
    } else {
        format!("the URL's signature does not fit: it was made for {}", causes.join(", or "))
    };
    let hint =
        "ask the sender of the URL what it is for; copy the whole of it, and put it in quotes";
    if keys.is_empty() {
        Failure::denied(message).hint(hint)
    } else {
        Failure::key(message).hint(hint)
    }
    .at(url)
}

fn given(keys: &[Key]) -> String {
    let md5s = keys.iter().map(Key::md5_base64).collect::<Vec<_>>().join(", ");
    match keys.len() {
        1 => format!("the one given (key-MD5 {md5s})"),
        n => format!("the {n} given (key-MD5 {md5s})"),
    }
}
