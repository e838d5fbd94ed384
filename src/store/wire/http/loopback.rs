//! Names under `localhost` mean the loopback interface and are never looked up in DNS (RFC 6761 section 6.3): over
//! plain http the key would go in clear text to any address that DNS returns.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};

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

/// Resolves host names for plain http.
#[derive(Debug, Clone)]
pub(crate) struct Resolver {
    /// Whether only names of this machine may be resolved.
    pub(crate) only_loopback: bool,
}

impl ResolveDns for Resolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        // Includes subdomains: the bucket's name may precede the endpoint's.
        if is_localhost(name) {
            // IPv4 last: the failure of the last address is reported, and most stores listen at 127.0.0.1.
            return DnsFuture::ready(Ok(vec![
                Ipv6Addr::LOCALHOST.into(),
                Ipv4Addr::LOCALHOST.into(),
            ]));
        }
        if self.only_loopback {
            let why = io::Error::other("the name is not one of this machine's");
            return DnsFuture::ready(Err(ResolveDnsError::new(why)));
        }
        DnsFuture::new(async move {
            let found = tokio::net::lookup_host((name, 0)).await.map_err(ResolveDnsError::new)?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_under_localhost_are_this_machine() {
        for only_loopback in [true, false] {
            let resolver = Resolver { only_loopback };
            for name in ["localhost", "LOCALHOST", "demo.localhost", "a.b.LocalHost"] {
                let found = resolver.resolve_dns(name).await.unwrap();
                assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback), "{name}");
            }
        }
    }

    #[tokio::test]
    async fn no_other_name_is_looked_up_where_only_this_machine_will_do() {
        let resolver = Resolver { only_loopback: true };
        for name in
            ["store.example", "localhost.example", "xlocalhost", "localhost.", "ip6-localhost"]
        {
            assert!(resolver.resolve_dns(name).await.is_err(), "{name}");
        }
    }
}
