//! How the store is found, trusted and spoken to, and that the key goes nowhere else.

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use s3seal_mock::{Answer, Server};

use crate::harness::{BUCKET, Lab, Run, noise, url};

/// A lab with the key `k` and the object `sealed`.
fn stocked(lab: Lab) -> Lab {
    lab.key("k");
    lab.seal("k", "sealed", b"sealed");
    lab.server().clear_requests();
    lab
}

fn head(lab: &Lab) -> Run {
    lab.run(["head", "-k", "./k", &url("sealed")])
}

/// Credentials that no store knows, for runs that must not reach one.
fn with_credentials(run: Run) -> Run {
    run.env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE12").env("AWS_SECRET_ACCESS_KEY", "secret")
}

/// A port of this machine on which nobody listens.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A listener that notes the first line of each connection and refuses it.
fn eavesdropper() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (heard, lines) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut line = String::new();
            let _ = BufReader::new(&stream).read_line(&mut line);
            let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
            if heard.send(line.trim_end().to_owned()).is_err() {
                return;
            }
        }
    });
    (address, lines)
}

#[test]
fn a_store_that_is_not_there() {
    let lab = Lab::offline();
    lab.key("k");
    lab.file("file", b"content");
    let refused = format!("http://127.0.0.1:{}", free_port());
    let mute = format!("https://127.0.0.1:{}", free_port());
    for (endpoint, says, hint) in [
        (refused.as_str(), "refused", "--endpoint-url"),
        (mute.as_str(), "refused", "--endpoint-url"),
        ("https://nohost.invalid", "no address", "--endpoint-url"),
    ] {
        for arguments in
            [&["get", "s3://demo/x"][..], &["head", "s3://demo/x"], &["put", "file", "s3://demo/"]]
        {
            let arguments = arguments.iter().copied().chain(["-k./k", "--endpoint-url", endpoint]);
            let run = with_credentials(lab.run(arguments.chain(["--json"])));
            let error = run.exits(8).error();
            assert_eq!(error["kind"], "unavailable", "{error}");
            let text = |name: &str| error[name].as_str().unwrap().to_owned();
            assert!(
                text("message").contains(says) && text("message").contains(endpoint),
                "{error}"
            );
            assert!(text("hint").contains(hint), "{error}");
        }
    }
}

#[test]
fn a_store_that_speaks_something_else() {
    let plain = Server::builder().bucket(BUCKET).start().unwrap();
    let lab = stocked(Lab::with(|server| server.tls(true)));
    let tls = lab.server().endpoint().replace("https:", "http:");
    let https = format!("https://{}", plain.addr());
    for endpoint in [tls, https] {
        head(&lab).env("AWS_ENDPOINT_URL", &endpoint).exits(8).says(&[&endpoint, "hint: "]);
    }
    assert!(plain.requests().is_empty());
}

#[test]
fn an_authority_that_nobody_named_is_not_trusted() {
    let lab = stocked(Lab::with(|server| server.tls(true)));
    head(&lab).without_env("AWS_CA_BUNDLE").exits(8).says(&["certificate", "--ca-bundle"]);
    // Nor is it once another is named.
    let other = Server::builder().tls(true).start().unwrap();
    lab.file("other.pem", other.ca_pem().unwrap().as_bytes());
    head(&lab).env("AWS_CA_BUNDLE", "other.pem").exits(8).says(&["certificate", "--ca-bundle"]);
    assert!(lab.server().requests().is_empty(), "the key stays at home");
}

#[test]
fn the_systems_authorities_are_read_where_they_are_needed() {
    let lab = stocked(Lab::with(|server| server.tls(true)));
    let by_system = |lab: &Lab, file: &str| {
        let head = lab.run(["-v", "head", "-k", "./k", &url("sealed")]);
        head.without_env("SSL_CERT_DIR").env("SSL_CERT_FILE", file)
    };
    by_system(&lab, "ca.pem").without_env("AWS_CA_BUNDLE").succeeds();
    let unread = "the system's certificates cannot be read";
    by_system(&lab, "missing").without_env("AWS_CA_BUNDLE").exits(8).says(&[unread]);
    for lab in [lab, stocked(Lab::new())] {
        let done = by_system(&lab, "missing").succeeds();
        assert!(!done.stderr.contains(unread), "{}", done.stderr);
    }
}

