//! How the proxy runs: its start, its end, what an operator sees, and what must not be seen.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use rustix::process::Signal;
use s3seal::keys::parse;
use s3seal_mock::{Answer, Fault};

use super::client::{Proxy, Reply, Request};
use crate::harness::{BUCKET, Lab, noise, url};
use crate::schema::{check_lines, faults};

#[test]
fn a_command_runs_against_the_proxy_and_nothing_else() {
    let lab = Lab::new();
    lab.key("k");
    let script = "\"$S3SEAL\" put -q --no-key - s3://demo/x && env && exit 7";
    let done = lab
        .run(["proxy", "-k", "./k", "--", "sh", "-c", script])
        .env("S3SEAL", crate::harness::PROGRAM)
        .env("AWS_ENDPOINT_URL_S3", lab.server().endpoint())
        .env("S3SEAL_PROXY_ALLOW_PLAIN", "false")
        .stdin(b"through the proxy")
        .exits(7);
    let seen: Vec<&str> = done.stdout.lines().collect();
    let of = |name: &str| seen.iter().find_map(|line| line.strip_prefix(&format!("{name}=")));
    assert_ne!(of("AWS_ENDPOINT_URL"), Some(lab.server().endpoint()), "{seen:?}");
    assert_ne!(of("AWS_ACCESS_KEY_ID"), Some(lab.server().access_key()));
    assert_ne!(of("AWS_SECRET_ACCESS_KEY"), Some(lab.server().secret_key()));
    assert!(!of("AWS_CONFIG_FILE").unwrap().contains(lab.home().to_str().unwrap()));
    assert_eq!(of("AWS_ENDPOINT_URL_S3"), None);
    let sealed = lab.run(["get", "-k", "./k", &url("x"), "-"]).succeeds();
    assert_eq!(sealed.stdout, "through the proxy");
    assert!(done.stderr.is_empty(), "what went well is not logged: {}", done.stderr);

    let missing = lab.run(["proxy", "-k", "./k", "--", "no-such-program"]);
    missing.exits(1).says(&["no-such-program", "cannot be started"]);
}

#[test]
fn it_serves_https_with_an_authority_of_its_own_or_a_certificate() {
    let lab = Lab::new();
    lab.key("k");
    let script = "\"$S3SEAL\" put -q --no-key - s3://demo/x && \"$S3SEAL\" get s3://demo/x - && echo \" $AWS_ENDPOINT_URL\"";
    let run = |options: &[&str]| {
        let command = ["--", "sh", "-c", script];
        lab.run([&["proxy", "-k", "./k"], options, &command].concat())
            .env("S3SEAL", crate::harness::PROGRAM)
            .stdin(b"content")
    };
    let done = run(&["--tls"]).succeeds();
    assert!(done.stdout.starts_with("content https://127.0.0.1:"), "{}", done.stdout);

    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    lab.file("cert.pem", made.cert.pem().as_bytes());
    lab.file("key.pem", made.signing_key.serialize_pem().as_bytes());
    let options = ["--tls-cert", "cert.pem", "--tls-key", "key.pem"];
    let mut proxy = Proxy::with(&lab, &[&["-k", "./k"][..], &options].concat(), |run| run);
    let put = ["put", "-q", "--no-key", "cert.pem", "s3://demo/c", "--ca-bundle", "cert.pem"];
    proxy.run(&lab, &put).succeeds();
    proxy.signal(Signal::INT);
    assert_eq!(proxy.wait(), Some(130));
    run(&["--tls-cert", "key.pem", "--tls-key", "key.pem"]).exits(2).says(&["no certificate"]);
    run(&["--tls-cert", "cert.pem", "--tls-key", "cert.pem"]).exits(2).says(&["no private key"]);
    run(&["--tls-cert", "cert.pem"]).exits(2);
}

