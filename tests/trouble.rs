//! Lines that are bad and stores that are busy: what is repeated, how often, and when it is given up.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use s3seal_mock::{Answer, Tampering};

use crate::harness::{BUCKET, Done, Lab, PROGRAM, Run, noise, url};

/// A lab whose server answers the first `times` requests of each run with this.
fn troubled(times: u32, answer: impl Fn() -> Answer + Send + Sync + 'static) -> Lab {
    let seen = AtomicU32::new(0);
    let lab = Lab::with(|server| {
        server.interceptor(move |_| (seen.fetch_add(1, Ordering::SeqCst) < times).then(&answer))
    });
    lab.file("x", b"content");
    lab
}

/// One request, where nothing goes wrong.
fn put(lab: &Lab) -> Run {
    lab.run(["put", "--no-key", "x", &url("x")])
}

#[test]
fn what_is_transient_is_repeated() {
    let answers: [fn() -> Answer; 9] = [
        || Answer::error(500, "InternalError", "We encountered an internal error."),
        || Answer::error(503, "SlowDown", "Please reduce your request rate."),
        || Answer::error(400, "RequestTimeout", "Your socket connection was idle."),
        || Answer::respond(429, &[("Retry-After", "0")], ""),
        || Answer::respond(502, &[], "<html>Bad Gateway</html>"),
        || Answer::respond(504, &[], ""),
        || Answer::respond(507, &[], ""),
        || Answer::Reset,
        || Tampering::new().then_reset().into(),
    ];
    std::thread::scope(|scope| {
        for answer in answers {
            scope.spawn(move || {
                let lab = troubled(2, answer);
                put(&lab).succeeds();
                assert_eq!(lab.operations(), ["PutObject"; 3], "{:?}", answer());
                lab.holds_only(&["x"]);
            });
        }
    });
}

#[test]
fn what_will_not_change_is_not_repeated() {
    for (status, code, exit) in [
        (400, "InvalidArgument", 1),
        (403, "AccessDenied", 5),
        (404, "NoSuchBucket", 3),
        (409, "OperationAborted", 9),
        (412, "PreconditionFailed", 9),
        (501, "NotImplemented", 1),
    ] {
        let lab = troubled(1, move || Answer::error(status, code, "no"));
        put(&lab).exits(exit);
        assert_eq!(lab.operations(), ["PutObject"], "{status}");
    }
}

#[test]
fn the_number_of_attempts_that_is_nearest_to_the_user_counts() {
    let lab = troubled(u32::MAX, || Answer::respond(500, &[], ""));
    let config = lab.file("config", b"[default]\nmax_attempts = 3\nretry_mode = legacy\n");
    for (option, variable, with_profile, attempts) in [
        (Some("1"), Some("2"), true, 1),
        (None, Some("2"), true, 2),
        (None, Some(""), true, 3),
        (None, None, true, 3),
        (None, None, false, 5),
    ] {
        lab.server().clear_requests();
        let mut arguments = vec!["put", "--no-key", "x", "s3://demo/x"];
        arguments.extend(option.iter().flat_map(|attempts| ["--max-attempts", attempts]));
        let mut run = lab.run(arguments);
        if let Some(variable) = variable {
            run = run.env("AWS_MAX_ATTEMPTS", variable);
        }
        if with_profile {
            run = run.env("AWS_CONFIG_FILE", &config);
        }
        run.exits(8).says(&["try again later"]);
        assert_eq!(lab.operations().len(), attempts);
    }
}

#[test]
fn settings_that_are_no_numbers_are_told() {
    let lab = troubled(0, || Answer::Reset);
    for wrong in ["0", "-1", "many"] {
        put(&lab).env("AWS_MAX_ATTEMPTS", wrong).exits(2).says(&["AWS_MAX_ATTEMPTS", wrong]);
    }
    let config = lab.file("config", b"[default]\nmax_attempts = many\n");
    put(&lab).env("AWS_CONFIG_FILE", config).exits(2).says(&["profile", "max_attempts", "many"]);
    for option in
        ["--max-attempts=0", "--read-timeout=-1", "--connect-timeout=soon", "--limit-rate=0"]
    {
        let (name, value) = option.split_once('=').unwrap();
        let told = lab.run(["put", option, "--no-key", "x", &url("x")]).exits(2);
        told.says(&[name, &format!("'{value}'")]);
    }
    assert!(lab.operations().is_empty());
    // The SDK has no such modes, but aws-cli has.
    for mode in ["legacy", "adaptive", "nonsense"] {
        put(&lab).env("AWS_RETRY_MODE", mode).succeeds();
    }
}

