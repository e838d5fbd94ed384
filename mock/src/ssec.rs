//! The rules of "Using server-side encryption with customer-provided keys (SSE-C)": reading a key from headers, and
//! comparing it with the key of an object or upload.

use std::sync::OnceLock;

use aws_lc_rs::{constant_time, hkdf};
use http::HeaderMap;
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::encoding;
use crate::quirks::{KeyErrors, Quirks};
use crate::random;
use crate::refusal::{ErrorReply, Refusal};

/// What every SSE-C header begins with.
pub(crate) const PREFIX: &str = "x-amz-server-side-encryption-customer-";
/// What the headers of a copy's source begin with.
pub(crate) const SOURCE_PREFIX: &str = "x-amz-copy-source-server-side-encryption-customer-";
/// The two headers whose values are secret.
pub(crate) const KEY_HEADERS: [&str; 2] = [
    "x-amz-server-side-encryption-customer-key",
    "x-amz-copy-source-server-side-encryption-customer-key",
];

/// Amazon names the plain SSE header in all of these errors, not the header that is wrong.
const ARGUMENT: &str = "x-amz-server-side-encryption";

/// A customer's key while its request lasts. Never kept.
pub(crate) struct CustomerKey(Zeroizing<Vec<u8>>);

impl CustomerKey {
    /// Base64 of the MD5, as the echo has it.
    pub(crate) fn md5(&self) -> String {
        encoding::base64(&Md5::digest(self.0.as_slice()))
    }

    /// A key for one purpose, named by `info`, out of the customer's key.
    pub(crate) fn derive(&self, salt: &[u8], info: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut derived = Zeroizing::new([0; 32]);
        hkdf::Salt::new(hkdf::HKDF_SHA256, salt)
            .extract(&self.0)
            .expand(&[info], hkdf::HKDF_SHA256)
            .and_then(|okm| okm.fill(derived.as_mut_slice()))
            .expect("32 bytes are a length HKDF-SHA256 gives");
        derived
    }
}

/// What is kept about a key: enough to recognise it, not enough to decrypt.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct KeyCheck {
    salt: [u8; 32],
    check: [u8; 32],
    /// For the echo. Never on disk, where it would show which objects have the same key: after a restart the first
    /// request with the right key brings it.
    #[serde(skip)]
    md5: OnceLock<String>,
}

impl KeyCheck {
    pub(crate) fn new(key: &CustomerKey) -> Self {
        let salt = random::bytes();
        Self { salt, check: *key.derive(&salt, b"key check"), md5: OnceLock::from(key.md5()) }
    }

    pub(crate) fn accepts(&self, key: &CustomerKey) -> bool {
        let check = key.derive(&self.salt, b"key check");
        let accepts = constant_time::verify_slices_are_equal(&self.check, check.as_slice()).is_ok();
        if accepts {
            self.md5.get_or_init(|| key.md5());
        }
        accepts
    }

    /// Base64 of the key's MD5, where a request brought the key since the server started.
    pub(crate) fn md5(&self) -> Option<String> {
        self.md5.get().cloned()
    }
}

/// The three headers as they came.
pub(crate) struct KeyHeaders<'a> {
    algorithm: Option<&'a [u8]>,
    key: Option<&'a [u8]>,
    md5: Option<&'a [u8]>,
    /// What the store makes of a key that is not the base64 of 32 bytes.
    malformed: Option<ErrorReply>,
    takes_unpadded: bool,
}

impl<'a> KeyHeaders<'a> {
    pub(crate) fn of(headers: &'a HeaderMap, prefix: &str) -> Self {
        let get = |name: &str| headers.get(format!("{prefix}{name}")).map(|value| value.as_bytes());
        Self {
            algorithm: get("algorithm"),
            key: get("key"),
            md5: get("key-md5"),
            malformed: None,
            takes_unpadded: false,
        }
    }

    /// Reads a key as the store does.
    pub(crate) fn read_as(self, quirks: &Quirks) -> Self {
        Self { malformed: quirks.malformed_key, takes_unpadded: quirks.takes_unpadded_keys, ..self }
    }

    fn decoded(&self, encoded: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let mut text = Zeroizing::new(String::from_utf8_lossy(encoded).into_owned());
        if self.takes_unpadded {
            let padding = text.len().next_multiple_of(4) - text.len();
            text.extend(std::iter::repeat_n('=', padding));
        }
        encoding::from_base64(&text).map(Zeroizing::new)
    }

