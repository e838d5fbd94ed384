//! `config.toml`: the right key for each object without a flag, sent nowhere else.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use s3seal_mock::{Answer, Behavior};

use crate::harness::{Lab, Run, noise, url};

mod derived;
mod files;
mod tagged;

/// The manners that seal what they are given.
const SEALING: [Behavior; 4] =
    [Behavior::Aws, Behavior::SeaweedFs, Behavior::Ceph, Behavior::Garage];

/// A lab with the keys `new`, `old`, `oldest` and `other` in a ring.
struct Rig {
    lab: Lab,
}

impl Rig {
    /// `rules` come after the keys; `ENDPOINT` in them is the server's.
    fn with(lab: Lab, rules: &str) -> Rig {
        let mut config = String::new();
        for name in ["new", "old", "oldest", "other"] {
            lab.key(name);
            config += &format!("[keys.{name}]\nsource = \"./{name}\"\n");
        }
        let rig = Rig { lab };
        rig.write(&(config + rules));
        rig
    }

    /// One rule for the whole bucket: `new` seals, and the two old keys are retired.
    fn new(lab: Lab) -> Rig {
        Rig::with(
            lab,
            "[[rules]]\nendpoint = \"ENDPOINT\"\nprefix = \"s3://demo\"\nkey = \"new\"\nretired = [\"old\", \"oldest\"]\n",
        )
    }

    fn write(&self, config: &str) {
        let config = config.replace("ENDPOINT", self.lab.server().endpoint());
        self.lab.file("config.toml", config.as_bytes());
    }

    /// Over TLS where http would cost a question more: Ceph takes no keys over it, and Garage's refusal of
    /// a HEAD could mean the same.
    fn at(manner: Behavior) -> Rig {
        Rig::new(Lab::with(|server| match manner {
            Behavior::Ceph | Behavior::Garage => server.behave(manner).tls(true),
            _ => server.behave(manner),
        }))
    }

    fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Run {
        self.lab.run(arguments).env("S3SEAL_CONFIG", self.lab.path("config.toml"))
    }

    fn md5(&self, key: &str) -> String {
        self.run(["key", "md5", key]).succeeds().stdout.trim().to_owned()
    }

    /// The MD5s of the keys that came with requests since the last time, in order.
    fn keys_shown(&self) -> Vec<String> {
        let requests = self.lab.server().requests();
        let shown = requests.iter().filter_map(|it| it.key_md5().map(str::to_owned)).collect();
        self.lab.server().clear_requests();
        shown
    }
}

#[test]
fn the_rule_picks_the_key_without_a_flag() {
    for manner in SEALING {
        let rig = Rig::at(manner);
        let new = rig.md5("new");
        rig.lab.file("file", b"content");
        rig.lab.deep_file("tree/a", b"a");
        let put = rig.run(["put", "file", &url("x")]).succeeds();
        put.says(&[&format!("key new, key-MD5 {new}")]);
        rig.run(["put", "-r", "tree", &url("t/")]).succeeds();
        rig.run(["get", &url("x"), "out"]).succeeds().says(&["key new, key-MD5"]);
        assert_eq!(rig.lab.read("out"), b"content", "{manner:?}");
        let got = rig.run(["get", "--json", &url("x"), "out"]).succeeds().json();
        assert_eq!((&got["keyName"], &got["keyMd5"]), (&"new".into(), &new.clone().into()));
        let put = rig.run(["put", "--json", "file", &url("x")]).succeeds().json();
        assert_eq!((&put["keyName"], &put["sealed"]), (&"new".into(), &true.into()));
        let head = rig.run(["head", &url("x")]).succeeds().stdout;
        assert!(head.contains(&format!("sealed, key new, key-MD5 {new}")), "{head}");
        rig.run(["sync", &url("t/"), "copy"]).succeeds();
        assert_eq!(rig.lab.tree("copy"), rig.lab.tree("tree"));
        rig.lab.file("tree/b", b"b");
        rig.run(["sync", "tree", &url("t/")]).succeeds();
        rig.run(["presign", &url("x"), "--headers-file", "headers"]).succeeds();
        assert!(String::from_utf8(rig.lab.read("headers")).unwrap().contains(&new));
        assert!(rig.keys_shown().iter().all(|shown| *shown == new), "{manner:?}");
    }
}

