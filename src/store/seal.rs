//! The seal: the three SSE-C headers on requests, and their echo in answers as the proof (AWS, "Using server-side
//! encryption with customer-provided keys").

use aws_sdk_s3::types::ServerSideEncryption;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::key::core::Key;

/// The common prefix of the seal's header names.
pub(crate) const PREFIX: &str = "x-amz-server-side-encryption-customer-";
/// The common prefix of the headers for the source of a copy.
pub(crate) const SOURCE_PREFIX: &str = "x-amz-copy-source-server-side-encryption-customer-";
/// The header with the key, in lower case.
pub(crate) const KEY: &str = "x-amz-server-side-encryption-customer-key";
/// The header with the key's MD5, in lower case.
pub(crate) const KEY_MD5: &str = "x-amz-server-side-encryption-customer-key-md5";
const ALGORITHM_HEADER: &str = "x-amz-server-side-encryption-customer-algorithm";
/// The header with the algorithm of store-managed encryption.
pub(crate) const MANAGED: &str = "x-amz-server-side-encryption";
/// The only algorithm of SSE-C.
pub(crate) const ALGORITHM: &str = "AES256";

/// How a written object is encrypted.
#[derive(Debug, Clone)]
pub(crate) enum Encryption {
    /// SSE-C: the store encrypts with a key that only the user holds.
    CustomerKey(Key),
    /// SSE-S3 or SSE-KMS: the store encrypts with a key that it manages.
    Managed {
        /// `AES256`, `aws:kms` or `aws:kms:dsse`.
        algorithm: String,
        /// The KMS key's id, ARN or alias; the account's default where absent.
        kms_key_id: Option<String>,
    },
    /// The bucket's default: nothing is requested, and nothing is proven.
    BucketDefault,
}

impl Encryption {
    /// The user's key, with SSE-C.
    pub(crate) fn key(&self) -> Option<&Key> {
        match self {
            Encryption::CustomerKey(key) => Some(key),
            _ => None,
        }
    }

    /// Whether the store's answer to a write proves that it encrypted as requested. Always true for the bucket's
    /// default, which requests nothing.
    pub(super) fn is_proven_by(&self, echo: &Echo) -> bool {
        match self {
            Encryption::CustomerKey(key) => echo.proves(key),
            Encryption::Managed { algorithm, .. } => {
                echo.managed.as_ref() == Some(algorithm) && echo.key_md5.is_none()
            }
            Encryption::BucketDefault => true,
        }
    }

    /// Whether the algorithm that the store reports is the requested one.
    pub(super) fn is_managed_by(&self, reported: Option<&ServerSideEncryption>) -> bool {
        match self {
            Encryption::Managed { algorithm, .. } => {
                reported.map(ServerSideEncryption::as_str) == Some(algorithm)
            }
            _ => true,
        }
    }

    /// The algorithm and KMS key of store-managed encryption, if that is requested.
    pub(super) fn managed(&self) -> Option<(ServerSideEncryption, Option<String>)> {
        match self {
            Encryption::Managed { algorithm, kms_key_id } => {
                Some((algorithm.as_str().into(), kms_key_id.clone()))
            }
            _ => None,
        }
    }
}

/// Adds the seal to the headers of a relayed request.
pub(crate) fn seal_headers(headers: &mut HeaderMap, key: &Key) {
    insert_seal(headers, PREFIX, key);
}

/// Adds the key of a copy's source to the headers of a relayed request.
pub(crate) fn seal_source_headers(headers: &mut HeaderMap, key: &Key) {
    insert_seal(headers, SOURCE_PREFIX, key);
}

fn insert_seal(headers: &mut HeaderMap, prefix: &str, key: &Key) {
    let value = |text: &str| {
        let mut value = HeaderValue::from_str(text).expect("base64 is ASCII");
        value.set_sensitive(true);
        value
    };
    let name =
        |end: &str| HeaderName::try_from(format!("{prefix}{end}")).expect("the name is a header's");
    headers.insert(name("algorithm"), HeaderValue::from_static(ALGORITHM));
    headers.insert(name("key"), value(&key.base64()));
    headers.insert(name("key-md5"), value(&key.md5_base64()));
}

