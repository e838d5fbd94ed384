//! Keys by the rules of config.toml: the one that seals is tried first, then those that are retired.

use super::Recording;

const CONFIG: &str = r#"
[keys.new]
source = "~/k1"
[keys.old]
source = "~/k2"
[keys.oldest]
source = "~/k3"
[[rules]]
endpoint = "ENDPOINT"
prefix = "s3://demo/p/"
key = "new"
retired = ["old", "oldest"]
"#;

#[test]
fn rules() {
    let mut it = Recording::new("rules");
    for (key, object) in [("k1", "p/new"), ("k2", "p/old"), ("k3", "p/oldest"), ("k1", "elsewhere")]
    {
        it.lab.seal(key, object, b"content");
    }
    it.lab.run("put -q -k ./k3 --tag-key small s3://demo/p/tagged".split(' ')).succeeds();
    it.lab.plain("p/plain", b"content");
    let config = CONFIG.replace("ENDPOINT", it.lab.server().endpoint());
    it.lab.deep_file(".config/s3seal/config.toml", config.as_bytes());
    for command in ["head", "get", "audit", "key verify"] {
        let place = if command == "get" { " out" } else { "" };
        for object in ["p/new", "p/old", "p/oldest", "p/tagged", "p/plain", "p/absent", "elsewhere"]
        {
            it.run_several("by the rules", &format!("{command} s3://demo/{object}{place}"));
        }
        it.run_several("by name", &format!("{command} -k old s3://demo/p/old{place}"));
    }
    it.run("written", "put small s3://demo/p/written");
    it.run("written where no rule is", "put small s3://demo/written");
    it.run("copied", "cp s3://demo/p/old s3://demo/p/copy");
    it.run_several("rotated, as it would be", "rotate --dry-run s3://demo/p/old");
    it.run_results("rotated", "rotate --concurrency 1 s3://demo/p/");
    it.run_results("rotated again", "rotate --concurrency 1 s3://demo/p/");
    it.matches_committed();
}

#[test]
fn derived() {
    let mut it = Recording::new("derived");
    for object in ["a", "b"] {
        let derive = format!("key derive --json -k ./k1 s3://demo/{object}");
        let md5 = it.lab.run(derive.split(' ')).succeeds().json()["keyMd5"].clone();
        it.mask(md5.as_str().expect("an MD5"), &format!("k1-{object}"));
    }
    it.run("written", "put -k ./k1 --derive-as s3://demo small s3://demo/a");
    it.run("read", "get -k ./k1 --derive-as s3://demo s3://demo/a out");
    it.run("read with two masters", "head -k ./k2 -k ./k1 --derive-as s3://demo s3://demo/a");
    it.run("copied", "cp -k ./k1 --derive-as s3://demo s3://demo/a s3://demo/b");
    it.run("with the master itself", "get -k ./k1 s3://demo/a out");
    it.matches_committed();
}
