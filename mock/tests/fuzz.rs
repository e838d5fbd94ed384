//! Random and damaged requests: the server answers every one in time, and no thread of it panics.
//!
//! A run of the suite takes a few hundred of each kind. `S3SEAL_FUZZ_SECONDS` makes it longer, `S3SEAL_FUZZ_SEED`
//! another; the seed and the request are named with every finding.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use s3seal_mock::Server;

use crate::chance::Chance;
use crate::post_form::Form;
use crate::raw::{Raw, encode};
use crate::vocabulary::{CONDITIONS, DOCUMENTS, FIELDS, HEADERS, METHODS, PARAMS, PATHS, VALUES};

/// Requests of each kind in a run of the suite.
const ROUNDS: usize = 300;
/// How long an answer may take before it counts as a hang.
const PATIENCE: Duration = Duration::from_secs(20);
/// A server grows with what it is sent.
const ROUNDS_PER_SERVER: usize = 10_000;

#[test]
fn damaged_messages() {
    fuzz("messages", false, |chance, server| {
        let mut message = random_request(chance).message(server, &server.addr().to_string());
        for _ in 0..=chance.below(4) {
            chance.damage(&mut message);
        }
        message
    });
}

#[test]
fn random_requests() {
    fuzz("requests", true, |chance, server| {
        random_request(chance).message(server, &server.addr().to_string())
    });
}

#[test]
fn damaged_documents() {
    fuzz("documents", true, |chance, server| {
        let (method, target, document) = chance.pick(DOCUMENTS);
        let mut body = document.as_bytes().to_vec();
        for _ in 0..chance.below(6) {
            chance.damage(&mut body);
        }
        Raw::new(method, target).body(&body).message(server, &server.addr().to_string())
    });
}

#[test]
fn damaged_forms() {
    fuzz("forms", true, |chance, server| {
        let mut form = Form::new(server, "demo");
        for _ in 0..chance.below(4) {
            form = form.field(chance.pick(FIELDS), chance.pick(VALUES));
        }
        if chance.below(3) == 0 {
            form = form.condition(chance.pick(CONDITIONS));
        }
        let mut policy = form.policy().into_bytes();
        for _ in 0..chance.below(3) {
            chance.damage(&mut policy);
        }
        let mut body = form.body(&String::from_utf8_lossy(&policy), b"content");
        for _ in 0..chance.below(3) {
            chance.damage(&mut body);
        }
        let kind = chance.pick(&[
            "multipart/form-data; boundary=limit",
            "multipart/form-data; boundary=\"limit\"",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; x=\"\\",
        ]);
        Raw::post("/demo", &body)
            .anonymous()
            .header("content-type", kind)
            .message(server, &server.addr().to_string())
    });
}

