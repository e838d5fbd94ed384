//! Every store that is known, in one suite: whatever it answers to a mistake, the user is told the same one cause and
//! the same one fix, with the same exit code; and whatever it lacks, objects make their way all the same.

mod lacking;
mod urls;
mod wire;

use s3seal_mock::{Answer, Behavior, RequestRecord};

use crate::harness::{BUCKET, Done, Lab, noise, url};

/// A store, as far as it differs from Amazon.
#[derive(Clone, Copy)]
struct Store {
    name: &'static str,
    manner: Behavior,
    tls: bool,
    /// What the manner does not have, because it is but documented.
    answers: fn(&RequestRecord) -> Option<Answer>,
    /// What it answers to whoever may not read.
    denial: &'static str,
}

const STORES: [Store; 9] = [
    Store { name: "Amazon", manner: Behavior::Aws, tls: true, answers: as_ever, denial: DENIED },
    Store {
        name: "SeaweedFS",
        manner: Behavior::SeaweedFs,
        tls: false,
        answers: as_ever,
        denial: "Access Denied.",
    },
    Store { name: "Ceph", manner: Behavior::Ceph, tls: true, answers: as_ever, denial: "" },
    Store {
        name: "Garage",
        manner: Behavior::Garage,
        tls: true,
        answers: as_ever,
        denial: "Forbidden: Operation is not allowed for this key.",
    },
    Store { name: "MinIO", manner: Behavior::Aws, tls: true, answers: minio, denial: DENIED },
    Store { name: "OVH", manner: Behavior::Aws, tls: true, answers: ovh, denial: DENIED },
    Store {
        name: "StorageGRID",
        manner: Behavior::Aws,
        tls: true,
        answers: storagegrid,
        denial: "",
    },
    Store { name: "B2", manner: Behavior::Aws, tls: true, answers: b2, denial: DENIED },
    Store { name: "Exoscale", manner: Behavior::Aws, tls: true, answers: exoscale, denial: DENIED },
];

const DENIED: &str = "Access Denied";
const NOT_IMPLEMENTED: &str =
    "A header you provided implies functionality that is not implemented.";

fn as_ever(_: &RequestRecord) -> Option<Answer> {
    None
}

/// Wants the MD5 of a list of what is to be deleted; a key that does not fit is a denial, as at Amazon's.
fn minio(request: &RequestRecord) -> Option<Answer> {
    (request.operation == "DeleteObjects" && request.header("content-md5").is_none())
        .then(|| Answer::error(400, "MissingContentMD5", "Missing required header: Content-Md5."))
}

fn ovh(request: &RequestRecord) -> Option<Answer> {
    let words = "Missing X-Amz-Server-Side-Encryption-Customer-Key header";
    reads_without_key(request).then(|| Answer::error(400, "BadRequest", words))
}

/// Hides from a HEAD without a key what is sealed.
fn storagegrid(request: &RequestRecord) -> Option<Answer> {
    (reads_without_key(request) && request.operation == "HeadObject")
        .then(|| Answer::respond(404, &[], ""))
}

/// Knows no checksums, no tags, and no conditions on writes.
fn b2(request: &RequestRecord) -> Option<Answer> {
    let is_unknown = |name: &&str| {
        let prefixes = ["x-amz-checksum-", "x-amz-sdk-checksum-", "x-amz-tagging"];
        prefixes.iter().any(|prefix| name.starts_with(prefix))
    };
    if let Some(name) = request.headers().map(|(name, _)| name).find(is_unknown) {
        let words = format!("Unsupported header '{name}' received for this API call.");
        return Some(Answer::error(400, "InvalidArgument", &words));
    }
    let is_write = matches!(request.operation, "PutObject" | "CompleteMultipartUpload");
    let is_conditional =
        ["if-match", "if-none-match"].iter().any(|it| request.header(it).is_some());
    (is_write && is_conditional).then(|| Answer::error(501, "NotImplemented", NOT_IMPLEMENTED))
}

/// Copies nothing that is sealed.
fn exoscale(request: &RequestRecord) -> Option<Answer> {
    (request.operation == "CopyObject" && request.has_key())
        .then(|| Answer::error(501, "NotImplemented", NOT_IMPLEMENTED))
}

/// Whether the store would miss the key: it is in the names which objects are sealed.
fn reads_without_key(request: &RequestRecord) -> bool {
    let is_sealed = request.key.as_deref().is_some_and(|key| key.starts_with("sealed"));
    matches!(request.operation, "GetObject" | "HeadObject") && is_sealed && !request.has_key()
}

