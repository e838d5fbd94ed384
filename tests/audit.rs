//! `audit`: what every object is encrypted with, with as few requests and as few keys shown as may be.

use std::process::{Command, Stdio};
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use s3seal_mock::{Answer, Behavior, Builder, RequestRecord, Tampering};

use crate::harness::{Done, Lab, url};

pub(crate) mod inventory;
mod keys;
mod selection;
mod shares;

/// A run that takes so long hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that takes SSE-C, and two keys, `k` and `other`.
fn lab_with(manner: Behavior, set_up: impl FnOnce(Builder) -> Builder) -> Lab {
    // Ceph takes no keys over http, and Garage's refusal of a HEAD could mean the same.
    let over_tls = matches!(manner, Behavior::Ceph | Behavior::Garage);
    let lab = Lab::with(|server| set_up(server.behave(manner).tls(over_tls)));
    lab.server().block_sse_c("demo", false);
    lab.key("k");
    lab.key("other");
    lab
}

fn lab() -> Lab {
    lab_with(Behavior::Aws, |server| server)
}

/// A server that answers like this to requests for objects, and keeps their list to itself.
fn lab_that_answers(
    answer: impl Fn(&RequestRecord) -> Option<Answer> + Send + Sync + 'static,
) -> Lab {
    lab_with(Behavior::Aws, |server| {
        server.interceptor(move |request| {
            let reads = matches!(request.operation, "HeadObject" | "GetObject");
            if reads { answer(request) } else { None }
        })
    })
}

/// The states of the objects, in the order of their URLs.
#[track_caller]
fn states(lab: &Lab, arguments: &[&str]) -> Vec<String> {
    let done = lab.run([&["audit", "--json"], arguments].concat()).succeeds();
    let state = |item: &serde_json::Value| item["state"].as_str().unwrap().to_owned();
    done.json_lines().iter().map(state).collect()
}

/// What the server was asked about objects since the last time; a `+` says that a key came with it.
fn asked(lab: &Lab) -> Vec<String> {
    let requests = lab.server().requests();
    lab.server().clear_requests();
    let requests = requests.iter().filter(|it| !it.operation.starts_with("List"));
    let shown = |it: &RequestRecord| {
        let what = it.operation.trim_end_matches("Object");
        format!("{what}{}", if it.has_key() { "+" } else { "" })
    };
    requests.map(shown).collect()
}

/// The rows of the table, their columns apart.
fn rows(done: &Done) -> Vec<Vec<&str>> {
    done.stdout.lines().map(|line| line.split_whitespace().collect()).collect()
}

#[test]
fn every_state_costs_as_few_requests_as_the_manner_allows() {
    use Behavior::{Aws, AwsBlocked, Ceph, Garage, SeaweedFs};
    let one = &["Head+"][..];
    let not_sealed = |manner| match manner {
        Aws | AwsBlocked | Garage => &["Head+", "Head"][..],
        _ => one,
    };
    let locked = |manner| match manner {
        // A wrong key is refused there as a key is for what is not sealed.
        Ceph | Garage => &["Head+", "Head", "Get"][..],
        _ => &["Head+", "Get"],
    };
    for manner in [Aws, AwsBlocked, SeaweedFs, Ceph, Garage] {
        let lab = lab_with(manner, |server| server);
        lab.seal("k", "mine", b"x");
        lab.seal("other", "theirs", b"x");
        lab.plain("default", b"x");
        lab.run(["put", "--sse", "aws:kms", "-", &url("kms")]).stdin(b"x").succeeds();
        for (object, state, requests, without_key) in [
            ("mine", "sealed", one, "locked"),
            ("theirs", "locked", locked(manner), "locked"),
            ("default", "sse-s3", not_sealed(manner), "sse-s3"),
            ("kms", "sse-kms", not_sealed(manner), "sse-kms"),
        ] {
            asked(&lab);
            assert_eq!(states(&lab, &["-k", "./k", &url(object)]), [state], "{manner} {object}");
            assert_eq!(asked(&lab), requests, "{manner} {object}");
            assert_eq!(states(&lab, &[&url(object)]), [without_key], "{manner} {object}");
            // That it is sealed, and not that the credentials have expired, takes an answer with words.
            let requests = if without_key == "locked" { &["Head", "Get"][..] } else { &["Head"] };
            assert_eq!(asked(&lab), requests, "{manner} {object}, without a key");
        }
    }
}

