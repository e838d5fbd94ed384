//! Copies, moves and syncs from URL to URL: within one store, and from one store to another, each with its own keys.

use s3seal_mock::{Behavior, Builder, RequestRecord, Server, Tampering};

use crate::harness::{BUCKET, Lab, Run, noise, url};

/// The lab's server is the destination; `old` is the store that holds the sources.
struct Stores {
    lab: Lab,
    old: Server,
}

impl Stores {
    fn new() -> Stores {
        Stores::with(|server| server)
    }

    fn with(set_up: impl FnOnce(Builder) -> Builder) -> Stores {
        let lab = Lab::new();
        lab.key("old");
        lab.key("new");
        let server = set_up(Server::builder().bucket(BUCKET).bucket("other"));
        let user = (lab.server().access_key(), lab.server().secret_key());
        let old = server.user(user.0, user.1).start().expect("the server starts");
        Stores { lab, old }
    }

    /// A third store, with the same user.
    fn another(&self, set_up: impl FnOnce(Builder) -> Builder) -> Lab {
        let user = (self.lab.server().access_key(), self.lab.server().secret_key());
        Lab::with(|server| set_up(server.user(user.0, user.1)))
    }

    /// Stores an object in the old store, sealed with the old key.
    fn seal(&self, object: &str, content: &[u8]) {
        self.put(&["-k", "./old", "--metadata", "a=b", "--tagging", "t=1"], object, content);
    }

    fn put(&self, options: &[&str], object: &str, content: &[u8]) {
        let put = [&["put", "--endpoint-url", self.old.endpoint()], options, &["-", object]];
        self.lab.run(put.concat()).stdin(content).succeeds();
        self.old.clear_requests();
    }

    /// Runs a command with both keys and both stores.
    fn run(&self, command: &str, rest: &[&str]) -> Run {
        let from = ["--source-endpoint-url", self.old.endpoint(), "--source-key", "./old"];
        self.lab.run([&[command, "-k", "./new"], &from[..], rest].concat())
    }

    #[track_caller]
    fn opens(&self, object: &str, content: &[u8]) {
        let got = self.lab.run(["get", "-k", "./new", &url(object), "-"]).succeeds();
        assert_eq!(got.bytes, content, "{object}");
    }

    /// The old store has these objects; none of its requests was a write.
    #[track_caller]
    fn is_untouched(&self, objects: &[&str]) {
        assert_eq!(self.old.object_keys(BUCKET), objects);
        let reads = ["HeadObject", "GetObject", "GetObjectTagging", "ListObjectsV2"];
        for request in self.old.requests() {
            assert!(reads.contains(&request.operation), "{request:?}");
        }
    }
}

#[test]
fn an_object_is_copied_from_another_store() {
    let stores = Stores::new();
    for (name, size) in [("small", 7), ("empty", 0), ("large", 20 << 20)] {
        let content = noise(size);
        stores.seal(&url(name), &content);
        let item = stores.run("cp", &["--json", &url(name), &url(name)]).succeeds().json();
        assert_eq!((&item["op"], &item["bytes"]), (&"cp".into(), &size.into()));
        assert_eq!(item["sealed"], true);
        stores.opens(name, &content);
        let head = ["head", "--json", "-k", "./new", &url(name)];
        let head = stores.lab.run(head).succeeds().json();
        assert_eq!(head["Metadata"]["a"], "b", "{head}");
        assert_eq!(head["TagCount"], 1, "{head}");
    }
    stores.is_untouched(&["empty", "large", "small"]);
    assert!(!stores.lab.operations().contains(&"CopyObject".to_owned()));
}

