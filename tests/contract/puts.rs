//! `put`.

use super::Recording;
use crate::harness::noise;

#[test]
fn put() {
    let mut it = Recording::new("put");
    it.run(
        "the first sealed write to a bucket proves it with an upload of one part",
        "put -k ./k1 small s3://demo/a",
    );
    it.run("the next one", "put -k ./k1 small s3://demo/a");
    it.run("of several keys the first writes", "put -k ./k2 -k ./k1 small s3://demo/b");
    it.run("with a tag", "put -k ./k1 --tag-key small s3://demo/tagged");
    it.run("with attributes", "put -k ./k1 --cache-control no-cache --metadata a=1 --tagging t=1 --storage-class STANDARD_IA --preserve --content-type text/x small s3://demo/c");
    it.run("without a key", "put --no-key small s3://demo/plain");
    it.run("with the store's key", "put --sse AES256 small s3://demo/sse");
    it.run("with a key of KMS", "put --sse aws:kms --sse-kms-key-id alias/a small s3://demo/kms");
    it.run("what would be done", "put -k ./k1 --dry-run small s3://demo/a");
    it.pipe("standard input", b"piped", "put -k ./k1 - s3://demo/piped");
    it.lab.file("large", &noise((10 << 20) + 5));
    it.run_several(
        "in parts",
        "put -k ./k1 --concurrency 1 --part-size 5MiB large s3://demo/large",
    );
    it.run_several(
        "in parts, without a key",
        "put --no-key --concurrency 1 --part-size 5MiB large s3://demo/large",
    );
    it.run("on a condition that holds", "put -k ./k1 --if-none-match * small s3://demo/new");
    it.run(
        "on a condition that does not hold",
        "put -k ./k1 --if-none-match * small s3://demo/new",
    );
    it.run("on the ETag of another object", "put -k ./k1 --if-match abc small s3://demo/new");
    for name in ["tree/a", "tree/b/c", "tree/d"] {
        it.lab.deep_file(name, name.as_bytes());
    }
    it.run_several("a folder", "put -k ./k1 -r --concurrency 1 tree s3://demo/tree");
    it.run_several("a folder, as it would be", "put -k ./k1 -r --dry-run tree s3://demo/tree");
    it.lab.file("list", b"b/c\nabsent\n");
    it.run_several(
        "what a list names",
        "put -k ./k1 --concurrency 1 --files-from list tree s3://demo/listed",
    );
    it.run_several(
        "several files, one of them missing",
        "put -k ./k1 --concurrency 1 small absent s3://demo/several/",
    );
    it.run("no key", "put small s3://demo/a");
    it.run("no file", "put -k ./k1 absent s3://demo/a");
    it.run("no key file", "put -k ./absent small s3://demo/a");
    it.run("no bucket", "put -k ./k1 small s3://absent/a");
    it.run("no such option", "put --colour small s3://demo/a");
    it.run("denied", "put -k ./k1 small s3://demo/denied/a");
    it.run_several(
        "a part is denied",
        "put -k ./k1 --concurrency 1 --part-size 5MiB large s3://demo/parts-denied/a",
    );
    it.run("unavailable", "put -k ./k1 --max-attempts 1 small s3://demo/down/a");
    it.matches_committed();
}
