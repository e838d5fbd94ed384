//! `head` of a presigned URL: no account, and the key that came with the URL alone.

use super::{bare, presign, refused_at_once, sent, stocked, stranger};
use crate::harness::{Lab, url};

fn presigned_head(lab: &Lab, arguments: &[&str], object: &str) -> String {
    presign(lab, &[arguments, &["--method", "HEAD", &url(object)]].concat())
}

#[test]
fn a_url_for_a_head_shows_the_metadata() {
    for tls in [false, true] {
        let lab = stocked(Lab::with(|server| server.tls(tls)));
        let md5 = lab.run(["key", "md5", "./k"]).succeeds().stdout.trim().to_owned();
        let link = presigned_head(&lab, &["-k", "./k"], "x");
        lab.server().clear_requests();
        let head = stranger(&lab, &["head", "-k./k", "--json", &link]).succeeds().json();
        assert_eq!(head["ContentLength"], 6);
        assert_eq!(head["SSECustomerKeyMD5"], md5.as_str());
        let requests = sent(&lab);
        assert_eq!(requests.len(), 1, "{requests:?}");
        assert_eq!((requests[0].method.as_str(), requests[0].key_md5()), ("HEAD", Some(&*md5)));
        let shown = stranger(&lab, &["head", "-k./k", &link]).succeeds().stdout;
        assert!(
            shown.starts_with(&format!("{}\n", bare(&link))) && shown.contains(&md5),
            "{shown}"
        );
        assert!(!shown.contains("ignature="), "{shown}");
    }
}

#[test]
fn plain_objects_need_no_key() {
    let lab = stocked(Lab::new());
    lab.plain("plain", b"plain");
    let link = presigned_head(&lab, &["--no-key"], "plain");
    let head = stranger(&lab, &["head", "--json", &link]).succeeds().json();
    assert_eq!(head["ContentLength"], 5);
    refused_at_once(&lab, &["head", "-k./k", &link], 6, &["without the seal's headers"]);
    stranger(&lab, &["head", "-k./k", "--allow-plain", &link]).succeeds();
}

/// A rule is for a store that the user knows, and a URL may lead anywhere.
#[test]
fn no_rule_gives_its_key_to_a_url() {
    let lab = stocked(Lab::new());
    let rule = format!(
        "[keys.k]\nsource = \"./k\"\n[[rules]]\nendpoint = \"{}\"\nprefix = \"s3://demo\"\nkey = \"k\"\n",
        lab.server().endpoint()
    );
    lab.file("config.toml", rule.as_bytes());
    let link = presigned_head(&lab, &["-k", "./k"], "x");
    lab.server().clear_requests();
    let head = stranger(&lab, &["head", &link]).env("S3SEAL_CONFIG", lab.path("config.toml"));
    head.fails(4).says(&["no key was given", "hint: "]);
    assert!(sent(&lab).is_empty());
    let head = stranger(&lab, &["head", "--json", &link]).env("S3SEAL_KEY", "file:./k");
    head.succeeds();
}

#[test]
fn a_refusal_without_words_names_what_it_can_mean() {
    let lab = stocked(Lab::new());
    let link = presigned_head(&lab, &["-k", "./k"], "x");
    let other = stranger(&lab, &["head", "-k./other", &link]).fails(4);
    other.says(&["another key than the one given (key-MD5 ", "another method than HEAD", "hint: "]);
    // The one that fits is found.
    stranger(&lab, &["head", "-k./other", "-k./k", &link]).succeeds();
    let (before, after) = link.split_once("X-Amz-Signature=").unwrap();
    let other = if after.starts_with('0') { "1" } else { "0" };
    let changed = format!("{before}X-Amz-Signature={other}{}", &after[1..]);
    stranger(&lab, &["head", "-k./k", &changed]).fails(4).says(&["changed on its way", "hint: "]);
    let gone = presigned_head(&lab, &["-k", "./k"], "absent");
    stranger(&lab, &["head", "-k./k", &gone]).fails(3).says(&["no such object", "hint: "]);
    // The object that is there now is not sealed.
    lab.plain("x", b"plain");
    stranger(&lab, &["head", "-k./k", &link]).fails(6).says(&["is not sealed", "hint: "]);
    let plain = presigned_head(&lab, &["--no-key"], "y");
    lab.seal("k", "y", b"sealed");
    stranger(&lab, &["head", &plain]).fails(4).says(&["the object is sealed", "hint: "]);
}

#[test]
fn urls_and_objects_stand_side_by_side() {
    let lab = stocked(Lab::new());
    let link = presigned_head(&lab, &["-k", "./k"], "x");
    let heads = lab.run(["head", "-k", "./k", &link, &url("x")]).succeeds().stdout;
    assert!(heads.contains(bare(&link)) && heads.contains("\ns3://demo/x\n"), "{heads}");
    let (before, after) = link.split_once("X-Amz-Date=").unwrap();
    let expired =
        format!("{before}X-Amz-Date=20200101T000000Z{}", &after["20200101T000000Z".len()..]);
    refused_at_once(&lab, &["head", "-k./k", &expired], 5, &["expired"]);
    refused_at_once(&lab, &["head", "-k./k", "--version-id", "v", &link], 2, &["--version-id"]);
}
