//! `ls`.

use super::Recording;
use super::recording::VERSIONED;

#[test]
fn ls() {
    let mut it = Recording::with("ls", |server| server.versioned_bucket(VERSIONED));
    for name in ["a", "p/a", "p/b", "p2"] {
        it.lab.plain(name, b"content");
    }
    for content in ["one", "two"] {
        it.lab
            .run(["put", "-q", "--no-key", "-", "s3://vault/x"])
            .stdin(content.as_bytes())
            .succeeds();
    }
    it.lab.run(["rm", "-q", "s3://vault/x"]).succeeds();
    it.run("the buckets", "ls");
    it.run("with totals", "ls -r --summarize s3://demo/p/");
    it.run("a bucket", "ls s3://demo");
    it.run("all of a bucket", "ls -r s3://demo");
    it.run("a folder", "ls s3://demo/p/");
    it.run("an object", "ls s3://demo/a");
    it.run("without the slash", "ls s3://demo/p");
    it.run("in detail", "ls -l s3://demo/a");
    it.run("only some", "ls -r --exclude * --include p/* s3://demo");
    it.run("every version", "ls --versions s3://vault");
    it.run("what is not there", "ls s3://demo/absent");
    it.run("no bucket", "ls s3://absent");
    it.run("no URL", "ls demo");
    it.matches_committed();
}
