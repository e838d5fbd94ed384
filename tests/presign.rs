//! Presigned URLs: used for real, by curl, with the seal's headers and never without.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Command;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::harness::{BUCKET, Done, Lab, url};

/// The status with which `curl --fail` says that the server refused.
const REFUSED: i32 = 22;

/// A lab with the key `k`, the object `sealed` and a file to upload.
fn stocked(lab: Lab) -> Lab {
    lab.key("k");
    lab.seal("k", "sealed", b"sealed");
    lab.file("report.txt", b"report");
    lab.server().clear_requests();
    lab
}

fn presign(lab: &Lab, arguments: &[&str]) -> String {
    let arguments = ["presign", "-k", "./k"].iter().chain(arguments);
    lab.run(arguments).succeeds().stdout.trim_end().to_owned()
}

fn curl(lab: &Lab, arguments: &[&str]) -> Done {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--fail"]).args(arguments);
    run(lab, curl)
}

/// Runs a line as somebody would who pasted it.
fn paste(lab: &Lab, line: &str) -> Done {
    let mut sh = Command::new("sh");
    sh.args(["-c", line]);
    run(lab, sh)
}

fn run(lab: &Lab, command: Command) -> Done {
    let mut command = lab.prepared(command);
    if lab.server().ca_pem().is_some() {
        command.env("CURL_CA_BUNDLE", lab.path("ca.pem"));
    }
    Done::from(command.output().expect("it starts"))
}

/// Each way in which the key could be written.
fn spellings(lab: &Lab, key: &str) -> Vec<String> {
    let text = String::from_utf8(lab.read(key)).unwrap();
    let base64 = text.lines().find(|line| !line.starts_with('#')).unwrap().trim().to_owned();
    let bytes = BASE64_STANDARD.decode(&base64).unwrap();
    let percent = base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    vec![base64.trim_end_matches('=').to_owned(), percent.trim_end_matches("%3D").to_owned(), hex]
}

#[track_caller]
fn hides_the_key(lab: &Lab, text: &str) {
    for spelling in spellings(lab, "k") {
        assert!(!text.contains(&spelling), "{text}");
    }
    let query = text.split_once('?').map_or("", |(_, query)| query);
    for pair in query.split(['&', '\'']) {
        let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
        assert!(!name.starts_with("x-amz-server-side-encryption"), "hoisted: {pair}");
    }
}

fn parameter(url: &str, name: &str) -> Option<String> {
    let query = url.split_once('?')?.1;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
}

#[test]
fn a_url_works_with_its_headers_and_not_without() {
    for tls in [false, true] {
        let lab = stocked(Lab::with(|server| server.tls(tls)));
        let md5 = lab.run(["key", "md5", "./k"]).succeeds().stdout.trim().to_owned();

        let got = presign(&lab, &[&url("sealed"), "--headers-file", "h"]);
        assert!(lab.server().requests().is_empty(), "signing asks nobody");
        assert_eq!(curl(&lab, &["-H", "@h", &got]).stdout, "sealed");
        assert_eq!(curl(&lab, &[&got]).code, Some(REFUSED), "GET without the headers");

        let head = presign(&lab, &["--method", "HEAD", &url("sealed"), "--headers-file", "h"]);
        let told = curl(&lab, &["--head", "-H", "@h", &head]);
        assert!(told.stdout.to_ascii_lowercase().contains("content-length: 6"), "{told:?}");
        assert_eq!(curl(&lab, &["--head", &head]).code, Some(REFUSED), "HEAD without the headers");
        assert_eq!(curl(&lab, &["-H", "@h", &head]).code, Some(REFUSED), "a HEAD's URL for a GET");

        let put = presign(&lab, &["--method", "put", &url("inbox"), "--headers-file", "h"]);
        let refused = curl(&lab, &["-T", "report.txt", &put]);
        assert_eq!(refused.code, Some(REFUSED), "PUT without the headers");
        assert!(lab.server().object(BUCKET, "inbox").is_none(), "no plaintext by accident");
        assert_eq!(curl(&lab, &["-T", "report.txt", "-H", "@h", &put]).code, Some(0));
        let stored = lab.server().object(BUCKET, "inbox").unwrap();
        assert_eq!(stored.key_md5.as_deref(), Some(md5.as_str()));
        assert_eq!(lab.run(["get", "-k./k", &url("inbox"), "-"]).succeeds().stdout, "report");

        // Another key's headers do not fit the signature.
        lab.key("other");
        let other = ["presign", "-k", "./other", "--headers-file", "o", &url("sealed")];
        lab.run(other).succeeds();
        assert_eq!(curl(&lab, &["-H", "@o", &got]).code, Some(REFUSED));

        for text in [got, head, put] {
            hides_the_key(&lab, &text);
            let signed = parameter(&text, "X-Amz-SignedHeaders").unwrap();
            for name in ["algorithm", "key", "key-md5"] {
                let header = format!("x-amz-server-side-encryption-customer-{name}");
                assert!(signed.split("%3B").any(|it| it == header), "{signed}");
            }
        }
    }
}

