//! Reads the certificate and the encryption of an https endpoint, on a connection that is closed before any request is
//! sent on it. It does not decide whether the certificate is trusted: the client does that for real requests.

use std::net::{TcpStream, ToSocketAddrs};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, Error, NamedGroup,
    ProtocolVersion, SignatureScheme,
};

use super::certificate::Certificate;

const HTTPS_PORT: u16 = 443;
/// The timeout of each step.
const STEP_TIMEOUT: Duration = Duration::from_secs(10);

/// The result of a TLS handshake with an endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Handshake {
    /// The endpoint's own certificate.
    pub certificate: Certificate,
    /// The protocol's version, such as `TLS 1.3`.
    pub protocol: Option<&'static str>,
    /// The key exchange, such as `X25519MLKEM768`.
    pub group: Option<NamedGroup>,
}

impl Handshake {
    /// Starts a handshake with the endpoint of this https URL; none if it presents no certificate.
    pub(crate) async fn of(address: &http::Uri) -> Option<Handshake> {
        let address = address.clone();
        tokio::task::spawn_blocking(move || inspect(&address)).await.ok()?
    }

    /// Whether the key exchange protects recorded traffic from later decryption with a quantum computer.
    pub(crate) fn is_post_quantum(&self) -> bool {
        self.group.is_some_and(|group| {
            matches!(
                group,
                NamedGroup::X25519MLKEM768
                    | NamedGroup::secp256r1MLKEM768
                    | NamedGroup::MLKEM512
                    | NamedGroup::MLKEM768
                    | NamedGroup::MLKEM1024
            )
        })
    }
}

/// Whether requests to this URL go through a proxy that the environment names.
pub(crate) fn is_proxied(address: &http::Uri) -> bool {
    Matcher::from_env().intercept(address).is_some()
}

fn inspect(address: &http::Uri) -> Option<Handshake> {
    let host = address.host()?.trim_matches(['[', ']']).to_owned();
    let port = address.port_u16().unwrap_or(HTTPS_PORT);
    let addresses = (host.as_str(), port).to_socket_addrs().ok()?;
    let mut stream =
        addresses.into_iter().find_map(|it| TcpStream::connect_timeout(&it, STEP_TIMEOUT).ok())?;
    stream.set_read_timeout(Some(STEP_TIMEOUT)).ok()?;
    stream.set_write_timeout(Some(STEP_TIMEOUT)).ok()?;

    let provider = Arc::new(aws_lc_rs::default_provider());
    let schemes = provider.signature_verification_algorithms.supported_schemes();
    let recorder = Arc::new(CertificateRecorder { schemes, seen: OnceLock::new() });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .ok()?
        .dangerous()
        .with_custom_certificate_verifier(recorder.clone())
        .with_no_client_auth();
    let name = ServerName::try_from(host).ok()?;
    let mut connection = ClientConnection::new(Arc::new(config), name).ok()?;
    // The handshake always fails, but only after the certificate was received.
    while connection.is_handshaking() && connection.complete_io(&mut stream).is_ok() {}
    Some(Handshake {
        certificate: recorder.seen.get()?.clone()?,
        protocol: match connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => Some("TLS 1.3"),
            Some(ProtocolVersion::TLSv1_2) => Some("TLS 1.2"),
            _ => None,
        },
        group: connection.negotiated_key_exchange_group().map(|group| group.name()),
    })
}

/// Records the certificate, and accepts none.
#[derive(Debug)]
struct CertificateRecorder {
    schemes: Vec<SignatureScheme>,
    seen: OnceLock<Option<Certificate>>,
}

const ALWAYS_REJECTED: Error =
    Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure);

impl ServerCertVerifier for CertificateRecorder {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.seen.get_or_init(|| Certificate::parse(certificate));
        Err(ALWAYS_REJECTED)
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(ALWAYS_REJECTED)
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(ALWAYS_REJECTED)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.schemes.clone()
    }
}