#[test]
fn an_authority_can_be_named_in_three_places() {
    let lab = stocked(Lab::with(|server| server.tls(true)));
    let config =
        lab.file("config", b"[default]\nca_bundle = ca.pem\n[profile x]\nca_bundle = bad.pem\n");
    lab.file("bad.pem", b"nothing");
    let run = |arguments: &[&str]| {
        let head = ["head", "-k", "./k", "s3://demo/sealed"];
        let run = lab.run(head.iter().chain(arguments)).env("AWS_CONFIG_FILE", &config);
        run.without_env("AWS_CA_BUNDLE")
    };
    run(&[]).succeeds();
    run(&["--ca-bundle", "ca.pem"]).succeeds();
    run(&[]).env("AWS_PROFILE", "x").env("AWS_CA_BUNDLE", "ca.pem").succeeds();
    // The nearest counts, and is named.
    run(&["--profile", "x"]).exits(2).says(&["profile", "ca_bundle", "bad.pem"]);
    run(&[]).env("AWS_CA_BUNDLE", "bad.pem").exits(2).says(&["AWS_CA_BUNDLE", "bad.pem"]);
    let option = run(&["--ca-bundle", "bad.pem"]).env("AWS_CA_BUNDLE", "ca.pem");
    option.exits(2).says(&["--ca-bundle", "bad.pem"]);
}

#[test]
fn a_broken_ca_file_is_an_error_and_no_panic() {
    let lab = stocked(Lab::with(|server| server.tls(true)));
    let good = lab.server().ca_pem().unwrap().to_owned();
    let certificate =
        |body: &str| format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    let cut: String = good.chars().take(good.len() / 2).collect();
    std::fs::create_dir(lab.path("folder")).unwrap();
    for (name, content) in [
        ("empty", String::new()),
        ("garbage", "\u{1}not PEM\n".repeat(50)),
        ("no-base64", certificate("!!!!")),
        ("no-certificate", certificate("AAAA")),
        ("a-key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".to_owned()),
        ("cut-off", cut),
        ("one-of-two", format!("{good}{}", certificate("AAAA"))),
    ] {
        lab.file(name, content.as_bytes());
    }
    for name in [
        "absent",
        "folder",
        "empty",
        "garbage",
        "no-base64",
        "no-certificate",
        "a-key",
        "cut-off",
        "one-of-two",
    ] {
        let run = lab.run(["head", "-k", "./k", "--ca-bundle", name, &url("sealed")]);
        let told = run.exits(2).says(&["--ca-bundle", name, "hint: "]);
        assert!(!told.stderr.contains("panick"), "{name}: {}", told.stderr);
    }
    assert!(lab.server().requests().is_empty());
}

#[test]
fn credentials_that_nobody_gave() {
    let lab = stocked(Lab::new());
    let without =
        |run: Run| run.without_env("AWS_ACCESS_KEY_ID").without_env("AWS_SECRET_ACCESS_KEY");
    without(head(&lab)).exits(5).says(&["no AWS credentials", "AWS_ACCESS_KEY_ID", "--profile"]);
    // A profile's command that fails, and one that talks nonsense.
    for command in ["false", "echo nonsense"] {
        let config =
            lab.file("config", format!("[default]\ncredential_process = {command}\n").as_bytes());
        let error = without(head(&lab)).env("AWS_CONFIG_FILE", config).exits(5);
        error.says(&["credentials", "hint: "]);
    }
    assert!(lab.server().requests().is_empty());
}

#[test]
fn profiles_that_are_not_there() {
    let lab = stocked(Lab::new());
    let config = lab.file("config", b"[profile work]\nregion = us-east-1\n");
    let run = |arguments: &[&str]| {
        let head = ["head", "-k", "./k", "s3://demo/sealed"];
        lab.run(head.iter().chain(arguments)).env("AWS_CONFIG_FILE", &config)
    };
    run(&["--profile", "work"]).succeeds();
    run(&["--profile", "wrok"]).exits(2).says(&["wrok", "hint: "]);
    run(&[]).env("AWS_PROFILE", "wrok").exits(2).says(&["wrok", "AWS_PROFILE"]);
    run(&["--profile", "work"]).env("AWS_PROFILE", "wrok").succeeds();
    lab.file("config", b"[profile work\nregion");
    run(&["--profile", "work"]).exits(2).says(&["AWS", "hint: "]);
}

