//! `mock --health`: whether a server answers, for containers that have no other client.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned,
};

use crate::failure::Failure;

const PATH: &str = "/-/health";
/// The timeout of each step.
const STEP_TIMEOUT: Duration = Duration::from_secs(5);
const LONGEST_STATUS_LINE: u64 = 256;

/// The URL of the server that `mock` with the same options starts, as a program beside it reaches it.
/// Errors: `Kind::Usage` if such a server chooses its port.
pub(super) fn url_of(listened: SocketAddr, tls: bool) -> Result<String, Failure> {
    if listened.port() == 0 {
        return Err(Failure::usage(
            "a server with these options chooses its port, so its address is not known",
        )
        .hint("give --health the URL, or the --addr or --preset of the server"));
    }
    let ip = match listened.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let scheme = if tls { "https" } else { "http" };
    Ok(format!("{scheme}://{}", SocketAddr::new(ip, listened.port())))
}

/// Asks the server at this URL. Its path is the server's own, unless the URL has one.
/// Errors: `Kind::Usage` for what is no URL, `Kind::Unavailable` if the server does not answer with 200.
pub(super) fn ask(url: &str) -> Result<(), Failure> {
    let refuse = || {
        Failure::usage("--health takes the URL of a server")
            .hint("such as http://127.0.0.1:9000, or https://…")
    };
    let uri: Uri = url.parse().map_err(|_| refuse())?;
    let default_port = match uri.scheme_str() {
        Some("http") => 80,
        Some("https") => 443,
        _ => return Err(refuse()),
    };
    let authority = uri.authority().filter(|it| !it.as_str().contains('@')).ok_or_else(refuse)?;
    let host = authority.host().trim_matches(['[', ']']);
    let path = match uri.path() {
        "" | "/" => PATH,
        path => path,
    };
    let request = format!("GET {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n");
    let answered = connect(host, authority.port_u16().unwrap_or(default_port)).and_then(|stream| {
        if uri.scheme_str() == Some("https") {
            status_line(tls(host, stream)?, &request)
        } else {
            status_line(stream, &request)
        }
    });
    let unhealthy = |why: String| {
        Failure::unavailable(format!("no healthy server at {authority}: {why}")).hint(
            "start it with `s3seal mock`, or check the address; https needs a server with --tls",
        )
    };
    match answered {
        Ok(line) if line.split(' ').nth(1) == Some("200") => Ok(()),
        Ok(line) if line.starts_with("HTTP/") => Err(unhealthy(format!("it answered `{line}`"))),
        Ok(_) => Err(unhealthy("what it answers is not HTTP".to_owned())),
        Err(error) => Err(unhealthy(error.to_string())),
    }
}

fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, STEP_TIMEOUT) {
            Ok(stream) => {
                stream.set_read_timeout(Some(STEP_TIMEOUT))?;
                stream.set_write_timeout(Some(STEP_TIMEOUT))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn status_line(mut stream: impl Read + Write, request: &str) -> io::Result<String> {
    stream.write_all(request.as_bytes())?;
    let mut line = Vec::new();
    let mut byte = [0];
    while line.len() as u64 <= LONGEST_STATUS_LINE && stream.read(&mut byte)? == 1 {
        if byte == *b"\n" {
            break;
        }
        line.extend(byte);
    }
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

fn tls(host: &str, stream: TcpStream) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    Ok(StreamOwned::new(connection, stream))
}

/// The server's authority is its own, made at its start, and another process has no copy of it. The question holds nothing
/// secret, and of the answer only the status counts.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
