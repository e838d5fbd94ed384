//! Where a store's word about a bucket's region leads: an Amazon of our own, behind a proxy that notes which hosts are
//! asked for.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::harness::{Lab, Run};

const HERE: &str = "demo.s3.us-east-1.amazonaws.com";
const EUROPE: &str = "demo.s3.eu-central-1.amazonaws.com";

/// A proxy that is every host itself, and says that the bucket is in this region.
struct Amazon {
    lab: Lab,
    proxy: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Amazon {
    fn new(status: u16, region: &'static str) -> Amazon {
        let names = [HERE, EUROPE].map(str::to_owned);
        let certified = rcgen::generate_simple_self_signed(names).expect("a certificate");
        let key =
            PrivateKeyDer::from(PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certified.cert.der().clone()], key)
            .expect("a server");
        let lab = Lab::offline();
        lab.key("k");
        lab.file("ca.pem", certified.cert.pem().as_bytes());
        lab.file("source", b"content");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let proxy = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, config) = (asked.clone(), Arc::new(config));
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let (seen, config) = (seen.clone(), config.clone());
                std::thread::spawn(move || answer(connection, config, status, region, &seen));
            }
        });
        Amazon { lab, proxy, asked }
    }

    fn run(&self, line: &str) -> Run {
        self.lab
            .run(line.split(' '))
            .env("HTTPS_PROXY", &self.proxy)
            .env("AWS_CA_BUNDLE", self.lab.path("ca.pem"))
            .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_REGION", "us-east-1")
    }

    fn asked(&self) -> Vec<String> {
        let mut asked = self.asked.lock().unwrap().clone();
        asked.sort();
        asked.dedup();
        asked
    }
}

/// Notes the host, and answers each of its requests with the region.
fn answer(
    mut connection: TcpStream,
    config: Arc<ServerConfig>,
    status: u16,
    region: &str,
    seen: &Mutex<Vec<String>>,
) -> Option<()> {
    let target = head(&mut BufReader::new(connection.try_clone().ok()?))?;
    let host = target.split(' ').nth(1)?.trim_end_matches(":443").to_owned();
    seen.lock().unwrap().push(host);
    connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
    let tls = ServerConnection::new(config).ok()?;
    let mut stream = BufReader::new(StreamOwned::new(tls, connection));
    while head(&mut stream).is_some() {
        let body = "<Error><Code>PermanentRedirect</Code><Message>Elsewhere.</Message></Error>";
        let reply = format!(
            "HTTP/1.1 {status} Said\r\nx-amz-bucket-region: {region}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.get_mut().write_all(reply.as_bytes()).ok()?;
        stream.get_mut().flush().ok()?;
    }
    Some(())
}

/// The first line of a request, all of whose head is read.
fn head(reader: &mut impl BufRead) -> Option<String> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|bytes| *bytes > 0)?;
    let mut line = String::new();
    while reader.read_line(&mut line).ok()? > 2 {
        line.clear();
    }
    Some(first)
}

#[test]
fn a_region_of_another_partition_is_not_followed() {
    for region in ["cn-north-1", "us-gov-west-1", "us-iso-east-1", "eusc-de-east-1"] {
        for status in [301, 400, 403] {
            for line in [
                "get -k ./k s3://demo/x out",
                "head -k ./k s3://demo/x",
                "put -k ./k source s3://demo/x",
                "ls s3://demo",
            ] {
                let amazon = Amazon::new(status, region);
                let done = amazon.run(line).fails(6);
                done.says(&[region, "another partition", &format!("--region {region}")]);
                assert_eq!(amazon.asked(), [HERE], "{region} {status} {line}");
            }
        }
    }
}

#[test]
fn what_is_no_region_reaches_no_host_name_and_no_message() {
    for region in ["evil.example#", "x@evil.example/", "EU", "eu_central_1"] {
        let amazon = Amazon::new(301, region);
        let done = amazon.run("get -k ./k s3://demo/x out").fails(2);
        assert!(!done.stderr.contains(region), "{}", done.stderr);
        assert_eq!(amazon.asked(), [HERE], "{region}");
    }
}

#[test]
fn a_region_of_the_same_partition_is_followed() {
    let amazon = Amazon::new(301, "eu-central-1");
    amazon.run("get -k ./k s3://demo/x out").fails(2);
    assert_eq!(amazon.asked(), [EUROPE, HERE]);
}
