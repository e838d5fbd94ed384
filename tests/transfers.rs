//! What is read is what was written, whatever its size and wherever it comes from or goes to.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use crate::harness::{BUCKET, Lab, noise, url};

const MIB: usize = 1 << 20;

#[test]
fn files_of_all_sizes_come_back() {
    let lab = Lab::new();
    let md5 = lab.key("k");
    for (name, bytes) in [
        ("empty", 0),
        ("one", 1),
        ("small", 100_000),
        ("edge", 16 * MIB),
        ("past", 16 * MIB + 1),
        ("parts", 40 * MIB + 7),
    ] {
        let content = noise(bytes);
        lab.file(name, &content);
        let put = lab.run(["put", "-k", "./k", "--json", name, &url(name)]).succeeds().json();
        assert_eq!(put["bytes"], bytes, "{name}");
        assert_eq!(put["keyMd5"], md5.as_str(), "{name}");
        let got = lab.run(["get", "-k", "./k", "--json", &url(name), "back"]).succeeds().json();
        assert_eq!(got["verified"], true, "{name}");
        assert!(lab.read("back") == content, "{name}");
        assert!(
            lab.run(["get", "-k", "./k", &url(name), "-"]).succeeds().bytes == content,
            "{name} to stdout"
        );
        let stored = lab.server().object(BUCKET, name).expect(name);
        assert!(stored.sealed, "{name}");
        assert_eq!(stored.key_md5.as_deref(), Some(md5.as_str()), "{name}");
    }
}

#[test]
fn streams_of_all_sizes_come_back() {
    let lab = Lab::new();
    lab.key("k");
    for bytes in [0, 1, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 20 * MIB] {
        let content = noise(bytes);
        lab.run(["put", "-k", "./k", "-", &url("piped")]).stdin(&content).succeeds();
        assert!(
            lab.run(["get", "-k", "./k", &url("piped"), "-"]).succeeds().bytes == content,
            "{bytes}"
        );
    }
    lab.holds_only(&["piped"]);
}

#[test]
fn a_process_substitution_is_read_to_its_end() {
    let lab = Lab::new();
    lab.key("k");
    let script = format!("'{}' put -k ./k <(printf sealed) {}", crate::harness::PROGRAM, url("x"));
    let mut bash = Command::new("bash");
    bash.args(["-c", &script]);
    assert!(lab.prepared(bash).status().unwrap().success());
    assert_eq!(lab.run(["get", "-k", "./k", &url("x"), "-"]).succeeds().stdout, "sealed");
}

#[test]
fn a_fifo_is_read_to_its_end() {
    let lab = Lab::new();
    lab.key("k");
    let made = lab
        .prepared({
            let mut command = Command::new("mkfifo");
            command.arg("fifo");
            command
        })
        .status()
        .unwrap();
    assert!(made.success());
    let path = lab.path("fifo");
    let writer = std::thread::spawn(move || fs::write(path, "through a fifo"));
    lab.run(["put", "-k", "./k", "fifo", &url("f")]).succeeds();
    writer.join().unwrap().unwrap();
    assert_eq!(lab.run(["get", "-k", "./k", &url("f"), "-"]).succeeds().stdout, "through a fifo");
}

#[test]
fn a_small_object_is_one_request_each_way_once_the_bucket_is_proven() {
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "first", b"proves the bucket");
    lab.server().clear_requests();
    lab.seal("k", "x", b"small");
    lab.run(["get", "-k", "./k", &url("x"), "-"]).succeeds();
    lab.run(["head", "-k", "./k", &url("x")]).succeeds();
    lab.run(["rm", &url("x")]).succeeds();
    assert_eq!(lab.operations(), ["PutObject", "GetObject", "HeadObject", "DeleteObject"]);
}

#[test]
fn a_large_download_uses_several_connections_and_asks_for_the_same_object() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("big", &noise(48 * MIB));
    lab.run(["put", "-k", "./k", "big", &url("big")]).succeeds();
    lab.server().clear_requests();
    lab.run(["get", "-k", "./k", &url("big"), "back"]).succeeds();
    let requests = lab.server().requests();
    let ranged = requests.iter().filter(|request| request.header("range").is_some());
    assert!(ranged.clone().count() >= 1, "{:?}", lab.operations());
    for request in ranged {
        assert!(request.header("if-match").is_some(), "{request:?}");
        assert!(request.has_key(), "{request:?}");
    }
    assert!(requests.iter().all(|request| request.operation == "GetObject"));
}

#[test]
fn one_connection_asks_for_no_ranges() {
    let lab = Lab::new();
    lab.key("k");
    let content = noise(40 * MIB);
    lab.file("big", &content);
    lab.run(["put", "-k", "./k", "big", &url("big")]).succeeds();
    lab.server().clear_requests();
    lab.run(["get", "-k", "./k", "--concurrency", "1", &url("big"), "back"]).succeeds();
    assert_eq!(lab.operations(), ["GetObject"]);
    assert!(lab.read("back") == content);
}