#[test]
fn what_is_unsafe_is_refused_at_the_start() {
    let lab = Lab::new();
    lab.key("k");
    let run = |options: &[&str]| lab.run([&["proxy"], options].concat());
    run(&[]).fails(2).says(&["no key was given"]);
    run(&["-k", "./k", "--listen", "0.0.0.0:0"]).fails(6).says(&["plain http", "--tls"]);
    run(&["-k", "./k", "--metrics", "0.0.0.0:0"]).fails(2).says(&["this machine only"]);
    run(&["-k", "./k", "--user", "short:x"]).exits(2).says(&["fewer than 8"]);
    run(&["-k", "./k", "--user", "no-secret"]).exits(2).says(&["ACCESS-KEY:SECRET"]);
    let weak = lab.private_file("weak", &[7; 32]);
    run(&["-k", weak.to_str().unwrap()]).fails(4);
    let elsewhere = run(&["-k", "./k", "--endpoint-url", "http://store.example"]);
    elsewhere.fails(6).says(&["in clear"]);
    let taken = lab.server().endpoint().rsplit('/').next().unwrap().to_owned();
    run(&["-k", "./k", "--listen", &taken, "--", "true"]).exits(1).says(&["cannot listen"]);
    let gone =
        ["-k", "./k", "--endpoint-url", "http://127.0.0.1:1", "--max-attempts", "1", "--", "true"];
    run(&gone).exits(8).says(&["nothing answers"]);
    run(&["-k", "./k", "--log", "k", "--", "true"]).exits(2).says(&["of this run"]);
}

#[test]
fn it_can_be_watched() {
    let lab = Lab::new();
    let md5 = lab.key("k");
    let options = ["-k", "./k", "--metrics", "127.0.0.1:0", "--env-file", "proxy.env"];
    let mut proxy = Proxy::with(&lab, &options, |run| run);
    assert_eq!(proxy.ready["op"], "proxy");
    assert_eq!(faults(&proxy.ready), Vec::<String>::new());
    let health = "GET /-/health HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n";
    let reply = proxy.exchange(health, b"");
    assert_eq!((reply.status, reply.body.len()), (200, 0), "{reply:?}");
    let env = String::from_utf8(lab.read("proxy.env")).unwrap();
    assert!(env.contains(&format!("export AWS_ENDPOINT_URL='{}'", proxy.endpoint)), "{env}");

    proxy.send(&Request::new("PUT", "/demo/x").body("content"));
    proxy.send(&Request::new("GET", "/demo/x"));
    proxy.send(&Request::new("GET", "/demo/none"));
    proxy.send(&Request { secret: "wrong".to_owned(), ..Request::new("GET", "/demo/x") });
    let metrics = proxy.ready["metrics"].as_str().unwrap().to_owned();
    let (addr, path) = metrics.trim_start_matches("http://").split_once('/').unwrap();
    let mut stream = TcpStream::connect(addr).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n").unwrap();
    let text = String::from_utf8(Reply::read(stream).body).unwrap();
    for line in [
        "s3seal_proxy_requests_total{operation=\"PutObject\",status=\"200\"} 1",
        "s3seal_proxy_requests_total{operation=\"GetObject\",status=\"404\"} 1",
        "s3seal_proxy_refusals_total{cause=\"signature\"} 1",
        "s3seal_proxy_bytes_total{direction=\"received\"} 7",
        "s3seal_proxy_store_seconds_count 4",
        "s3seal_proxy_running_requests 0",
    ] {
        assert!(text.lines().any(|it| it == line), "{line} is not in\n{text}");
    }
    proxy.signal(Signal::TERM);
    assert_eq!(proxy.wait(), Some(143));
    assert!(!lab.path("proxy.env").exists(), "the file of a proxy that has ended");
    let log = String::from_utf8(lab.read("proxy.log")).unwrap();
    let lines: Vec<serde_json::Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 4, "{log}");
    check_lines(&log, "");
    let put = &lines[0];
    assert_eq!((&put["op"], &put["operation"]), (&"request".into(), &"PutObject".into()));
    assert_eq!((&put["bucket"], &put["key"]), (&"demo".into(), &"x".into()));
    assert_eq!((&put["status"], &put["receivedBytes"]), (&200.into(), &7.into()));
    assert_eq!(put["keyMd5"], md5.as_str());
    assert_eq!(lines[1]["sentBytes"], 7);
    assert_eq!((&lines[2]["status"], &lines[2]["code"]), (&404.into(), &"NoSuchKey".into()));
    assert_eq!(lines[3]["cause"], "signature");
}

/// A signal ends it in order: what is under way is finished, and nothing new is taken.
#[test]
fn it_finishes_what_is_under_way() {
    let lab = Lab::new();
    lab.key("k");
    lab.believe_in_the_bucket();
    let mut proxy = Proxy::start(&lab);
    let content = noise(700_000);
    let request = Request::new("PUT", "/demo/x").body(content.clone());
    let mut stream = TcpStream::connect(proxy.addr).unwrap();
    stream.write_all(request.signed(&proxy.endpoint).as_bytes()).unwrap();
    stream.write_all(&content[..300_000]).unwrap();
    // The store has the request once the first pieces have passed.
    while !lab.operations().iter().any(|it| it == "PutObject") {
        std::thread::yield_now();
    }
    proxy.signal(Signal::TERM);
    // The port is closed before the drain begins.
    while TcpStream::connect(proxy.addr).is_ok() {
        std::thread::yield_now();
    }
    stream.write_all(&content[300_000..]).unwrap();
    assert_eq!(Reply::read(stream).status, 200);
    assert_eq!(proxy.wait(), Some(143));
    proxy.holds(&lab, "x", &content);
}

