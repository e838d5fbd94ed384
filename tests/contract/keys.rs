//! `keygen`, `key` and `mock`.

use super::Recording;

const CONFIG: &str = r#"
[keys.backup]
source = "~/k1"
[keys.gone]
source = "~/absent"
[[rules]]
endpoint = "https://s3.example.com"
prefix = "s3://demo/p/"
key = "backup"
retired = ["gone"]
"#;

/// Ends the server once it has said where it is.
const SERVE: &str = r#"
"$S3SEAL" --json mock > greeting 2> /dev/null &
until grep --quiet --no-messages environment greeting; do sleep 0.05; done
kill -s INT $!
wait $!
code=$?
cat greeting
exit $code"#;

#[test]
fn key() {
    let mut it = Recording::new("key");
    it.run("a new key", "keygen");
    it.run("a new key in hex", "keygen --format hex");
    it.run("a new key in a file", "keygen -o new");
    it.run("in a file that is there", "keygen -o new");
    it.run("raw bytes", "keygen --format raw");
    it.run("what a key is", "key show -k ./k1");
    it.run("what a key is, and the key itself", "key show --reveal -k ./k1");
    it.run("what two keys are", "key show -k ./k1 -k ./k2");
    it.run("a sheet", "key show --as sheet -k ./k1");
    it.run("the MD5s of two keys", "key md5 ./k1 ./k2");
    it.run("the MD5 of no key", "key md5 ./absent");
    it.run("converted", "key convert --as rclone -k ./k1");
    it.run("converted to a file", "key convert --as aws -k ./k1 -o raw");
    it.run("converted to raw bytes", "key convert --as aws -k ./k1");
    it.run("derived", "key derive -k ./k1 s3://demo/a");
    it.run("derived to a file", "key derive -k ./k1 -o derived s3://demo/a");
    it.run("derived from no key", "key derive s3://demo/a");
    it.run("no keys", "key list");
    it.lab.deep_file(".config/s3seal/config.toml", CONFIG.as_bytes());
    it.run("two keys, of which one cannot be read", "key list");
    it.run("the MD5 of a key by its name", "key md5 backup");
    it.matches_committed();
}

#[test]
fn key_recover() {
    let mut it = Recording::new("key-recover");
    it.lab.seal("k1", "a", b"content");
    it.lab.plain("plain", b"content");
    it.run("the key as it stands", "key recover s3://demo/a --text k1");
    it.run("to a file", "key recover s3://demo/a --text k1 -o found");
    it.run("shown", "key recover s3://demo/a --text k1 --reveal");
    it.run("of a plain object", "key recover s3://demo/plain --text k1");
    it.run("of what is not there", "key recover s3://demo/absent --text k1");
    it.pipe("of a text that opens nothing", b"short", "key recover s3://demo/a --text -");
    it.matches_committed();
}

#[test]
fn mock() {
    let mut it = Recording::new("mock");
    it.run("a command", "mock -- true");
    it.run("a command that fails", "mock -- false");
    it.run("no such command", "mock -- absent-program");
    it.shell("a server", SERVE.trim());
    it.run("no such store", "mock --behave badly -- true");
    it.matches_committed();
}
