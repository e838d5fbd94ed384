//! Which certificate authorities are trusted, and the HTTP clients that use them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use http::HeaderMap;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::connector::{Client, Tls};
use super::loopback::Resolver;
use super::transport::Transport;
use crate::failure::Failure;

/// The trusted certificate authorities.
#[derive(Debug, Clone)]
pub(crate) struct Trust {
    tls: Arc<Tls>,
}

impl Trust {
    /// Takes the first of: the option, `AWS_CA_BUNDLE`, the profile's `ca_bundle`, the system's.
    /// Errors: `Kind::Usage` if the file cannot be read or has no usable certificate.
    pub(crate) fn load(
        option: Option<(PathBuf, &'static str)>,
        profile: Option<&str>,
    ) -> Result<Trust, Failure> {
        let environment = || {
            let path = std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty())?;
            Some((PathBuf::from(path), "AWS_CA_BUNDLE"))
        };
        let profile = || Some((PathBuf::from(profile?), "the profile's ca_bundle"));
        let Some((path, source)) = option.or_else(environment).or_else(profile) else {
            return Ok(Trust { tls: Arc::new(Tls::trusting(None)) });
        };
        let refuse = |why: String| {
            Failure::usage(format!("{source} names {}, {why}", path.display()))
                .hint("give a PEM file with the certificate of the authority that the store's certificate comes from")
        };
        let bundle = read_bundle(&path).map_err(refuse)?;
        Ok(Trust { tls: Arc::new(Tls::trusting(Some(bundle))) })
    }

    /// A client for https, through the environment's proxy if there is one, and for the plain http of services on this
    /// machine that hand out credentials.
    pub(crate) fn client(&self) -> Transport {
        Client::shared(Resolver { only_loopback: false }, Some(self.tls.clone()))
    }
}

/// A client for plain http. It uses no proxy, because a proxy could read the key.
pub(crate) fn plain_client(resolver: Resolver) -> Transport {
    Client::shared(resolver, None)
}

fn read_bundle(path: &Path) -> Result<RootCertStore, String> {
    let pem = std::fs::read(path).map_err(|error| format!("which cannot be read: {error}"))?;
    let certificates = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| "which is not PEM text".to_owned())?;
    if certificates.is_empty() {
        return Err("which holds no certificate".to_owned());
    }
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots
            .add(certificate)
            .map_err(|_| "which holds a certificate that cannot be read".to_owned())?;
    }
    Ok(roots)
}

/// Adds the headers that the user wants on every request.
#[derive(Debug, Clone)]
pub(crate) struct RequestHeaders {
    pub(crate) payer: Option<String>,
    pub(crate) expected_owner: Option<String>,
}

impl RequestHeaders {
    /// The same for relayed requests.
    pub(crate) fn to_map(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-amz-request-payer", &self.payer),
            ("x-amz-expected-bucket-owner", &self.expected_owner),
        ] {
            if let Some(value) = value.as_ref().and_then(|value| value.try_into().ok()) {
                headers.insert(name, value);
            }
        }
        headers
    }
}

impl Intercept for RequestHeaders {
    fn name(&self) -> &'static str {
        "RequestHeaders"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.request_mut().headers_mut();
        if let Some(payer) = &self.payer {
            headers.try_insert("x-amz-request-payer", payer.clone())?;
        }
        if let Some(owner) = &self.expected_owner {
            headers.try_insert("x-amz-expected-bucket-owner", owner.clone())?;
        }
        Ok(())
    }
}
