//! A folder whose journal another program wrote: names that lead elsewhere, and content that was exchanged.

use std::fs;
use std::path::Path;

use crc_fast::{CrcAlgorithm, checksum};
use s3seal_mock::Server;
use serde_json::Value;

use crate::harness::{ONE, builder, data};
use crate::raw::Raw;

/// Rewrites the lines of a journal, each with its checksum.
fn edit(folder: &Path, change: impl FnOnce(&mut Vec<Value>)) {
    let path = folder.join("journal");
    let text = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(&line[17..]).unwrap()).collect();
    change(&mut lines);
    let mut text = String::new();
    for line in lines {
        let line = line.to_string();
        let sum = checksum(CrcAlgorithm::Crc64Nvme, line.as_bytes());
        text.push_str(&format!("{sum:016x} {line}\n"));
    }
    fs::write(path, text).unwrap();
    fs::remove_file(folder.join("acknowledged")).unwrap();
}

/// The object in the `n`th change that puts one.
fn object(lines: &mut [Value], n: usize) -> &mut Value {
    let puts = lines.iter_mut().filter_map(|line| line.pointer_mut("/0/1/Put/version/object"));
    { puts }.nth(n).unwrap()
}

fn swap(lines: &mut [Value], (a, a_at): (usize, &str), (b, b_at): (usize, &str)) {
    let first = object(lines, a).pointer(a_at).unwrap().clone();
    let second = object(lines, b).pointer(b_at).unwrap().clone();
    *object(lines, a).pointer_mut(a_at).unwrap() = second;
    *object(lines, b).pointer_mut(b_at).unwrap() = first;
}

fn start(folder: &Path) -> Server {
    builder().versioned_bucket("versions").dir(folder).start().unwrap()
}

#[test]
fn names_that_lead_out_of_the_folder_are_refused() {
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("store");
    let server = start(&folder);
    assert_eq!(Raw::put("/demo/key", b"data").send(&server).status, 200);
    server.shutdown();
    start(&folder).shutdown();
    let good = fs::read(folder.join("journal")).unwrap();
    let precious = outside.path().join("x");
    fs::write(&precious, "precious").unwrap();
    for name in ["../../x", "..", ".", "", "x", "0123456789ABCDEF0123456789ABCDEF", "/etc/passwd"] {
        fs::write(folder.join("journal"), &good).unwrap();
        fs::write(folder.join("acknowledged"), "").unwrap();
        edit(&folder, |lines| {
            *object(lines, 0).pointer_mut("/parts/0/blob/place/File/name").unwrap() = name.into();
        });
        let error = builder().dir(&folder).start().unwrap_err().to_string();
        assert!(error.contains("is not the name of a file in blobs/"), "{name}: {error}");
        assert_eq!(fs::read(&precious).unwrap(), b"precious");
        assert_eq!(fs::read_dir(folder.join("blobs")).unwrap().count(), 1);
    }
    for name in ["../x", "No", ""] {
        fs::write(folder.join("journal"), &good).unwrap();
        fs::write(folder.join("acknowledged"), "").unwrap();
        edit(&folder, |lines| *lines[1].pointer_mut("/0/0").unwrap() = name.into());
        let error = builder().dir(&folder).start().unwrap_err().to_string();
        assert!(error.contains("which none can be called"), "{name}: {error}");
    }
    for (at, value) in [("/size", 5), ("/parts/0/blob/len", u64::MAX)] {
        fs::write(folder.join("journal"), &good).unwrap();
        fs::write(folder.join("acknowledged"), "").unwrap();
        edit(&folder, |lines| *object(lines, 0).pointer_mut(at).unwrap() = value.into());
        let error = builder().dir(&folder).start().unwrap_err().to_string();
        assert!(error.contains("whose parts do not match it"), "{at}: {error}");
    }
}

#[test]
fn exchanged_objects_do_not_open() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = start(folder);
    let contents = [b"first".as_slice(), b"other"];
    for (key, content) in ["a", "b"].into_iter().zip(contents) {
        assert_eq!(Raw::put(&format!("/demo/{key}"), content).sse_c(ONE).send(&server).status, 200);
    }
    let mut versions = Vec::new();
    for content in contents {
        let put = Raw::put("/versions/key", content).sse_c(ONE).send(&server);
        versions.push(put.header("x-amz-version-id").unwrap().to_owned());
    }
    server.shutdown();
    start(folder).shutdown();
    let read = |server: &Server, path: &str| Raw::get(path).sse_c(ONE).send(server).body;
    let paths = [
        "/demo/a".to_owned(),
        "/demo/b".to_owned(),
        format!("/versions/key?versionId={}", versions[0]),
        format!("/versions/key?versionId={}", versions[1]),
    ];
    let server = start(folder);
    for (path, content) in paths.iter().zip(contents.into_iter().cycle()) {
        assert_eq!(read(&server, path), content, "{path}");
    }
    server.shutdown();
    // Objects of two keys, and two versions of one: whole, with all that the journal says of them.
    edit(folder, |lines| {
        swap(lines, (0, ""), (1, ""));
        swap(lines, (2, ""), (3, ""));
    });
    let server = start(folder);
    for path in &paths {
        let body = read(&server, path);
        assert!(contents.iter().all(|content| body != *content), "{path}: {body:?}");
    }
}

#[test]
fn exchanged_parts_do_not_open() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = start(folder);
    let upload = Raw::post("/demo/big?uploads=", b"").sse_c(ONE).send(&server).element("UploadId");
    let (mut list, body) = (String::new(), data(10 << 20));
    for (number, part) in (1..).zip(body.chunks(5 << 20)) {
        let put = Raw::put(&format!("/demo/big?partNumber={number}&uploadId={upload}"), part);
        let etag = put.sse_c(ONE).send(&server).header("etag").unwrap().to_owned();
        list.push_str(&format!(
            "<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"
        ));
    }
    let list = format!("<CompleteMultipartUpload>{list}</CompleteMultipartUpload>");
    let done = Raw::post(&format!("/demo/big?uploadId={upload}"), list.as_bytes()).send(&server);
    assert_eq!(done.status, 200, "{}", done.message());
    server.shutdown();
    start(folder).shutdown();
    assert_eq!(Raw::get("/demo/big").sse_c(ONE).send(&start(folder)).body.len(), 10 << 20);
    edit(folder, |lines| swap(lines, (0, "/parts/0/blob"), (0, "/parts/1/blob")));
    let server = start(folder);
    assert!(Raw::get("/demo/big").sse_c(ONE).send(&server).body.len() < 5 << 20);
    server.shutdown();
    edit(folder, |lines| swap(lines, (0, "/parts/0"), (0, "/parts/1")));
    let error = builder().dir(folder).start().unwrap_err().to_string();
    assert!(error.contains("whose parts do not match it"), "{error}");
}
