//! One situation, one cause: the check that fails is the one whose fault it is, and what depends on it is skipped.

use std::net::TcpListener;
use std::time::{Duration, SystemTime};

use s3seal_mock::{Answer, RequestRecord, Server, Tampering};

use super::{CHECKS, FOLDER, OF_CONFIG, check, doctor, ends, names};
use crate::harness::{BUCKET, Done, Lab, Run};

/// It must have ended with this code, this check alone have failed, and no later one have been made.
#[track_caller]
fn fails(done: &Done, code: i32, name: &str, says: &str, hint: &str) {
    assert_eq!(done.code, Some(code), "{}{}", done.stdout, done.stderr);
    assert_eq!(names(done, "fail"), [name], "{}", done.stdout);
    ends(done, name, "fail", says, hint);
    let place = CHECKS.iter().position(|it| *it == name).unwrap();
    // What follows only tells what was sent: the certificate and the clock may be fine with wrong credentials.
    let live = CHECKS.iter().position(|it| *it == "bucket").unwrap().max(place + 1);
    for later in &CHECKS[live..] {
        assert_eq!(check(done, later)["status"], "skip", "{later}: {}", done.stdout);
    }
}

/// Two lines for a person say the same.
fn with_folder_and_without(lab: &Lab, change: impl Fn(Run) -> Run) -> [Done; 2] {
    [change(doctor(lab)).done(), change(lab.run(["doctor", "--json"])).done()]
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn denied(request: &RequestRecord, operations: &[&str]) -> Option<Answer> {
    operations
        .contains(&request.operation)
        .then(|| Answer::error(403, "AccessDenied", "Access Denied"))
}

/// A lab whose server denies these operations.
fn denying(operations: &'static [&'static str]) -> Lab {
    Lab::with(|server| server.tls(true).interceptor(move |request| denied(request, operations)))
}

/// As the header `Date` has it, so many seconds from now.
fn date(seconds: i64) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let then = Duration::from_secs(now.checked_add_signed(seconds).unwrap());
    let time = std::process::Command::new("date")
        .args(["-u", "-d", &format!("@{}", then.as_secs()), "+%a, %d %b %Y %H:%M:%S GMT"])
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    String::from_utf8(time.stdout).unwrap().trim().to_owned()
}

#[test]
fn nobody_answers() {
    let lab = Lab::with(|server| server.tls(true));
    let port = free_port();
    for (endpoint, says) in [
        (format!("http://127.0.0.1:{port}"), "the connection was refused"),
        (format!("https://127.0.0.1:{port}"), "the connection was refused"),
        ("https://nohost.invalid".to_owned(), "has no address"),
    ] {
        for done in with_folder_and_without(&lab, |run| run.env("AWS_ENDPOINT_URL", &endpoint)) {
            fails(&done, 8, "endpoint", says, "--endpoint-url");
        }
    }
    // Somebody answers who does not speak TLS.
    let plain = Server::builder().bucket(BUCKET).start().unwrap();
    let endpoint = format!("https://{}", plain.addr());
    for done in with_folder_and_without(&lab, |run| run.env("AWS_ENDPOINT_URL", &endpoint)) {
        fails(&done, 8, "endpoint", "does not speak https", "http://");
    }
}

#[test]
fn the_certificate_is_of_somebody_that_nobody_trusts() {
    let lab = Lab::with(|server| server.tls(true));
    for done in with_folder_and_without(&lab, |run| run.without_env("AWS_CA_BUNDLE")) {
        fails(&done, 8, "tls", "its issuer is not trusted", "--ca-bundle");
        ends(&done, "tls", "fail", "by s3seal-mock test authority", "AWS_CA_BUNDLE");
        ends(&done, "endpoint", "pass", lab.server().endpoint(), "");
    }
    assert!(lab.server().requests().is_empty());
}

#[test]
fn the_certificate_is_described() {
    let lab = Lab::with(|server| server.tls(true));
    let done = doctor(&lab).succeeds();
    ends(
        &done,
        "tls",
        "pass",
        "TLS 1.3, X25519MLKEM768, a certificate for localhost, *.localhost, 127.0.0.1, ::1, by s3seal-mock test authority, until 4096-01-01",
        "",
    );
}

#[test]
fn plain_http_is_a_warning_here_and_a_failure_elsewhere() {
    let lab = Lab::new();
    ends(&doctor(&lab).succeeds(), "tls", "warn", "plain http", "https");
    lab.server().clear_requests();
    let elsewhere = format!("http://0.0.0.0:{}", lab.server().addr().port());
    for done in with_folder_and_without(&lab, |run| run.env("AWS_ENDPOINT_URL", &elsewhere)) {
        fails(&done, 6, "tls", "in clear", "https");
    }
    assert!(lab.server().requests().is_empty(), "not even a signature was sent");
    let allowed = lab.run(["doctor", "--json", "--allow-http", FOLDER]);
    ends(&allowed.env("AWS_ENDPOINT_URL", &elsewhere).succeeds(), "tls", "warn", "plain", "https");
}

