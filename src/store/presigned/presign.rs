//! Makes URLs with which a user without credentials can read or write one object for a limited time. The signature
//! covers the seal's three headers, so each request must send them; the URL does not contain their values.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::ProvideCredentials;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use zeroize::Zeroizing;

use super::signature;
use crate::failure::{Advice, Failure};
use crate::location::Location;
use crate::store::explain::{Action, Circumstances, diagnose};
use crate::store::learned::CHECKSUM_MODE;
use crate::store::object::{Attributed, Attributes};
use crate::store::seal::{Encryption, Sealed};
use crate::store::wire::{Refusal, Store};

/// The longest that a SigV4 query signature may be valid (AWS, "Authenticating Requests: Using Query
/// Parameters"): seven days.
pub(crate) const LONGEST_EXPIRY: Duration = Duration::from_secs(7 * 24 * 60 * 60);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Put,
    Head,
}

/// The URL to make.
#[derive(Debug, Clone)]
pub(crate) struct Presign {
    pub method: Method,
    pub at: Location,
    pub encryption: Encryption,
    pub expires_in: Duration,
    /// The newest version if absent.
    pub version_id: Option<String>,
    /// Whether a read requests the object's checksum.
    pub checksum: bool,
    /// The attributes that an upload must send.
    pub attributes: Attributes,
}

/// Names and values of the headers that a URL signs; the key is among the values.
pub(crate) type Headers = [(String, Zeroizing<String>)];

/// A presigned URL, and the headers that each request with it must send.
pub(crate) struct PresignedUrl {
    /// GET, PUT or HEAD.
    pub method: String,
    /// The URL; it contains no key.
    pub url: String,
    /// Header names and their secret values.
    pub headers: Vec<(String, Zeroizing<String>)>,
    /// When the credentials that signed it expire; the URL then expires, too.
    pub credentials_expire: Option<SystemTime>,
}

impl Store {
    /// Signs a URL; sends nothing to the store.
    /// Errors: `Kind::Denied` without credentials to sign with.
    pub(crate) async fn presign(&self, wanted: &Presign) -> Result<PresignedUrl, Failure> {
        let config = PresigningConfig::expires_in(wanted.expires_in).map_err(|error| {
            Failure::usage(format!("the URL cannot be valid for that long: {error}")).because(error)
        })?;
        // Only once, because a second call may return other credentials.
        let credentials = self.current_credentials().await;
        let request = self.sign(wanted, config, credentials.clone()).await.map_err(|refusal| {
            let about = Circumstances { action: Action::Read, at: &wanted.at, key: None };
            diagnose(self, &refusal, &about)
        })?;
        let mut headers: Vec<_> = request
            .headers()
            .map(|(name, value)| (name.to_owned(), Zeroizing::new(value.to_owned())))
            .collect();
        let method = request.method().to_owned();
        let mut url = request.uri().to_owned();
        if let (true, Some(credentials)) = (wanted.checksum, &credentials) {
            headers.push((CHECKSUM_MODE.to_owned(), Zeroizing::new("ENABLED".to_owned())));
            url = signature::resigned(&method, &url, &headers, credentials).ok_or_else(|| {
                Failure::usage("the question for the checksum cannot be signed for this bucket")
                    .hint(Advice::LeaveOutChecksum)
                    .at(&wanted.at)
            })?;
        }
        let credentials_expire = credentials.and_then(|credentials| credentials.expiry());
        Ok(PresignedUrl { method, url, headers, credentials_expire })
    }

    async fn sign(
        &self,
        wanted: &Presign,
        config: PresigningConfig,
        credentials: Option<Credentials>,
    ) -> Result<PresignedRequest, Refusal> {
        fn into_refusal<T, E>(result: Result<T, SdkError<E>>) -> Result<T, Refusal>
        where
            SdkError<E>: Into<Refusal>,
        {
            result.map_err(Into::into)
        }
        let client = match credentials {
            Some(credentials) => {
                let own = self.client().config().to_builder().credentials_provider(credentials);
                Client::from_conf(own.build())
            }
            None => self.client(),
        };
        let Presign { at, encryption, version_id, .. } = wanted;
        match wanted.method {
            Method::Get => {
                let request = client.get_object().bucket(&at.bucket).key(&at.key);
                let request = request.set_version_id(version_id.clone()).sealed(encryption.key());
                into_refusal(request.presigned(config).await)
            }
            Method::Head => {
                let request = client.head_object().bucket(&at.bucket).key(&at.key);
                let request = request.set_version_id(version_id.clone()).sealed(encryption.key());
                into_refusal(request.presigned(config).await)
            }
            Method::Put => {
                let request = client.put_object().bucket(&at.bucket).key(&at.key);
                let request = request
                    .attributed(&wanted.attributes, wanted.attributes.tagging.clone())
                    .sealed(encryption.key());
                into_refusal(request.presigned(config).await)
            }
        }
    }

    /// None if there are none: signing then fails with the reason.
    async fn current_credentials(&self) -> Option<Credentials> {
        self.wire().credentials()?.provide_credentials().await.ok()
    }
}
