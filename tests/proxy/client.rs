//! A proxy that runs, and a client that signs requests by itself and sends them as they are.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Stdio};
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;

use crate::harness::{Lab, Run};

pub(super) const ACCESS_KEY: &str = "PROXYUSER";
pub(super) const SECRET: &str = "a-secret-of-the-proxy";

/// A proxy in front of the lab's server. It is killed when this is dropped.
pub(super) struct Proxy {
    child: Child,
    pub(super) stdout: BufReader<ChildStdout>,
    pub(super) endpoint: String,
    pub(super) addr: SocketAddr,
    /// The line that says that the proxy is ready.
    pub(super) ready: serde_json::Value,
}

impl Proxy {
    /// Seals with the key file `k`.
    pub(super) fn start(lab: &Lab) -> Proxy {
        Proxy::with(lab, &["-k", "./k"], |run| run)
    }

    pub(super) fn with(lab: &Lab, options: &[&str], set_up: impl FnOnce(Run) -> Run) -> Proxy {
        let user = format!("{ACCESS_KEY}:{SECRET}");
        let fixed = ["proxy", "--json", "--log", "proxy.log", "--user", &user];
        let run = set_up(lab.run([&fixed, options].concat()));
        let mut command = run.into_command();
        let stderr = std::fs::File::create(lab.path("proxy.stderr")).expect("a file");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr);
        let mut child = command.spawn().expect("the proxy starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        let said = || String::from_utf8_lossy(&lab.read("proxy.stderr")).into_owned();
        let ready: serde_json::Value =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {}", said()));
        let endpoint = ready["endpoint"].as_str().expect("an endpoint").to_owned();
        let authority = endpoint.rsplit('/').next().expect("an authority");
        let addr = authority.parse().expect("an address");
        Proxy { child, stdout, endpoint, addr, ready }
    }