impl Store {
    /// A lab with the keys `k` and `w`, and nothing stored.
    fn empty(self) -> Lab {
        let lab = Lab::with(|server| {
            server.behave(self.manner).tls(self.tls).interceptor(move |request| {
                let key = request.key.as_deref().unwrap_or_default();
                match request.operation {
                    "GetObject" | "HeadObject" if key.ends_with("denied") => {
                        Some(Answer::error(403, "AccessDenied", self.denial))
                    }
                    // Whether it is archived is told to those alone who have the key.
                    "GetObject" if key.ends_with("archived") && request.has_key() => {
                        Some(Answer::error(403, "InvalidObjectState", "The operation is not valid"))
                    }
                    _ => (self.answers)(request),
                }
            })
        });
        lab.key("k");
        lab.key("w");
        lab.file("file", b"content");
        lab
    }

    /// The objects `sealed`, `plain`, `denied` and `sealed-archived`, what is sealed with `k`.
    fn stocked(self) -> Lab {
        let lab = self.empty();
        for object in ["sealed", "denied"] {
            lab.seal("k", object, b"content");
        }
        lab.run([
            "put",
            "-k",
            "./k",
            "--storage-class",
            "GLACIER",
            "file",
            &url("sealed-archived"),
        ])
        .succeeds();
        lab.plain("plain", b"content");
        lab.server().clear_requests();
        lab
    }
}

/// The store of this name.
fn named(name: &str) -> Store {
    STORES.into_iter().find(|store| store.name == name).expect("a store")
}

/// Does something at every store, at several at once.
fn at_each(act: impl Fn(Store) + Sync) {
    std::thread::scope(|scope| {
        for store in STORES {
            let act = &act;
            std::thread::Builder::new()
                .name(store.name.to_owned())
                .spawn_scoped(scope, move || act(store))
                .expect("a thread");
        }
    });
}

/// One cause, one fix, and nothing else; whatever the store said itself.
#[track_caller]
fn one_cause(done: &Done, what: &str, exit: i32, says: &str, hint: &str) {
    let told: Vec<&str> = done.stderr.lines().filter(|line| !line.starts_with("note: ")).collect();
    let [cause, fix] = told[..] else { panic!("{what}: a cause and a fix: {}", done.stderr) };
    assert_eq!(done.code, Some(exit), "{what}: {}", done.stderr);
    assert!(cause.starts_with("error: ") && cause.contains(says), "{what}: {cause}");
    assert!(fix.starts_with("hint: ") && fix.contains(hint), "{what}: {fix}");
}

#[test]
fn every_mistake_has_the_same_cause_at_every_store() {
    let (wrong, none) = ("sealed with another key", "no key was given");
    let (w, k, without) = (&["-k", "./w"][..], &["-k", "./k"][..], &[][..]);
    let table = [
        ("sealed", w, 4, wrong, "find the key"),
        ("sealed", without, 4, none, "-k"),
        ("plain", k, 6, "not sealed", "another user may have replaced it"),
        ("absent", k, 3, "no such object", "check the bucket"),
        ("absent", without, 3, "no such object", "check the bucket"),
        ("denied", k, 5, "may not read", "grant s3:GetObject"),
        ("denied", without, 5, "may not read", "grant s3:GetObject"),
    ];
    at_each(|store| {
        let lab = store.stocked();
        for (object, key, exit, says, hint) in table {
            let at = url(object);
            for command in ["get", "head", "key verify", "cp"] {
                let what = format!("{}: {command} {object} {key:?}", store.name);
                let mut arguments: Vec<&str> = command.split(' ').chain([at.as_str()]).collect();
                match command {
                    "get" => arguments.push("out"),
                    "key verify" if key.is_empty() => continue,
                    "cp" => {
                        let source = key.last().unwrap_or(&"none");
                        arguments.extend(["--source-key", source, "s3://demo/copy"]);
                        arguments.extend(["-k", "./k"]);
                    }
                    _ => {}
                }
                if command != "cp" {
                    arguments.extend(key);
                }
                let done = lab.run(&arguments).done();
                assert!(done.bytes.is_empty(), "{what}: {}", done.stdout);
                one_cause(&done, &what, exit, says, hint);
                if command == "head" {
                    arguments.push("--json");
                    let told = lab.run(&arguments).exits(exit).error();
                    assert!(told["message"].as_str().unwrap().contains(says), "{what}: {told}");
                    assert!(told["hint"].as_str().unwrap().contains(hint), "{what}: {told}");
                }
            }
        }
        let get = lab.run(["get", "-k", "./k", &url("sealed-archived"), "-"]).done();
        one_cause(&get, store.name, 1, "archived", "restore");
        lab.run(["head", "-k", "./k", &url("sealed-archived")]).succeeds();
        let kept = ["denied", "plain", "sealed", "sealed-archived"];
        lab.holds_only(&kept);
    });
}

