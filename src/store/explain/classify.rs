//! What a refusal says by its status, code and message, independent of the request.

use crate::store::wire::{Refusal, Store};

/// Whether the refusal names a cause other than the key, so that no further request is needed.
pub(crate) fn is_decisive(refusal: &Refusal) -> bool {
    let unclear_status = matches!(refusal.status, Some(400 | 403));
    let code = refusal.code.as_deref();
    !unclear_status
        || code.is_some_and(|code| {
            CREDENTIAL_CODES.iter().any(|(known, ..)| *known == code)
                || matches!(
                    code,
                    "InvalidObjectState"
                        | "AuthorizationHeaderMalformed"
                        | "RequestTimeout"
                        | "InvalidBucketName"
                        | "KeyTooLongError"
                )
        })
        || refusal.no_answer.is_some()
        || wants_https(refusal)
        || no_version_id(refusal)
        || unknown_header(refusal).is_some()
}

/// Whether the store requires https, in the words of Amazon and MinIO.
pub(crate) fn wants_https(refusal: &Refusal) -> bool {
    refusal.message.as_deref().is_some_and(|message| message.contains("secure connection"))
}

/// Whether a key may have been refused because it came over http: Ceph's answer has no message, nor has any HEAD's.
pub(crate) fn refuses_http(store: &Store, refusal: &Refusal) -> bool {
    let over_http = store.endpoint().is_some_and(|url| url.starts_with("http://"));
    wants_https(refusal) || (over_http && is_wordless(refusal))
}

/// Whether the refusal is a 400 without a reason.
pub(crate) fn is_wordless(refusal: &Refusal) -> bool {
    refusal.status == Some(400)
        && refusal.message.as_deref().unwrap_or_default().is_empty()
        && (refusal.code.is_none() || refusal.is("InvalidRequest"))
}

/// Whether the version id is invalid: Amazon's `InvalidArgument` has many meanings, so the message decides.
pub(super) fn no_version_id(refusal: &Refusal) -> bool {
    refusal.is("InvalidArgument")
        && refusal.message.as_deref().is_some_and(|message| message.contains("version id"))
}

/// The header that the store does not accept, in lower case. B2: `Unsupported header 'x-amz-tagging' received for this
/// API call.`; Cloudflare R2: `Header 'x-amz-tagging' with value 'a=b' not implemented`.
pub(crate) fn unknown_header(refusal: &Refusal) -> Option<&str> {
    if !matches!(refusal.status, Some(400 | 501)) {
        return None;
    }
    let (_, rest) = refusal.message.as_deref()?.split_once("eader '")?;
    let (name, _) = rest.split_once('\'')?;
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (!name.is_empty() && name.chars().all(is_name)).then_some(name)
}

/// Whether the store does not implement the request.
pub(crate) fn is_missing(refusal: &Refusal) -> bool {
    matches!(refusal.status, Some(405 | 501)) || refusal.is("NotImplemented")
}

/// Codes about credentials, each with its meaning and a hint.
pub(super) const CREDENTIAL_CODES: [(&str, &str, &str); 8] = [
    (
        "SignatureDoesNotMatch",
        "the store does not accept the request's signature: the secret access key is wrong",
        "check AWS_SECRET_ACCESS_KEY or the profile",
    ),
    (
        "InvalidAccessKeyId",
        "the store does not know the access key id",
        "check AWS_ACCESS_KEY_ID, the profile, and that the endpoint is the right store",
    ),
    (
        "RequestTimeTooSkewed",
        "this machine's clock and the store's are more than 15 minutes apart",
        "set the clock (for instance `timedatectl set-ntp true`)",
    ),
    (
        "ExpiredToken",
        "the session's credentials have expired",
        "get new ones: a new AWS_SESSION_TOKEN, or `aws sso login` where the profile has an SSO session",
    ),
    (
        "TokenRefreshRequired",
        "the session's credentials have expired",
        "get new ones: a new AWS_SESSION_TOKEN, or `aws sso login` where the profile has an SSO session",
    ),
    ("InvalidToken", "the session token is not valid", "check AWS_SESSION_TOKEN, or unset it"),
    (
        "UnauthorizedAccess",
        "the credentials are for another part of AWS",
        "use credentials of the bucket's partition",
    ),
    ("NotSignedUp", "the account has no access to S3", "sign the account up for S3"),
];

/// Whether a code is about the credentials or their signature.
pub(crate) fn is_about_credentials(code: &str) -> bool {
    CREDENTIAL_CODES.iter().any(|(known, ..)| *known == code)
}

/// The store's message in one line: after a line break it could look like this program's own.
pub(super) fn store_message(refusal: &Refusal) -> String {
    let status = refusal.status.map(|status| format!("HTTP {status}")).unwrap_or_default();
    let words = [refusal.code.as_deref(), refusal.message.as_deref()]
        .into_iter()
        .flatten()
        .map(|words| words.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|words| !words.is_empty())
        .collect::<Vec<_>>()
        .join(": ");
    if words.is_empty() {
        format!("{status} without a reason")
    } else {
        format!("{words} ({status})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, message: &str) -> Refusal {
        let message = Some(message.to_owned());
        Refusal { status: Some(status), message, ..Refusal::default() }
    }

    #[test]
    fn the_header_is_found_in_every_stores_words() {
        for (status, message, found) in [
            (400, "Unsupported header 'x-amz-tagging' received for this API call.", true),
            (501, "Header 'x-amz-tagging' with value 'a=b' not implemented", true),
            (403, "Unsupported header 'x-amz-tagging' received for this API call.", false),
            (501, "A header you provided implies functionality that is not implemented.", false),
            (400, "Unsupported header '\u{1b}[2J' received", false),
            (400, "Unsupported header ''", false),
            (400, "Unsupported header 'x-amz-tagging", false),
        ] {
            let refusal = refused(status, message);
            assert_eq!(unknown_header(&refusal), found.then_some("x-amz-tagging"), "{message}");
        }
    }
}