#[test]
fn the_longest_prefix_wins() {
    let rule = |prefix: &str, key: &str| {
        format!(
            "[[rules]]\nendpoint = \"ENDPOINT\"\nprefix = \"s3://demo{prefix}\"\nkey = \"{key}\"\n"
        )
    };
    let rules = rule("/a/b/", "oldest") + &rule("", "new") + &rule("/a", "old");
    let rig = Rig::with(Lab::new(), &rules);
    rig.lab.file("file", b"content");
    for (object, key) in [
        ("x", "new"),
        ("ab", "new"),
        ("a/x", "old"),
        ("a", "old"),
        ("a/b/c", "oldest"),
        ("a/bc", "old"),
    ] {
        let put = rig.run(["put", "--json", "file", &url(object)]).succeeds().json();
        assert_eq!(put["keyName"], key, "{object}");
    }
}

/// The request logs of two servers show it.
#[test]
fn a_key_goes_where_its_rule_says_and_nowhere_else() {
    let rig = Rig::new(Lab::with(|server| server.bucket("elsewhere")));
    let other = Lab::new();
    rig.lab.file("file", b"content");
    let at_other = |run: Run| {
        let server = other.server();
        run.env("AWS_ENDPOINT_URL", server.endpoint())
            .env("AWS_ACCESS_KEY_ID", server.access_key())
            .env("AWS_SECRET_ACCESS_KEY", server.secret_key())
    };
    other.plain("x", b"plain");
    other.server().clear_requests();

    rig.run(["put", "file", &url("x")]).succeeds();
    at_other(rig.run(["put", "file", &url("y")])).fails(2).says(&["no rule of", "gives it one"]);
    at_other(rig.run(["put", "-k", "new", "file", &url("y")])).fails(6).says(&[
        "no rule of",
        "sends the key `new` there",
        "add a rule",
    ]);
    at_other(rig.run(["get", "-k", "new", &url("x"), "out"])).fails(6);
    at_other(rig.run(["presign", "-k", "new", &url("x")])).fails(6);
    // An unsealed object needs no key, and gets none.
    at_other(rig.run(["get", &url("x"), "out"])).succeeds();
    at_other(rig.run(["head", &url("x")])).succeeds();
    at_other(rig.run(["sync", &url(""), "copy"])).succeeds();
    assert!(!other.server().requests().is_empty());
    assert!(other.server().requests().iter().all(|request| !request.has_key()));
    other.holds_only(&["x"]);

    // Nor to another bucket of the same store.
    rig.keys_shown();
    rig.run(["put", "file", "s3://elsewhere/x"]).fails(2);
    rig.run(["put", "-k", "new", "file", "s3://elsewhere/x"]).fails(6);
    rig.run(["put", "-k", "other", "file", &url("z")]).fails(6);
    // Nor to the host of a presigned URL.
    let link = rig.run(["presign", &url("x")]).succeeds().stdout.trim().to_owned();
    rig.run(["get", &link, "out"]).fails(4);
    rig.run(["get", "-k", "new", &link, "out"])
        .fails(6)
        .says(&["is not for the hosts of presigned URLs"]);
    let link = rig.run(["presign", "--method", "PUT", &url("z")]).succeeds().stdout;
    rig.run(["put", "file", link.trim()]).fails(2);
    rig.run(["put", "-k", "new", "file", link.trim()]).fails(6);
    assert_eq!(rig.keys_shown(), [""; 0]);
    // Where the user names the source itself, that counts.
    rig.run(["get", "-k", "./new", "--allow-plain", &url("x"), "out"]).succeeds();
    assert_eq!(rig.keys_shown(), [rig.md5("new")]);
}

#[test]
fn amazons_own_endpoint_is_called_aws() {
    let rig = Rig::with(
        Lab::new(),
        "[[rules]]\nendpoint = \"aws\"\nprefix = \"s3://demo\"\nkey = \"new\"\n",
    );
    rig.lab.file("file", b"content");
    // The endpoint that the environment names is another store.
    rig.run(["put", "file", &url("x")]).fails(2).says(&["no rule of"]);
    let presign = ["presign", &url("x")];
    rig.run(presign).fails(2);
    let aws = rig.run(presign).without_env("AWS_ENDPOINT_URL").succeeds().stdout;
    assert!(aws.contains("amazonaws.com"), "{aws}");
}