/// Neither store gets the other one's key.
#[test]
fn each_store_gets_its_own_keys_alone() {
    let stores = Stores::new();
    stores.seal(&url("p/x"), b"content");
    let lab = &stores.lab;
    let md5 = |key: &str| lab.run(["key", "md5", key]).succeeds().stdout.trim().to_owned();
    let (old, new) = (md5("./old"), md5("./new"));
    let config = format!(
        "[keys.old]\nsource = \"./old\"\n[keys.new]\nsource = \"./new\"\n\
         [[rules]]\nprefix = \"s3://{BUCKET}/\"\nendpoint = \"{0}\"\nkey = \"old\"\n\
         [[rules]]\nprefix = \"s3://{BUCKET}/\"\nendpoint = \"{1}\"\nkey = \"new\"\n",
        stores.old.endpoint(),
        lab.server().endpoint(),
    );
    lab.file("config.toml", config.as_bytes());
    for command in [&["cp", "-r"][..], &["sync"], &["sync", "--checksum"], &["mv", "-r"]] {
        lab.server().clear_requests();
        stores.old.clear_requests();
        let from = ["--source-endpoint-url", stores.old.endpoint(), &url("p/"), &url("q/")];
        lab.run([command, &from].concat()).env("S3SEAL_CONFIG", lab.path("config.toml")).succeeds();
        let sent = |server: &Server, md5: &str| {
            let requests = server.requests();
            let keys = requests.iter().filter_map(|request| request.key_md5());
            let keys: Vec<String> = keys.map(str::to_owned).collect();
            assert!(keys.iter().all(|sent| sent == md5), "{command:?}: {keys:?}");
            keys.len()
        };
        let (from_old, to_new) = (sent(&stores.old, &old), sent(lab.server(), &new));
        // An unchanged object is compared without a key, unless by checksum.
        let compares = command == ["sync"];
        assert!(compares || (from_old > 0 && to_new > 0), "{command:?}");
    }
    stores.opens("q/x", b"content");
    assert!(stores.old.object_keys(BUCKET).is_empty());
}

#[test]
fn a_moved_object_leaves_the_other_store_once_its_copy_is_proven() {
    let stores = Stores::new();
    stores.seal(&url("x"), b"content");
    stores.run("mv", &[&url("x"), &url("x")]).succeeds();
    stores.opens("x", b"content");
    assert!(stores.old.object_keys(BUCKET).is_empty());

    // A destination that does not seal, and one whose copy is another than the source.
    stores.seal(&url("y"), b"content");
    let plain = stores.another(|server| server.behave(Behavior::IgnoresSseC));
    let to = plain.server().endpoint();
    stores.run("mv", &["--endpoint-url", to, &url("y"), &url("y")]).exits(6);
    assert_eq!(stores.old.object_keys(BUCKET), ["y"]);
    plain.holds_only(&[]);
}

#[test]
fn a_move_whose_copy_differs_keeps_the_source() {
    let differs = |request: &RequestRecord| {
        let is_look = request.operation == "HeadObject" && request.key.as_deref() == Some("y");
        let header = "x-amz-checksum-crc64nvme";
        is_look.then(|| Tampering::new().with_header(header, "AAAAAAAAAAA=").into())
    };
    let stores = Stores::new();
    let lab = stores.another(|server| server.interceptor(differs));
    stores.seal(&url("x"), b"content");
    let to = lab.server().endpoint();
    let mv = stores.run("mv", &["--endpoint-url", to, &url("x"), &url("y")]);
    mv.exits(7).says(&["checksum", "the source s3://demo/x is still there"]);
    assert_eq!(stores.old.object_keys(BUCKET), ["x"]);
    lab.holds_only(&[]);
}

/// Two names of one store: the only copy must not be deleted as if it were the source of another.
#[test]
fn two_names_of_one_store_lose_nothing() {
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "x", b"sealed");
    lab.plain("y", b"plain");
    let alias = lab.server().endpoint().replace("127.0.0.1", "localhost");
    let from = ["--source-endpoint-url", &alias];
    for (name, key) in [("x", &["-k", "./k"][..]), ("y", &["--no-key", "--source-key", "none"])] {
        let url = url(name);
        let mv = [&["mv"], &from[..], key, &[&url, &url]].concat();
        lab.run(mv).exits(2).says(&["may be one", "nothing was moved", "hint: "]);
    }
    lab.holds_only(&["x", "y"]);
    // A copy into its own source would be copied again and again.
    let into =
        [&["cp", "-r", "-k", "./k", "--allow-plain"], &from[..], &["s3://demo/", "s3://demo/q/"]];
    lab.run(into.concat()).succeeds();
    lab.run(into.concat()).exits(2).says(&["s3://demo/q/x", "would lie within"]);
    lab.holds_only(&["q/x", "q/y", "x", "y"]);
    let sync = ["sync", "-k", "./k", "--delete"];
    lab.run([&sync, &from[..], &["s3://demo/", "s3://demo/q/"]].concat())
        .exits(2)
        .says(&["overlap", "hint: "]);
    lab.run([&sync, &from[..], &["--allow-plain", "s3://demo/", "s3://demo/"]].concat())
        .succeeds()
        .says(&["copied 0 objects, 4 unchanged"]);
    lab.holds_only(&["q/x", "q/y", "x", "y"]);
    // The endpoint that is written to anyway.
    let own = ["cp", "-k", "./k", "--source-endpoint-url", lab.server().endpoint()];
    lab.run([&own[..], &[&url("x"), &url("z")]].concat())
        .fails(2)
        .says(&["--source-endpoint-url", "hint: leave it out"]);
}

