//! Reads the names, issuer and expiry of a certificate for reports. It decides nothing: rustls decides whether the
//! certificate is trusted.
//!
//! It parses only these fields (RFC 5280 section 4.1; X.690, DER), which saves ten crates.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::SystemTime;

const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const EXTENSIONS: u8 = 0xa3;
/// `[0] EXPLICIT Version`, the optional first field.
const VERSION: u8 = 0xa0;
const DNS_NAME: u8 = 0x82;
const IP_ADDRESS: u8 = 0x87;
/// Object identifiers in DER.
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const ORGANIZATION: &[u8] = &[0x55, 4, 10];
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 29, 17];

/// The reported fields of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// The host names and addresses that it is for.
    pub names: Vec<String>,
    /// Its issuer: common name and organisation, as far as given.
    pub issuer: String,
    /// The last moment at which it is valid.
    pub not_after: SystemTime,
}

impl Certificate {
    /// Parses a certificate; none if the bytes are not one.
    pub(super) fn parse(der: &[u8]) -> Option<Certificate> {
        let mut certificate = Reader(Reader(der).expect(SEQUENCE)?);
        let mut fields = Reader(certificate.expect(SEQUENCE)?);
        let (first, _) = fields.next()?;
        if first == VERSION {
            // Skips the serial number, which is the first field otherwise.
            fields.next()?;
        }
        let _signature = fields.expect(SEQUENCE)?;
        let issuer = fields.expect(SEQUENCE)?;
        let validity = fields.expect(SEQUENCE)?;
        let rest = std::iter::from_fn(|| fields.next());
        let mut names = Vec::new();
        for (_, extensions) in rest.filter(|(tag, _)| *tag == EXTENSIONS) {
            names.extend(alternative_names(extensions));
        }
        Some(Certificate { names, issuer: issuer_name(issuer), not_after: end(validity)? })
    }
}

/// Reads consecutive DER values: each is a tag, a length and that many bytes.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The next value and its tag; none at the end, or if the bytes are malformed.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&[tag, first], rest) = self.0.split_first_chunk()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x84 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
            }
            _ => return None,
        };
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, value))
    }

    /// The next value, which must have this tag.
    fn expect(&mut self, wanted: u8) -> Option<&'a [u8]> {
        self.next().and_then(|(tag, value)| (tag == wanted).then_some(value))
    }
}

/// Each value of a list.
fn values(list: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut reader = Reader(list);
    std::iter::from_fn(move || reader.next())
}

fn issuer_name(name: &[u8]) -> String {
    let attribute = |wanted: &[u8]| {
        let attributes = values(name).flat_map(|(_, set)| values(set));
        let mut found = attributes.filter_map(|(_, attribute)| {
            let mut attribute = Reader(attribute);
            let (_, kind) = attribute.next()?;
            let (_, text) = attribute.next()?;
            (kind == wanted).then(|| String::from_utf8_lossy(text).into_owned())
        });
        found.next()
    };
    match (attribute(COMMON_NAME), attribute(ORGANIZATION)) {
        (Some(name), Some(organization)) => format!("{name} ({organization})"),
        (Some(name), None) | (None, Some(name)) => name,
        (None, None) => "an issuer without a name".to_owned(),
    }
}

fn end(validity: &[u8]) -> Option<SystemTime> {
    let (tag, text) = values(validity).nth(1)?;
    let text = std::str::from_utf8(text).ok()?;
    let full = match tag {
        // RFC 5280 section 4.1.2.5.1: years from 50 mean 19YY.
        UTC_TIME if text.get(..2)? < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let part = |range| full.get(range);
    let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
    let (hour, minute, second) = (part(8..10)?, part(10..12)?, part(12..14)?);
    let rfc3339 = format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z");
    humantime::parse_rfc3339(&rfc3339).ok()
}

fn alternative_names(extensions: &[u8]) -> Vec<String> {
    let list = Reader(extensions).expect(SEQUENCE).unwrap_or_default();
    let named = values(list).find(|(_, extension)| {
        Reader(extension).next().is_some_and(|(_, kind)| kind == SUBJECT_ALT_NAME)
    });
    // An optional `critical` flag may precede the value, which is last.
    let octets = named.and_then(|(_, extension)| values(extension).last());
    let names = octets.and_then(|(_, octets)| Reader(octets).expect(SEQUENCE));
    values(names.unwrap_or_default()).filter_map(alternative_name).collect()
}

fn alternative_name((tag, value): (u8, &[u8])) -> Option<String> {
    match tag {
        DNS_NAME => Some(String::from_utf8_lossy(value).into_owned()),
        IP_ADDRESS => match value.len() {
            4 => Some(Ipv4Addr::from(<[u8; 4]>::try_from(value).ok()?).to_string()),
            _ => Some(Ipv6Addr::from(<[u8; 16]>::try_from(value).ok()?).to_string()),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    fn authority() -> CertificateDer<'static> {
        let server = s3seal_mock::Server::builder().tls(true).start().unwrap();
        CertificateDer::from_pem_slice(server.ca_pem().unwrap().as_bytes()).unwrap()
    }

    #[test]
    fn issuer_and_end_are_read() {
        let found = Certificate::parse(&authority()).unwrap();
        assert_eq!(found.issuer, "s3seal-mock test authority");
        assert!(found.not_after > SystemTime::now());
        assert!(found.names.is_empty());
    }

    #[test]
    fn times_of_both_centuries() {
        let time = |tag: u8, text: &str| {
            let one = [&[tag, text.len() as u8], text.as_bytes()].concat();
            end(&[one.clone(), one].concat())
                .map(|end| humantime::format_rfc3339_seconds(end).to_string())
        };
        assert_eq!(time(UTC_TIME, "491231235959Z").as_deref(), Some("2049-12-31T23:59:59Z"));
        assert_eq!(time(UTC_TIME, "700101000000Z").as_deref(), Some("1970-01-01T00:00:00Z"));
        let late = time(GENERALIZED_TIME, "20501231000000Z");
        assert_eq!(late.as_deref(), Some("2050-12-31T00:00:00Z"));
        assert_eq!(time(GENERALIZED_TIME, "soon"), None);
        assert_eq!(time(SEQUENCE, "491231235959Z"), None);
    }

    #[test]
    fn names_and_addresses() {
        let name = |tag, value: &[u8]| alternative_name((tag, value));
        assert_eq!(name(DNS_NAME, b"s3.example.com").as_deref(), Some("s3.example.com"));
        assert_eq!(name(IP_ADDRESS, &[127, 0, 0, 1]).as_deref(), Some("127.0.0.1"));
        let loopback = [&[0; 15][..], &[1]].concat();
        assert_eq!(name(IP_ADDRESS, &loopback).as_deref(), Some("::1"));
        assert_eq!(name(IP_ADDRESS, &[1, 2, 3]), None);
        assert_eq!(name(0x81, b"post@example.com"), None);
    }

    #[test]
    fn what_is_cut_or_spoilt_does_no_harm() {
        let whole = authority();
        for end in 0..whole.len() {
            // Whatever is made of it.
            let _ = Certificate::parse(&whole[..end]);
        }
        for index in 0..whole.len() {
            let mut spoilt = whole.to_vec();
            spoilt[index] ^= 0xff;
            let _ = Certificate::parse(&spoilt);
        }
        assert_eq!(Certificate::parse(b""), None);
        assert_eq!(Certificate::parse(&[SEQUENCE, 0x84, 0xff, 0xff, 0xff, 0xff, 0]), None);
    }
}