#[test]
fn plain_http_to_another_machine_gets_no_key_of_the_ring() {
    let rules =
        "[[rules]]\nendpoint = \"http://192.0.2.1\"\nprefix = \"s3://demo\"\nkey = \"new\"\n";
    let rig = Rig::with(Lab::new(), rules);
    rig.lab.file("file", b"content");
    for command in [
        &["put", "file", "s3://demo/x"][..],
        &["get", "s3://demo/x", "out"],
        &["presign", "s3://demo/x"],
    ] {
        let run = rig.run(command.iter().copied().chain(["--endpoint-url", "http://192.0.2.1"]));
        run.fails(6).says(&["in clear"]);
    }
}

#[test]
fn retired_keys_still_open_and_the_last_to_fit_goes_first() {
    for manner in SEALING {
        let rig = Rig::at(manner);
        rig.lab.file("file", b"content");
        for object in ["t/1", "t/2", "t/3"] {
            rig.run(["put", "-k", "oldest", "file", &url(object)]).succeeds();
        }
        let [new, old, oldest] = ["new", "old", "oldest"].map(|key| rig.md5(key));
        rig.keys_shown();
        rig.run(["get", &url("t/1"), "out"]).succeeds().says(&["key oldest, key-MD5"]);
        assert_eq!(rig.keys_shown(), [&new, &old, &oldest].map(String::as_str), "{manner:?}");
        rig.run(["get", "-r", &url("t/"), "copy"]).succeeds().says(&["3 objects"]);
        let shown = rig.keys_shown();
        let count = |md5: &str| shown.iter().filter(|it| *it == md5).count();
        assert!(
            count(&new) <= 3 && count(&old) <= 3 && count(&oldest) == 3,
            "{manner:?}: {shown:?}"
        );
        // Only the first object of a run needs trials.
        rig.run(["head", &url("t/1"), &url("t/2")]).succeeds();
        assert_eq!(
            rig.keys_shown(),
            [&new, &old, &oldest, &oldest].map(String::as_str),
            "{manner:?}"
        );
        // What is written is sealed with the new key all the same.
        rig.run(["put", "file", &url("t/4")]).succeeds();
        assert!(rig.keys_shown().iter().all(|shown| *shown == new), "{manner:?}");
    }
}

#[test]
fn where_no_key_of_the_rule_fits_all_are_named_and_each_was_tried_once() {
    let rig = Rig::new(Lab::new());
    rig.lab.seal("other", "x", b"content");
    let keys = ["new", "old", "oldest"].map(|key| rig.md5(key));
    for command in [&["get", "s3://demo/x", "out"][..], &["head", "s3://demo/x"]] {
        rig.keys_shown();
        let failed = rig.run(command.iter().copied()).fails(4);
        failed.says(&["none of the 3 keys", &keys[0], &keys[1], &keys[2]]);
        assert_eq!(rig.keys_shown(), keys);
    }
}

#[test]
fn a_store_that_denies_is_shown_no_further_key() {
    let rig = Rig::new(Lab::with(|server| {
        server.interceptor(|request| match request.operation {
            "HeadObject" | "GetObject" => Some(Answer::error(403, "AccessDenied", "Access Denied")),
            _ => None,
        })
    }));
    let new = rig.md5("new");
    for command in [&["get", "s3://demo/x", "out"][..], &["head", "s3://demo/x"]] {
        rig.keys_shown();
        rig.run(command.iter().copied()).fails(5);
        assert_eq!(rig.keys_shown(), [new.as_str()]);
    }
}