#[test]
fn ranges_bring_their_bytes_and_no_others() {
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "x", b"0123456789");
    for (range, bytes) in
        [("bytes=0-3", "0123"), ("bytes=7-", "789"), ("bytes=-2", "89"), ("bytes=5-100", "56789")]
    {
        let to_stdout = lab.run(["get", "-k", "./k", "--range", range, &url("x"), "-"]).succeeds();
        assert_eq!(to_stdout.stdout, bytes, "{range}");
        lab.run(["get", "-k", "./k", "--range", range, &url("x"), "part"]).succeeds();
        assert_eq!(lab.read("part"), bytes.as_bytes(), "{range}");
    }
    lab.run(["get", "-k", "./k", "--range", "bytes=10-", &url("x"), "-"])
        .exits(2)
        .says(&["range", "outside"]);
    lab.run(["get", "-k", "./k", "--range", "bytes=3-1", &url("x"), "-"]).exits(2);
}

#[test]
fn names_are_taken_from_the_other_side() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("dump.sql", b"data");
    lab.run(["put", "-k", "./k", "dump.sql", &url("2026/")]).succeeds();
    lab.run(["put", "-k", "./k", "dump.sql", "s3://demo"]).succeeds();
    lab.holds_only(&["2026/dump.sql", "dump.sql"]);
    fs::create_dir(lab.path("restore")).unwrap();
    lab.run(["get", "-k", "./k", &url("2026/dump.sql"), "restore"]).succeeds();
    assert_eq!(lab.read("restore/dump.sql"), b"data");
    fs::remove_file(lab.path("dump.sql")).unwrap();
    lab.run(["get", "-k", "./k", &url("2026/dump.sql")]).succeeds();
    assert_eq!(lab.read("dump.sql"), b"data");
    lab.run(["put", "-k", "./k", "-", &url("2026/")]).exits(2).says(&["no name"]);
}

#[test]
fn a_replaced_file_keeps_its_mode_and_a_new_one_gets_the_umasks() {
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "x", b"new");
    fs::set_permissions(lab.file("old", b"old"), fs::Permissions::from_mode(0o640)).unwrap();
    lab.run(["get", "-k", "./k", &url("x"), "old"]).succeeds();
    lab.run(["get", "-k", "./k", &url("x"), "fresh"]).succeeds();
    let mode = |name| fs::metadata(lab.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("old"), 0o640);
    fs::create_dir(lab.path("folder")).unwrap();
    assert_eq!(mode("fresh"), mode("folder") & 0o666);
    std::os::unix::fs::symlink("old", lab.path("link")).unwrap();
    lab.run(["get", "-k", "./k", &url("x"), "link"]).succeeds();
    assert!(fs::symlink_metadata(lab.path("link")).unwrap().is_symlink());
}

#[test]
fn devices_and_closed_pipes_are_written_as_they_are() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("big", &noise(4 * MIB));
    lab.run(["put", "-k", "./k", "big", &url("big")]).succeeds();
    lab.run(["get", "-k", "./k", &url("big"), "/dev/null"]).succeeds();
    let mut get = lab.run(["get", "-k", "./k", &url("big"), "-"]).into_command();
    let mut child = get.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success(), "a closed pipe is no error");
}

#[test]
fn attributes_arrive() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("page.html", b"<p>");
    let attributes = [
        "--metadata",
        "owner=ops,stage=prod",
        "--cache-control",
        "no-store",
        "--content-language",
        "de",
        "--content-disposition",
        "inline",
        "--tagging",
        "a=1&b=2",
        "--storage-class",
        "STANDARD_IA",
    ];
    let arguments = ["put", "-k", "./k", "page.html", "s3://demo/"];
    lab.run(arguments.iter().chain(&attributes)).succeeds();
    let head = lab.run(["head", "-k", "./k", "--json", &url("page.html")]).succeeds().json();
    assert_eq!(head["ContentType"], "text/html");
    assert_eq!(head["CacheControl"], "no-store");
    assert_eq!(head["ContentLanguage"], "de");
    assert_eq!(head["ContentDisposition"], "inline");
    assert_eq!(head["Metadata"]["owner"], "ops");
    assert_eq!(head["Metadata"]["stage"], "prod");
    assert_eq!(head["StorageClass"], "STANDARD_IA");
    assert_eq!(head["TagCount"], 2);
    let shown = lab.run(["head", "-k", "./k", &url("page.html")]).succeeds();
    assert!(shown.stdout.contains("Metadata owner       ops"), "{}", shown.stdout);
}
