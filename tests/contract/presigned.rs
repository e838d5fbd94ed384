//! `presign`, and `get` and `put` with the URLs that it makes.

use super::Recording;

/// A presigned URL, masked in what is recorded from now on.
fn presigned(it: &mut Recording, line: &str, name: &str) -> String {
    let done = it.lab.run(["presign"].into_iter().chain(line.split(' '))).succeeds();
    let link = done.stdout.trim_end().to_owned();
    it.mask(&link, name);
    link
}

#[test]
fn presign() {
    let mut it = Recording::new("presign");
    it.run("to read", "presign -k ./k1 s3://demo/a");
    it.run("to read, with its checksum", "presign -k ./k1 --checksum s3://demo/a");
    it.run("to write", "presign -k ./k1 --method PUT s3://demo/a");
    it.run("to look", "presign -k ./k1 --method HEAD s3://demo/a");
    it.run("without a key", "presign --no-key s3://demo/a");
    it.run("with a file of headers", "presign -k ./k1 --headers-file headers s3://demo/a");
    it.run("as a call", "presign -k ./k1 --as python --headers-file headers s3://demo/a");
    it.run("for a page", "presign -k ./k1 --as fetch --origin https://a.example s3://demo/a");
    it.run("for too long", "presign -k ./k1 --expires-in 8d s3://demo/a");
    it.run("with no key", "presign s3://demo/a");
    it.run("of no object", "presign -k ./k1 s3://demo");
    it.matches_committed();
}

#[test]
fn through_urls() {
    let mut it = Recording::new("through-urls");
    it.lab.seal("k1", "a", b"content");
    it.lab.plain("plain", b"content");
    let sealed = presigned(&mut it, "-k ./k1 s3://demo/a", "GET-SEALED");
    let checked = presigned(&mut it, "-k ./k1 --checksum s3://demo/a", "GET-CHECKED");
    let plain = presigned(&mut it, "--no-key s3://demo/plain", "GET-PLAIN");
    let absent = presigned(&mut it, "-k ./k1 s3://demo/absent", "GET-ABSENT");
    it.run("with the key", &format!("get -k ./k1 {sealed} out"));
    it.run("with the checksum", &format!("get -k ./k1 {checked} out"));
    it.run("with another key", &format!("get -k ./k2 {sealed} out"));
    it.run("with two keys, of which the second fits", &format!("get -k ./k2 -k ./k1 {sealed} out"));
    it.run("with two keys that do not fit", &format!("get -k ./k2 -k ./k3 {sealed} out"));
    it.run("without the key", &format!("get {sealed} out"));
    it.run("a plain object", &format!("get {plain} out"));
    it.run("a plain object with a key", &format!("get -k ./k1 {plain} out"));
    it.run("what is not there", &format!("get -k ./k1 -k ./k2 {absent} out"));
    it.run("some of it", &format!("get -k ./k1 --range bytes=1-3 {sealed} out"));
    it.run("to standard output", &format!("get -k ./k1 {sealed} -"));
    it.run("a version", &format!("get -k ./k1 --version-id 1 {sealed} out"));
    it.run("written to where it is for reading", &format!("put -k ./k1 small {sealed}"));
    let put = presigned(&mut it, "-k ./k1 --method PUT s3://demo/new", "PUT-SEALED");
    let put_plain = presigned(&mut it, "--no-key --method PUT s3://demo/new-plain", "PUT-PLAIN");
    it.run("written with the key", &format!("put -k ./k1 small {put}"));
    it.run("written with two keys", &format!("put -k ./k2 -k ./k1 small {put}"));
    it.run("written with another key", &format!("put -k ./k2 small {put}"));
    it.pipe("written from a pipe", b"piped", &format!("put -k ./k1 - {put}"));
    it.run("written without the key", &format!("put --no-key small {put}"));
    it.run("written in the plain", &format!("put --no-key small {put_plain}"));
    it.run("written in the plain with a key", &format!("put -k ./k1 small {put_plain}"));
    it.run("read from where it is for writing", &format!("get -k ./k1 {put} out"));
    it.run("as it would be", &format!("get -k ./k1 --dry-run {sealed} out"));
    it.matches_committed();
}