/// What was written to a stream cannot be called back, so nothing must be written twice.
#[test]
fn no_other_key_is_tried_once_an_object_has_opened() {
    let gets = AtomicUsize::new(0);
    let rig = Rig::new(Lab::with(|server| {
        server.interceptor(move |request| {
            let is_later =
                request.operation == "GetObject" && gets.fetch_add(1, Ordering::SeqCst) > 1;
            // As Ceph refuses a wrong key.
            let words =
                "The calculated MD5 hash of the key did not match the hash that was provided.";
            is_later.then(|| Answer::error(400, "InvalidArgument", words))
        })
    }));
    let content = noise(24 << 20);
    rig.lab.file("big", &content);
    rig.run(["put", "big", &url("x")]).succeeds();
    rig.keys_shown();
    let done = rig.run(["get", &url("x"), "-"]).exits(9).says(&["was replaced while"]);
    assert!(content.starts_with(&done.bytes), "{} bytes", done.bytes.len());
    let new = rig.md5("new");
    assert!(rig.keys_shown().iter().all(|shown| *shown == new));
}

#[test]
fn what_no_rule_is_for_says_where_its_rule_is() {
    let rig = Rig::with(
        Lab::with(|server| server.bucket("elsewhere")),
        "[[rules]]\nendpoint = \"https://store.example\"\nprefix = \"s3://demo/db\"\nkey = \"new\"\n",
    );
    rig.lab.seal("new", "db/x", b"content");
    rig.lab.file("file", b"content");
    let here = rig.lab.server().endpoint().to_owned();
    for (command, code) in
        [(&["put", "file", "s3://demo/db/y"][..], 2), (&["head", "s3://demo/db/x"], 4)]
    {
        let failed = rig.run(command.iter().copied()).fails(code);
        failed.says(&["no rule of", &here, "its rule is for the endpoint https://store.example"]);
    }
    let failed = rig.run(["put", "file", "s3://elsewhere/y"]).fails(2).says(&["no rule of"]);
    assert!(!failed.stderr.contains("its rule is"), "{}", failed.stderr);
    // A folder that gets no key is refused as a whole, and each object of one that gets one in part.
    rig.lab.deep_file("tree/a", b"a");
    let put = rig.run(["put", "-r", "tree", "s3://demo/db/"]).fails(2);
    assert_eq!(put.stderr.matches("error:").count(), 1, "{}", put.stderr);
}

#[test]
fn a_plain_object_where_a_rule_has_a_key_is_refused() {
    let rig = Rig::new(Lab::new());
    rig.lab.plain("x", b"plain");
    rig.run(["get", &url("x"), "out"]).fails(6).says(&["not sealed"]);
    rig.run(["get", "--allow-plain", &url("x"), "out"]).succeeds();
    assert_eq!(rig.lab.read("out"), b"plain");
}

#[test]
fn the_variable_and_the_option_may_name_a_key_of_the_ring() {
    let rig = Rig::new(Lab::new());
    rig.lab.file("file", b"content");
    let old = rig.run(["put", "--json", "file", &url("x")]).env("S3SEAL_KEY", "old").succeeds();
    assert_eq!(old.json()["keyName"], "old");
    let oldest =
        rig.run(["put", "--json", "-k", "oldest", "file", &url("x")]).env("S3SEAL_KEY", "old");
    assert_eq!(oldest.succeeds().json()["keyName"], "oldest");
    let shown = rig.run(["key", "show", "new"]).succeeds().stdout;
    assert!(shown.contains(&rig.md5("new")), "{shown}");
    rig.run(["key", "md5", "nobody"]).fails(2).says(&[
        "there is no key `nobody`",
        "key list",
        "./nobody",
    ]);
    // What is in the variable may be a damaged key.
    let failed = rig.run(["key", "md5"]).env("S3SEAL_KEY", "hunter2").fails(2);
    assert!(!failed.stderr.contains("hunter2"), "{}", failed.stderr);
    failed.says(&["S3SEAL_KEY", "neither a key"]);
}

#[test]
fn a_dry_run_knows_what_gets_no_key_and_reads_none() {
    let rig = Rig::new(Lab::with(|server| server.bucket("elsewhere")));
    fs::remove_file(rig.lab.path("new")).unwrap();
    rig.lab.deep_file("tree/a", b"a");
    rig.run(["put", "-r", "--dry-run", "tree", &url("t/")]).succeeds();
    let dry = ["put", "-r", "--dry-run", "tree", "s3://elsewhere/t/"];
    rig.run(dry).fails(2).says(&["no rule of"]);
    rig.run(["sync", "--dry-run", "tree", "s3://elsewhere/t/"]).fails(2).says(&["no rule of"]);
}

