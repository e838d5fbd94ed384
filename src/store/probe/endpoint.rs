//! Whether an endpoint accepts connections: one connection, on which nothing is sent.

use std::io;

use tokio::net::TcpStream;

/// Opens a connection to the host and port of this http(s) URL, and closes it.
/// Errors: Why not, in words.
pub(crate) async fn connect(address: &http::Uri) -> Result<(), String> {
    let host = address.host().unwrap_or_default().trim_matches(['[', ']']);
    let default_port = if address.scheme_str() == Some("http") { 80 } else { 443 };
    let port = address.port_u16().unwrap_or(default_port);
    let addresses = tokio::net::lookup_host((host, port)).await;
    let addresses: Vec<_> = addresses.map_err(|_| "its host has no address".to_owned())?.collect();
    match TcpStream::connect(addresses.as_slice()).await {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            Err("the connection was refused".to_owned())
        }
        Err(error) => Err(format!("the connection failed: {}", error.kind())),
    }
}
