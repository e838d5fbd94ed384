//! Names under `localhost` mean the loopback interface and are never looked up in DNS (RFC 6761 section 6.3): over
//! plain http the key would go in clear text to any address that DNS returns.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::dns::Name;
use tower_service::Service;

/// Whether requests to this host, a name or an address, stay on this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => is_localhost(bare),
    }
}

fn is_localhost(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Resolves host names.
#[derive(Debug, Clone)]
pub(crate) struct Resolver {
    /// Whether only names of this machine may be resolved.
    pub(crate) only_loopback: bool,
}

impl Resolver {
    async fn resolve(self, name: String) -> io::Result<Vec<IpAddr>> {
        // Includes subdomains: the bucket's name may precede the endpoint's.
        if is_localhost(&name) {
            // IPv4 last: the failure of the last address is reported, and most stores listen at 127.0.0.1.
            return Ok(vec![Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()]);
        }
        if self.only_loopback {
            return Err(io::Error::other("the name is not one of this machine's"));
        }
        let found = tokio::net::lookup_host((name, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let found = self.clone().resolve(name.as_str().to_owned());
        Box::pin(async move {
            // The caller knows the port.
            let addresses: Vec<_> = found.await?.into_iter().map(|it| (it, 0).into()).collect();
            Ok(addresses.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_under_localhost_are_this_machine() {
        for only_loopback in [true, false] {
            for name in ["localhost", "LOCALHOST", "demo.localhost", "a.b.LocalHost"] {
                let found = Resolver { only_loopback }.resolve(name.to_owned()).await.unwrap();
                assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback), "{name}");
            }
        }
    }

    #[tokio::test]
    async fn no_other_name_is_looked_up_where_only_this_machine_will_do() {
        for name in
            ["store.example", "localhost.example", "xlocalhost", "localhost.", "ip6-localhost"]
        {
            let resolver = Resolver { only_loopback: true };
            assert!(resolver.resolve(name.to_owned()).await.is_err(), "{name}");
        }
    }
}