/// Whether a header, in lower case, is of the seal: of an object's, or of a copy's source.
pub(crate) fn is_seal_header(name: &str) -> bool {
    name.starts_with(PREFIX) || name.starts_with(SOURCE_PREFIX)
}

/// A request that can carry the seal.
pub(super) trait Sealed: Sized {
    /// Adds algorithm, key and key-MD5, if there is a key.
    fn sealed(self, key: Option<&Key>) -> Self;
}

macro_rules! sealed {
    ($($operation:ident::$builder:ident),* $(,)?) => {$(
        impl Sealed for aws_sdk_s3::operation::$operation::builders::$builder {
            fn sealed(self, key: Option<&Key>) -> Self {
                let Some(key) = key else { return self };
                self.sse_customer_algorithm(ALGORITHM)
                    .sse_customer_key(key.base64().as_str())
                    .sse_customer_key_md5(key.md5_base64())
            }
        }
    )*};
}

sealed! {
    put_object::PutObjectFluentBuilder,
    get_object::GetObjectFluentBuilder,
    head_object::HeadObjectFluentBuilder,
    create_multipart_upload::CreateMultipartUploadFluentBuilder,
    upload_part::UploadPartFluentBuilder,
    list_parts::ListPartsFluentBuilder,
    complete_multipart_upload::CompleteMultipartUploadFluentBuilder,
    copy_object::CopyObjectFluentBuilder,
    upload_part_copy::UploadPartCopyFluentBuilder,
}

/// How a store reports to have encrypted: the echo of the seal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Echo {
    pub(super) algorithm: Option<String>,
    pub(super) key_md5: Option<String>,
    /// The algorithm of store-managed encryption, which contradicts the seal.
    pub(super) managed: Option<String>,
}

impl Echo {
    /// The echo in the headers of an answer to a relayed request.
    pub(crate) fn of_headers(headers: &HeaderMap) -> Echo {
        // SeaweedFS repeats the key-MD5: see `OneEcho`.
        let one = |name: &str| {
            let mut values: Vec<_> = headers
                .get_all(name)
                .iter()
                .map(|it| String::from_utf8_lossy(it.as_bytes()))
                .collect();
            values.dedup();
            (!values.is_empty()).then(|| values.join(", "))
        };
        Echo { algorithm: one(ALGORITHM_HEADER), key_md5: one(KEY_MD5), managed: one(MANAGED) }
    }

    /// Whether the store used this key: both headers are present, the MD5 is the key's, and no other encryption is
    /// reported.
    pub(crate) fn proves(&self, key: &Key) -> bool {
        self.algorithm.as_deref() == Some(ALGORITHM)
            && self.key_md5.as_deref() == Some(key.md5_base64().as_str())
            && self.managed.is_none()
    }
}

/// Merges a repeated key-MD5 header, as SeaweedFS sends it: the SDK does not read repeated headers. Different values
/// become one value that proves nothing.
#[derive(Debug)]
pub(super) struct OneEcho;

impl Intercept for OneEcho {
    fn name(&self) -> &'static str {
        "OneEcho"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.response_mut().headers_mut();
        let values: Vec<String> = headers.get_all(KEY_MD5).map(str::to_owned).collect();
        if let [first, others @ ..] = values.as_slice()
            && !others.is_empty()
        {
            let same = others.iter().all(|other| other == first);
            headers.try_insert(KEY_MD5, if same { first.clone() } else { values.join(", ") })?;
        }
        Ok(())
    }
}

pub(super) trait Echoes {
    /// The echo; empty if the store sent none.
    fn echo(&self) -> Echo;
}

macro_rules! echoes {
    ($($operation:ident::$output:ident),* $(,)?) => {$(
        impl Echoes for aws_sdk_s3::operation::$operation::$output {
            fn echo(&self) -> Echo {
                Echo {
                    algorithm: self.sse_customer_algorithm().map(str::to_owned),
                    key_md5: self.sse_customer_key_md5().map(str::to_owned),
                    managed: self.server_side_encryption().map(|it| it.as_str().to_owned()),
                }
            }
        }
    )*};
}

echoes! {
    put_object::PutObjectOutput,
    get_object::GetObjectOutput,
    head_object::HeadObjectOutput,
    upload_part::UploadPartOutput,
    copy_object::CopyObjectOutput,
    upload_part_copy::UploadPartCopyOutput,
}