#[test]
fn damaged_forms_for_sts() {
    const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","sqs:*"],"Resource":"*","Condition":{"StringLike":{"s3:prefix":"a/*"}}}]}"#;
    let names =
        ["RoleArn", "RoleSessionName", "DurationSeconds", "Policy", "ExternalId", "Version"];
    let role = "arn:aws:iam::123456789012:role/team/reader";
    let values =
        [role, "session", "900", POLICY, "2011-06-15", "", "\u{0}", "-1", "99999999999999999999"];
    fuzz("forms for STS", true, |chance, server| {
        let action = chance.pick(&["AssumeRole", "GetSessionToken", "GetCallerIdentity", "x", ""]);
        let mut fields = vec![
            ("Action", action),
            ("Version", "2011-06-15"),
            ("RoleArn", role),
            ("RoleSessionName", "session"),
            ("Policy", POLICY),
        ];
        fields.truncate(2 + chance.below(4));
        for _ in 0..chance.below(3) {
            fields.push((chance.pick(&names), chance.pick(&values)));
        }
        let pairs = fields.iter().map(|(name, value)| format!("{name}={}", encode(value)));
        let mut form = pairs.collect::<Vec<_>>().join("&").into_bytes();
        for _ in 0..chance.below(3) {
            chance.damage(&mut form);
        }
        let mut request = Raw::post("/", &form)
            .header("content-type", "application/x-www-form-urlencoded")
            .service("sts");
        if chance.below(4) == 0 {
            request = request.header("x-amz-security-token", chance.pick(VALUES));
        }
        request.message(server, &server.addr().to_string())
    });
}

/// No valid signature is needed to have a date looked at.
#[test]
fn dates_that_clients_send() {
    let now = now();
    let date = |chance: &mut Chance| {
        let mut date = chance.pick(DATES).replace("now", &now).into_bytes();
        if chance.below(3) == 0 {
            chance.damage(&mut date);
        }
        String::from_utf8_lossy(&date).chars().filter(|c| !c.is_control()).collect::<String>()
    };
    fuzz("dates", true, |chance, server| {
        let (first, second) = (date(chance), date(chance));
        let day: String = first.chars().take(8).collect();
        let credential = format!("{}/{day}/us-east-1/s3/aws4_request", server.access_key());
        let request = Raw::get("/demo/a").anonymous();
        let request = if chance.below(2) == 0 {
            let mut request = request
                .param("X-Amz-Algorithm", "AWS4-HMAC-SHA256")
                .param("X-Amz-Credential", &credential)
                .param("X-Amz-Date", &first)
                .param("X-Amz-Expires", chance.pick(EXPIRES))
                .param("X-Amz-SignedHeaders", "host")
                .param("X-Amz-Signature", &"0".repeat(64));
            if chance.below(4) == 0 {
                request = request.param("X-Amz-Date", &second);
            }
            request
        } else {
            let first: String = first.chars().filter(char::is_ascii).collect();
            let fields = "SignedHeaders=host;x-amz-date, Signature=0";
            let authorization = format!("AWS4-HMAC-SHA256 Credential={credential}, {fields}");
            let authorization: String = authorization.chars().filter(char::is_ascii).collect();
            request.header("x-amz-date", &first).header("authorization", &authorization)
        };
        request.message(server, &server.addr().to_string())
    });
    // The one that was found: the end of the URL's life lies behind the last date.
    let server = stocked();
    let answer = Raw::get("/demo/a")
        .anonymous()
        .param("X-Amz-Algorithm", "AWS4-HMAC-SHA256")
        .param(
            "X-Amz-Credential",
            &format!("{}/99991231/us-east-1/s3/aws4_request", server.access_key()),
        )
        .param("X-Amz-Date", "99991231T235959Z")
        .param("X-Amz-Expires", "604800")
        .param("X-Amz-SignedHeaders", "host")
        .param("X-Amz-Signature", "0")
        .send(&server);
    assert_eq!(answer.verdict(), (403, "AccessDenied".to_owned()));
    assert_eq!(answer.message(), "Request is not valid yet");
}

#[test]
fn dates_of_policies() {
    watch_for_panics();
    let server = stocked();
    for expiration in [
        "9999-12-31T23:59:59.999999999Z",
        "9999-12-31T23:59:59-23:59",
        "0000-01-01T00:00:00+23:59",
        "-9999-01-01T00:00:00Z",
        "99999-12-31T23:59:59Z",
        "2026-02-30T00:00:00Z",
        "2016-12-31T23:59:60Z",
        "",
        "T",
    ] {
        let panics = PANICS.load(Ordering::SeqCst);
        let policy = format!("{{\"expiration\": {expiration:?}, \"conditions\": []}}");
        let answer = Form::new(&server, "demo").send_policy(&policy, b"content");
        assert!((200..500).contains(&answer.status), "{expiration}: {}", answer.status);
        assert_eq!(PANICS.load(Ordering::SeqCst), panics, "{expiration}");
    }
}

const DATES: &[&str] = &[
    "now",
    "99991231T235959Z",
    "99991224T235959Z",
    "00000101T000000Z",
    "-00010101T000000Z",
    "+99991231T235959Z",
    "+999991231T235959Z",
    "20260230T000000Z",
    "20261301T000000Z",
    "20261231T246060Z",
    "20261231T235960Z",
    "$0261121T000000Z",
    "",
];
const EXPIRES: &[&str] =
    &["0", "1", "604800", "604801", "-1", "+1", "9223372036854775807", "9223372036854775808", ""];

fn now() -> String {
    let format = time::macros::format_description!("[year][month][day]T[hour][minute][second]Z");
    time::OffsetDateTime::now_utc().format(format).unwrap()
}

/// The S3 layer's parser subtracts before it looks: a character below '0' in the date made it panic.
#[test]
fn what_was_found_once() {
    let server = stocked();
    let now = now();
    let scopes = [
        "20$61121/us-east-1/s3/aws4_request".to_owned(),
        "2026112/us-east-1/s3/aws4_request".to_owned(),
        "20260101/us-east-1/s3/aws4_request".to_owned(),
        format!("{}/us-east-1/sts/aws4_request", &now[..8]),
        format!("{}/us-east-1/s3/aws5_request", &now[..8]),
    ];
    for scope in scopes {
        let credential = format!("{}/{scope}", server.access_key());
        let answer = Raw::get("/demo/a")
            .anonymous()
            .header("x-amz-date", &now)
            .header("authorization", &format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host;x-amz-date, Signature=0"))
            .send(&server);
        assert_eq!(answer.verdict(), (400, "AuthorizationHeaderMalformed".to_owned()), "{scope}");
    }
}

fn random_request(chance: &mut Chance) -> Raw {
    let mut request = Raw::new(chance.pick(METHODS), chance.pick(PATHS));
    let mut params = Vec::new();
    for _ in 0..chance.below(4) {
        let name = chance.pick(PARAMS);
        if !params.contains(&name) {
            params.push(name);
            request = request.param(name, chance.pick(VALUES));
        }
    }
    let mut headers = Vec::new();
    for _ in 0..chance.below(6) {
        let name = chance.pick(HEADERS);
        if !headers.contains(&name) {
            headers.push(name);
            request = request.header(name, chance.pick(VALUES));
        }
    }
    if chance.below(4) == 0 {
        request = request.presigned_for(60);
    }
    let mut body = vec![0; chance.below(64)];
    body.fill_with(|| chance.below(256) as u8);
    if chance.below(3) == 0 {
        body = chance.pick(DOCUMENTS).2.as_bytes().to_vec();
    }
    request.body(&body)
}

/// Sends what `make` makes. Where messages are `whole`, each is answered, and with no error of the server's own.
fn fuzz(kind: &str, whole: bool, make: impl Fn(&mut Chance, &Server) -> Vec<u8>) {
    watch_for_panics();
    let number = |name| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seed = number("S3SEAL_FUZZ_SEED").unwrap_or(1);
    let until = number("S3SEAL_FUZZ_SECONDS").map(|s| Instant::now() + Duration::from_secs(s));
    let mut chance = Chance::new(seed);
    let (mut rounds, mut statuses) = (0, std::collections::BTreeMap::<u16, usize>::new());
    let mut server = stocked();
    loop {
        if until.map_or(rounds == ROUNDS, |until| Instant::now() >= until) {
            break;
        }
        if rounds % ROUNDS_PER_SERVER == ROUNDS_PER_SERVER - 1 {
            server = stocked();
        }
        let message = make(&mut chance, &server);
        let shown = || format!("seed {seed}, {kind} {rounds}: {}", message.escape_ascii());
        let panics = PANICS.load(Ordering::SeqCst);
        let status =
            exchange(&server, &message, whole).unwrap_or_else(|why| panic!("{why}: {}", shown()));
        assert_eq!(PANICS.load(Ordering::SeqCst), panics, "a panic near {}", shown());
        assert!(!whole || status != 0, "no answer to {}", shown());
        assert!(status < 500 || status == 501, "{status}: {}", shown());
        *statuses.entry(status).or_default() += 1;
        rounds += 1;
    }
    assert_eq!(Raw::get("/").send(&server).status, 200, "the server still serves");
    if until.is_some() {
        let report = format!("{kind}: {rounds} rounds, seed {seed}: {statuses:?}\n");
        std::io::stderr().write_all(report.as_bytes()).unwrap();
    }
}

fn stocked() -> Server {
    let server = Server::builder().bucket("demo").notify("/dev/null").start().unwrap();
    server.allow_acls("demo", true);
    assert_eq!(Raw::put("/demo/a", b"content").send(&server).status, 200);
    server
}

/// The status; 0 where the connection was closed without an answer.
fn exchange(server: &Server, message: &[u8], whole: bool) -> Result<u16, String> {
    let mut stream = loop {
        match TcpStream::connect(server.addr()) {
            Ok(stream) => break stream,
            // All ports are used up by connections just closed: the system frees them in time.
            Err(err) if err.kind() == std::io::ErrorKind::AddrNotAvailable => {
                std::thread::yield_now();
            }
            Err(err) => return Err(err.to_string()),
        }
    };
    stream.set_read_timeout(Some(PATIENCE)).map_err(|err| err.to_string())?;
    // An early refusal may close the connection under the sender.
    let _ = stream.write_all(message);
    if !whole {
        // What a damaged message promises and does not bring never comes.
        let _ = stream.shutdown(Shutdown::Write);
    }
    let mut answer = [0; 4096];
    let mut head = Vec::new();
    loop {
        match stream.read(&mut answer) {
            Ok(0) => break,
            Ok(len) => {
                let room = 64_usize.saturating_sub(head.len());
                head.extend_from_slice(&answer[..len.min(room)]);
            }
            Err(err)
                if matches!(
                    err.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                ) =>
            {
                return Err("a hang".to_owned());
            }
            Err(_) => break,
        }
    }
    let text = String::from_utf8_lossy(&head);
    Ok(text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default())
}

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Counts the panics of the server's threads, which its runtime would swallow.
fn watch_for_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if std::thread::current().name().is_some_and(|name| name.starts_with("s3seal-mock")) {
                PANICS.fetch_add(1, Ordering::SeqCst);
            }
            before(info);
        }));
    });
}