#[test]
fn the_line_for_curl_can_be_pasted() {
    for tls in [false, true] {
        let lab = stocked(Lab::with(|server| server.tls(tls)));
        let file = "it's the headers";
        let line = presign(&lab, &[&url("sealed"), "--headers-file", file, "--curl"]);
        hides_the_key(&lab, &line);
        assert_eq!(line.lines().count(), 1, "{line}");
        assert!(line.starts_with("curl "), "{line}");
        let told = paste(&lab, &line);
        assert_eq!(told.code, Some(0), "{line}: {}", told.stderr);
        assert_eq!(lab.read("sealed"), b"sealed");

        let put = ["--method", "PUT", &url("in/report.txt"), "--headers-file", "h", "--curl"];
        let line = presign(&lab, &put);
        hides_the_key(&lab, &line);
        let told = paste(&lab, &line);
        assert_eq!(told.code, Some(0), "{line}: {}", told.stderr);
        assert!(lab.server().object(BUCKET, "in/report.txt").unwrap().sealed);

        let head = ["--method", "HEAD", &url("sealed"), "--headers-file", "h", "--curl"];
        let told = paste(&lab, &presign(&lab, &head));
        assert!(told.stdout.contains(" 200 "), "{told:?}");
    }
    let lab = stocked(Lab::new());
    lab.run(["presign", "-k", "./k", "--curl", &url("sealed")]).exits(2).says(&["--headers-file"]);
}

/// curl expands brackets and braces in names, and folds `..`: the line must keep it from that.
#[test]
fn the_line_for_curl_means_the_object_whatever_its_name() {
    let lab = stocked(Lab::new());
    for name in
        ["report[1].txt", "a{b,c}.txt", "it's.txt", "-o", "$HOME `id`.txt", "a/../b.txt", "./c"]
    {
        let local = name.rsplit('/').next().unwrap();
        lab.file(local, name.as_bytes());
        let at = url(name);
        let put = presign(&lab, &["--method", "PUT", "--headers-file", "h", "--curl", "--", &at]);
        let told = paste(&lab, &put);
        assert_eq!(told.code, Some(0), "{put}: {}", told.stderr);
        assert!(lab.server().object(BUCKET, name).is_some_and(|it| it.sealed), "{name}: {put}");
        fs::remove_file(lab.path(local)).unwrap();
        let get = presign(&lab, &["--headers-file", "h", "--curl", &at]);
        let told = paste(&lab, &get);
        assert_eq!(told.code, Some(0), "{get}: {}", told.stderr);
        assert_eq!(lab.read(local), name.as_bytes(), "{get}");
    }
}

#[test]
fn a_url_names_its_object_and_no_other() {
    let lab = stocked(Lab::new());
    for key in [
        "a b",
        "a+b",
        "a?b=c",
        "a#b",
        "a&b=c",
        "a%41",
        "%2e",
        "ä/ü/漢字/🗝",
        "x//y",
        "/x",
        "a;b:c@d,e",
        "a\"b'c",
        "tab\tend",
        "a\\b",
        "~!*()",
        "[x]{y}",
        "a|b^c`d",
    ] {
        let at = url(key);
        lab.seal("k", key, key.as_bytes());
        let get = presign(&lab, &["--headers-file", "h", &at]);
        assert_eq!(curl(&lab, &["-g", "-H", "@h", &get]).stdout, key, "GET {get}");
        lab.run(["rm", &at]).succeeds();
        let put = presign(&lab, &["--method", "PUT", "--headers-file", "h", &at]);
        let told = curl(&lab, &["-g", "-H", "@h", "-T", "report.txt", &put]);
        assert_eq!(told.code, Some(0), "PUT {put}: {}", told.stderr);
        let mut objects = [key, "sealed"];
        objects.sort_unstable();
        lab.holds_only(&objects);
        lab.run(["rm", &at]).succeeds();
    }
}

