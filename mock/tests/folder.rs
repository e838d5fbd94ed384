//! What a server with a folder of its own leaves there, and finds there again.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use base64::Engine as _;
use s3seal_mock::{Builder, Server};
use tempfile::TempDir;

use crate::harness::{BUCKET, ONE, TWO, builder, client, data, run};
use crate::raw::{Answer, Raw};

const MIB: usize = 1 << 20;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn in_folder(folder: &TempDir) -> Builder {
    builder().dir(folder.path())
}

fn start(folder: &TempDir) -> Server {
    in_folder(folder).start().unwrap()
}

fn get(server: &Server, key: &str) -> Answer {
    Raw::get(&format!("/{BUCKET}/{key}")).send(server)
}

fn blobs(folder: &TempDir) -> Vec<PathBuf> {
    fs::read_dir(folder.path().join("blobs")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn journal(folder: &TempDir) -> PathBuf {
    folder.path().join("journal")
}

#[test]
fn objects_come_back_with_all_that_was_said_about_them() {
    let folder = folder();
    let server = start(&folder);
    let (small, large) = (data(10), data(3 * MIB + 7));
    let put = Raw::put("/demo/sealed", &large)
        .sse_c(ONE)
        .header("content-type", "text/x-test")
        .header("expires", "Wed, 21 Oct 2065 07:28:00 GMT")
        .header("x-amz-meta-colour", "blue")
        .header("x-amz-tagging", "a=1&b=2")
        .header("x-amz-storage-class", "STANDARD_IA");
    assert_eq!(put.send(&server).status, 200);
    let kms = Raw::put("/demo/plain", &small)
        .header("x-amz-server-side-encryption", "aws:kms")
        .header("expires", "Fri, 31 Dec 9999 23:59:59 GMT");
    assert_eq!(kms.send(&server).status, 200);
    assert_eq!(Raw::put("/demo/empty", b"").sse_c(TWO).send(&server).status, 200);
    // A year that the S3 layer reads, but cannot write, must not stop the journal.
    let strange = Raw::put("/demo/strange", b"").header("expires", "Sat, 01 Jan -001 00:00:00 GMT");
    assert!(matches!(strange.send(&server).status, 200 | 400));
    let heads = |server: &Server| {
        [("sealed", Some(ONE)), ("plain", None), ("empty", Some(TWO))].map(|(key, customer)| {
            let mut head =
                Raw::head(&format!("/demo/{key}")).header("x-amz-checksum-mode", "ENABLED");
            if let Some(customer) = customer {
                head = head.sse_c(customer);
            }
            let mut answer = head.send(server);
            answer.headers.retain(|(name, _)| name != "date" && name != "x-amz-request-id");
            (answer.status, answer.headers)
        })
    };
    let (heads_before, before) = (heads(&server), server.object(BUCKET, "sealed"));
    server.shutdown();

    let server = start(&folder);
    assert_eq!(heads(&server), heads_before);
    assert_eq!(server.object(BUCKET, "sealed"), before);
    let read = Raw::get("/demo/sealed").sse_c(ONE).send(&server);
    assert!(read.body == large, "the content differs");
    let range = Raw::get("/demo/sealed").sse_c(ONE).header("range", "bytes=65530-196613");
    assert!(range.send(&server).body == large[65530..196_614]);
    assert_eq!(get(&server, "plain").body, small);
    assert_eq!(Raw::get("/demo/empty").sse_c(TWO).send(&server).status, 200);
    assert_eq!(Raw::get("/demo/sealed").sse_c(TWO).send(&server).verdict().0, 403);
    assert_eq!(get(&server, "sealed").verdict(), (400, "InvalidRequest".to_owned()));
}

#[test]
fn versions_markers_tags_and_buckets_come_back() {
    let folder = folder();
    let server = start(&folder);
    assert_eq!(Raw::put("/other", b"").send(&server).status, 200);
    assert_eq!(Raw::put("/gone", b"").send(&server).status, 200);
    assert_eq!(Raw::delete("/gone").send(&server).status, 204);
    server.block_sse_c("other", true);
    for body in [b"null 1", b"null 2"] {
        assert_eq!(Raw::put("/demo/key", body).send(&server).status, 200);
    }
    server.set_versioning(BUCKET, true);
    for body in [b"v1", b"v2"] {
        assert_eq!(Raw::put("/demo/key", body).send(&server).status, 200);
    }
    let tags = b"<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>";
    assert_eq!(Raw::put("/demo/key?tagging=&versionId=null", tags).send(&server).status, 200);
    assert_eq!(Raw::delete("/demo/key").send(&server).status, 204);
    assert_eq!(Raw::put("/demo/removed", b"x").send(&server).status, 200);
    let id = server.object(BUCKET, "removed").unwrap().version_id;
    let removal = Raw::delete(&format!("/demo/removed?versionId={id}"));
    assert_eq!(removal.send(&server).status, 204);
    let before = server.versions(BUCKET);
    assert_eq!(before.len(), 4, "{before:?}");
    server.shutdown();

    let server = start(&folder);
    assert_eq!(server.versions(BUCKET), before);
    assert_eq!(get(&server, "key").status, 404);
    assert_eq!(get(&server, "key?versionId=null").body, b"null 2");
    assert_eq!(get(&server, "key?tagging=&versionId=null").element("Value"), "v");
    assert_eq!(Raw::head("/other").send(&server).status, 200);
    assert_eq!(Raw::head("/gone").send(&server).status, 404);
    assert_eq!(Raw::put("/other/key", b"x").sse_c(ONE).send(&server).status, 403);
    // Versioning still is what it was.
    assert_eq!(Raw::put("/demo/key", b"v3").send(&server).status, 200);
    assert_eq!(server.versions(BUCKET).len(), 5);
    assert_eq!(blobs(&folder).len(), 4);
}

#[test]
fn an_upload_goes_on_after_a_restart() {
    let folder = folder();
    let server = start(&folder);
    let body = data(5 * MIB + 100);
    let parts = [&body[..5 * MIB], &body[5 * MIB..]];
    let part = |server: &Server, id: &str, number: i32, body: &[u8]| {
        run(client(server)
            .upload_part()
            .bucket(BUCKET)
            .key("key")
            .upload_id(id)
            .part_number(number)
            .sse_customer_algorithm("AES256")
            .sse_customer_key(ONE.base64)
            .sse_customer_key_md5(ONE.md5)
            .body(ByteStream::from(body.to_vec()))
            .send())
        .unwrap()
        .e_tag
        .unwrap()
    };
    let created = run(client(&server)
        .create_multipart_upload()
        .bucket(BUCKET)
        .key("key")
        .sse_customer_algorithm("AES256")
        .sse_customer_key(ONE.base64)
        .sse_customer_key_md5(ONE.md5)
        .tagging("t=1")
        .send())
    .unwrap();
    let id = created.upload_id.unwrap();
    let first = part(&server, &id, 1, parts[0]);
    part(&server, &id, 2, b"replaced below");
    let aborted = Raw::post("/demo/other?uploads=", b"").send(&server).element("UploadId");
    let abort = Raw::delete(&format!("/demo/other?uploadId={aborted}"));
    assert_eq!(abort.send(&server).status, 204);
    server.shutdown();

    let server = start(&folder);
    assert_eq!(server.uploads(BUCKET), [("key".to_owned(), id.clone())]);
    let second = part(&server, &id, 2, parts[1]);
    let completed = [(1, first), (2, second)]
        .map(|(number, etag)| CompletedPart::builder().part_number(number).e_tag(etag).build());
    run(client(&server)
        .complete_multipart_upload()
        .bucket(BUCKET)
        .key("key")
        .upload_id(&id)
        .multipart_upload(
            CompletedMultipartUpload::builder().set_parts(Some(completed.to_vec())).build(),
        )
        .send())
    .unwrap();
    server.shutdown();

    let server = start(&folder);
    assert!(server.uploads(BUCKET).is_empty());
    let object = server.object(BUCKET, "key").unwrap();
    assert_eq!((object.parts, object.tags.len()), (Some(2), 1));
    assert!(Raw::get("/demo/key").sse_c(ONE).send(&server).body == body);
    let second = Raw::get("/demo/key?partNumber=2").sse_c(ONE).send(&server);
    assert!(second.body == parts[1]);
    assert_eq!(blobs(&folder).len(), 2);
}

#[test]
fn what_is_removed_or_refused_leaves_no_file() {
    let folder = folder();
    let server = start(&folder);
    assert_eq!(Raw::put("/demo/key", b"one").send(&server).status, 200);
    assert_eq!(Raw::put("/demo/key", b"two").send(&server).status, 200);
    let wrong = Raw::put("/demo/refused", b"data").header("content-md5", ONE.md5);
    assert_eq!(wrong.send(&server).status, 400);
    server.shutdown();
    assert_eq!(blobs(&folder).len(), 1);

    let server = start(&folder);
    assert_eq!(Raw::delete("/demo/key").send(&server).status, 204);
    server.shutdown();
    assert_eq!(blobs(&folder).len(), 0);
}

#[test]
fn neither_key_nor_content_of_a_sealed_object_is_on_disk() {
    let folder = folder();
    let server = start(&folder);
    let content = b"a sentence that nobody else shall read, long enough to be found";
    let copy = Raw::put("/demo/copy", b"")
        .sse_c(TWO)
        .header("x-amz-copy-source", "/demo/key")
        .header("x-amz-copy-source-server-side-encryption-customer-algorithm", "AES256")
        .header("x-amz-copy-source-server-side-encryption-customer-key", ONE.base64)
        .header("x-amz-copy-source-server-side-encryption-customer-key-md5", ONE.md5);
    assert_eq!(Raw::put("/demo/key", content).sse_c(ONE).send(&server).status, 200);
    assert_eq!(copy.send(&server).status, 200);
    assert_eq!(Raw::put("/demo/plain", content).send(&server).status, 200);
    let found = |needle: &[u8]| {
        let files = blobs(&folder).into_iter().chain([journal(&folder)]);
        files
            .filter(|path| {
                fs::read(path).unwrap().windows(needle.len()).any(|window| window == needle)
            })
            .count()
    };
    // The plain object shows that the search works.
    assert_eq!(found(content), 1);
    for (key, byte) in [(ONE, 1), (TWO, 2)] {
        assert_eq!(found(key.base64.as_bytes()), 0);
        assert_eq!(found(&[byte; 32]), 0);
        assert_eq!(found("01".repeat(32).as_bytes()), 0);
        assert_eq!(found(vec![byte.to_string(); 32].join(",").as_bytes()), 0);
        let md5 = base64::engine::general_purpose::STANDARD.decode(key.md5).unwrap();
        let listed = md5.iter().map(u8::to_string).collect::<Vec<_>>().join(",");
        for digest in
            [key.md5.as_bytes(), &md5, crate::raw::hex(&md5).as_bytes(), listed.as_bytes()]
        {
            assert_eq!(found(digest), 0, "the MD5 would tell which objects have the same key");
        }
    }
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = folder();
    let server = start(&folder);
    assert_eq!(Raw::put("/demo/key", b"data").send(&server).status, 200);
    let top = ["format", "lock", "journal", "acknowledged"].map(|name| folder.path().join(name));
    for path in top.into_iter().chain(blobs(&folder)) {
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
    for path in [folder.path().to_owned(), folder.path().join("blobs")] {
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o700, "{}", path.display());
    }
}

#[test]
fn a_second_server_is_refused_and_the_first_serves_on() {
    let folder = folder();
    let first = start(&folder);
    let error = in_folder(&folder).start().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ResourceBusy);
    assert!(error.to_string().contains("in use by another server"), "{error}");
    assert_eq!(Raw::put("/demo/key", b"data").send(&first).status, 200);
    first.shutdown();
    assert_eq!(get(&start(&folder), "key").body, b"data");
}

#[test]
fn another_format_and_foreign_files_are_refused_untouched() {
    let foreign = folder();
    fs::create_dir(foreign.path().join("blobs")).unwrap();
    let precious = foreign.path().join("thesis.tex");
    fs::write(&precious, "precious").unwrap();
    fs::write(foreign.path().join("blobs/chapter"), "precious").unwrap();
    let error = in_folder(&foreign).start().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert!(error.to_string().contains("thesis.tex"), "{error}");
    assert!(precious.exists() && foreign.path().join("blobs/chapter").exists());

    let newer = folder();
    start(&newer).shutdown();
    fs::write(newer.path().join("format"), "s3seal-mock format 3\n").unwrap();
    fs::write(newer.path().join("blobs/new"), "precious").unwrap();
    let error = in_folder(&newer).start().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert!(error.to_string().contains("format 3"), "{error}");
    assert!(newer.path().join("blobs/new").exists());
}

#[test]
fn what_was_never_acknowledged_is_gone_at_the_next_start() {
    let folder = folder();
    let server = start(&folder);
    assert_eq!(Raw::put("/demo/kept", b"kept").send(&server).status, 200);
    server.shutdown();
    // A part that was not finished, one without a line, and a line without its end.
    let (part, finished) = ("0123456789abcdef".repeat(2) + ".part", "0123456789abcdef".repeat(2));
    for cut in 0..4 {
        fs::write(folder.path().join("blobs").join(&part), "half").unwrap();
        fs::write(folder.path().join("blobs").join(&finished), "orphan").unwrap();
        let whole = fs::read(journal(&folder)).unwrap();
        let last = whole.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap();
        let cut = [1, 17, last.len() / 2, last.len()][cut];
        let torn = [&whole[..], &last[..cut]].concat();
        fs::write(journal(&folder), torn).unwrap();
        let server = start(&folder);
        assert_eq!(server.object_keys(BUCKET), ["kept"]);
        assert_eq!(get(&server, "kept").body, b"kept");
        server.shutdown();
        assert_eq!(blobs(&folder).len(), 1);
        // The journal says nothing of it, so it is no server's to delete.
        let aside = folder.path().join("unreferenced").join(&finished);
        assert_eq!(fs::read(aside).unwrap(), b"orphan");
        let lines = fs::read(journal(&folder)).unwrap();
        assert_eq!(lines.len(), whole.len());
        assert!(lines.ends_with(&[last, b"\n"].concat()));
    }
}

#[test]
fn a_damaged_journal_is_not_taken_for_an_end() {
    let folder = folder();
    let server = start(&folder);
    for key in ["one", "two", "three"] {
        assert_eq!(Raw::put(&format!("/demo/{key}"), b"x").send(&server).status, 200);
    }
    server.shutdown();
    let mut bytes = fs::read(journal(&folder)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(journal(&folder), &bytes).unwrap();
    let error = in_folder(&folder).start().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert!(error.to_string().contains("of the journal is damaged"), "{error}");
    assert_eq!(blobs(&folder).len(), 3, "nothing was removed");
    assert_eq!(fs::read(journal(&folder)).unwrap(), bytes);
}

#[test]
fn damage_to_sealed_bytes_shows() {
    let folder = folder();
    let server = start(&folder);
    let body = data(200_000);
    assert_eq!(Raw::put("/demo/key", &body).sse_c(ONE).send(&server).status, 200);
    let path = only(&folder);
    let good = fs::read(&path).unwrap();
    assert_eq!(good.len(), body.len() + 4 * 16, "four chunks and their tags");
    let whole = || Raw::get("/demo/key").sse_c(ONE).send(&server).body;
    assert!(whole() == body);
    let mut flipped = good.clone();
    flipped[150_000] ^= 1;
    let chunk = 65_536 + 16;
    let swapped = [&good[chunk..2 * chunk], &good[..chunk], &good[2 * chunk..]].concat();
    for bad in [&flipped, &swapped, &good[..good.len() - 1].to_vec(), &good[..chunk].to_vec()] {
        fs::write(&path, bad).unwrap();
        assert!(whole().len() < body.len());
    }
    // A range costs, and trusts, only the chunks it needs.
    fs::write(&path, &flipped).unwrap();
    let range = Raw::get("/demo/key").sse_c(ONE).header("range", "bytes=0-65535").send(&server);
    assert!(range.body == body[..65_536]);
}

#[test]
fn a_journal_of_things_gone_by_is_written_anew() {
    let folder = folder();
    let server = start(&folder);
    // Each line is longer than its 2 KB of metadata.
    let metadata = "m".repeat(2000);
    let tags = |n: usize| {
        format!(
            "<Tagging><TagSet><Tag><Key>k</Key><Value>{n}{}</Value></Tag></TagSet></Tagging>",
            "v".repeat(200)
        )
    };
    let put = Raw::put("/demo/key", b"data").header("x-amz-meta-m", &metadata);
    assert_eq!(put.send(&server).status, 200);
    assert_eq!(Raw::put("/demo/key?tagging=", tags(1).as_bytes()).send(&server).status, 200);
    server.shutdown();
    let grown = fs::metadata(journal(&folder)).unwrap().len();
    let server = start(&folder);
    let rewritten = fs::metadata(journal(&folder)).unwrap().len();
    assert!(rewritten < grown, "{rewritten} {grown}");
    assert_eq!(server.object(BUCKET, "key").unwrap().metadata["m"], metadata);
    assert_eq!(server.object(BUCKET, "key").unwrap().tags.len(), 1);
}

#[test]
fn a_folder_that_takes_nothing_is_answered_with_500() {
    let folder = folder();
    let server = start(&folder);
    assert_eq!(Raw::put("/demo/before", b"data").send(&server).status, 200);
    fs::rename(folder.path().join("blobs"), folder.path().join("gone")).unwrap();
    let refused = Raw::put("/demo/key", b"data").send(&server);
    assert_eq!(refused.verdict(), (500, "InternalError".to_owned()));
    let text = String::from_utf8_lossy(&refused.body).into_owned();
    assert!(!text.contains(&shown(folder.path())), "{text}");
    fs::rename(folder.path().join("gone"), folder.path().join("blobs")).unwrap();
    assert_eq!(get(&server, "key").status, 404);
    assert_eq!(Raw::put("/demo/key", b"data").send(&server).status, 200);
}

fn only(folder: &TempDir) -> PathBuf {
    let mut all = blobs(folder);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[test]
fn a_buckets_configuration_comes_back() {
    let folder = folder();
    let server = start(&folder);
    let documents = [
        (
            "encryption",
            "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes></Rule></ServerSideEncryptionConfiguration>",
        ),
        (
            "cors",
            "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>",
        ),
        (
            "policy",
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::demo/*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}}"#,
        ),
    ];
    for (name, document) in documents {
        let put = Raw::put(&format!("/demo?{name}="), document.as_bytes()).send(&server);
        assert!(put.status < 300, "{name}: {}", put.status);
    }
    let read = |server: &Server| {
        documents.map(|(name, _)| {
            let answer = Raw::get(&format!("/demo?{name}=")).send(server);
            assert_eq!(answer.status, 200, "{name}");
            answer.body
        })
    };
    let before = read(&server);
    server.shutdown();
    let server = start(&folder);
    assert_eq!(read(&server), before);
    assert_eq!(Raw::put("/demo/x", b"x").sse_c(ONE).send(&server).status, 403, "SSE-C is blocked");
    let plain = Raw::put("/demo/x", b"x").send(&server);
    assert_eq!(plain.header("x-amz-server-side-encryption"), Some("aws:kms"));
}