#[test]
fn the_endpoint_that_is_nearest_to_the_user_counts() {
    let lab = stocked(Lab::new());
    let right = lab.server().endpoint().to_owned();
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let profile = |for_s3: &str, for_all: &str| {
        let text = format!(
            "[default]\nservices = mine\nendpoint_url = {for_all}\n[services mine]\ns3 =\n  endpoint_url = {for_s3}\n"
        );
        text.into_bytes()
    };
    lab.file("s3-right", &profile(&right, &nobody));
    lab.file("wrong", &profile(&nobody, &nobody));
    lab.file("all-right", format!("[default]\nendpoint_url = {right}\n").as_bytes());
    // option, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, configuration file
    for (option, for_s3, for_all, file) in [
        (Some(&right), Some(&nobody), Some(&nobody), "wrong"),
        (None, Some(&right), Some(&nobody), "wrong"),
        (None, None, Some(&right), "wrong"),
        (None, None, None, "s3-right"),
        (None, None, None, "all-right"),
    ] {
        let mut arguments = vec!["head", "-k", "./k", "s3://demo/sealed"];
        if let Some(option) = option {
            arguments.extend(["--endpoint-url", option]);
        }
        let mut run =
            lab.run(arguments).env("AWS_CONFIG_FILE", file).without_env("AWS_ENDPOINT_URL");
        for (name, value) in [("AWS_ENDPOINT_URL_S3", for_s3), ("AWS_ENDPOINT_URL", for_all)] {
            if let Some(value) = value {
                run = run.env(name, value);
            }
        }
        run.succeeds();
    }
    for wrong in ["", "store.example", "ftp://127.0.0.1", "http://user:password@127.0.0.1"] {
        let told = lab.run(["head", "--endpoint-url", wrong, "s3://demo/x"]).exits(2);
        assert!(!told.stderr.contains("password@"), "{}", told.stderr);
    }
    // A slash at the end is no part of a name.
    lab.run(["head", "-k", "./k", "--endpoint-url", &format!("{right}/"), &url("sealed")])
        .succeeds();
}

#[test]
fn the_region_that_is_nearest_to_the_user_signs() {
    let lab = Lab::new();
    let config = lab.file("config", b"[default]\nregion = of-profile-1\n");
    // option, AWS_REGION, AWS_DEFAULT_REGION, with a profile's
    for (option, variable, default, with_profile, expected) in [
        (Some("of-option-1"), Some("of-env-1"), Some("of-default-1"), true, "of-option-1"),
        (None, Some("of-env-1"), Some("of-default-1"), true, "of-env-1"),
        (None, None, Some("of-default-1"), true, "of-default-1"),
        (None, None, None, true, "of-profile-1"),
        (None, None, None, false, "us-east-1"),
    ] {
        lab.server().clear_requests();
        let mut arguments = vec!["head", "s3://demo/x"];
        arguments.extend(option.iter().flat_map(|region| ["--region", region]));
        let mut run = lab.run(arguments).without_env("AWS_REGION");
        if with_profile {
            run = run.env("AWS_CONFIG_FILE", &config);
        }
        for (name, value) in [("AWS_REGION", variable), ("AWS_DEFAULT_REGION", default)] {
            if let Some(value) = value {
                run = run.env(name, value);
            }
        }
        run.done();
        let requests = lab.server().requests();
        let signature = requests[0].header("authorization").unwrap();
        assert!(signature.contains(&format!("/{expected}/s3/aws4_request")), "{signature}");
    }
}

/// Whoever listens at the proxy's place is told the store's host name: with the bucket in it, or not.
#[test]
fn the_addressing_style_is_the_profiles() {
    let check = |style: &str, host: &str| {
        let lab = Lab::offline();
        let (address, lines) = eavesdropper();
        let config = lab.file("config", format!("[default]\n{style}").as_bytes());
        let run = lab.run(["head", "--endpoint-url", "https://store.invalid", &url("x")]);
        let run = with_credentials(run).env("AWS_CONFIG_FILE", config);
        run.env("HTTPS_PROXY", format!("http://{address}")).exits(8);
        assert_eq!(lines.recv().unwrap(), format!("CONNECT {host}:443 HTTP/1.1"), "{style}");
    };
    // Each tries again before it gives up, so they do it together.
    std::thread::scope(|scope| {
        for (style, host) in [
            ("", "store.invalid"),
            ("s3 =\n  addressing_style = auto\n", "store.invalid"),
            ("s3 =\n  addressing_style = path\n", "store.invalid"),
            ("s3 =\n  addressing_style = virtual\n", "demo.store.invalid"),
        ] {
            scope.spawn(move || check(style, host));
        }
    });
}