/// Prepares a run that could wait for ever, and must not.
fn impatient<'a>(lab: &Lab, arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new("timeout");
    command.args(["60", PROGRAM]).args(arguments);
    lab.prepared(command)
}

fn finish(command: &mut Command, endpoint: &str) -> Done {
    Done::from(command.env("AWS_ENDPOINT_URL", endpoint).output().expect("the program runs"))
}

/// Listens, and takes connections and all that is said, but never says a word.
fn mute_listener() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            std::thread::spawn(move || {
                std::io::copy(&mut connection.unwrap(), &mut std::io::sink())
            });
        }
    });
    address
}

#[test]
fn a_store_that_says_nothing_is_given_up() {
    let lab = troubled(0, || Answer::Reset);
    let address = mute_listener();
    for (scheme, option) in [("http", "--read-timeout"), ("https", "--connect-timeout")] {
        let endpoint = format!("{scheme}://{address}");
        let arguments = ["put", "--no-key", "x", "s3://demo/x", "--max-attempts", "1", option, "1"];
        let done = finish(&mut impatient(&lab, arguments), &endpoint);
        assert_eq!(done.code, Some(8), "{}", done.stderr);
        done.says(&["did not answer in time", &endpoint]);
    }
}

/// Stands between the program and the server; the first connection that carries more than so many bytes
/// in one direction stands still for good.
struct Line {
    endpoint: String,
    stalls: Arc<AtomicU32>,
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Up,
    Down,
}

fn stalling_line(lab: &Lab, way: Way, after: usize) -> Line {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let store = lab.server().addr();
    let stalls = Arc::new(AtomicU32::new(0));
    let count = stalls.clone();
    std::thread::spawn(move || {
        for near in listener.incoming() {
            let (near, far) = (near.unwrap(), TcpStream::connect(store).unwrap());
            for (from, to, its_way) in [(&near, &far, Way::Up), (&far, &near, Way::Down)] {
                let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                let stalls = count.clone();
                let after = (its_way == way).then_some(after);
                std::thread::spawn(move || carry(from, to, after, &stalls));
            }
        }
    });
    Line { endpoint, stalls }
}

