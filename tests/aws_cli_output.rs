//! What command lines of aws-cli print: the documents of `s3api`, field for field, and the lines of `s3`.
//! `tests/stores/awscli.sh` compares them with aws-cli itself.

use serde_json::{Value, json};

use crate::harness::{Done, Lab, url};

const SEAL: [&str; 3] = ["--sse-c", "--sse-c-key", "fileb://raw"];
const API_SEAL: [&str; 4] =
    ["--sse-customer-algorithm", "AES256", "--sse-customer-key", "fileb://raw"];
const API_SOURCE: [&str; 4] = [
    "--copy-source-sse-customer-algorithm",
    "AES256",
    "--copy-source-sse-customer-key",
    "fileb://raw",
];

/// A lab with a raw key, a file and the buckets `demo` and `vault`, which keeps versions.
fn lab() -> Lab {
    let lab = Lab::with(|server| server.versioned_bucket("vault"));
    lab.key("k");
    lab.run(["key", "convert", "./k", "--as", "aws", "-o", "raw"]).succeeds();
    lab.file("file", b"content");
    lab
}

#[track_caller]
fn s3(lab: &Lab, line: &str, more: &[&str]) -> String {
    let words = line.split(' ').chain(more.iter().copied());
    lab.run(["s3"].into_iter().chain(words)).succeeds().stdout
}

#[track_caller]
fn s3api(lab: &Lab, line: &str, more: &[&str]) -> Done {
    let words = line.split(' ').chain(more.iter().copied());
    lab.run(["s3api"].into_iter().chain(words)).succeeds()
}

