//! Re-signs presigned URLs with one additional header: the SDK leaves `x-amz-checksum-mode` out of every signature, and
//! S3 refuses it unsigned (AWS, "Authenticating Requests: Using Query Parameters").

use std::collections::BTreeMap;

use aws_credential_types::Credentials;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::text::percent::decoded;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The URL with a signature by the same credentials that covers all these headers (names in lower case); none if the
/// URL is not signed by version 4 with a secret key.
pub(super) fn resigned(
    method: &str,
    url: &str,
    headers: &[(String, Zeroizing<String>)],
    credentials: &Credentials,
) -> Option<String> {
    let uri: http::Uri = url.parse().ok()?;
    let host = match (uri.scheme_str()?, uri.port_u16()) {
        ("http", Some(80)) | ("https", Some(443)) => uri.host()?,
        _ => uri.authority()?.as_str(),
    };
    let given = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let headers: BTreeMap<&str, &str> = given.chain([("host", host)]).collect();
    let signed = headers.keys().copied().collect::<Vec<_>>().join(";");

    let mut query: BTreeMap<&str, String> =
        pairs(uri.query()?).map(|(name, value)| (name, value.to_owned())).collect();
    if query.get("X-Amz-Algorithm")? != ALGORITHM {
        return None;
    }
    query.remove("X-Amz-Signature");
    query.insert("X-Amz-SignedHeaders", signed.replace(';', "%3B"));
    let joined = |(name, value): (&&str, &String)| format!("{name}={value}");
    let query_text = query.iter().map(joined).collect::<Vec<_>>().join("&");

    let lines: String =
        headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
    let path = uri.path();
    let request = format!("{method}\n{path}\n{query_text}\n{lines}\n{signed}\nUNSIGNED-PAYLOAD");
    let credential = decoded(query.get("X-Amz-Credential")?);
    let (_, scope) = credential.split_once('/')?;
    let date = query.get("X-Amz-Date")?;
    let request = hex(&Sha256::digest(request));
    let to_sign = format!("{ALGORITHM}\n{date}\n{scope}\n{request}");

    let secret = format!("AWS4{}", credentials.secret_access_key());
    let key =
        scope.split('/').try_fold(secret.into_bytes(), |key, part| authenticated(&key, part))?;
    let signature = hex(&authenticated(&key, &to_sign)?);
    let (without_query, _) = url.split_once('?')?;
    Some(format!("{without_query}?{query_text}&X-Amz-Signature={signature}"))
}

fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

fn authenticated(key: &[u8], text: &str) -> Option<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(text.as_bytes());
    Some(mac.finalize().into_bytes().to_vec())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of "Authenticating Requests: Using Query Parameters".
    #[test]
    fn amazons_own_example() {
        let url = "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=nothing&X-Amz-Signature=none";
        let credentials = Credentials::new(
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            None,
            None,
            "example",
        );
        let signed = resigned("GET", url, &[], &credentials).unwrap();
        assert!(signed.ends_with("&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"), "{signed}");
        assert_eq!(resigned("GET", "https://b/k?X-Amz-Signature=a", &[], &credentials), None);
    }
}