/// `kill -9` under load: every acknowledged object opens with the key, and none is plain.
#[test]
fn a_killed_proxy_leaves_no_plaintext() {
    for seed in 1..4u64 {
        let lab = Lab::new();
        lab.key("k");
        let proxy = Proxy::start(&lab);
        let acknowledged = std::sync::Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for worker in 0..6 {
                let (proxy, acknowledged) = (&proxy, &acknowledged);
                scope.spawn(move || {
                    for number in 0.. {
                        let name = format!("{worker}-{number}");
                        let content = noise(1000 + number * 40_000);
                        let request =
                            Request::new("PUT", &format!("/demo/{name}")).body(content.clone());
                        let head = request.signed(&proxy.endpoint);
                        let Ok(mut stream) = TcpStream::connect(proxy.addr) else { return };
                        let sent = stream
                            .write_all(head.as_bytes())
                            .and_then(|()| stream.write_all(&content));
                        let mut answer = Vec::new();
                        if sent.is_err() || stream.read_to_end(&mut answer).is_err() {
                            return;
                        }
                        if !answer.starts_with(b"HTTP/1.1 200") {
                            return;
                        }
                        acknowledged.lock().unwrap().push((name, content.len()));
                    }
                });
            }
            while acknowledged.lock().unwrap().len() < 10 * seed as usize {
                std::thread::yield_now();
            }
            proxy.signal(Signal::KILL);
        });
        let acknowledged = acknowledged.into_inner().unwrap();
        assert!(!acknowledged.is_empty());
        for (name, length) in &acknowledged {
            let done = lab.run(["get", "-k", "./k", &url(name), "-"]).succeeds();
            assert!(done.bytes == noise(*length), "{name}");
        }
        lab.run(["audit", "-k", "./k", "--fail-on", "plain,locked", &url("")]).succeeds();
    }
}

/// Sixty-four clients at once; their requests share the connections to the store.
#[test]
fn many_clients_share_the_connections_to_the_store() {
    const CLIENTS: usize = 64;
    const OBJECTS: usize = 5;
    let lab = Lab::new();
    lab.key("k");
    lab.believe_in_the_bucket();
    let proxy = Proxy::start(&lab);
    let content = noise(4096);
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (proxy, content) = (&proxy, &content);
            scope.spawn(move || {
                for number in 0..OBJECTS {
                    let target = format!("/demo/{client}/{number}");
                    let put = Request::new("PUT", &target).body(content.clone());
                    assert_eq!(proxy.send(&put).status, 200);
                    assert!(proxy.send(&Request::new("GET", &target)).body == *content);
                }
            });
        }
    });
    let requests = lab.server().requests();
    let mut connections: Vec<u64> = requests.iter().map(|request| request.connection).collect();
    connections.sort_unstable();
    connections.dedup();
    assert!(requests.len() > 2 * CLIENTS * OBJECTS);
    // A connection may be dialled while another one becomes free.
    assert!(connections.len() < requests.len() / 4, "{} connections", connections.len());
    lab.run(["audit", "-k", "./k", "--fail-on", "plain,locked", &url("")]).succeeds();
}

/// Trouble at the store: the clients repeat, and nothing is damaged.
#[test]
fn trouble_of_the_store_is_passed_on() {
    let faults = ["slow-down=0.05", "internal-error=0.05", "reset=0.05", "lost-answer=0.05"];
    let lab = Lab::with(|server| {
        faults
            .iter()
            .fold(server.seed(5), |server, fault| server.fault(fault.parse::<Fault>().unwrap()))
    });
    lab.key("k");
    let proxy = Proxy::start(&lab);
    fs::create_dir(lab.path("files")).unwrap();
    for number in 0..60 {
        lab.file(&format!("files/{number}"), &noise(number * 9000));
    }
    let put = ["put", "-q", "-r", "--no-key", "files", &url("p/"), "--max-attempts", "12"];
    proxy.run(&lab, &put).succeeds();
    let get = ["get", "-q", "-r", &url("p/"), "back", "--max-attempts", "12"];
    proxy.run(&lab, &get).succeeds();
    assert_eq!(lab.tree("back"), lab.tree("files"));
    let audit =
        ["audit", "-k", "./k", "--fail-on", "plain,locked", &url(""), "--max-attempts", "12"];
    lab.run(audit).succeeds();
}