    pub(crate) fn any(&self) -> bool {
        self.algorithm.is_some() || self.key.is_some() || self.md5.is_some()
    }

    /// The key of a write. Mistakes in the headers are refused in the order of the book's page on answers.
    pub(crate) fn for_write(&self, sse: Option<&str>) -> Result<CustomerKey, Refusal> {
        if let Some(method) = sse {
            return Err(Refusal::invalid_argument(
                "Server Side Encryption with Customer provided key is incompatible with the encryption method specified",
                ARGUMENT,
                method,
            ));
        }
        let encoded = self.named_key()?;
        let key = self.decoded(encoded).filter(|key| key.len() == 32).ok_or_else(|| {
            let invalid = || argument("The secret key was invalid for the specified algorithm.");
            self.malformed.map_or_else(invalid, Refusal::from)
        })?;
        if self.md5.is_none() {
            return Err(argument(
                "Requests specifying Server Side Encryption with Customer provided keys must provide the client calculated MD5 of the secret key.",
            ));
        }
        self.matching_md5(CustomerKey(key))
    }

    /// The key of a read, or of a copy's source: the MD5 may be missing, and a key of another length is a wrong
    /// key like any other.
    pub(crate) fn for_read(&self) -> Result<CustomerKey, Refusal> {
        let encoded = self.named_key()?;
        let key = CustomerKey(self.decoded(encoded).unwrap_or_default());
        // Only a key that could be one is compared with its MD5: any other is refused as a wrong key.
        if key.0.len() == 32 { self.matching_md5(key) } else { Ok(key) }
    }

    fn named_key(&self) -> Result<&'a [u8], Refusal> {
        let key = match (self.algorithm, self.key) {
            (None, _) => {
                return Err(argument(
                    "Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm.",
                ));
            }
            (Some(b"AES256"), key) => key,
            (Some(other), _) => return Err(unknown_algorithm(&String::from_utf8_lossy(other))),
        };
        key.ok_or_else(|| {
            argument(
                "Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret key.",
            )
        })
    }

    fn matching_md5(&self, key: CustomerKey) -> Result<CustomerKey, Refusal> {
        match self.md5 {
            Some(md5) if md5 != key.md5().as_bytes() => Err(argument(
                "The calculated MD5 hash of the key did not match the hash that was provided.",
            )),
            _ => Ok(key),
        }
    }
}

/// Whether `key` opens what is kept under `check` (`None`: stored without SSE-C).
pub(crate) fn unlock(
    check: Option<&KeyCheck>,
    key: Option<&CustomerKey>,
    errors: &KeyErrors,
) -> Result<(), Refusal> {
    let error = match (check, key) {
        (None, None) => return Ok(()),
        (Some(check), Some(key)) if check.accepts(key) => return Ok(()),
        (None, Some(_)) => errors.superfluous,
        (Some(_), None) => errors.missing,
        (Some(_), Some(_)) => errors.wrong,
    };
    Err(error.into())
}

/// Whether `key` may take part in an upload begun under `check`.
pub(crate) fn same_upload(
    check: Option<&KeyCheck>,
    key: Option<&CustomerKey>,
) -> Result<(), Refusal> {
    match (check, key) {
        (None, None) => Ok(()),
        (Some(check), Some(key)) if check.accepts(key) => Ok(()),
        (Some(_), Some(_)) => Err(Refusal::invalid_request(
            "The provided encryption parameters did not match the ones used originally.",
        )),
        _ => Err(Refusal::invalid_request(
            "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.",
        )),
    }
}

/// The answer of a bucket that blocks SSE-C.
pub(crate) fn blocked(bucket: &str, key: &str) -> Refusal {
    Refusal::access_denied(format!(
        "User: arn:aws:iam::123456789012:user/mock is not authorized to perform: s3:PutObject on resource: \"arn:aws:s3:::{bucket}/{key}\" because this bucket has blocked upload requests that specify Server Side Encryption with Customer provided keys (SSE-C). Please specify a different server-side encryption type"
    ))
}

/// The answer to `x-amz-server-side-encryption`, or the SSE-C algorithm, with an unknown value.
pub(crate) fn unknown_algorithm(value: &str) -> Refusal {
    Refusal::new(
        400,
        "InvalidEncryptionAlgorithmError",
        "The Encryption request you specified is not valid. Supported value: AES256.",
    )
    .detail("ArgumentName", ARGUMENT)
    .detail("ArgumentValue", value)
}

fn argument(message: &'static str) -> Refusal {
    Refusal::invalid_argument(message, ARGUMENT, "null")
}
