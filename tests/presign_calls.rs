//! `presign --as`: the whole call for other tools, run as it stands by the real ones; what is printed never has the key.
//! A tool that is not installed is left out, but not in CI.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use s3seal_mock::{Answer, Behavior};

use crate::harness::{BUCKET, Done, Lab, url};

const TOOLS: [&str; 5] = ["curl", "wget", "powershell", "python", "fetch"];
/// How a command line with a file ends.
const HEADERS: [&str; 2] = ["--headers-file", "it's h"];

fn is_installed(tool: &str) -> bool {
    let found = Command::new(tool).arg("--version").output().is_ok_and(|it| it.status.success());
    assert!(found || std::env::var_os("CI").is_none(), "{tool} is missing");
    found
}

/// A lab with the key `k`, the object `sealed` and a file to upload.
fn stocked(tls: bool) -> Lab {
    let lab = Lab::with(|server| server.tls(tls));
    lab.key("k");
    lab.seal("k", "sealed", b"sealed");
    lab.file("report.txt", b"report");
    lab
}

#[track_caller]
fn presign(lab: &Lab, arguments: &[&str]) -> String {
    let done = lab.run(["presign", "-k", "./k"].iter().chain(arguments)).succeeds();
    hides_the_key(lab, &done.stdout);
    hides_the_key(lab, &done.stderr);
    done.stdout
}

#[track_caller]
fn hides_the_key(lab: &Lab, text: &str) {
    let base64 = key_text(lab);
    assert!(!text.contains(base64.trim_end_matches('=')), "{text}");
    assert!(!text.contains(&base64.replace('+', "%2B").replace('/', "%2F")[..40]), "{text}");
}

fn key_text(lab: &Lab) -> String {
    let text = String::from_utf8(lab.read("k")).unwrap();
    text.lines().find(|line| !line.starts_with('#')).unwrap().to_owned()
}

/// Runs a program as a user would who was given nothing else.
fn run(lab: &Lab, program: &str, arguments: &[&str]) -> Done {
    let mut command = Command::new(program);
    command.args(arguments);
    let mut command = lab.prepared(command);
    for name in ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "S3SEAL_KEY"] {
        command.env_remove(name);
    }
    if lab.server().ca_pem().is_some() {
        for name in ["CURL_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"] {
            command.env(name, lab.path("ca.pem"));
        }
    }
    Done::from(command.output().expect("it starts"))
}