#[test]
fn a_store_that_takes_keys_over_https_only() {
    let lab = Lab::with(|server| server.require_tls(true));
    let done = doctor(&lab).exits(6);
    assert_eq!(names(&done, "fail"), ["write"]);
    ends(&done, "write", "fail", "over https only", "https endpoint");
    lab.holds_only(&[]);
}

#[test]
fn the_store_does_not_accept_the_credentials() {
    let lab = Lab::with(|server| server.tls(true));
    for (variable, says, hint) in [
        ("AWS_SECRET_ACCESS_KEY", "secret access key is wrong", "AWS_SECRET_ACCESS_KEY"),
        ("AWS_ACCESS_KEY_ID", "does not know the access key id", "AWS_ACCESS_KEY_ID"),
    ] {
        let wrong = |run: Run| run.env(variable, "AKIAWRONGWRONGWRONG1");
        for done in with_folder_and_without(&lab, wrong) {
            fails(&done, 5, "credentials", says, hint);
            ends(&done, "credentials", "fail", "from AWS_ACCESS_KEY_ID", "");
            assert_eq!(check(&done, "tls")["status"], "pass", "{}", done.stdout);
        }
    }
    let unsigned = |run: Run| run.env("AWS_SESSION_TOKEN", "");
    assert_eq!(unsigned(lab.run(["doctor", "--json", FOLDER])).done().code, Some(0));
    let done = lab.run(["doctor", "--json", "--no-sign-request", FOLDER]).done();
    fails(&done, 5, "credentials", "wants credentials", "--no-sign-request");
    let done = lab.run(["doctor", "--json", "--no-sign-request"]).succeeds();
    ends(&done, "credentials", "pass", "not signed", "");
}

#[test]
fn there_are_no_credentials() {
    let lab = Lab::with(|server| server.tls(true));
    let without =
        |run: Run| run.without_env("AWS_ACCESS_KEY_ID").without_env("AWS_SECRET_ACCESS_KEY");
    for done in with_folder_and_without(&lab, without) {
        fails(&done, 5, "credentials", "no AWS credentials", "--profile");
    }
    let config = lab.file("config", b"[default]\ncredential_process = false\n");
    let broken = |run: Run| without(run).env("AWS_CONFIG_FILE", &config);
    for done in with_folder_and_without(&lab, broken) {
        fails(&done, 5, "credentials", "cannot be had", "profile");
    }
    for done in with_folder_and_without(&lab, |run| run.env("AWS_PROFILE", "absent")) {
        fails(&done, 2, "credentials", "no profile `absent`", "AWS_PROFILE");
    }
    assert!(lab.server().requests().is_empty());
}

#[test]
fn settings_that_cannot_be_used() {
    let lab = Lab::with(|server| server.tls(true));
    for done in with_folder_and_without(&lab, |run| run.env("AWS_ENDPOINT_URL", "store.example")) {
        fails(&done, 2, "endpoint", "not an http or https URL", "https://");
    }
    for done in with_folder_and_without(&lab, |run| run.env("AWS_CA_BUNDLE", "absent.pem")) {
        fails(&done, 2, "endpoint", "absent.pem", "PEM");
    }
}

#[test]
fn the_clock_is_wrong() {
    let lab = Lab::with(|server| {
        server.tls(true).interceptor(|_| {
            let refusal =
                Answer::error(403, "RequestTimeTooSkewed", "The difference is too large.");
            let Answer::Respond(mut reply) = refusal else { unreachable!() };
            reply.headers.push(("Date".to_owned(), date(3600)));
            Some(Answer::Respond(reply))
        })
    });
    for done in with_folder_and_without(&lab, |run| run) {
        fails(&done, 5, "clock", "behind the store's", "timedatectl");
        let said = check(&done, "clock")["message"].as_str().unwrap().to_owned();
        assert!(said.contains("1h") || said.contains("59m"), "{said}");
    }
}

#[test]
fn a_clock_that_is_a_little_off_is_a_warning() {
    for (seconds, status, says) in [
        (0, "pass", "clock"),
        (-300, "warn", "ahead of the store's"),
        (300, "warn", "behind the store's"),
    ] {
        let lab = Lab::with(|server| {
            server.tls(true).interceptor(move |_| {
                Some(Tampering::new().with_header("Date", &date(seconds)).into())
            })
        });
        ends(&doctor(&lab).succeeds(), "clock", status, says, "set the clock");
    }
    // Requests are signed anew with the store's time, and presigned URLs are not.
    for (seconds, says) in [(-3600, "ahead of the store's"), (3600, "behind the store's")] {
        let lab = Lab::with(|server| {
            server.tls(true).interceptor(move |_| {
                Some(Tampering::new().with_header("Date", &date(seconds)).into())
            })
        });
        for done in with_folder_and_without(&lab, |run| run) {
            fails(&done, 5, "clock", says, "set the clock");
        }
    }
    let mute = Lab::with(|server| {
        server.tls(true).interceptor(|_| Some(Tampering::new().with_header("Date", "noon").into()))
    });
    ends(&doctor(&mute).succeeds(), "clock", "skip", "does not tell", "");
}