#[test]
fn a_locked_object_costs_a_request_for_each_key_and_one_without() {
    let lab = lab_with(Behavior::Aws, |server| server);
    lab.key("k2");
    lab.key("k3");
    lab.seal("other", "theirs", b"x");
    asked(&lab);
    let keys = ["-k", "./k", "-k", "./k2", "-k", "./k3"];
    for (keys, requests) in [
        (&keys[..2], &["Head+", "Get"][..]),
        (&keys[..4], &["Head+", "Get", "Head+"]),
        // Of three or more, the tag may name the one that fits; it is read once.
        (&keys[..], &["Head+", "Get", "GetObjectTagging", "Head+", "Head+"]),
    ] {
        assert_eq!(states(&lab, &[keys, &["s3://demo/theirs"]].concat()), ["locked"]);
        assert_eq!(asked(&lab), requests, "{keys:?}");
    }
    // Whoever is told that no key fits is told by the tag which one would.
    lab.run([&["head"][..], &keys, &["s3://demo/theirs"]].concat()).fails(4);
    let requests = ["Head+", "Get", "GetObjectTagging", "Head+", "Head+"];
    assert_eq!(asked(&lab), requests, "head");
}

#[test]
fn a_store_that_ignores_keys_holds_plain_objects() {
    let lab = lab_with(Behavior::IgnoresSseC, |server| server);
    lab.plain("x", b"x");
    asked(&lab);
    assert_eq!(states(&lab, &["-k", "./k", "s3://demo"]), ["plain"]);
    assert_eq!(asked(&lab), ["Head+"]);
    assert_eq!(states(&lab, &["s3://demo"]), ["plain"]);
}

#[test]
fn what_may_not_be_read_is_denied_and_shown_no_further_key() {
    let lab = lab_that_answers(|_| Some(Answer::error(403, "AccessDenied", "Access Denied")));
    lab.plain("x", b"x");
    asked(&lab);
    let audit = ["-k", "./k", "-k", "./other", "s3://demo"];
    assert_eq!(states(&lab, &audit), ["denied"]);
    assert_eq!(asked(&lab), ["Head+", "Get"]);
    assert_eq!(states(&lab, &["s3://demo"]), ["denied"]);
}