#[test]
fn requests_can_go_unsigned() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            let public = request.header("authorization").is_none();
            public.then(|| Answer::respond(200, &[("ETag", "\"e\"")], "public"))
        })
    });
    let run = lab.run(["get", "--no-sign-request", &url("x"), "-"]);
    let run = run.without_env("AWS_ACCESS_KEY_ID").without_env("AWS_SECRET_ACCESS_KEY");
    assert_eq!(run.succeeds().stdout, "public");
    let run = lab.run(["get", "--no-sign-request", &url("x"), "-"]);
    assert_eq!(run.succeeds().stdout, "public", "credentials that are there do not count");

    let strict = stocked(Lab::new());
    let run = strict.run(["head", "-k", "./k", "--no-sign-request", &url("sealed")]);
    run.exits(5).says(&["wants credentials"]);
}

#[test]
fn payer_and_owner_go_with_every_request() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("file", b"content");
    let x = url("x");
    // The account that the embedded server plays is one of AWS's examples.
    let account = "123456789012";
    for arguments in [
        &["put", "-k", "./k", "file", &x][..],
        &["head", "-k", "./k", &x],
        &["get", "-k", "./k", &x, "out"],
        &["rm", &x],
    ] {
        let more = ["--request-payer", "requester", "--expected-bucket-owner", account];
        lab.run(arguments.iter().chain(&more)).succeeds();
    }
    let requests = lab.server().requests();
    assert!(requests.len() >= 6, "{:?}", lab.operations());
    for request in &requests {
        assert_eq!(request.header("x-amz-request-payer"), Some("requester"), "{request:?}");
        assert_eq!(request.header("x-amz-expected-bucket-owner"), Some(account), "{request:?}");
    }
    lab.run(["head", "--expected-bucket-owner", "210987654321", &x]).exits(5);
}

#[test]
fn a_key_does_not_cross_a_network_in_clear() {
    let lab = stocked(Lab::new());
    lab.file("file", b"content");
    let sealed = url("sealed");
    let commands = [
        &["get", &sealed, "out"][..],
        &["head", &sealed],
        &["put", "file", &sealed],
        &["presign", &sealed],
    ];
    // These arrive at the loopback interface as well, but nothing in their names says so.
    let port = lab.server().addr().port();
    let (any, mapped) =
        (format!("http://0.0.0.0:{port}"), format!("http://[::ffff:7f00:1]:{port}"));
    for endpoint in ["http://192.0.2.1", "http://store.invalid:9000", &any, &mapped] {
        for command in commands {
            let arguments = command.iter().copied().chain(["-k", "./k"]);
            let told = lab.run(arguments).env("AWS_ENDPOINT_URL", endpoint).exits(6);
            told.says(&["in clear", "nothing was sent", "--allow-http"]);
        }
    }
    assert!(lab.server().requests().is_empty());

    let allowed = |command: &[&str]| {
        let arguments = command.iter().copied().chain(["-k", "./k", "--allow-http"]);
        lab.run(arguments).env("AWS_ENDPOINT_URL", &any)
    };
    for command in commands {
        allowed(command).succeeds();
    }
    assert!(!lab.server().requests().is_empty());
    // Without a key there is none to lose.
    lab.run(["put", "--no-key", "file", &url("p")]).env("AWS_ENDPOINT_URL", &any).succeeds();
    lab.run(["head", &url("p")]).env("AWS_ENDPOINT_URL", &any).succeeds();
}

#[test]
fn plain_http_goes_past_every_proxy() {
    let lab = stocked(Lab::new());
    let (address, lines) = eavesdropper();
    let by_proxy = |mut run: Run| {
        for name in
            ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        {
            run = run.env(name, format!("http://{address}"));
        }
        run
    };
    let alias = format!("http://0.0.0.0:{}", lab.server().addr().port());
    by_proxy(head(&lab)).succeeds();
    by_proxy(lab.run(["head", "-k", "./k", "--allow-http", &url("sealed")]))
        .env("AWS_ENDPOINT_URL", &alias)
        .succeeds();
    assert!(lines.try_recv().is_err(), "nobody asked the proxy");
    assert_eq!(lab.operations(), ["HeadObject", "HeadObject"]);
}