/// The names of a document's fields.
fn names(document: &Value) -> Vec<&str> {
    document.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn documents_have_the_fields_of_aws_cli() {
    let lab = lab();
    let md5 = lab.run(["key", "md5", "./k"]).succeeds().stdout;
    let object = "--bucket vault --key x";
    let put = s3api(&lab, &format!("put-object {object} --body file"), &API_SEAL);
    // As aws-cli indents.
    assert!(put.stdout.starts_with("{\n    \"ETag\": \"\\\""), "{}", put.stdout);
    let put = put.json();
    let sealed = ["SSECustomerAlgorithm", "SSECustomerKeyMD5"];
    let of_put = ["ChecksumCRC64NVME", "ChecksumType", "ETag", sealed[0], sealed[1], "VersionId"];
    assert_eq!(names(&put), of_put);
    assert_eq!(put["SSECustomerKeyMD5"], md5.trim());
    assert_eq!(put["ChecksumType"], "FULL_OBJECT");

    let head = s3api(&lab, &format!("head-object {object}"), &API_SEAL).json();
    let of_head = [
        "AcceptRanges",
        "ContentLength",
        "ContentType",
        "ETag",
        "LastModified",
        "Metadata",
        sealed[0],
        sealed[1],
        "VersionId",
    ];
    assert_eq!(names(&head), of_head);
    assert_eq!((&head["ETag"], &head["VersionId"]), (&put["ETag"], &put["VersionId"]));
    let head = s3api(&lab, &format!("head-object {object} --checksum-mode ENABLED"), &API_SEAL);
    assert_eq!(head.json()["ChecksumCRC64NVME"], put["ChecksumCRC64NVME"]);

    let get = s3api(&lab, &format!("get-object {object} out"), &API_SEAL).json();
    assert_eq!(lab.read("out"), b"content");
    assert_eq!((&get["ContentLength"], &get["ETag"]), (&7.into(), &put["ETag"]));
    assert_eq!(get.get("ContentRange"), None);
    let part = s3api(&lab, &format!("get-object {object} --range bytes=1-3 out"), &API_SEAL).json();
    assert_eq!((&part["ContentLength"], &part["ContentRange"]), (&3.into(), &"bytes 1-3/7".into()));

    let copy = "copy-object --bucket vault --key y --copy-source vault/x";
    let copy = s3api(&lab, copy, &[API_SEAL, API_SOURCE].concat()).json();
    let of_copy = ["CopyObjectResult", "CopySourceVersionId", sealed[0], sealed[1], "VersionId"];
    assert_eq!(names(&copy), of_copy);
    assert_eq!(copy["CopySourceVersionId"], put["VersionId"]);
    let result = names(&copy["CopyObjectResult"]);
    assert_eq!(result, ["ChecksumCRC64NVME", "ChecksumType", "ETag", "LastModified"]);

    let gone = s3api(&lab, "delete-object --bucket vault --key y", &[]).json();
    assert_eq!(names(&gone), ["DeleteMarker", "VersionId"]);
    let version = copy["VersionId"].as_str().unwrap();
    let line = format!("delete-object --bucket vault --key y --version-id {version}");
    assert_eq!(s3api(&lab, &line, &[]).json(), json!({ "VersionId": version }));
    // Nothing to say.
    s3api(&lab, "put-object --bucket demo --key x --body file", &API_SEAL);
    assert_eq!(s3api(&lab, "delete-object --bucket demo --key x", &[]).stdout, "");
}

#[test]
fn documents_of_large_and_of_managed_objects_are_no_others() {
    let lab = lab();
    let large = crate::harness::noise(20 << 20);
    lab.file("large", &large);
    let put = s3api(&lab, "put-object --bucket vault --key x --body large", &API_SEAL).json();
    assert!(put["ETag"].as_str().unwrap().contains('-'), "{put}");
    assert!(put["VersionId"].is_string() && put["SSECustomerKeyMD5"].is_string(), "{put}");
    let get = s3api(&lab, "get-object --bucket vault --key x out", &API_SEAL).json();
    assert_eq!(get["ContentLength"], large.len());
    assert_eq!((get.get("ContentRange"), &get["ETag"]), (None, &put["ETag"]));
    let managed = "put-object --bucket demo --key x --body file --server-side-encryption aws:kms";
    let managed = s3api(&lab, managed, &[]).json();
    assert_eq!(managed["ServerSideEncryption"], "aws:kms");
    assert_eq!(managed.get("SSECustomerAlgorithm"), None);
    let plain = s3api(&lab, "put-object --bucket demo --key y --body file", &["--no-key"]).json();
    assert_eq!(plain["ServerSideEncryption"], "AES256");
}

#[test]
fn fields_are_selected_for_scripts() {
    let lab = lab();
    let put = |more: &[&str]| {
        let more = [&API_SEAL[..], more].concat();
        s3api(&lab, "put-object --bucket vault --key x --body file", &more).stdout
    };
    let etag = put(&["--query", "ETag"]);
    let head = |query: &str, output: &str| {
        let more = [&API_SEAL[..], &["--query", query, "--output", output]].concat();
        s3api(&lab, "head-object --bucket vault --key x", &more).stdout
    };
    assert_eq!(head("ETag", "json"), etag);
    let bare: String = serde_json::from_str(&etag).unwrap();
    assert_eq!(head("ETag", "text"), format!("{bare}\n"));
    assert_eq!(head("[ContentLength,Metadata.none]", "text"), "7\tNone\n");
}

#[test]
fn lines_are_those_of_aws_cli() {
    let lab = lab();
    for (name, content) in [("tree/a", "a"), ("tree/d/b", "bb")] {
        let path = lab.deep_file(name, content.as_bytes());
        // A store's times are whole seconds: a file of the same second may be newer than its object.
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(std::time::UNIX_EPOCH).unwrap();
    }
    let lines = |line: &str, more: &[&str]| {
        let said = s3(&lab, line, more);
        let mut lines: Vec<String> = said.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let sealed = |line: &str| lines(line, &SEAL);
    assert_eq!(sealed("cp file s3://demo/x --dryrun"), ["(dryrun) upload: ./file to s3://demo/x"]);
    assert_eq!(sealed("cp file s3://demo/x"), ["upload: ./file to s3://demo/x"]);
    assert_eq!(sealed("cp s3://demo/x tree/out"), ["download: s3://demo/x to tree/out"]);
    let home = lab.home().display().to_string();
    assert_eq!(sealed(&format!("cp s3://demo/x {home}/out")), ["download: s3://demo/x to ./out"]);
    std::fs::remove_file(lab.path("tree/out")).unwrap();
    assert_eq!(
        sealed("cp tree s3://demo/t --recursive"),
        ["upload: tree/a to s3://demo/t/a", "upload: tree/d/b to s3://demo/t/d/b"]
    );
    let source = ["--sse-c-copy-source", "--sse-c-copy-source-key", "fileb://raw"];
    let both = [SEAL, source].concat();
    assert_eq!(
        lines("cp s3://demo/t s3://demo/u --recursive", &both),
        ["copy: s3://demo/t/a to s3://demo/u/a", "copy: s3://demo/t/d/b to s3://demo/u/d/b"]
    );
    assert_eq!(
        lines("mv s3://demo/u/a s3://demo/v", &both),
        ["move: s3://demo/u/a to s3://demo/v"]
    );
    assert_eq!(sealed("mv s3://demo/v moved"), ["move: s3://demo/v to ./moved"]);
    assert_eq!(sealed("mv moved s3://demo/v"), ["move: ./moved to s3://demo/v"]);
    assert_eq!(sealed("sync tree s3://demo/t"), [""; 0]);
    std::fs::remove_file(lab.path("tree/a")).unwrap();
    let sync = "sync tree s3://demo/t --delete";
    assert_eq!(sealed(&format!("{sync} --dryrun")), ["(dryrun) delete: s3://demo/t/a"]);
    assert_eq!(sealed(sync), ["delete: s3://demo/t/a"]);
    lab.deep_file("tree/more", b"more");
    assert_eq!(sealed("sync s3://demo/t tree --delete --size-only"), ["delete: tree/more"]);
    assert_eq!(
        lines("sync s3://demo/t s3://demo/w", &both),
        ["copy: s3://demo/t/d/b to s3://demo/w/d/b"]
    );
    assert_eq!(lines("rm s3://demo/v", &[]), ["delete: s3://demo/v"]);
    assert_eq!(lines("mb s3://another", &[]), ["make_bucket: another"]);
    assert_eq!(lines("rb s3://another", &[]), ["remove_bucket: another"]);

    // A stream has no line, and neither has a run that is to be silent.
    let piped = lab.run([&["s3", "cp", "-", "s3://demo/p"][..], &SEAL].concat()).stdin(b"piped");
    assert_eq!(piped.succeeds().stdout, "");
    assert_eq!(s3(&lab, "cp s3://demo/p -", &SEAL), "piped");
    for quiet in ["--quiet", "--only-show-errors"] {
        assert_eq!(s3(&lab, &format!("cp file s3://demo/x {quiet}"), &SEAL), "");
    }
    // This program's own output on request.
    let json = lab.run([&["s3", "cp", "file", "s3://demo/x", "--json"][..], &SEAL].concat());
    assert_eq!(json.succeeds().json()["url"], url("x"));
}

#[test]
fn the_help_of_a_service_lists_what_it_takes() {
    let lab = Lab::offline();
    for (service, operations) in [
        ("s3", &["cp", "mv", "sync", "rm", "presign", "mb", "rb"][..]),
        ("s3api", &["put-object", "get-object", "head-object", "copy-object", "delete-object"]),
    ] {
        for ask in ["help", "--help"] {
            let help = lab.run([service, ask]).succeeds().stdout;
            for operation in operations {
                let line = format!("\ns3seal {service} {operation}");
                assert!(help.contains(&line), "{help}");
            }
            assert!(help.contains("refused by name"), "{help}");
            assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
        }
        lab.run([service])
            .fails(2)
            .says(&["alone does nothing", &format!("`s3seal {service} help`")]);
    }
}