/// Of what is empty there is no first byte to ask for.
#[test]
fn what_is_empty_is_told_apart_as_well() {
    at_each(|store| {
        let lab = store.empty();
        lab.seal("k", "sealed-empty", b"");
        lab.plain("plain-empty", b"");
        for (object, key, exit, says, hint) in [
            ("sealed-empty", &["-k", "./w"][..], 4, "sealed with another key", "find the key"),
            ("sealed-empty", &[], 4, "no key was given", "-k"),
            ("plain-empty", &["-k", "./k"], 6, "not sealed", "another user may have replaced it"),
        ] {
            for command in [&["head"][..], &["get"]] {
                let done = lab.run([command, key, &[&url(object)]].concat()).done();
                one_cause(
                    &done,
                    &format!("{}: {command:?} {object}", store.name),
                    exit,
                    says,
                    hint,
                );
            }
        }
        lab.run(["get", "-k", "./w", "-k", "./k", &url("sealed-empty"), "-"]).succeeds();
        let audit = lab.run(["audit", "--json", "-k", "./w", "s3://demo"]).succeeds();
        let found = audit.json_lines();
        let states: Vec<_> = found.iter().map(|it| it["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["sse-s3", "locked"], "{}", store.name);
    });
}

#[test]
fn audit_finds_the_same_states_at_every_store() {
    at_each(|store| {
        let lab = store.stocked();
        for (key, states) in [
            (&["-k", "./k"][..], ["denied", "sse-s3", "sealed", "archived"]),
            (&["-k", "./w"], ["denied", "sse-s3", "locked", "locked"]),
            // Which of them wait to be restored, those alone are told who have the key.
            (&[], ["denied", "sse-s3", "locked", "locked"]),
        ] {
            let audit = lab.run([&["audit", "--json", "s3://demo"], key].concat());
            let found = audit.succeeds().json_lines();
            let found: Vec<_> = found.iter().map(|it| it["state"].as_str().unwrap()).collect();
            assert_eq!(found, states, "{} {key:?}", store.name);
        }
    });
}

#[test]
fn who_is_denied_or_finds_nothing_shows_no_further_key() {
    at_each(|store| {
        let lab = store.stocked();
        for object in ["denied", "absent"] {
            for command in [&["get"][..], &["head"], &["key", "verify"]] {
                lab.server().clear_requests();
                let at = url(object);
                let keys = ["-k", "./w", "-k", "./k", &at];
                let done = lab.run([command, &keys].concat()).done();
                assert_ne!(done.code, Some(0), "{}", store.name);
                let requests = lab.server().requests();
                let mut shown: Vec<_> = requests.iter().filter_map(|it| it.key_md5()).collect();
                shown.dedup();
                assert_eq!(shown.len(), 1, "{} {command:?} {object}", store.name);
            }
        }
    });
}

#[test]
fn objects_make_their_way_at_every_store() {
    at_each(|store| {
        let lab = store.empty();
        let large = noise(9 << 20);
        lab.file("large", &large);
        let put = ["put", "-k", "./k", "--part-size", "8MiB"];
        lab.run([&put[..], &["large", "file", "s3://demo/sealed/"]].concat()).succeeds();
        let (first, second) = (url("sealed/large"), url("moved/large"));
        let rekey = ["--source-key", "./k", "-k", "./w"];
        lab.run([&["cp"], &rekey[..], &[first.as_str(), "s3://demo/copied/"]].concat()).succeeds();
        lab.run([&["mv"], &rekey[..], &[first.as_str(), &second]].concat()).succeeds();
        for object in ["copied/large", "moved/large"] {
            lab.run(["get", "-k", "./w", &url(object), "out"]).succeeds();
            assert!(lab.read("out") == large, "{} {object}", store.name);
            assert!(lab.server().object(BUCKET, object).unwrap().sealed, "{}", store.name);
        }
        lab.run(["key", "verify", "-k", "./k", &url("sealed/file")]).succeeds();
        let listed = lab.run(["ls", "-r", "s3://demo"]).succeeds().stdout;
        assert_eq!(listed.lines().count(), 3, "{}: {listed}", store.name);
        lab.run(["rm", "-r", "--all", "s3://demo"]).succeeds();
        lab.holds_only(&[]);
    });
}

/// Of a bucket's switch every store says something, if only that it has none.
#[test]
fn the_bucket_answers_for_itself() {
    at_each(|store| {
        let lab = store.empty();
        let status = lab.run(["bucket", "status", "s3://demo"]).succeeds().stdout;
        assert!(status.contains("not mentioned"), "{}: {status}", store.name);
        lab.server().block_sse_c(BUCKET, true);
        let put = lab.run(["put", "-k", "./k", "file", &url("x")]).done();
        one_cause(&put, store.name, 5, "blocks SSE-C", "`s3seal bucket allow s3://demo`");
        lab.run(["bucket", "allow", "s3://demo"]).succeeds();
        lab.run(["put", "-k", "./k", "file", &url("x")]).succeeds();
    });
}
