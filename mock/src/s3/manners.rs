//! What stores do differently once the object or the upload is known: which keys open, and what they are put on.

use http::{HeaderMap, HeaderValue};
use s3s::dto::{CopyObjectInput, CopySource, ETagCondition};

use crate::habits::bad_request;
use crate::manner::Manner;
use crate::refusal::Refusal;
use crate::s3::object::condition::WriteConditions;
use crate::s3::object::get::Found;
use crate::s3::{Api, Head};
use crate::ssec::{self, CustomerKey, KeyCheck};
use crate::store::Upload;
use crate::store::{Encryption, Object};

impl Api {
    /// The key that opens an object for a read.
    pub(crate) fn open(
        &self,
        found: &Found,
        head: &Head<'_>,
    ) -> Result<Option<CustomerKey>, Refusal> {
        let check = found.object.encryption.key_check();
        if matches!(self.manner, Manner::SeaweedFs | Manner::Ceph) {
            if check.is_none() {
                // A key for a plain object is not even looked at.
                return Ok(None);
            }
            if !ssec::Headers::of(head.headers, ssec::PREFIX).any()
                && names_etag(head.headers, &found.object.etag)
            {
                return Err(Refusal::new(304, "NotModified", "Not Modified")
                    .header("etag", &format!("\"{}\"", found.object.etag)));
            }
        }
        let key = self.read_key(head)?;
        ssec::unlock(check, key.as_ref())
            .map_err(|refusal| self.manner.locked(refusal, check, key.as_ref()))?;
        Ok(key)
    }

    /// The key that opens a copy's source.
    pub(crate) fn open_source(
        &self,
        source: &Object,
        head: &Head<'_>,
    ) -> Result<Option<CustomerKey>, Refusal> {
        let check = source.encryption.key_check();
        if self.manner == Manner::Ceph {
            // Ceph does not copy what is sealed, and sees no key where nothing is.
            return check.map_or(Ok(None), |_| Err(Refusal::not_implemented()));
        }
        let key = self.source_key(head)?;
        ssec::unlock(check, key.as_ref()).map_err(|refusal| {
            match (self.manner, check, key.as_ref()) {
                (Manner::SeaweedFs, Some(_), Some(_)) => internal_error(),
                (Manner::SeaweedFs, Some(_), None) => Refusal::invalid_request("Invalid Request"),
                (_, check, key) => self.manner.locked(refusal, check, key),
            }
        })?;
        Ok(key)
    }

    /// The key that a copy is sealed with.
    pub(crate) fn copy_key(
        &self,
        head: &Head<'_>,
        input: &CopyObjectInput,
    ) -> Result<Option<CustomerKey>, Refusal> {
        if self.manner != Manner::Ceph {
            return self.write_key(head, &input.bucket, &input.key);
        }
        let in_place = matches!(
            &input.copy_source,
            CopySource::Bucket { bucket, key, .. } if **bucket == *input.bucket && **key == *input.key
        );
        let replaces = input.metadata_directive.as_ref().is_some_and(|d| d.as_str() == "REPLACE");
        if in_place && !replaces {
            return Err(Refusal::invalid_request(
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
            ));
        }
        // Ceph answers 200 to a target key, and stores plaintext.
        Ok(None)
    }

    /// The conditions of a write that the store looks at: Garage overwrites in spite of `If-None-Match: *`.
    pub(crate) fn conditions(&self, given: WriteConditions) -> WriteConditions {
        match self.manner {
            Manner::Garage => WriteConditions { if_none_match: None, ..given },
            _ => given,
        }
    }

    /// The conditions on what a copy takes the place of, as far as the store looks at them.
    ///
    /// # Errors
    /// They are no ETags.
    pub(crate) fn copy_conditions(&self, headers: &HeaderMap) -> Result<WriteConditions, Refusal> {
        if !self.manner.looks_at_copy_conditions() {
            return Ok(WriteConditions::default());
        }
        let condition = |name: &str| {
            let parse = |value: &HeaderValue| ETagCondition::parse_http_header(value.as_bytes());
            headers
                .get(name)
                .map(parse)
                .transpose()
                .map_err(|_| Refusal::invalid_argument("The condition is not an ETag.", name, ""))
        };
        Ok(WriteConditions {
            if_match: condition("if-match")?,
            if_none_match: condition("if-none-match")?,
        })
    }

    /// # Errors
    /// A sealed object has a part that came without the key, which only SeaweedFS lets happen.
    pub(crate) fn check_readable(&self, object: &Object) -> Result<(), Refusal> {
        let mixed = object.encryption.key_check().is_some()
            && object.parts.iter().any(|part| !part.blob.is_sealed());
        if mixed && self.manner == Manner::SeaweedFs {
            return Err(internal_error());
        }
        Ok(())
    }
}

impl Manner {
    /// Decides what a part is sealed with; returns the encryption that its answer shows, too.
    ///
    /// # Errors
    /// The part has a key and its upload has none, or the other way round, or they differ, and the store minds.
    pub(crate) fn admit_part(
        self,
        upload: &mut Upload,
        key: Option<CustomerKey>,
    ) -> Result<(Encryption, Option<CustomerKey>), Refusal> {
        match (self, upload.encryption.key_check(), &key) {
            // Stored in plaintext; the object cannot be read later.
            (Self::SeaweedFs, Some(_), None) => return Ok((Encryption::None, None)),
            (Self::SeaweedFs, None, Some(key)) => {
                upload.encryption = Encryption::Customer(KeyCheck::new(key));
            }
            // Stored in plaintext, without an echo.
            (Self::Ceph, None, Some(_)) => return Ok((upload.encryption.clone(), None)),
            (_, check, key) => ssec::same_upload(check, key.as_ref()).map_err(|refusal| {
                if self == Self::Garage {
                    bad_request("The encryption key is not that of the upload")
                } else {
                    refusal
                }
            })?,
        }
        Ok((upload.encryption.clone(), key))
    }

    /// The answer to a read with a missing, wrong or superfluous key; `refusal` is Amazon's.
    fn locked(
        self,
        refusal: Refusal,
        check: Option<&KeyCheck>,
        key: Option<&CustomerKey>,
    ) -> Refusal {
        let argument = |message: &'static str| Refusal::new(400, "InvalidArgument", message);
        match (self, check, key) {
            (Self::SeaweedFs, Some(_), None) => argument(
                "Requests specifying Server Side Encryption with Customer provided keys must provide the customer key.",
            ),
            (Self::SeaweedFs, Some(_), Some(_)) => Refusal::access_denied("Access Denied."),
            (Self::Ceph, Some(_), None) => argument(
                "Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm.",
            ),
            (Self::Ceph, Some(_), Some(_)) => argument(
                "The calculated MD5 hash of the key did not match the hash that was provided.",
            ),
            (Self::Garage, Some(_), None) => bad_request("Object is encrypted"),
            (Self::Garage, Some(_), Some(_)) => {
                bad_request("Invalid encryption key, could not decrypt object metadata.")
            }
            (Self::Garage, None, _) => bad_request("Trying to decrypt a plaintext object"),
            _ => refusal,
        }
    }
}

fn internal_error() -> Refusal {
    Refusal::new(500, "InternalError", "We encountered an internal error, please try again.")
}

fn names_etag(headers: &HeaderMap, etag: &str) -> bool {
    let condition = headers.get("if-none-match").and_then(|value| value.to_str().ok());
    condition.is_some_and(|value| {
        value
            .split(',')
            .any(|one| matches!(one.trim(), "*") || one.trim().trim_matches('"') == etag)
    })
}