#[test]
fn what_is_archived_has_to_be_restored_and_its_key_is_told_all_the_same() {
    let lab = lab_that_answers(|request| match request.key.as_deref() {
        Some("back") => {
            Some(Tampering::new().with_header("x-amz-restore", r#"ongoing-request="false""#).into())
        }
        Some("tiered") => {
            Some(Tampering::new().with_header("x-amz-archive-status", "ARCHIVE_ACCESS").into())
        }
        // Amazon tells of it to those who may read the object.
        _ if request.operation == "GetObject" => {
            Some(Answer::error(403, "InvalidObjectState", "The operation is not valid"))
        }
        _ => None,
    });
    let put = |object: &str, class: &str, key: &[&str]| {
        let at = url(object);
        lab.run([&["put", "--storage-class", class, "-", &at], key].concat())
            .stdin(b"x")
            .succeeds();
    };
    put("back", "GLACIER", &["-k", "./k"]);
    put("cold", "GLACIER", &["-k", "./k"]);
    put("deep", "DEEP_ARCHIVE", &["--no-key"]);
    put("instant", "GLACIER_IR", &["-k", "./k"]);
    put("theirs", "GLACIER", &["-k", "./other"]);
    put("tiered", "INTELLIGENT_TIERING", &["-k", "./k"]);
    let keys = ["-k", "./k", "s3://demo"];
    assert_eq!(
        states(&lab, &keys),
        ["sealed", "archived", "archived", "sealed", "locked", "archived"]
    );
    let both = ["audit", "--json", "-k", "./k", "-k", "./other", "s3://demo"];
    let items = lab.run(both).succeeds().json_lines();
    let told: Vec<_> = items.iter().map(|it| it["keyName"].as_str()).collect();
    let (k, other) = (Some("file:./k"), Some("file:./other"));
    assert_eq!(told, [k, k, None, k, other, k]);
    assert_eq!(items[4]["state"], "archived");
    // Without a key nobody knows more than that it is sealed.
    let states = states(&lab, &["s3://demo/cold", "s3://demo/deep"]);
    assert_eq!(states, ["locked", "archived"]);
}

#[test]
fn what_was_deleted_meanwhile_does_not_count() {
    let lab = lab_that_answers(|request| match (request.key.as_deref(), request.operation) {
        (Some("gone"), "HeadObject") => Some(Answer::respond(404, &[], "")),
        (Some("gone"), _) => Some(Answer::error(404, "NoSuchKey", "The key does not exist.")),
        _ => None,
    });
    lab.plain("gone", b"x");
    lab.plain("here", b"x");
    for keys in [&["-k", "./k"][..], &[]] {
        let done = lab.run([&["audit", "s3://demo"], keys].concat()).succeeds();
        assert_eq!(done.stdout.lines().count(), 2, "{}", done.stdout);
        assert!(done.stdout.ends_with("s3://demo/here\n"), "{}", done.stdout);
        done.says(&["audited 1 object (1 B), 1 sse-s3, 1 gone meanwhile"]);
    }
}

/// As StorageGRID does.
#[test]
fn a_store_that_hides_sealed_objects_from_those_without_a_key_tells_them_apart() {
    let lab = lab_that_answers(|request| {
        (!request.has_key()).then(|| match request.operation {
            "HeadObject" => Answer::respond(404, &[], ""),
            _ => Answer::error(404, "NoSuchKey", "The key does not exist."),
        })
    });
    lab.seal("k", "mine", b"x");
    lab.seal("other", "theirs", b"x");
    assert_eq!(states(&lab, &["-k", "./k", "s3://demo"]), ["sealed", "locked"]);
}

#[test]
fn a_store_that_tells_of_the_seal_without_the_key_is_believed() {
    const ALGORITHM: &str = "x-amz-server-side-encryption-customer-algorithm";
    let lab = lab_that_answers(|_| Some(Tampering::new().with_header(ALGORITHM, "AES256").into()));
    lab.plain("x", b"x");
    assert_eq!(states(&lab, &["s3://demo"]), ["locked"]);
    assert_eq!(states(&lab, &["-k", "./k", "s3://demo"]), ["locked"]);
}

#[test]
fn what_concerns_the_run_is_no_state_of_an_object() {
    // A HEAD's refusal is mute: expired credentials look like a sealed object.
    let expired = |request: &RequestRecord| {
        Some(match request.operation {
            "HeadObject" => Answer::respond(400, &[], ""),
            _ => Answer::error(400, "ExpiredToken", "The provided token has expired."),
        })
    };
    let lab = lab_that_answers(expired);
    lab.plain("x", b"x");
    for keys in [&["-k", "./k"][..], &[]] {
        let audit = [&["audit", "--fail-on", "locked", "s3://demo"], keys].concat();
        lab.run(audit).fails(5).says(&["credentials have expired"]);
    }
    // So does a store that takes keys over https alone; Ceph does not even say it later.
    for message in ["", "must be made over a secure connection."] {
        let lab = lab_that_answers(move |request| {
            request.has_key().then(|| match request.operation {
                "HeadObject" => Answer::respond(400, &[], ""),
                _ => Answer::error(400, "InvalidRequest", message),
            })
        });
        lab.seal("k", "x", b"x");
        let audit = lab.run(["audit", "-k", "./k", "s3://demo"]);
        audit.fails(6).says(&["over https only"]);
    }
    let lab = self::lab();
    lab.seal("k", "x", b"x");
    lab.run(["audit", "-k", "./absent", "s3://demo"]).fails(4).says(&["no such file"]);
}

#[test]
fn one_object_in_trouble_does_not_hide_the_others() {
    let lab = lab_that_answers(|request| {
        let is_ill = request.key.as_deref() == Some("ill");
        is_ill.then(|| Answer::error(503, "ServiceUnavailable", "Please try again"))
    });
    lab.plain("ill", b"x");
    lab.seal("other", "well", b"x");
    let audit = ["audit", "-k", "./k", "--max-attempts", "1", "--fail-on", "locked", "s3://demo"];
    let done = lab.run(audit).exits(8);
    assert_eq!(rows(&done)[1..], [["locked", "-", "-", "s3://demo/well"]]);
    done.says(&["s3://demo/ill: the store is in trouble", "audited 1 object", "1 failed"]);
}

#[test]
fn json_lines_are_a_contract() {
    let lab = lab();
    lab.server().set_versioning("demo", true);
    lab.seal("k", "mine", b"four");
    lab.plain("plain", b"");
    let k = lab.run(["key", "md5", "./k"]).succeeds().stdout.trim().to_owned();
    let items = lab.run(["audit", "--json", "-k", "./k", "s3://demo"]).succeeds();
    assert_eq!(items.stderr, "");
    let items = items.json_lines();
    let modified = items[0]["lastModified"].as_str().unwrap();
    assert!(humantime::parse_rfc3339(modified).is_ok(), "{modified}");
    assert_eq!(
        items[0],
        serde_json::json!({
            "op": "audit", "url": "s3://demo/mine", "state": "sealed", "keyMd5": k,
            "keyName": "file:./k", "bytes": 4, "lastModified": modified,
        })
    );
    let fields: Vec<_> = items[1].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["bytes", "lastModified", "op", "state", "url"]);
    let version = lab.run(["audit", "--json", "--versions", &url("plain")]).succeeds().json();
    assert_eq!(version["versionId"], lab.server().versions("demo")[1].1);
}

#[test]
fn the_table_is_aligned_and_names_cannot_steer_a_terminal() {
    let lab = lab();
    lab.seal("k", "mine", b"four");
    lab.deep_file("evil/\u{1b}[2J", b"");
    lab.run(["put", "-r", "--no-key", "evil", &url("evil")]).succeeds();
    let done = lab.run(["audit", "--list", "-k", "./k", "s3://demo"]).succeeds();
    let place = |line: &str| line.find("s3://").or(line.find("URL"));
    let columns: Vec<_> = done.stdout.lines().map(place).collect();
    assert_eq!((columns[0], columns[1]), (columns[1], columns[2]), "{}", done.stdout);
    assert!(done.stdout.starts_with("STATE     KEY-MD5 "), "{}", done.stdout);
    assert!(!done.stdout.contains('\u{1b}'), "{:?}", done.stdout);
    done.says(&["audited 2 objects (4 B), 1 sealed, 1 sse-s3"]);
    let quiet = lab.run(["audit", "-q", "-k", "./k", "s3://demo"]).succeeds();
    assert_eq!((quiet.stdout.lines().count(), quiet.stderr.as_str()), (1, ""));
}

#[test]
fn sealed_objects_are_listed_on_request_only() {
    let lab = lab();
    lab.seal("k", "a", b"1");
    lab.seal("k", "p/b", b"22");
    lab.seal("other", "p/c", b"333");
    lab.plain("p/d", b"4444");
    let names = |options: &[&str]| {
        let done = lab.run([&["audit", "-q", "-k", "./k"], options].concat()).succeeds();
        let lines = done.stdout.lines();
        let mut names: Vec<_> =
            lines.map(|line| line.rsplit("s3://demo/").next().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&["s3://demo"]), ["p/c", "p/d"]);
    assert_eq!(names(&["--list", "s3://demo"]), ["a", "p/b", "p/c", "p/d"]);
    assert_eq!(names(&["--only", "sealed", "s3://demo"]), ["a", "p/b"]);
    assert_eq!(names(&["--only", "locked,sse-s3", "-r", "s3://demo/p"]), ["p/c", "p/d"]);
    lab.run(["audit", "--only", "lost", "s3://demo"]).fails(2).says(&["sealed, locked"]);
    // Where everything is as it should be, nothing is listed.
    let well = lab.run(["audit", "-k", "./k", "s3://demo/a"]).succeeds();
    assert_eq!(well.stdout, "");
    well.says(&["audited 1 object (1 B), 1 sealed"]);

    let totals = lab.run(["audit", "--summary", "-k", "./k", "s3://demo"]).succeeds();
    let cells = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let lines: Vec<Vec<String>> = totals.stdout.lines().map(cells).collect();
    assert_eq!(lines[0], ["STATE", "KEY-MD5", "KEY", "OBJECTS", "SIZE"]);
    assert_eq!((lines[1][0].as_str(), lines[1][3].as_str()), ("sealed", "2"));
    assert_eq!(lines[4], ["total", "4", "10", "B"]);
    let json = lab.run(["audit", "--summary", "--json", "-k", "./k", "s3://demo"]).succeeds();
    let items = json.json_lines();
    assert_eq!(items.len(), 3);
    assert_eq!(items[0]["op"], "audit-summary");
    assert_eq!((items[0]["objects"].as_u64(), items[0]["bytes"].as_u64()), (Some(2), Some(3)));
}

#[test]
fn a_signal_ends_the_run_whatever_the_store_does() {
    let (asked, was_asked) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    let lab = lab_that_answers(move |_| {
        asked.send(()).unwrap();
        let _ = released.lock().unwrap().recv_timeout(PATIENCE);
        None
    });
    lab.plain("x", b"x");
    let mut audit = lab.run(["audit", "s3://demo"]).into_command();
    let child = audit.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    was_asked.recv_timeout(PATIENCE).expect("a request for the object");
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(killed.unwrap().success());
    let done = Done::from(child.wait_with_output().unwrap());
    drop(release);
    assert_eq!((done.code, done.stdout.as_str()), (Some(143), ""), "{}", done.stderr);
    done.says(&["interrupted by SIGTERM"]);
}

/// A key that cannot be read may be the one that fits: no reason to cry wolf.
#[test]
fn where_a_key_cannot_be_read_nothing_is_called_locked() {
    let lab = Lab::new();
    for key in ["new", "other"] {
        lab.key(key);
    }
    let config = format!(
        "[keys.new]\nsource = \"./new\"\n[keys.old]\nsource = \"./absent\"\n[[rules]]\nendpoint = \"{}\"\nprefix = \"s3://demo\"\nkey = \"new\"\nretired = [\"old\"]\n",
        lab.server().endpoint()
    );
    lab.file("config.toml", config.as_bytes());
    lab.seal("other", "x", b"content");
    lab.seal("new", "y", b"content");
    let audit = ["audit", "--fail-on", "locked", "s3://demo"];
    let done = lab.run(audit).env("S3SEAL_CONFIG", lab.path("config.toml")).exits(4);
    done.says(&["another that its rule names cannot be used", "the key `old`"]);
    let done = lab
        .run(["audit", "--list", "s3://demo"])
        .env("S3SEAL_CONFIG", lab.path("config.toml"))
        .exits(4);
    assert!(!done.stdout.contains("locked") && done.stdout.contains("sealed"), "{}", done.stdout);
}