#[test]
fn wget_reads_and_writes_with_its_line() {
    if !is_installed("wget") {
        return;
    }
    for tls in [false, true] {
        let lab = stocked(tls);
        let call = |arguments: &[&str]| {
            let line = presign(&lab, &[&["--as", "wget"], arguments, &HEADERS].concat());
            assert_eq!(line.lines().count(), 1, "{line}");
            let mode = fs::metadata(lab.path("it's h")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            if tls {
                // The configuration is the headers' file; and wget takes no authority from the environment.
                let config = String::from_utf8(lab.read("it's h")).unwrap();
                let authority = lab.path("ca.pem");
                lab.file(
                    "it's h",
                    format!("{config}ca_certificate = {}\n", authority.display()).as_bytes(),
                );
            }
            let told = run(&lab, "sh", &["-c", &line]);
            hides_the_key(&lab, &told.stderr);
            (told, line)
        };
        let (told, line) = call(&[&url("sealed")]);
        assert_eq!(told.code, Some(0), "{line}: {}", told.stderr);
        assert_eq!(lab.read("sealed"), b"sealed");

        let (told, line) = call(&["--method", "PUT", &url("in/report.txt")]);
        assert_eq!(told.code, Some(0), "{line}: {}", told.stderr);
        let stored = lab.server().object(BUCKET, "in/report.txt").unwrap();
        assert!(stored.sealed && stored.content_type == "application/octet-stream");
        assert_eq!(
            lab.run(["get", "-k./k", &url("in/report.txt"), "-"]).succeeds().stdout,
            "report"
        );

        let (told, line) = call(&["--method", "HEAD", &url("sealed")]);
        assert_eq!(told.code, Some(0), "{line}: {}", told.stderr);
        assert!(told.stderr.contains("200 OK"), "{}", told.stderr);
    }
}

#[test]
fn pythons_standard_library_is_enough() {
    if !is_installed("python3") {
        return;
    }
    for tls in [false, true] {
        let lab = stocked(tls);
        let call = |arguments: &[&str]| {
            let script = presign(&lab, &[&["--as", "python"], arguments, &HEADERS].concat());
            let told = run(&lab, "python3", &["-I", "-c", &script]);
            hides_the_key(&lab, &told.stderr);
            (told, script)
        };
        let (told, script) = call(&[&url("sealed")]);
        assert_eq!(told.code, Some(0), "{script}: {}", told.stderr);
        assert_eq!(lab.read("sealed"), b"sealed");

        let put = ["--method", "PUT", "--metadata", "owner=ops", &url("in/report.txt")];
        let (told, script) = call(&put);
        assert_eq!(told.code, Some(0), "{script}: {}", told.stderr);
        let stored = lab.server().object(BUCKET, "in/report.txt").unwrap();
        assert!(stored.sealed && stored.content_type == "application/octet-stream");
        assert_eq!(stored.metadata["owner"], "ops");
        let (told, script) = call(&[&["--content-type", "text/x-page"], &put[..]].concat());
        assert_eq!(told.code, Some(0), "{script}: {}", told.stderr);
        let stored = lab.server().object(BUCKET, "in/report.txt").unwrap();
        assert_eq!(stored.content_type, "text/x-page");

        let (told, script) = call(&["--method", "HEAD", &url("sealed")]);
        assert_eq!(told.code, Some(0), "{script}: {}", told.stderr);
        assert!(told.stdout.to_ascii_lowercase().contains("content-length: 6"), "{}", told.stdout);

        let (told, _) = call(&[&url("absent")]);
        assert_ne!(told.code, Some(0));
        assert!(told.stderr.contains("404") && !lab.path("absent").exists(), "{}", told.stderr);
    }
}

/// As a page would import it; what only a browser does is tried by a browser, `tests/stores/browser.sh`.
#[test]
fn the_pages_module_takes_the_key_in_any_form() {
    if !is_installed("node") {
        return;
    }
    for tls in [false, true] {
        let lab = stocked(tls);
        let node = |module: &str, program: &str| {
            lab.file("module.mjs", module.as_bytes());
            lab.file("program.mjs", program.as_bytes());
            let told = run(&lab, "node", &["program.mjs", &key_text(&lab)]);
            hides_the_key(&lab, &told.stderr);
            told
        };
        let download = presign(&lab, &["--as", "fetch", &url("sealed")]);
        let told = node(
            &download,
            r##"
import fs from "node:fs";
import { download } from "./module.mjs";
const text = process.argv[2], bytes = Buffer.from(text, "base64");
const forms = [text, text.replace(/=+$/, ""), bytes.toString("base64url"), bytes.toString("hex"),
  bytes, new Blob([bytes]), new Blob([fs.readFileSync("k")]), fs.readFileSync("k", "utf8")];
for (const form of forms) console.log(await (await download(form)).text());
for (const form of ["", "short", new Blob(["# nothing\n"]), bytes.subarray(1), btoa("x".repeat(32))]) {
  await download(form).then(() => console.log("opened"), (error) => console.log(error.message.slice(0, 40)));
}
"##,
        );
        assert_eq!(told.code, Some(0), "{download}: {}", told.stderr);
        let lines: Vec<_> = told.stdout.lines().collect();
        assert_eq!(lines[..8], ["sealed"; 8]);
        assert_eq!(lines[8], "this is no key of 32 bytes");
        assert!(lines[12].starts_with("403: ") || lines[12].starts_with("400: "), "{lines:?}");
        assert!(!lines.contains(&"opened"), "{lines:?}");

        let upload = presign(&lab, &["--as", "fetch", "--method", "PUT", &url("by-page")]);
        let program = r#"
import { upload } from "./module.mjs";
const answer = await upload(process.argv[2], new Blob(["from the page"], { type: "text/plain" }));
console.log(answer.headers.get("etag") !== null);
"#;
        let told = node(&upload, program);
        assert_eq!((told.code, told.stdout.trim()), (Some(0), "true"), "{}", told.stderr);
        let stored = lab.server().object(BUCKET, "by-page").unwrap();
        assert!(stored.sealed && stored.content_type == "text/plain");

        let head = presign(&lab, &["--as", "fetch", "--method", "HEAD", &url("sealed")]);
        let program = r#"
import { head } from "./module.mjs";
console.log((await head(process.argv[2])).headers.get("content-length"));
"#;
        assert_eq!(node(&head, program).stdout.trim(), "6");

        lab.run(["put", "--no-key", "report.txt", &url("plain")]).succeeds();
        let plain = lab.run(["presign", "--no-key", "--as", "fetch", &url("plain")]).succeeds();
        let program = r#"
import { download } from "./module.mjs";
console.log(await (await download()).text());
"#;
        assert_eq!(node(&plain.stdout, program).stdout.trim(), "report");
    }
}

/// A store that takes the key and keeps the plaintext gives no proof.
#[test]
fn no_proof_is_an_error() {
    let lab = Lab::with(|server| server.behave(Behavior::IgnoresSseC));
    lab.key("k");
    lab.file("report.txt", b"report");
    for (tool, program) in [("python", "python3"), ("fetch", "node")] {
        if !is_installed(program) {
            continue;
        }
        let headers = if tool == "fetch" { &[][..] } else { &HEADERS[..] };
        let at = url("report.txt");
        let put = [&["--as", tool, "--method", "PUT", &at], headers].concat();
        let call = presign(&lab, &put);
        let told = if tool == "python" {
            run(&lab, program, &["-I", "-c", &call])
        } else {
            let start = "upload(process.argv[1], \"x\").then(() => {}, (e) => { console.error(e.message); process.exit(1); });";
            let script = format!("{call}\n{start}");
            run(&lab, program, &["--input-type=module", "-e", &script, &key_text(&lab)])
        };
        assert_eq!(told.code, Some(1), "{tool}: {}", told.stderr);
        assert!(told.stderr.contains("the store"), "{tool}: {}", told.stderr);
        hides_the_key(&lab, &told.stderr);
    }
}

/// Another host must not get the key.
#[test]
fn redirects_are_not_followed() {
    let lab = stocked(false);
    for tool in TOOLS {
        let headers = if tool == "fetch" { &[][..] } else { &HEADERS[..] };
        let call = presign(&lab, &[&["--as", tool, &url("sealed")], headers].concat());
        let expected = match tool {
            // It follows none unless told to.
            "curl" => "curl --fail ",
            "wget" => " --max-redirect=0 ",
            "powershell" => " -MaximumRedirection 0 ",
            "python" => "build_opener(NoRedirect)",
            _ => "redirect: \"error\"",
        };
        assert!(call.contains(expected) && !call.contains(" -L "), "{call}");
    }

    // Nor in truth.
    let thief = Lab::new();
    let location = format!("{}/demo/sealed", thief.server().endpoint());
    let lab = Lab::with(|server| {
        server.interceptor(move |request| {
            let redirect = || Answer::respond(307, &[("Location", location.as_str())], "");
            (request.operation == "GetObject").then(redirect)
        })
    });
    lab.key("k");
    for (tool, program) in
        [("curl", "curl"), ("wget", "wget"), ("python", "python3"), ("fetch", "node")]
    {
        if !is_installed(program) {
            continue;
        }
        let headers = if tool == "fetch" { &[][..] } else { &HEADERS[..] };
        let call = presign(&lab, &[&["--as", tool, &url("sealed")], headers].concat());
        match tool {
            "curl" | "wget" => run(&lab, "sh", &["-c", &call]),
            "python" => run(&lab, program, &["-I", "-c", &call]),
            _ => {
                let script = format!("{call}\nawait download(process.argv[1]);");
                run(&lab, program, &["--input-type=module", "-e", &script, &key_text(&lab)])
            }
        };
        assert_eq!(thief.server().requests().len(), 0, "{tool} has gone to another host");
    }
    assert!(lab.server().requests().len() >= 3, "all of them asked the store");
}

#[test]
fn powershells_lines() {
    let lab = stocked(false);
    let at = url("it's \u{2019}.txt");
    let get = presign(&lab, &["--as", "powershell", "--headers-file", "it's h", &at]);
    let lines: Vec<_> = get.lines().collect();
    assert_eq!(lines[0], "$headers = @{}");
    assert_eq!(
        lines[1],
        "Get-Content -LiteralPath 'it''s h' | ForEach-Object { $name, $value = $_ -split ': ', 2; $headers[$name] = $value }"
    );
    assert!(lines[2].starts_with("Invoke-WebRequest -UseBasicParsing -MaximumRedirection 0 -Headers $headers -OutFile 'it''s \u{2019}\u{2019}.txt' -Uri 'http"), "{get}");
    assert_eq!(lines.len(), 3);
    let put = ["--as", "powershell", "--method", "PUT", "--headers-file", "h", &at];
    let plain = presign(&lab, &put);
    assert!(
        plain.contains(" -Method Put -InFile '") && plain.contains("-ContentType 'appl"),
        "{plain}"
    );
    let typed = presign(&lab, &[&["--content-type", "text/x"], &put[..]].concat());
    assert!(typed.contains("$headers.Remove('content-type')"), "{typed}");
    let head =
        presign(&lab, &["--as", "powershell", "--method", "HEAD", "--headers-file", "h", &at]);
    assert!(head.trim_end().ends_with(").Headers"), "{head}");
    let done = lab.run([
        "presign",
        "--no-key",
        "--as",
        "powershell",
        "--method",
        "PUT",
        "--acl",
        "private",
        &at,
    ]);
    assert!(done.succeeds().stdout.contains("$headers['x-amz-acl'] = 'private'"));
}

#[test]
fn the_rule_for_a_page_is_told() {
    let lab = stocked(false);
    let fetch = ["presign", "-k", "./k", "--as", "fetch", "--origin", "https://App.example.org"];
    let rule = |more: &[&str]| {
        let done = lab.run([&["--json"], &fetch[..], more].concat()).succeeds();
        hides_the_key(&lab, &done.stdout);
        done.json()["cors"]["CORSRules"][0].clone()
    };
    let prefix = "x-amz-server-side-encryption-customer-";
    let seal: Vec<_> =
        ["algorithm", "key", "key-md5"].iter().map(|it| format!("{prefix}{it}")).collect();
    let get = rule(&[&url("sealed")]);
    assert_eq!(get["AllowedOrigins"], serde_json::json!(["https://app.example.org"]));
    assert_eq!(get["AllowedMethods"], serde_json::json!(["GET"]));
    let mut allowed: Vec<_> =
        get["AllowedHeaders"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    allowed.sort_unstable();
    assert_eq!(allowed, seal);
    assert!(get["ExposeHeaders"].to_string().contains("customer-key-MD5"), "{get}");
    let put = rule(&["--method", "PUT", "--metadata", "a=b", &url("new")]);
    let allowed = put["AllowedHeaders"].to_string();
    assert!(allowed.contains("content-type") && allowed.contains("x-amz-meta-a"), "{allowed}");

    let done = lab.run([&fetch[..], &[&url("sealed")]].concat()).succeeds();
    done.says(&["put-bucket-cors --bucket demo", "\"AllowedOrigins\"", "https://app.example.org"]);
    let quiet = lab.run([&["-q"], &fetch[..], &[&url("sealed")]].concat()).succeeds();
    assert_eq!(quiet.stderr, "");
    let done = lab.run(["presign", "-k", "./k", "--as", "fetch", &url("sealed")]).succeeds();
    done.says(&["https://THE-PAGE"]);
}

#[test]
fn every_call_is_in_the_json() {
    let lab = stocked(false);
    for tool in TOOLS {
        let headers = if tool == "fetch" { &[][..] } else { &HEADERS[..] };
        let at = url("sealed");
        let arguments = [&["--as", tool, &at], headers].concat();
        let item =
            lab.run([&["--json", "presign", "-k", "./k"], &arguments[..]].concat()).succeeds();
        hides_the_key(&lab, &item.stdout);
        let item = item.json();
        assert!(item["call"].as_str().unwrap().contains(item["url"].as_str().unwrap()), "{item}");
        assert_eq!(item.get("cors").is_some(), tool == "fetch");
    }
}

#[test]
fn what_cannot_work_is_refused() {
    let lab = stocked(false);
    let presign = |more: &[&str]| lab.run(["presign", "-k", "./k"].iter().chain(more));
    for tool in ["curl", "wget", "powershell", "python"] {
        let told = presign(&["--as", tool, &url("sealed")]).fails(2);
        told.says(&["needs --headers-file", "hint: add --headers-file"]);
    }
    let told = presign(&["--as", "fetch", "--headers-file", "h", &url("sealed")]).fails(2);
    told.says(&["reads no headers' file", "leave out --headers-file"]);
    assert!(!lab.path("h").exists());
    for tool in ["wget", "powershell"] {
        let told = presign(&["--as", tool, "--headers-file", "h", &url("a/../b")]).fails(2);
        told.says(&["out of a URL", "--as curl"]);
    }
    presign(&["--as", "fetch", &url("a/./b")]).fails(2).says(&["out of a URL", "--as python"]);
    presign(&["--as", "python", "--headers-file", "h", &url("a/../b")]).succeeds();
    let origin = ["--origin", "https://a.example"];
    let told =
        presign(&[&["--as", "curl", "--headers-file", "h", &url("x")], &origin[..]].concat());
    told.fails(2).says(&["only a page has an origin"]);
    presign(&[&[&*url("x")], &origin[..]].concat()).fails(2).says(&["--as"]);
    presign(&["--as", "fetch", "--origin", "example.org", &url("x")]).fails(2).says(&["--origin"]);
    presign(&["--as", "curl", "--curl", "--headers-file", "h", &url("x")]).fails(2);
    presign(&["--as", "s3cmd", &url("x")]).fails(2).says(&["possible values"]);
}

#[test]
fn the_old_option_is_the_same_line() {
    let lab = stocked(false);
    let line = |option: &[&str]| {
        let line = presign(&lab, &[option, &["--headers-file", "h", &url("sealed")]].concat());
        line.split(" '").next().unwrap().to_owned()
    };
    assert_eq!(line(&["--curl"]), line(&["--as", "curl"]));
}

/// Names that mean something in the languages of the calls.
#[test]
fn names_do_not_become_code() {
    let lab = stocked(false);
    for name in [
        "a\"b'c.txt",
        "-o",
        "$(id)`id`.txt",
        "a\\b",
        "</script>",
        "${x}",
        "\u{2028}x",
        "*/x",
        "a\nb",
    ] {
        let at = url(name);
        lab.seal("k", name, name.as_bytes());
        let local = name.rsplit('/').next().unwrap();
        for (tool, program) in [("wget", "wget"), ("python", "python3"), ("fetch", "node")] {
            if !is_installed(program) {
                continue;
            }
            let headers = if tool == "fetch" { &[][..] } else { &HEADERS[..] };
            let call = presign(&lab, &[&["--as", tool][..], headers, &["--", &at]].concat());
            let told = match tool {
                "wget" => run(&lab, "sh", &["-c", &call]),
                "python" => run(&lab, program, &["-I", "-c", &call]),
                _ => {
                    let script = format!(
                        "{call}\nprocess.stdout.write(await (await download(process.argv[1])).text());"
                    );
                    run(&lab, program, &["--input-type=module", "-e", &script, &key_text(&lab)])
                }
            };
            assert_eq!(told.code, Some(0), "{call}: {}", told.stderr);
            if tool == "fetch" {
                assert_eq!(told.stdout, name, "{call}");
            } else {
                assert_eq!(lab.read(local), name.as_bytes(), "{call}");
                fs::remove_file(lab.path(local)).unwrap();
            }
        }
        lab.run(["rm", "--", &at]).succeeds();
    }
}

/// Without a key no header is a secret, and all of them stand in the call.
#[test]
fn plain_objects_need_no_file() {
    let lab = stocked(false);
    for (tool, program) in [("curl", "curl"), ("wget", "wget"), ("python", "python3")] {
        if !is_installed(program) {
            continue;
        }
        let call = |arguments: &[&str]| {
            let presign = [&["presign", "--no-key", "--as", tool], arguments].concat();
            let call = lab.run(presign).succeeds().stdout;
            let told = match tool {
                "python" => run(&lab, program, &["-I", "-c", &call]),
                _ => run(&lab, "sh", &["-c", &call]),
            };
            assert_eq!(told.code, Some(0), "{call}: {}", told.stderr);
        };
        let at = url("report.txt");
        call(&["--method", "PUT", "--metadata", "owner=it's \"ops\"", &at]);
        let stored = lab.server().object(BUCKET, "report.txt").unwrap();
        assert!(!stored.sealed && stored.metadata["owner"] == "it's \"ops\"", "{tool}");
        fs::remove_file(lab.path("report.txt")).unwrap();
        call(&[&at]);
        assert_eq!(lab.read("report.txt"), b"report", "{tool}");
    }
}