#[test]
fn a_source_is_read_when_it_is_needed_and_once() {
    let rig = Rig::new(Lab::new());
    let counted = |name: &str| format!("source = \"cmd:echo {name} >> ran; cat ./{name}\"\n");
    let rule = "[[rules]]\nendpoint = \"ENDPOINT\"\nprefix = \"s3://demo\"\nkey = \"new\"\nretired = [\"old\", \"oldest\"]\n";
    let keys = ["new", "old", "oldest"].map(|name| format!("[keys.{name}]\n{}", counted(name)));
    rig.write(&(keys.concat() + rule));
    rig.lab.deep_file("tree/a", b"a");
    rig.lab.deep_file("tree/b", b"b");
    let ran = || String::from_utf8(rig.lab.read("ran")).unwrap();
    rig.run(["put", "-r", "tree", &url("t/")]).succeeds();
    assert_eq!(ran(), "new\n");
    rig.run(["get", "-r", &url("t/"), "out"]).succeeds();
    assert_eq!(ran(), "new\nnew\n");
    rig.lab.seal("old", "t/c", b"c");
    fs::remove_file(rig.lab.path("ran")).unwrap();
    rig.run(["get", "-r", &url("t/"), "out"]).succeeds();
    assert_eq!(ran(), "new\nold\noldest\n");
    // Another key is not the config file's business.
    fs::remove_file(rig.lab.path("ran")).unwrap();
    rig.run(["get", "-k", "./new", &url("t/a"), "out"]).succeeds();
    assert!(!rig.lab.path("ran").exists());
}

#[test]
fn a_retired_key_that_is_gone_is_warned_of_and_the_others_still_open() {
    let rig = Rig::new(Lab::new());
    rig.lab.seal("oldest", "x", b"content");
    rig.lab.seal("new", "y", b"content");
    fs::remove_file(rig.lab.path("old")).unwrap();
    let got = rig.run(["get", &url("x"), "out"]).succeeds();
    got.says(&["the key `old`: ", "no such file", "key oldest"]);
    rig.lab.seal("other", "t/a", b"content");
    rig.lab.seal("other", "t/b", b"content");
    let failed = rig.run(["get", "-r", &url("t/"), "copy"]).exits(4);
    assert_eq!(failed.stderr.matches("the key `old`: ").count(), 1, "{}", failed.stderr);
    let quiet = rig.run(["get", &url("y"), "out"]).succeeds();
    assert!(!quiet.stderr.contains("no such file"), "{}", quiet.stderr);
    // One that is unusable does not stop the others either, though it is the one that seals.
    fs::remove_file(rig.lab.path("new")).unwrap();
    rig.run(["get", &url("x"), "out"]).succeeds().says(&["the key `new`: ", "key oldest"]);
    rig.run(["put", "out", &url("z")]).fails(4).says(&["the key `new`: ", "no such file"]);
    rig.lab.key("new");
    fs::remove_file(rig.lab.path("new")).unwrap();
    rig.run(["get", &url("y"), "out"]).fails(4).says(&["the key `new`: ", "no such file"]);
}

#[test]
fn a_command_that_is_interrupted_ends_the_run() {
    let rig = Rig::new(Lab::new());
    rig.write("[keys.new]\nsource = \"cmd:kill -TERM $PPID; cat never\"\n[[rules]]\nendpoint = \"ENDPOINT\"\nprefix = \"s3://demo\"\nkey = \"new\"\n");
    std::process::Command::new("mkfifo").arg(rig.lab.path("never")).status().unwrap();
    rig.lab.file("file", b"content");
    let mut child = rig.run(["put", "file", &url("x")]).into_command().spawn().unwrap();
    let status = child.wait().unwrap();
    // Its child waits for somebody to write: let it go.
    fs::OpenOptions::new().read(true).write(true).open(rig.lab.path("never")).unwrap();
    assert_eq!(status.code(), Some(143));
    assert_eq!(rig.lab.operations(), [""; 0]);
}