#[test]
fn https_goes_through_the_proxy_unless_told_otherwise() {
    let lab = stocked(Lab::with(|server| server.tls(true)));
    let (address, lines) = eavesdropper();
    let host = lab.server().endpoint().trim_start_matches("https://").to_owned();
    head(&lab).env("HTTPS_PROXY", format!("http://{address}")).exits(8);
    assert_eq!(lines.recv().unwrap(), format!("CONNECT {host} HTTP/1.1"));
    assert!(lab.server().requests().is_empty());
    // Another one: what the first proxy was asked may still be on its way to this test.
    let (address, lines) = eavesdropper();
    let by_proxy = head(&lab).env("HTTPS_PROXY", format!("http://{address}"));
    by_proxy.env("NO_PROXY", "localhost,127.0.0.1").succeeds();
    assert!(lines.try_recv().is_err(), "nobody asked the proxy");
}

/// A proxy for one connection. Returns the head of its request.
fn tunnel(listener: TcpListener) -> std::thread::JoinHandle<Vec<String>> {
    std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let lines = BufReader::new(client.try_clone().unwrap()).lines().map_while(Result::ok);
        let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
        let target = head[0].split(' ').nth(1).unwrap();
        let mut store = TcpStream::connect(target).unwrap();
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
        let (mut from, mut to) = (client.try_clone().unwrap(), store.try_clone().unwrap());
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Both);
        });
        let _ = std::io::copy(&mut store, &mut client);
        head
    })
}

#[test]
fn a_proxy_is_told_its_password_and_nothing_of_the_request() {
    let lab = stocked(Lab::with(|server| server.tls(true)));
    let host = lab.server().endpoint().trim_start_matches("https://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let proxy = tunnel(listener);
    head(&lab).env("HTTPS_PROXY", format!("http://user:p%40ss@{address}")).succeeds();
    assert_eq!(lab.server().requests().len(), 1);
    let mut told = proxy.join().unwrap();
    for line in &mut told {
        line.make_ascii_lowercase();
    }
    told.sort();
    // base64 of `user:p@ss`
    let password = "proxy-authorization: basic dxnlcjpwqhnz".to_owned();
    let connect = format!("connect {host} http/1.1");
    assert_eq!(told, [connect, format!("host: {host}"), password]);
}

#[test]
fn checksums_are_left_out_where_the_user_says_so() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("big", &noise(20 << 20));
    lab.file("small", &noise(32));
    for name in ["big", "small"] {
        let put = lab.run(["put", "-k", "./k", name, &url(name)]);
        put.env("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required").succeeds();
        let get = lab.run(["get", "-k", "./k", &url(name), "out"]);
        get.env("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required").succeeds();
        assert!(lab.read("out") == lab.read(name), "{name}");
    }
    for request in lab.server().requests() {
        let named = request.headers().find(|(name, _)| name.starts_with("x-amz-checksum"));
        assert_eq!(named, None, "{request:?}");
    }
}

#[test]
fn a_profile_that_is_named_counts_more_than_the_environments_credentials() {
    let lab = Lab::with(|server| server.user("AKIAENVIRONMENT", "e").user("AKIAPROFILE", "p"));
    lab.file("x", b"plain");
    let file = "[other]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = p\n";
    let credentials = lab.file("credentials", file.as_bytes());
    for (arguments, signer) in
        [(&["--profile", "other"][..], "AKIAPROFILE"), (&[], "AKIAENVIRONMENT")]
    {
        lab.server().clear_requests();
        let put = lab.run([&["put", "--no-key", "x", &url("x")][..], arguments].concat());
        let put = put.env("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT").env("AWS_SECRET_ACCESS_KEY", "e");
        put.env("AWS_SHARED_CREDENTIALS_FILE", &credentials).succeeds();
        let requests = lab.server().requests();
        assert!(requests[0].header("authorization").unwrap().contains(signer), "{arguments:?}");
    }
}

#[test]
fn an_empty_endpoint_is_none() {
    let lab = Lab::new();
    lab.file("x", b"plain");
    lab.run(["put", "--no-key", "x", &url("x")]).env("AWS_ENDPOINT_URL_S3", "").succeeds();
}
