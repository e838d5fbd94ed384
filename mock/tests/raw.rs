//! Requests made by hand, with a Signature Version 4 signer of the tests' own, so that they may be wrong.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use aws_lc_rs::{digest, hmac};
use s3seal_mock::Server;
use time::macros::format_description;
use time::{Duration, OffsetDateTime};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::harness::Key;

#[derive(Clone)]
pub(crate) struct Raw {
    method: &'static str,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    unsigned: Vec<(String, String)>,
    body: Vec<u8>,
    payload_hash: Option<String>,
    access_key: Option<String>,
    secret_key: Option<String>,
    region: Option<String>,
    service: &'static str,
    clock: Duration,
    presigned_for: Option<i64>,
    anonymous: bool,
    unsigned_host: bool,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Raw {
    pub(crate) fn new(method: &'static str, path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let query = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self {
            method,
            path: path.to_owned(),
            query,
            headers: Vec::new(),
            unsigned: Vec::new(),
            body: Vec::new(),
            payload_hash: None,
            access_key: None,
            secret_key: None,
            region: None,
            service: "s3",
            clock: Duration::ZERO,
            presigned_for: None,
            anonymous: false,
            unsigned_host: false,
        }
    }

    pub(crate) fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    pub(crate) fn head(path: &str) -> Self {
        Self::new("HEAD", path)
    }

    pub(crate) fn put(path: &str, body: &[u8]) -> Self {
        Self::new("PUT", path).body(body)
    }

    pub(crate) fn post(path: &str, body: &[u8]) -> Self {
        Self::new("POST", path).body(body)
    }

    pub(crate) fn delete(path: &str) -> Self {
        Self::new("DELETE", path)
    }

    pub(crate) fn body(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }

    pub(crate) fn headers(self, headers: &[(&str, &str)]) -> Self {
        headers.iter().fold(self, |raw, (name, value)| raw.header(name, value))
    }

    pub(crate) fn unsigned_header(mut self, name: &str, value: &str) -> Self {
        self.unsigned.push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }

    /// A query parameter, given decoded.
    pub(crate) fn param(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), encode(value)));
        self
    }

    pub(crate) fn sse_c(self, key: Key) -> Self {
        self.header("x-amz-server-side-encryption-customer-algorithm", "AES256")
            .header("x-amz-server-side-encryption-customer-key", key.base64)
            .header("x-amz-server-side-encryption-customer-key-md5", key.md5)
    }

    pub(crate) fn payload_hash(mut self, hash: &str) -> Self {
        self.payload_hash = Some(hash.to_owned());
        self
    }

    pub(crate) fn access_key(mut self, id: &str) -> Self {
        self.access_key = Some(id.to_owned());
        self
    }

    pub(crate) fn secret_key(mut self, secret: &str) -> Self {
        self.secret_key = Some(secret.to_owned());
        self
    }

    pub(crate) fn region(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    /// Signs for another service than S3.
    pub(crate) fn service(mut self, service: &'static str) -> Self {
        self.service = service;
        self
    }

    /// Moves the client's clock.
    pub(crate) fn clock(mut self, minutes: i64) -> Self {
        self.clock = Duration::minutes(minutes);
        self
    }

    pub(crate) fn presigned_for(mut self, seconds: i64) -> Self {
        self.presigned_for = Some(seconds);
        self
    }

    pub(crate) fn anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }

    /// Leaves the host out of what is signed.
    pub(crate) fn unsigned_host(mut self) -> Self {
        self.unsigned_host = true;
        self
    }

    pub(crate) fn send(self, server: &Server) -> Answer {
        let host = server.addr().to_string();
        self.send_to(server, &host)
    }

    /// Sends with another name of the server in the Host header.
    pub(crate) fn send_to(self, server: &Server, host: &str) -> Answer {
        let message = self.message(server, host);
        let mut stream = TcpStream::connect(server.addr()).unwrap();
        let mut bytes = Vec::new();
        let mut talk = |stream: &mut dyn ReadWrite| {
            // A refusal may come before all is sent.
            let _ = stream.write_all(&message);
            let _ = stream.read_to_end(&mut bytes);
        };
        match server.ca_pem() {
            None => talk(&mut stream),
            Some(pem) => talk(&mut StreamOwned::new(tls(pem), stream)),
        }
        Answer::parse(&bytes)
    }

    /// The bytes of the request.
    pub(crate) fn message(mut self, server: &Server, host: &str) -> Vec<u8> {
        if self.unsigned_host {
            self.unsigned.push(("host".to_owned(), host.to_owned()));
        } else if !self.headers.iter().any(|(name, _)| name == "host") {
            self.headers.push(("host".to_owned(), host.to_owned()));
        }
        if !self.anonymous {
            self.sign(server);
        }
        let query: Vec<_> =
            self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut target = self.path.clone();
        if !query.is_empty() {
            target = format!("{target}?{}", query.join("&"));
        }
        let mut message = format!("{} {target} HTTP/1.1\r\nconnection: close\r\n", self.method);
        for (name, value) in self.headers.iter().chain(&self.unsigned) {
            message.push_str(&format!("{name}: {value}\r\n"));
        }
        let has_length = self
            .headers
            .iter()
            .any(|(name, _)| name == "content-length" || name == "transfer-encoding");
        if !has_length && matches!(self.method, "PUT" | "POST") {
            message.push_str(&format!("content-length: {}\r\n", self.body.len()));
        }
        message.push_str("\r\n");
        let mut message = message.into_bytes();
        message.extend_from_slice(&self.body);
        message
    }

    fn sign(&mut self, server: &Server) {
        let now = OffsetDateTime::now_utc() + self.clock;
        let format = format_description!("[year][month][day]T[hour][minute][second]Z");
        let timestamp = now.format(format).unwrap();
        let date = timestamp[..8].to_owned();
        let region = self.region.clone().unwrap_or_else(|| server.region().to_owned());
        let access_key = self.access_key.clone().unwrap_or_else(|| server.access_key().to_owned());
        let secret_key = self.secret_key.clone().unwrap_or_else(|| server.secret_key().to_owned());
        let service = self.service;
        let scope = format!("{date}/{region}/{service}/aws4_request");
        let computed = hex(digest::digest(&digest::SHA256, &self.body).as_ref());
        let mut payload_hash = self.payload_hash.clone().unwrap_or(computed);
        if self.presigned_for.is_none() {
            self.headers.push(("x-amz-date".to_owned(), timestamp.clone()));
            self.headers.push(("x-amz-content-sha256".to_owned(), payload_hash.clone()));
        }
        self.headers.sort();
        let signed: Vec<_> = self.headers.iter().map(|(name, _)| name.clone()).collect();
        let signed = signed.join(";");
        if let Some(seconds) = self.presigned_for {
            payload_hash = "UNSIGNED-PAYLOAD".to_owned();
            for (name, value) in [
                ("X-Amz-Algorithm", "AWS4-HMAC-SHA256".to_owned()),
                ("X-Amz-Credential", encode(&format!("{access_key}/{scope}"))),
                ("X-Amz-Date", timestamp.clone()),
                ("X-Amz-Expires", seconds.to_string()),
                ("X-Amz-SignedHeaders", encode(&signed)),
            ] {
                self.query.push((name.to_owned(), value));
            }
        }
        self.query.sort();
        let query: Vec<_> =
            self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let headers: String =
            self.headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let canonical = format!(
            "{}\n{}\n{}\n{headers}\n{signed}\n{payload_hash}",
            self.method,
            self.path,
            query.join("&")
        );
        let hashed = hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
        let to_sign = format!("AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{hashed}");
        let mut key = format!("AWS4{secret_key}").into_bytes();
        for step in [date.as_str(), &region, service, "aws4_request"] {
            key = mac(&key, step);
        }
        let signature = hex(&mac(&key, &to_sign));
        if self.presigned_for.is_some() {
            self.query.push(("X-Amz-Signature".to_owned(), signature));
        } else {
            let value = format!(
                "AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={signed}, Signature={signature}"
            );
            self.headers.push(("authorization".to_owned(), value));
        }
    }
}

/// Sends these bytes as they are over plain http.
pub(crate) fn send_bytes(server: &Server, message: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(server.addr()).unwrap();
    stream.write_all(message).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    Answer::parse(&bytes)
}

trait ReadWrite: Read + Write {}
impl<T: Read + Write> ReadWrite for T {}

fn tls(ca_pem: &str) -> ClientConnection {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap()
}

impl Answer {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            return Self { status: 0, headers: Vec::new(), body: Vec::new() };
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status =
            lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or_default();
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Self { status, headers, body: bytes[end + 4..].to_vec() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The text of an element of the XML answer; empty if there is none.
    pub(crate) fn element(&self, name: &str) -> String {
        let text = String::from_utf8_lossy(&self.body).into_owned();
        let (before, after) = (format!("<{name}>"), format!("</{name}>"));
        let Some(start) = text.find(&before) else { return String::new() };
        let rest = &text[start + before.len()..];
        rest[..rest.find(&after).unwrap_or(rest.len())].replace("&quot;", "\"")
    }

    pub(crate) fn code(&self) -> String {
        self.element("Code")
    }

    pub(crate) fn message(&self) -> String {
        self.element("Message")
    }

    /// Status and code.
    pub(crate) fn verdict(&self) -> (u16, String) {
        (self.status, self.code())
    }
}

pub(crate) fn encode(text: &str) -> String {
    urlencoding::encode(text).into_owned()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}