#[test]
fn the_headers_file_is_private_and_replaced_whole() {
    let lab = stocked(Lab::new());
    let old = lab.file("h", b"old");
    fs::set_permissions(&old, fs::Permissions::from_mode(0o666)).unwrap();
    let before = fs::metadata(&old).unwrap().ino();
    fs::hard_link(&old, lab.path("kept")).unwrap();
    presign(&lab, &[&url("sealed"), "--headers-file", "h"]);
    let after = fs::metadata(&old).unwrap();
    assert_eq!(after.permissions().mode() & 0o777, 0o600);
    assert_ne!(after.ino(), before, "another file took its place");
    assert_eq!(lab.read("kept"), b"old", "and whoever has the old one open still reads that");

    let text = String::from_utf8(lab.read("h")).unwrap();
    let names: Vec<_> = text.lines().map(|line| line.split(": ").next().unwrap()).collect();
    for name in ["algorithm", "key", "key-md5"] {
        let header = format!("x-amz-server-side-encryption-customer-{name}");
        assert!(names.iter().any(|it| it.eq_ignore_ascii_case(&header)), "{text}");
    }
    let leftovers: Vec<_> = fs::read_dir(lab.home())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(".s3seal"))
        .collect();
    assert!(leftovers.is_empty(), "{leftovers:?}");

    fs::create_dir(lab.path("folder")).unwrap();
    for (path, code) in [("absent/h", 3), ("folder", 1)] {
        let run = lab.run(["presign", "-k", "./k", "--headers-file", path, &url("sealed")]);
        let told = run.exits(code).says(&[path, "hint: "]);
        assert!(told.stdout.is_empty(), "no URL without its headers");
    }
}