/// The key in every form, in everything that comes out: answers, logs at every verbosity, metrics, `/proc`.
#[test]
fn the_key_is_nowhere_to_be_seen() {
    let key_text = {
        let lab = Lab::offline();
        lab.run(["keygen"]).succeeds().stdout.trim().to_owned()
    };
    let echoed = key_text.clone();
    let md5 = parse(key_text.as_bytes(), Default::default()).unwrap()[0].key.md5_base64();
    // A store that repeats what it was sent.
    let lab = Lab::with(|server| {
        server.interceptor(move |request| {
            let says = format!(
                "<Error><Code>SignatureDoesNotMatch</Code><Message>you sent {echoed}</Message><CanonicalRequest>{echoed}</CanonicalRequest></Error>"
            );
            let echo = [
                ("x-amz-meta-echo", echoed.as_str()),
                ("x-amz-server-side-encryption-customer-key", echoed.as_str()),
                ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
                ("x-amz-server-side-encryption-customer-key-md5", md5.as_str()),
            ];
            match request.key.as_deref().filter(|_| request.has_key()) {
                Some("refused") => Some(Answer::respond(403, &echo, says)),
                Some("repeated") => Some(Answer::respond(200, &echo, "content")),
                _ => None,
            }
        })
    });
    let key = &parse(key_text.as_bytes(), Default::default()).unwrap()[0].key;
    let forms = [
        key_text.trim_end_matches('=').as_bytes().to_vec(),
        key.hex().as_bytes().to_vec(),
        key.bytes().to_vec(),
    ];
    let check = |bytes: &[u8], place: &str| {
        for form in &forms {
            let found = bytes.windows(form.len()).any(|window| window == form.as_slice());
            assert!(!found, "the key is in {place}: {}", String::from_utf8_lossy(bytes));
        }
    };
    for verbosity in ["-q", "-v", "-vv", "-vvv"] {
        let options = [verbosity, "--metrics", "127.0.0.1:0"];
        let mut proxy = Proxy::with(&lab, &options, |run| run.env("S3SEAL_KEY", &key_text));
        for (method, target) in [
            ("PUT", "/demo/x"),
            ("GET", "/demo/x"),
            ("PUT", "/demo/refused"),
            ("GET", "/demo/refused"),
            ("HEAD", "/demo/refused"),
            ("GET", "/demo/repeated"),
            ("PUT", "/demo/repeated"),
            ("POST", "/demo/refused?uploads"),
            ("POST", "/demo/refused?uploadId=1"),
            ("PUT", "/demo/refused?uploadId=1&partNumber=1"),
            ("GET", "/demo/refused?attributes"),
        ] {
            let body = if method == "GET" || method == "HEAD" { "" } else { "content" };
            let reply = proxy.send(&Request::new(method, target).body(body));
            check(&reply.bytes, &format!("the answer to {method} {target}"));
        }
        // A client that has the same key.
        let own = Request::new("PUT", "/demo/own")
            .header("x-amz-server-side-encryption-customer-algorithm", "AES256")
            .header("x-amz-server-side-encryption-customer-key", &key_text)
            .header("x-amz-server-side-encryption-customer-key-md5", &key.md5_base64());
        proxy.send(&own.body("content"));
        for name in ["environ", "cmdline"] {
            let path = format!("/proc/{}/{name}", proxy.id());
            if Path::new(&path).exists() {
                check(&fs::read(&path).unwrap_or_default(), &path);
            }
        }
        let metrics = proxy.ready["metrics"].as_str().unwrap().to_owned();
        let scraped = Command::new("curl").args(["-s", &metrics]).output().unwrap();
        assert!(scraped.stdout.len() > 100);
        check(&scraped.stdout, "the metrics");
        check(proxy.ready.to_string().as_bytes(), "stdout");
        proxy.signal(Signal::TERM);
        proxy.wait();
        let mut rest = Vec::new();
        proxy.stdout.read_to_end(&mut rest).unwrap();
        check(&rest, "stdout");
        check(&lab.read("proxy.stderr"), &format!("stderr with {verbosity}"));
        check(&lab.read("proxy.log"), "the log");
    }
    assert_eq!(lab.server().object_keys(BUCKET).len(), 2, "{:?}", lab.server().object_keys(BUCKET));
}
