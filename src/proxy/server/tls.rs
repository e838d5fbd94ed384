//! Certificates: the user's, or those of an authority that is made at the start and forgotten at the end.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::failure::Failure;

/// How clients reach the proxy.
#[derive(Debug, Clone)]
pub(crate) enum TlsOptions {
    Off,
    /// With a certificate authority of its own.
    Own,
    /// With a certificate and its private key, in PEM.
    Files {
        certificate: PathBuf,
        key: PathBuf,
    },
}

/// What serves TLS, and the PEM certificate of the authority that clients must trust, unless they do already.
pub(super) struct Tls {
    pub(super) acceptor: TlsAcceptor,
    pub(super) authority: Option<String>,
}

impl Tls {
    /// Errors: `Kind::Usage` for files that hold no certificate or no key, or that do not fit.
    pub(super) fn load(options: &TlsOptions, addr: SocketAddr) -> Result<Option<Tls>, Failure> {
        match options {
            TlsOptions::Off => Ok(None),
            TlsOptions::Own => own(addr)
                .map(Some)
                .map_err(|error| Failure::other(format!("no certificate can be made: {error}"))),
            TlsOptions::Files { certificate, key } => {
                let chain = read_certificates(certificate)?;
                let key = read_key(key)?;
                Ok(Some(Tls { acceptor: acceptor(chain, key)?, authority: None }))
            }
        }
    }
}

fn own(addr: SocketAddr) -> Result<Tls, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    params.distinguished_name.push(DnType::CommonName, "s3seal proxy");
    let authority_key = KeyPair::generate()?;
    let authority = params.self_signed(&authority_key)?;
    let issuer = Issuer::new(params, authority_key);
    let mut names = vec![
        "localhost".to_owned(),
        "*.localhost".to_owned(),
        "127.0.0.1".to_owned(),
        "::1".to_owned(),
    ];
    if !addr.ip().is_unspecified() {
        names.push(addr.ip().to_string());
    }
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(names)?.signed_by(&key, &issuer)?;
    let key = PrivateKeyDer::try_from(key.serialize_der())
        .map_err(|_| rcgen::Error::CouldNotParseKeyPair)?;
    let acceptor = acceptor(vec![certificate.into()], key)
        .map_err(|_| rcgen::Error::CouldNotParseCertificate)?;
    Ok(Tls { acceptor, authority: Some(authority.pem()) })
}

fn acceptor(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<TlsAcceptor, Failure> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key));
    let config = config.map_err(|error| {
        Failure::usage(format!("the certificate cannot be used: {error}"))
            .hint("--tls-cert and --tls-key must belong together")
    })?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let refuse = |why: String| {
        Failure::usage(format!("{} {why}", path.display()))
            .hint("give a PEM file with the certificate, and behind it those of its issuers")
    };
    let chain = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| refuse(format!("cannot be read: {error}")))?;
    if chain.is_empty() {
        return Err(refuse("holds no certificate".to_owned()));
    }
    Ok(chain)
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, Failure> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| {
        Failure::usage(format!("{} holds no private key: {error}", path.display()))
            .hint("give a PEM file with the private key of the certificate")
    })
}
