//! Keys that clients send themselves: they are used as they are, and what is written with them is proven all the same.

use http::HeaderMap;

use crate::key::core::{Key, decode_base64};
use crate::proxy::operation::Treatment;
use crate::proxy::refused::Refused;
use crate::proxy::request::Request;
use crate::store::{SEAL_PREFIX, SEAL_SOURCE_PREFIX, is_seal_header};

/// The ends of the names of the three headers.
const ENDS: [&str; 3] = ["algorithm", "key", "key-md5"];

/// Checks that the seal's headers of a client are complete, and that the operation takes them. The store might ignore a
/// header with another name, and store plaintext.
/// Errors: `InvalidArgument`.
pub(super) fn check(request: &Request, treatment: Treatment) -> Result<bool, Refused> {
    let names = || request.headers.keys().map(|name| name.as_str()).filter(|it| is_seal_header(it));
    if names().next().is_none() {
        return Ok(false);
    }
    let is_known = |name: &str| {
        let end = name.strip_prefix(SEAL_PREFIX).or_else(|| name.strip_prefix(SEAL_SOURCE_PREFIX));
        end.is_some_and(|end| ENDS.contains(&end))
    };
    if let Some(name) = names().find(|name| !is_known(name)) {
        return Err(invalid(&format!("The header {name} is none of SSE-C.")));
    }
    if request.headers.keys().any(|name| {
        is_seal_header(name.as_str()) && request.headers.get_all(name).iter().count() > 1
    }) {
        return Err(invalid("A header of SSE-C comes twice."));
    }
    let copies = matches!(treatment, Treatment::Copy | Treatment::CopyPart);
    if treatment == Treatment::Relay
        || (!copies && names().any(|it| it.starts_with(SEAL_SOURCE_PREFIX)))
    {
        return Err(invalid("This operation takes no key (SSE-C)."));
    }
    key_of(&request.headers, SEAL_PREFIX)?;
    key_of(&request.headers, SEAL_SOURCE_PREFIX)?;
    Ok(true)
}

/// The key that the client sent for the object.
pub(super) fn own_key(request: &Request) -> Result<Option<Key>, Refused> {
    key_of(&request.headers, SEAL_PREFIX)
}

/// The key that the client sent for the source of a copy.
pub(super) fn own_source_key(request: &Request) -> Result<Option<Key>, Refused> {
    key_of(&request.headers, SEAL_SOURCE_PREFIX)
}

/// As Amazon judges the three headers (AWS, "Using server-side encryption with customer-provided keys").
fn key_of(headers: &HeaderMap, prefix: &str) -> Result<Option<Key>, Refused> {
    let [algorithm, key, md5] = ENDS.map(|end| headers.get(format!("{prefix}{end}")));
    if algorithm.is_none() && key.is_none() && md5.is_none() {
        return Ok(None);
    }
    if algorithm.is_none_or(|value| value.as_bytes() != b"AES256") {
        return Err(invalid(
            "Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm.",
        ));
    }
    let text = key.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bytes = decode_base64(text).ok().and_then(|(bytes, _)| bytes[..].try_into().ok());
    let key = bytes
        .as_ref()
        .map(Key::of_one_object)
        .ok_or_else(|| invalid("The secret key was invalid for the specified algorithm."))?;
    if md5.is_none_or(|value| value.as_bytes() != key.md5_base64().as_bytes()) {
        return Err(invalid(
            "The calculated MD5 hash of the key did not match the hash that was provided.",
        ));
    }
    Ok(Some(key))
}

fn invalid(message: &str) -> Refused {
    Refused::invalid("InvalidArgument", message)
}