    /// The process.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(self.id().cast_signed()).expect("a process");
        rustix::process::kill_process(pid, signal).expect("it runs");
    }

    /// Waits for its end, and returns the exit code.
    pub(super) fn wait(&mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }

    /// A run of s3seal as a client that knows no SSE-C.
    pub(super) fn run(&self, lab: &Lab, arguments: &[&str]) -> Run {
        lab.run(arguments)
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", SECRET)
            .env("XDG_STATE_HOME", lab.path("state-of-the-client"))
    }

    /// Signs a request and sends it.
    pub(super) fn send(&self, request: &Request) -> Reply {
        let head = request.signed(&self.endpoint);
        self.exchange(&head, &request.body)
    }

    /// Sends bytes as they are, and reads the answer to its end.
    pub(super) fn exchange(&self, head: &str, body: &[u8]) -> Reply {
        let mut stream = TcpStream::connect(self.addr).expect("the proxy listens");
        stream.write_all(head.as_bytes()).expect("the head is sent");
        // The proxy may refuse before it has read everything.
        let _ = stream.write_all(body);
        Reply::read(stream)
    }

    /// What the store holds under this key of the lab's bucket, opened with the proxy's key, and without the proxy.
    #[track_caller]
    pub(super) fn holds(&self, lab: &Lab, key: &str, content: &[u8]) {
        let url = crate::harness::url(key);
        let done = lab.run(["get", "-k", "./k", &url, "-"]).succeeds();
        assert!(done.bytes == content, "{key}: {} bytes", done.bytes.len());
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request to sign.
pub(super) struct Request {
    pub(super) method: &'static str,
    /// Encoded.
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    /// `x-amz-content-sha256`.
    pub(super) content: String,
    pub(super) body: Vec<u8>,
    pub(super) access_key: String,
    pub(super) secret: String,
    pub(super) time: SystemTime,
}

impl Request {
    pub(super) fn new(method: &'static str, target: &str) -> Request {
        Request {
            method,
            target: target.to_owned(),
            headers: Vec::new(),
            content: "UNSIGNED-PAYLOAD".to_owned(),
            body: Vec::new(),
            access_key: ACCESS_KEY.to_owned(),
            secret: SECRET.to_owned(),
            time: SystemTime::now(),
        }
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn body(mut self, body: impl Into<Vec<u8>>) -> Request {
        self.body = body.into();
        self
    }

    /// The date and the signature of the head, which the signatures of chunks begin with.
    pub(super) fn seed(&self, endpoint: &str) -> (String, String) {
        let head = self.signed(endpoint);
        let of = |name: &str| {
            let (_, rest) = head.split_once(name).expect("it is there");
            rest.split("\r\n").next().expect("a value").to_owned()
        };
        let authorization = of("authorization: ");
        let (_, signature) = authorization.split_once("Signature=").expect("a signature");
        (of("x-amz-date: "), signature.to_owned())
    }

    /// The head of the request.
    pub(super) fn signed(&self, endpoint: &str) -> String {
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let identity = Credentials::new(&self.access_key, &self.secret, None, None, "test").into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name("s3")
            .time(self.time)
            .settings(settings)
            .build()
            .expect("all is set");
        let url = format!("{endpoint}{}", self.target);
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let body = SignableBody::Precomputed(self.content.clone());
        let request = SignableRequest::new(self.method, &url, headers, body).expect("a request");
        let (signing, _) = sign(request, &params.into()).expect("a signature").into_parts();
        let (added, _) = signing.into_parts();
        let host = endpoint.rsplit('/').next().expect("a host");
        let mut head = format!(
            "{} {} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n",
            self.method, self.target
        );
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        for header in added {
            head += &format!("{}: {}\r\n", header.name(), header.value());
        }
        let has_length =
            self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("transfer-encoding"));
        if !has_length {
            head += &format!("content-length: {}\r\n", self.body.len());
        }
        head + "\r\n"
    }
}

/// A presigned URL of the proxy: its path and query.
pub(super) fn presigned(
    endpoint: &str,
    method: &str,
    target: &str,
    time: SystemTime,
    seconds: u64,
) -> String {
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(std::time::Duration::from_secs(seconds));
    let identity = Credentials::new(ACCESS_KEY, SECRET, None, None, "test").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("eu-central-1")
        .name("s3")
        .time(time)
        .settings(settings)
        .build()
        .expect("all is set");
    let url = format!("{endpoint}{target}");
    let none = std::iter::empty::<(&str, &str)>();
    let request = SignableRequest::new(method, &url, none, SignableBody::UnsignedPayload);
    let (signing, _) =
        sign(request.expect("a request"), &params.into()).expect("signed").into_parts();
    let mut request = http::Request::builder().uri(&url).body(()).expect("a request");
    signing.apply_to_request_http1x(&mut request);
    request.uri().path_and_query().expect("a path").to_string()
}

/// The frames of a body in signed chunks.
pub(super) fn signed_chunks(
    request: &Request,
    endpoint: &str,
    chunks: &[&[u8]],
    trailer: Option<(&str, &str)>,
) -> Vec<u8> {
    let (date, mut last) = request.seed(endpoint);
    let scope = format!("{}/us-east-1/s3/aws4_request", &date[..8]);
    let key = v4::generate_signing_key(SECRET, request.time, "us-east-1", "s3");
    let mut next = |kind: &str, data: String| {
        let text = format!("AWS4-HMAC-SHA256-{kind}\n{date}\n{scope}\n{last}\n{data}");
        last = v4::calculate_signature(&key, text.as_bytes());
        last.clone()
    };
    let mut body = Vec::new();
    for chunk in chunks.iter().chain([&&[][..]]) {
        let data = format!("{}\n{}", sha256(b""), sha256(chunk));
        let signature = next("PAYLOAD", data);
        body.extend(format!("{:x};chunk-signature={signature}\r\n", chunk.len()).bytes());
        body.extend_from_slice(chunk);
        if !chunk.is_empty() {
            body.extend(b"\r\n");
        }
    }
    if let Some((name, value)) = trailer {
        let line = format!("{name}:{value}\n");
        let signature = next("TRAILER", sha256(line.as_bytes()));
        body.extend(format!("{name}:{value}\r\nx-amz-trailer-signature:{signature}\r\n").bytes());
    }
    body.extend(b"\r\n");
    body
}

/// The frames of a body in chunks without signatures.
pub(super) fn unsigned_chunks(chunks: &[&[u8]], trailer: (&str, &str)) -> Vec<u8> {
    let mut body = Vec::new();
    for chunk in chunks {
        body.extend(format!("{:x}\r\n", chunk.len()).bytes());
        body.extend_from_slice(chunk);
        body.extend(b"\r\n");
    }
    body.extend(format!("0\r\n{}:{}\r\n\r\n", trailer.0, trailer.1).bytes());
    body
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// In lower case.
    pub(super) head: String,
    /// All of it, as it came.
    pub(super) bytes: Vec<u8>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn read(mut stream: TcpStream) -> Reply {
        let mut bytes = Vec::new();
        // A refused body may be answered with a reset behind the answer.
        let _ = stream.read_to_end(&mut bytes);
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no answer: {}", String::from_utf8_lossy(&bytes)));
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
        let body = bytes[end + 4..].to_vec();
        Reply { status, head, bytes, body }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The answer must be this error.
    #[track_caller]
    pub(super) fn is(&self, status: u16, code: &str) -> &Reply {
        let text = String::from_utf8_lossy(&self.body);
        let has_code = code.is_empty() || text.contains(&format!("<Code>{code}</Code>"));
        assert!(self.status == status && has_code, "{}: {text}", self.head);
        self
    }

    #[track_caller]
    pub(super) fn says(&self, words: &str) -> &Reply {
        let text = String::from_utf8_lossy(&self.body);
        assert!(text.contains(words), "`{words}` is not in {text}");
        self
    }
}
