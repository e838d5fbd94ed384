//! What TLS offers, and whose certificates it trusts.

use std::io;
use std::sync::{Arc, LazyLock, OnceLock};

use hyper::rt::{Read, Write};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::ServerName;
use rustls::{CipherSuite, ClientConfig, RootCertStore};

use super::stream::TlsStream;

/// What is offered, the first preferred. AES-GCM is fast on any processor of this century; of TLS 1.2 only what has
/// forward secrecy.
const CIPHER_SUITES: [CipherSuite; 7] = [
    CipherSuite::TLS13_AES_256_GCM_SHA384,
    CipherSuite::TLS13_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
];

/// The system's certificate authorities, read once.
static SYSTEM: LazyLock<Arc<RootCertStore>> = LazyLock::new(|| {
    let found = rustls_native_certs::load_native_certs();
    if !found.errors.is_empty() {
        tracing::warn!(errors = ?found.errors, "some of the system's certificates cannot be read");
    }
    let mut roots = RootCertStore::empty();
    let (usable, _) = roots.add_parsable_certificates(found.certs);
    if usable == 0 {
        tracing::warn!("the system has no certificates of authorities");
    }
    Arc::new(roots)
});

/// The settings of all TLS connections of a client, and their session tickets. Made at the first connection.
#[derive(Debug, Default)]
pub(in super::super) struct Tls {
    /// The only trusted authorities; the system's if absent.
    bundle: Option<Arc<RootCertStore>>,
    config: OnceLock<Arc<ClientConfig>>,
}

impl Tls {
    /// Trusts these authorities only; the system's if there are none.
    pub(in super::super) fn trusting(bundle: Option<RootCertStore>) -> Tls {
        Tls { bundle: bundle.map(Arc::new), config: OnceLock::new() }
    }

    /// Shakes hands with this host, a name or an address.
    /// Errors: `rustls::Error` within, if its certificate is not accepted.
    pub(super) async fn connect<S>(&self, host: &str, socket: S) -> io::Result<TlsStream<S>>
    where
        S: Read + Write + Unpin,
    {
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let config = match self.config.get() {
            Some(config) => config,
            None => {
                let made = self.configure().map_err(io::Error::other)?;
                self.config.get_or_init(|| Arc::new(made))
            }
        };
        TlsStream::connect(config.clone(), name, socket).await
    }

    fn configure(&self) -> Result<ClientConfig, rustls::Error> {
        let roots = self.bundle.clone().unwrap_or_else(|| SYSTEM.clone());
        let mut config = ClientConfig::builder_with_provider(Arc::new(provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

fn provider() -> CryptoProvider {
    let all = aws_lc_rs::default_provider();
    let named = |name: CipherSuite| all.cipher_suites.iter().find(|it| it.suite() == name).copied();
    let cipher_suites = CIPHER_SUITES.into_iter().filter_map(named).collect();
    CryptoProvider { cipher_suites, ..all }
}

#[cfg(test)]
mod tests {
    use rustls::NamedGroup;

    use super::*;

    #[test]
    fn the_post_quantum_exchange_and_the_strongest_cipher_come_first() {
        let provider = provider();
        assert_eq!(provider.kx_groups[0].name(), NamedGroup::X25519MLKEM768);
        let offered: Vec<_> = provider.cipher_suites.iter().map(|it| it.suite()).collect();
        assert_eq!(offered, CIPHER_SUITES);
    }
}
