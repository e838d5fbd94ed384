//! A certificate authority of the server's own, and the certificates it gives the server.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

use crate::route;

/// The names the certificate is good for. Strict verifiers accept no wildcard directly under a top-level name, so
/// `bucket.localhost` gets a certificate of its own when it is first asked for.
const NAMES: [&str; 4] = ["localhost", "*.localhost", "127.0.0.1", "::1"];

/// How many more certificates are kept, so that a client cannot fill the memory.
const MAX_NAMES: usize = 1000;

/// Makes an authority and a server certificate; returns the TLS acceptor and the authority's certificate in PEM.
pub(crate) fn acceptor() -> io::Result<(TlsAcceptor, String)> {
    let (issuer, ca_pem) = authority().map_err(io::Error::other)?;
    let general = certificate(&issuer, NAMES.map(str::to_owned).to_vec())?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Certificates {
            issuer,
            general,
            of_buckets: Mutex::default(),
        }));
    // Amazon S3 speaks no HTTP/2.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((TlsAcceptor::from(Arc::new(config)), ca_pem))
}

/// The certificates by the server name that a client asks for.
#[derive(Debug)]
struct Certificates {
    issuer: Issuer<'static, KeyPair>,
    general: Arc<CertifiedKey>,
    of_buckets: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let Some(name) = hello.server_name().filter(|name| route::host_bucket(name).is_some())
        else {
            return Some(Arc::clone(&self.general));
        };
        let mut known = self.of_buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(certificate) = known.get(name) {
            return Some(Arc::clone(certificate));
        }
        if known.len() == MAX_NAMES {
            return Some(Arc::clone(&self.general));
        }
        let certificate = certificate(&self.issuer, vec![name.to_owned()]).ok()?;
        known.insert(name.to_owned(), Arc::clone(&certificate));
        Some(certificate)
    }
}

fn certificate(
    issuer: &Issuer<'static, KeyPair>,
    names: Vec<String>,
) -> io::Result<Arc<CertifiedKey>> {
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
    params.distinguished_name.push(DnType::CommonName, "s3seal-mock");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.signed_by(&key, issuer).map_err(io::Error::other)?;
    let private_key = PrivateKeyDer::try_from(key.serialize_der()).map_err(io::Error::other)?;
    let signing_key =
        aws_lc_rs::sign::any_supported_type(&private_key).map_err(io::Error::other)?;
    Ok(Arc::new(CertifiedKey::new(vec![certificate.der().clone()], signing_key)))
}

fn authority() -> Result<(Issuer<'static, KeyPair>, String), rcgen::Error> {
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.distinguished_name.push(DnType::CommonName, "s3seal-mock test authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate()?;
    let pem = params.self_signed(&key)?.pem();
    Ok((Issuer::new(params, key), pem))
}