#[test]
fn json_has_the_names_of_the_headers_and_no_values() {
    let lab = stocked(Lab::new());
    let before = SystemTime::now();
    let arguments = ["presign", "-k./k", "--json", "--expires-in", "15m", &url("sealed")];
    let done = lab.run(arguments.iter().chain(&["--headers-file", "h"])).succeeds();
    let after = SystemTime::now();
    let item = done.json();
    assert_eq!(item["op"], "presign");
    assert_eq!(item["method"], "GET");
    assert_eq!(item["headersFile"], "h");
    let names: Vec<_> =
        item["headers"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    for name in ["algorithm", "key", "key-md5"] {
        let header = format!("x-amz-server-side-encryption-customer-{name}");
        assert!(names.contains(&header.as_str()), "{names:?}");
    }
    let quarter = Duration::from_secs(15 * 60);
    let expires = humantime::parse_rfc3339(item["expires"].as_str().unwrap()).unwrap();
    // The text has no fractions of a second.
    assert!(expires >= before + quarter - Duration::from_secs(1) && expires <= after + quarter);
    let link = item["url"].as_str().unwrap();
    assert_eq!(parameter(link, "X-Amz-Expires").as_deref(), Some("900"));
    hides_the_key(&lab, &done.stdout);
    hides_the_key(&lab, link);
    assert!(!done.stdout.contains("AES256"), "{}", done.stdout);
    assert_eq!(curl(&lab, &["-H", "@h", link]).stdout, "sealed");

    let method = |name: &str| {
        let run = lab.run(["presign", "-k./k", "--json", "--method", name, &url("sealed")]);
        run.succeeds().json()["method"].as_str().unwrap().to_owned()
    };
    assert_eq!(["GET", "PUT", "HEAD"].map(method), ["GET", "PUT", "HEAD"]);
    let run = lab.run(["presign", "-k./k", "--json", "--curl", "--headers-file", "h", &url("x")]);
    run.exits(2);
}

#[test]
fn how_long_a_url_may_live() {
    let lab = stocked(Lab::new());
    let default = presign(&lab, &[&url("sealed")]);
    assert_eq!(parameter(&default, "X-Amz-Expires").as_deref(), Some("3600"));
    for (text, seconds) in [
        ("1", "1"),
        ("90", "90"),
        ("15m", "900"),
        ("1h", "3600"),
        ("1h 30m", "5400"),
        ("7d", "604800"),
        ("604800", "604800"),
    ] {
        let link = presign(&lab, &["--expires-in", text, &url("sealed")]);
        assert_eq!(parameter(&link, "X-Amz-Expires").as_deref(), Some(seconds), "{text}");
    }
    for text in ["", "0", "0s", "500ms", "soon", "604801", "8d", "99999999999999999999"] {
        let told = lab.run(["presign", "-k./k", &format!("--expires-in={text}"), &url("sealed")]);
        assert!(told.exits(2).says(&["--expires-in"]).stdout.is_empty(), "{text}");
    }
    let told = lab.run(["presign", "-k./k", "--expires-in=8d", &url("sealed")]).exits(2);
    told.says(&["7 days"]);
}

#[test]
fn a_key_or_the_word_that_there_is_none() {
    let lab = stocked(Lab::new());
    lab.run(["put", "--no-key", "report.txt", &url("plain")]).succeeds();
    lab.run(["presign", &url("plain")]).exits(2).says(&["no key", "--no-key"]);
    lab.run(["presign", "--no-key", "-k", "./k", &url("plain")]).exits(2);
    let link = lab.run(["presign", "--no-key", &url("plain")]).succeeds().stdout;
    assert_eq!(curl(&lab, &[link.trim()]).stdout, "report");
    let line = lab.run(["presign", "--no-key", "--curl", &url("plain")]).succeeds().stdout;
    assert_eq!(paste(&lab, &line).code, Some(0), "{line}");
    assert_eq!(lab.read("plain"), b"report");
    // A sealed object cannot be read so.
    let link = lab.run(["presign", "--no-key", &url("sealed")]).succeeds().stdout;
    assert_eq!(curl(&lab, &[link.trim()]).code, Some(REFUSED));
    // The environment's key counts as one given.
    let key = String::from_utf8(lab.read("k")).unwrap();
    let key = key.lines().last().unwrap().to_owned();
    let run = lab.run(["presign", "--headers-file", "h", &url("sealed")]).env("S3SEAL_KEY", key);
    let link = run.succeeds().stdout;
    assert_eq!(curl(&lab, &["-H", "@h", link.trim()]).stdout, "sealed");
}

#[test]
fn an_uploads_attributes_are_signed() {
    let lab = stocked(Lab::new());
    let at = url("page");
    let put = ["--method", "PUT", "--content-type", "text/x-page", "--metadata", "owner=ops", &at];
    let link = presign(&lab, &[&put[..], &["--headers-file", "h"]].concat());
    assert!(parameter(&link, "X-Amz-SignedHeaders").unwrap().contains("content-type"), "{link}");
    let other = ["-T", "report.txt", "-H", "@h", "-H", "content-type: text/html", &link];
    assert_eq!(curl(&lab, &other).code, Some(REFUSED), "another type");
    assert_eq!(curl(&lab, &["-T", "report.txt", "-H", "@h", &link]).code, Some(0));
    let stored = lab.server().object(BUCKET, "page").unwrap();
    assert_eq!(stored.content_type, "text/x-page");
    assert_eq!(stored.metadata["owner"], "ops");

    // Without a key as well, the line for curl has what the signature asks for.
    lab.file("page", b"page");
    let line = lab.run(["presign", "--no-key", "--curl"].iter().chain(&put)).succeeds().stdout;
    let told = paste(&lab, &line);
    assert_eq!(told.code, Some(0), "{line}: {}", told.stderr);
    assert_eq!(lab.server().object(BUCKET, "page").unwrap().content_type, "text/x-page");
}

#[test]
fn one_version_can_be_meant() {
    let lab = stocked(Lab::with(|server| server.versioned_bucket("history")));
    let at = "s3://history/x";
    for text in ["old", "new"] {
        lab.file("x", text.as_bytes());
        lab.run(["put", "-k./k", "x", at]).succeeds();
    }
    let oldest = lab.server().versions("history").last().unwrap().1.clone();
    let link = presign(&lab, &["--version-id", &oldest, "--headers-file", "h", at]);
    assert_eq!(curl(&lab, &["-H", "@h", &link]).stdout, "old");
    let run = lab.run(["presign", "-k./k", "--method", "PUT", "--version-id", &oldest, at]);
    run.exits(2).says(&["version"]);
}

#[test]
fn credentials_that_end_before_the_url_are_warned_of() {
    let lab = stocked(Lab::new());
    let end = humantime::format_rfc3339_seconds(SystemTime::now() + Duration::from_secs(20 * 60));
    let (id, secret) = (lab.server().access_key(), lab.server().secret_key());
    let credentials = format!(
        r#"{{"Version": 1, "AccessKeyId": "{id}", "SecretAccessKey": "{secret}", "Expiration": "{end}"}}"#
    );
    lab.file("credentials.json", credentials.as_bytes());
    lab.file("config", b"[default]\ncredential_process = cat credentials.json\n");
    let presign = |expiry: &str| {
        let run = lab.run([
            "presign",
            "-k./k",
            "--headers-file",
            "h",
            "--expires-in",
            expiry,
            &url("sealed"),
        ]);
        let run = run.without_env("AWS_ACCESS_KEY_ID").without_env("AWS_SECRET_ACCESS_KEY");
        run.env("AWS_CONFIG_FILE", "config").succeeds()
    };
    let told = presign("1h").says(&["warning: ", "credentials expire", &end.to_string()]);
    assert_eq!(curl(&lab, &["-H", "@h", told.stdout.trim()]).stdout, "sealed");
    assert!(!presign("5m").stderr.contains("warning"));
    let none = lab.run(["presign", "-k./k", &url("sealed")]);
    none.without_env("AWS_ACCESS_KEY_ID").exits(5).says(&["credentials", "hint: "]);
}