#[test]
fn what_changed_is_copied_within_a_store_by_the_store() {
    let lab = Lab::new();
    lab.key("old");
    lab.key("new");
    for name in ["p/a", "p/d/b", "p/d/c"] {
        lab.seal("old", name, name.as_bytes());
    }
    lab.seal("new", "q/extra", b"extra");
    let sync = |more: &[&str]| {
        let keys = ["sync", "--source-key", "./old", "-k", "./new"];
        lab.run([&keys, more, &[&url("p"), &url("q")]].concat())
    };
    sync(&["--dry-run"]).succeeds().says(&["would copy s3://demo/p/d/b to s3://demo/q/d/b"]);
    lab.holds_only(&["p/a", "p/d/b", "p/d/c", "q/extra"]);
    sync(&[]).succeeds().says(&["copied 3 objects"]);
    assert!(lab.operations().contains(&"CopyObject".to_owned()));
    lab.holds_only(&["p/a", "p/d/b", "p/d/c", "q/a", "q/d/b", "q/d/c", "q/extra"]);
    let got = lab.run(["get", "-k", "./new", &url("q/d/b"), "-"]).succeeds();
    assert_eq!(got.bytes, b"p/d/b");

    lab.server().clear_requests();
    sync(&[]).succeeds().says(&["copied 0 objects, 3 unchanged"]);
    assert_eq!(lab.operations(), ["ListObjectsV2", "ListObjectsV2"]);

    // Newer at the source, of the same size: the time decides, or the checksum, or neither.
    lab.server().advance(std::time::Duration::from_secs(60));
    lab.seal("old", "p/a", b"new");
    lab.seal("old", "p/d/b", b"p/d/b");
    lab.seal("old", "p/d/c", b"P/D/C");
    let names = |done: crate::harness::Done| {
        let items = done.json_lines();
        items.iter().map(|item| item["url"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let dry = |more: &[&str]| names(sync(&[&["--json", "--dry-run"], more].concat()).succeeds());
    assert_eq!(dry(&[]), [url("q/a"), url("q/d/b"), url("q/d/c")]);
    assert_eq!(dry(&["--size-only"]), [] as [String; 0]);
    assert_eq!(dry(&["--checksum"]), [url("q/a"), url("q/d/c")]);
    assert_eq!(dry(&["--exclude", "d/*"]), [url("q/a")]);
}

#[test]
fn what_the_source_has_not_is_deleted_only_when_that_is_sure() {
    let stores = Stores::new();
    stores.seal(&url("p/a"), b"a");
    for name in ["q/a", "q/gone", "q/gone.tmp", "beside"] {
        stores.lab.seal("new", name, b"other");
    }
    let sync = |more: &[&str]| stores.run("sync", &[more, &[&url("q")]].concat());
    let p = url("p");
    let untouched = ["beside", "q/a", "q/gone", "q/gone.tmp"];
    // An empty or mistyped source, a limit, and a source that is not read completely.
    for (more, code, phrase) in [
        (&["--delete", "s3://demo/mistyped"][..], 2, "nothing was deleted"),
        (&["--delete", "--max-delete", "1", &p], 2, "nothing was deleted"),
        (&["--delete", "--dry-run", &p], 0, "would delete s3://demo/q/gone"),
        (&["--delete", "s3://absent/p"], 3, "bucket"),
    ] {
        sync(more).exits(code).says(&[phrase]);
        let left = stores.lab.server().object_keys(BUCKET);
        assert_eq!(left, untouched, "{more:?}");
    }
    sync(&["--delete", "--exclude", "*.tmp", &p]).succeeds().says(&["1 deleted"]);
    stores.lab.holds_only(&["beside", "q/a", "q/gone.tmp"]);
    stores.is_untouched(&["p/a"]);
}

#[test]
fn a_failed_copy_deletes_nothing() {
    let stores = Stores::new();
    stores.seal(&url("p/a"), b"a");
    stores.put(&["-k", "./new"], &url("p/b"), b"sealed with a key that is not given");
    stores.lab.seal("new", "q/gone", b"gone");
    let sync = stores.run("sync", &["--delete", &url("p"), &url("q")]);
    sync.exits(4).says(&["nothing was deleted, because not everything could be copied"]);
    stores.lab.holds_only(&["q/a", "q/gone"]);
}

#[test]
fn prefixes_that_overlap_are_refused() {
    let lab = Lab::new();
    lab.key("k");
    for (from, to) in [
        ("s3://demo/p", "s3://demo/p"),
        ("s3://demo/", "s3://demo/p"),
        ("s3://demo/p/q", "s3://demo/p"),
    ] {
        lab.run(["sync", "-k", "./k", "--delete", from, to]).fails(2).says(&["overlap", "hint: "]);
    }
    // Names that only begin alike.
    lab.seal("k", "p/x", b"x");
    lab.run(["sync", "-k", "./k", "s3://demo/p", "s3://demo/pp"]).succeeds();
    lab.holds_only(&["p/x", "pp/x"]);
}

#[test]
fn a_profile_and_a_region_reach_the_source() {
    let stores = Stores::with(|server| server.region("eu-central-1"));
    let put = ["--region", "eu-central-1", "-k", "./old"];
    stores.put(&put, &url("x"), b"content");
    let config = format!(
        "[profile old]\nregion = eu-central-1\nendpoint_url = {}\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        stores.old.endpoint(),
        stores.old.access_key(),
        stores.old.secret_key()
    );
    let config = stores.lab.file("aws-config", config.as_bytes());
    let cp = ["cp", "--source-key", "./old", "-k", "./new"];
    let to = ["--endpoint-url", stores.lab.server().endpoint()];
    let profile = ["--source-profile", "old", &url("x"), &url("of-profile")];
    stores
        .lab
        .run([&cp[..], &to, &profile].concat())
        .without_env("AWS_ENDPOINT_URL")
        .without_env("AWS_REGION")
        .env("AWS_CONFIG_FILE", &config)
        .succeeds();
    stores.opens("of-profile", b"content");
    // With a region for the source alone.
    let region = ["--source-region", "eu-central-1", &url("x"), &url("of-region")];
    stores.run("cp", &region).succeeds();
    stores.opens("of-region", b"content");
    stores
        .run("cp", &["--source-profile", "absent", &url("x"), &url("y")])
        .fails(2)
        .says(&["no profile `absent`", "hint: "]);
}

#[test]
fn an_open_source_needs_no_credentials() {
    let stores = Stores::new();
    stores.put(&["--no-key"], &url("x"), b"open");
    let cp = ["cp", "-k", "./new", "--source-key", "none", "--source-no-sign-request"];
    let from = ["--source-endpoint-url", stores.old.endpoint(), &url("x"), &url("x")];
    // The embedded server wants credentials, so the refusal shows that none were sent.
    stores.lab.run([&cp[..], &from].concat()).fails(5);
    let signed = |request: &RequestRecord| request.header("authorization").is_some();
    assert!(!stores.old.requests().iter().any(signed));
}

#[test]
fn options_for_a_source_are_refused_where_there_is_none() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("file", b"content");
    lab.seal("k", "x", b"x");
    std::fs::create_dir(lab.path("tree")).unwrap();
    let x = url("x");
    for option in [
        &["--source-endpoint-url", "https://store.example"][..],
        &["--source-profile", "old"],
        &["--source-region", "eu-central-1"],
        &["--source-no-sign-request"],
    ] {
        for line in [
            &["cp", "file", &x][..],
            &["mv", &x, "out"],
            &["sync", "tree", &x],
            &["sync", &x, "tree"],
        ] {
            lab.run([line, &["-k", "./k"], option].concat()).fails(2).says(&[
                "--source-",
                "from URL to URL",
                "hint: ",
            ]);
        }
    }
    for line in [&["sync", "tree", &x][..], &["sync", &x, "tree"]] {
        let key = ["-k", "./k", "--source-key", "./k"];
        lab.run([line, &key].concat()).fails(2).says(&["--source-key", "hint: "]);
        lab.run([line, &["-k", "./k", "--checksum"]].concat())
            .fails(2)
            .says(&["--checksum", "hint: "]);
    }
    lab.run(["sync", "-k", "./k", "--follow-symlinks", "s3://demo/a", "s3://demo/b"])
        .fails(2)
        .says(&["--follow-symlinks", "hint: "]);
}