fn carry(mut from: TcpStream, mut to: TcpStream, stall_after: Option<usize>, stalls: &AtomicU32) {
    let mut buffer = vec![0; 64 << 10];
    let mut carried = 0;
    while let Ok(bytes @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..bytes]).is_err() {
            break;
        }
        carried += bytes;
        let first = |after: usize| carried > after && stalls.fetch_add(1, Ordering::SeqCst) == 0;
        if stall_after.is_some_and(first) {
            // Both ends stay open, and nothing moves.
            std::thread::park();
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

#[test]
fn a_transfer_that_stands_still_goes_on_elsewhere() {
    for way in [Way::Up, Way::Down] {
        let lab = Lab::new();
        lab.key("k");
        // More than the system takes off the program's hands.
        let content = noise(40 << 20);
        lab.file("x", &content);
        let line = stalling_line(&lab, way, 3 << 20);
        let over_it = |arguments: [&str; 5]| {
            let options = ["--read-timeout", "1", "--part-size", "40MiB"];
            let mut command = impatient(&lab, arguments.into_iter().chain(options));
            let done = finish(&mut command, &line.endpoint);
            assert_eq!(done.code, Some(0), "{}", done.stderr);
        };
        over_it(["put", "-k", "./k", "x", &url("x")]);
        over_it(["get", "-k", "./k", &url("x"), "out"]);
        assert!(lab.read("out") == content);
        assert!(line.stalls.load(Ordering::SeqCst) > 0, "it never stood still");
        lab.holds_only(&["x"]);
    }
}

#[test]
fn a_download_that_breaks_off_is_continued_as_often_as_the_user_wants() {
    let cut = AtomicU32::new(0);
    let lab = Lab::with(|server| {
        server.interceptor(move |request| {
            let first = request.operation == "GetObject" && cut.fetch_add(1, Ordering::SeqCst) == 0;
            first.then(|| Tampering::new().cut_body_after(3).into())
        })
    });
    lab.key("k");
    lab.seal("k", "x", b"content");
    let get = ["get", "-k", "./k", "s3://demo/x", "out", "--max-attempts", "1"];
    lab.run(get).exits(8).says(&["broke off", "--max-attempts"]);
    assert!(!lab.path("out").exists());
    lab.run(get).succeeds();
    assert_eq!(lab.read("out"), b"content");
}

#[test]
fn a_store_that_asks_for_fewer_requests_gets_fewer() {
    let lab = troubled(3, || Answer::error(503, "SlowDown", "Please reduce your request rate."));
    let content = noise(40 << 20);
    lab.file("x", &content);
    lab.run(["put", "-vv", "--no-key", "x", &url("x")]).succeeds().says(&["fewer requests"]);
    assert!(lab.server().object(BUCKET, "x").is_some());
    lab.run(["get", "-vv", &url("x"), "out"]).succeeds();
    assert!(lab.read("out") == content);
}

/// A store whose answers to ranges are longer, or shorter, than they say.
fn miscounting(content: &[u8], longer: bool) -> Lab {
    let stored = content.to_vec();
    let lab = Lab::with(|server| {
        server.interceptor(move |request| {
            let head = [("ETag", "\"e\""), ("Content-Type", "text/plain")];
            let Some(range) = request.header("range") else {
                return Some(Answer::respond(200, &head, stored.clone()));
            };
            let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
            let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
            let mut body = stored[first..=last].to_vec();
            match longer {
                true => body.resize(body.len() + 1_000_000, 0),
                false => body.truncate(body.len() - (last - first) / 8),
            }
            let of = format!("bytes {first}-{last}/{}", stored.len());
            let head = [head[0], head[1], ("Content-Range", of.as_str())];
            Some(Answer::respond(206, &head, body))
        })
    });
    lab.file("out", b"before");
    lab
}

#[test]
fn answers_that_are_longer_or_shorter_than_they_say_do_no_harm() {
    let content = noise(20 << 20);
    for longer in [true, false] {
        let lab = miscounting(&content, longer);
        lab.run(["get", &url("x"), "out"]).succeeds();
        assert!(lab.read("out") == content, "{longer}");
    }
}

#[test]
fn an_answer_that_cannot_be_read_takes_no_plain_object_back() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            let is_put = request.operation == "PutObject";
            is_put.then(|| Tampering::new().with_header("x-amz-object-size", "many").into())
        })
    });
    // A look at the object shows that it was stored.
    lab.run(["put", "--no-key", "-", &url("x")]).stdin(b"content").succeeds();
    lab.holds_only(&["x"]);
}

#[test]
fn a_rate_keeps_nothing_from_arriving() {
    let lab = Lab::new();
    lab.key("k");
    let content = noise(300_000);
    lab.file("x", &content);
    let limits = ["--limit-rate", "1M/s"];
    let x = url("x");
    for put in [["put", "-k", "./k", "x", &x], ["put", "--no-key", "-", &x, "-q"]] {
        let put = lab.run(put.iter().chain(&limits)).stdin(&content);
        put.succeeds();
        let get = ["get", "-k", "./k", "--allow-plain", &x, "out"];
        lab.run(get.iter().chain(&limits)).succeeds();
        assert!(lab.read("out") == content);
    }
}

#[test]
fn the_errors_beneath_a_failure_are_shown_on_demand() {
    let lab = Lab::offline();
    lab.file("x", b"content");
    let put = |options: &[&str]| {
        let put = ["put", "--no-key", "--no-sign-request", "--endpoint-url", "http://127.0.0.1:1"];
        let run = lab.run([&put[..], options, &["x", "s3://demo/x"]].concat());
        run.env("AWS_MAX_ATTEMPTS", "1").exits(8).stderr
    };
    let causes = |stderr: &str| -> Vec<String> {
        stderr
            .lines()
            .filter_map(|line| line.strip_prefix("caused by: "))
            .map(str::to_owned)
            .collect()
    };
    assert!(causes(&put(&[])).is_empty());
    let found = causes(&put(&["-v"]));
    assert!(found.len() > 1, "{found:?}");
    assert!(found.last().unwrap().starts_with("Connection refused"), "{found:?}");
    // The JSON of the failure stays as it is.
    let (plain, talkative) = (put(&["--json"]), put(&["--json", "-v"]));
    assert!(talkative.contains(&plain), "{talkative}");
    assert_eq!(causes(&talkative), found);
}