#[test]
fn the_bucket_is_not_there() {
    let lab = Lab::with(|server| server.tls(true));
    let done = lab.run(["doctor", "--json", "s3://absent/folder"]).done();
    fails(&done, 3, "bucket", "the bucket does not exist", "check its name");
    // Even where nobody may list it.
    let lab = denying(&["ListObjectsV2"]);
    let done = lab.run(["doctor", "--json", "s3://absent/folder"]).done();
    fails(&done, 3, "bucket", "the bucket does not exist", "check its name");
}

#[test]
fn the_bucket_is_in_another_region() {
    let lab = Lab::with(|server| server.tls(true).region("eu-central-1"));
    let wrong = |run: Run| run.env("AWS_REGION", "us-west-2");
    let [with, without] = with_folder_and_without(&lab, wrong);
    fails(&with, 2, "bucket", "in region eu-central-1", "--region eu-central-1");
    fails(&without, 2, "endpoint", "in region eu-central-1", "--region eu-central-1");
}

#[test]
fn the_store_is_in_trouble() {
    let lab = Lab::with(|server| {
        server.tls(true).interceptor(|_| Some(Answer::error(503, "SlowDown", "slow down")))
    });
    let done = doctor(&lab).env("AWS_MAX_ATTEMPTS", "1").done();
    fails(&done, 8, "bucket", "in trouble", "later");
}

#[test]
fn a_permission_that_is_missing_is_named() {
    // Without these the rest can be proven all the same.
    for (operations, name, hint) in [
        (&["ListObjectsV2"][..], "bucket", "s3:ListBucket"),
        (&["GetBucketEncryption"], "sse-c", "s3:GetEncryptionConfiguration"),
    ] {
        let lab = denying(operations);
        let done = doctor(&lab).succeeds();
        ends(&done, name, "warn", "may not", hint);
        assert_eq!(
            names(&done, "pass").len(),
            CHECKS.len() - OF_CONFIG.len() - 1,
            "{}",
            done.stdout
        );
        lab.holds_only(&[]);
    }
    // Whoever may only read, or only write.
    let writes = &["CreateMultipartUpload", "PutObject", "CopyObject", "DeleteObject"];
    let lab = denying(writes);
    fails_but_for_cleanup(&doctor(&lab).done(), "write", "s3:PutObject");
    lab.holds_only(&[]);
    let lab = denying(&["GetObject", "HeadObject"]);
    fails_but_for_cleanup(&doctor(&lab).done(), "read", "s3:GetObject");
    lab.holds_only(&[]);
}

#[track_caller]
fn fails_but_for_cleanup(done: &Done, name: &str, hint: &str) {
    assert_eq!(done.code, Some(5), "{}", done.stdout);
    assert_eq!(names(done, "fail"), [name], "{}", done.stdout);
    ends(done, name, "fail", "may not", hint);
    let place = CHECKS.iter().position(|it| *it == name).unwrap();
    assert_eq!(names(done, "skip"), [&OF_CONFIG, &CHECKS[place + 1..CHECKS.len() - 1]].concat());
    ends(done, "cleanup", "pass", "", "");
}

/// Of several failures, each is told, and the code is 1 where they have none in common.
#[test]
fn failures_that_do_not_depend_on_each_other_are_all_told() {
    let lab = Lab::with(|server| server.tls(true));
    lab.deep_file(".config/s3seal/config.toml", b"[keys\n");
    let done = doctor(&lab).exits(2);
    assert_eq!(names(&done, "fail"), ["config"]);
    assert_eq!(names(&done, "pass").len(), CHECKS.len() - OF_CONFIG.len() - 1, "{}", done.stdout);
    lab.server().block_sse_c(BUCKET, true);
    let done = doctor(&lab).exits(1);
    assert_eq!(names(&done, "fail"), ["config", "sse-c"]);
}

#[test]
fn a_proxy_that_does_not_answer_is_blamed() {
    let lab = Lab::offline();
    let done = lab
        .run(["doctor", "--endpoint-url", "https://store.example.invalid", "s3://demo"])
        .env("AWS_ACCESS_KEY_ID", "id")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("HTTPS_PROXY", format!("http://127.0.0.1:{}", free_port()))
        .exits(8);
    for words in ["fail  endpoint", "the one that the environment names", "NO_PROXY"] {
        assert!(done.stdout.contains(words), "{words}: {}", done.stdout);
    }
}

#[test]
fn what_is_no_s3_store_is_named_without_a_bucket_too() {
    let lab = Lab::with(|server| {
        server.interceptor(|_| Some(Answer::respond(502, &[], "<html>Bad Gateway</html>")))
    });
    let done = lab.run(["doctor"]).env("AWS_MAX_ATTEMPTS", "1").done();
    assert_ne!(done.code, Some(0));
    assert!(done.stdout.contains("fail  endpoint"), "{}", done.stdout);
}
