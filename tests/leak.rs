//! The key never leaks: every command and every failure, as talkative as can be, and the key searched
//! for in everything that comes out or stays behind.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use s3seal::keys::{Key, parse};
use s3seal_mock::{Answer, Behavior, Reply, RequestRecord, Tampering};

use crate::harness::{Done, Lab, noise, url};

/// Every way to write a key down.
struct Secret(Vec<Vec<u8>>);

impl Secret {
    fn of(lab: &Lab, file: &str) -> Secret {
        let found = parse(&lab.read(file), Default::default()).expect("a key file");
        Secret::forms(&found[0].key)
    }

    fn forms(key: &Key) -> Secret {
        let base64 = key.base64();
        let bare = base64.trim_end_matches('=');
        let url_safe = bare.replace('+', "-").replace('/', "_");
        let escaped = bare.replace('+', "%2B").replace('/', "%2F");
        let hex = key.hex();
        let texts = [bare, &url_safe, &escaped, hex.as_str(), &hex.to_uppercase()];
        let mut forms: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
        forms.push(key.bytes().to_vec());
        // As a list of numbers, the way Debug writes bytes.
        forms.push(format!("{:?}", &key.bytes()[..8]).trim_matches(['[', ']']).as_bytes().to_vec());
        Secret(forms)
    }

    #[track_caller]
    fn is_not_in(&self, bytes: &[u8], place: &str) {
        for form in &self.0 {
            let found = bytes.windows(form.len()).any(|window| window == form);
            assert!(!found, "the key is in {place}: {}", String::from_utf8_lossy(bytes));
        }
    }

    #[track_caller]
    fn is_not_said(&self, done: &Done, what: &str) {
        self.is_not_in(&done.bytes, &format!("stdout of {what}"));
        self.is_not_in(done.stderr.as_bytes(), &format!("stderr of {what}"));
    }

    /// Looks into every file below a folder, but for those that are meant to hold the key and those
    /// that hold the object.
    #[track_caller]
    fn is_not_below(&self, folder: &Path, meant: &[&str]) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                self.is_not_below(&path, meant);
            } else if !meant.contains(&name.as_str()) {
                self.is_not_in(&fs::read(&path).unwrap(), &path.display().to_string());
            }
        }
    }
}

/// Runs a command in every degree of talkativeness.
#[track_caller]
fn quietly_and_loudly(lab: &Lab, secret: &Secret, arguments: &[&str]) {
    for talk in [&["-q"][..], &[], &["-v"], &["-vv"]] {
        said_so(lab, secret, arguments, talk);
    }
    loudly(lab, secret, arguments);
}

#[track_caller]
fn loudly(lab: &Lab, secret: &Secret, arguments: &[&str]) {
    for talk in [&["-vvv"][..], &["-vvv", "--json"]] {
        said_so(lab, secret, arguments, talk);
    }
}

#[track_caller]
fn said_so(lab: &Lab, secret: &Secret, arguments: &[&str], talk: &[&str]) {
    let arguments = [talk, arguments].concat();
    let run = lab.run(&arguments).env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
    let done = run.env("AWS_MAX_ATTEMPTS", "1").done();
    secret.is_not_said(&done, &arguments.join(" "));
}

const COMMANDS: &[&[&str]] = &[
    &["put", "-k", "./k", "file", "s3://demo/x"],
    &["put", "-k", "./k", "file", "s3://demo/x", "--if-none-match", "*"],
    &["put", "-k", "./k", "big", "s3://demo/big", "--metadata", "a=b"],
    &["get", "-k", "./k", "s3://demo/x", "out"],
    &["get", "-k", "./k", "s3://demo/x", "-"],
    &["get", "-k", "./k", "s3://demo/big", "out"],
    &["get", "-k", "./other", "s3://demo/x", "out"],
    &["get", "-k", "./other", "-k", "./k", "s3://demo/x", "out"],
    &["get", "-k", "./k", "s3://demo/plain", "out"],
    &["get", "-k", "./k", "s3://demo/absent", "out"],
    &["head", "-k", "./k", "s3://demo/x", "s3://demo/absent", "s3://absent/x"],
    &["head", "-k", "./other", "s3://demo/x"],
    &[
        "audit",
        "-k",
        "./k",
        "-k",
        "./other",
        "--fail-on",
        "locked,denied",
        "s3://demo",
        "s3://absent",
    ],
    &["audit", "-k", "./other", "--shard", "1/2", "--files-from", "file", "s3://demo"],
    &["audit", "-k", "./other", "--inventory", "file", "s3://demo"],
    &["audit", "-k", "./other", "--inventory", "s3://demo/x", "s3://demo"],
    &["audit", "-k", "./other", "--versions", "--since", "1h", "s3://demo/x"],
    &["presign", "-k", "./k", "s3://demo/x"],
    &["presign", "-k", "./k", "s3://demo/x", "--headers-file", "headers", "--method", "PUT"],
    &["presign", "-k", "./k", "s3://demo/x", "--headers-file", "headers", "--as", "curl"],
    &["presign", "-k", "./k", "s3://demo/x", "--headers-file", "headers", "--as", "wget"],
    &["presign", "-k", "./k", "s3://demo/x", "--headers-file", "headers", "--as", "powershell"],
    &["presign", "-k", "./k", "s3://demo/x", "--headers-file", "headers", "--as", "python"],
    &["presign", "-k", "./k", "s3://demo/x", "--as", "fetch", "--method", "PUT"],
    &["presign", "-k", "./k", "s3://demo/x", "--as", "fetch", "--headers-file", "headers"],
    &["key", "show", "-k", "./k"],
    &["key", "md5", "-k", "./k"],
    &["key", "convert", "-k", "./k", "--as", "curl", "-o", "headers"],
    &["key", "verify", "-k", "./k", "s3://demo/x", "s3://demo/plain", "s3://demo/absent"],
    &["key", "verify", "-k", "./other", "s3://demo/x"],
    &["key", "verify", "./exported", "--for", "s3://demo/x", "--for", "s3://demo/plain"],
    &["key", "verify", "./damaged", "--for", "s3://demo/x"],
    &["key", "verify", "./exported", "s3://demo/x"],
    &["key", "recover", "s3://demo/x", "--text", "k"],
    &["key", "recover", "s3://demo/big", "--text", "k", "-o", "headers"],
    &["key", "recover", "s3://demo/plain", "--text", "k"],
    &["key", "recover", "s3://demo/absent", "--text", "k"],
    &["put", "-k", "./k", "big", "s3://demo/big", "--no-resume"],
    &["rm", "--incomplete", "--dry-run", "s3://demo", "s3://absent"],
    &["rm", "s3://demo/x"],
    &["put", "-k", "./k", "file", "s3://demo/x"],
    &["cp", "-k", "./k", "s3://demo/x", "s3://demo/y"],
    &["cp", "--source-key", "./k", "-k", "./other", "s3://demo/x", "s3://demo/y"],
    &["cp", "--source-key", "./other", "-k", "./k", "s3://demo/x", "s3://demo/y"],
    &["cp", "--source-key", "none", "-k", "./k", "s3://demo/plain", "s3://demo/y"],
    &["cp", "-k", "./k", "s3://demo/x", "s3://demo/x"],
    &["doctor", "s3://demo/x"],
    &["rotate", "--from", "./k", "--to", "./other", "s3://demo/x"],
    &["rotate", "--from", "./other", "--to", "./k", "--json", "s3://demo/x"],
    &["rotate", "--from", "./k", "--to", "./other", "--part-size", "5MiB", "s3://demo/"],
    &["rotate", "--from", "none", "--from", "./other", "--to", "./k", "s3://demo/"],
    &["rotate", "--from", "./other", "--to", "./k", "--all-versions", "s3://demo/"],
    &["mv", "-k", "./k", "s3://demo/x", "s3://demo/z"],
    &["mv", "-k", "./k", "-r", "s3://demo/absent", "s3://demo/z"],
    &["mv", "-k", "./k", "s3://demo/z", "out"],
    &["put", "-k", "./k", "--preserve", "-r", "tree", "s3://demo/t"],
    &["get", "-k", "./k", "-r", "s3://demo/t", "out-tree"],
    &["sync", "-k", "./k", "--delete", "tree", "s3://demo/t"],
    &["sync", "-k", "./k", "--delete", "s3://demo/t", "out-tree"],
    &["rm", "-r", "s3://demo/t"],
    &["put", "-k", "./k", "absent", "s3://demo/x"],
    &["put", "-k", "./k", "--endpoint-url", "http://127.0.0.1:1", "file", "s3://demo/x"],
    &["put", "-k", "./k", "--endpoint-url", "http://192.0.2.1", "file", "s3://demo/x"],
    &["get", "-k", "./k", "--profile", "absent", "s3://demo/x"],
];

#[test]
fn no_command_says_the_key() {
    let answers: [fn(&RequestRecord) -> Option<Answer>; 6] = [
        |_| None,
        |_| Some(Answer::error(403, "AccessDenied", "Access Denied")),
        |_| Some(Answer::respond(400, &[], "")),
        |_| Some(Answer::respond(200, &[], "not what was asked for")),
        |request| {
            (request.operation == "GetObject").then(|| Tampering::new().cut_body_after(10).into())
        },
        |_| Some(Answer::Reset),
    ];
    std::thread::scope(|scope| {
        for (index, answer) in answers.into_iter().enumerate() {
            scope.spawn(move || no_command_says_it_where(answer, index == 0));
        }
    });
}

fn no_command_says_it_where(answer: fn(&RequestRecord) -> Option<Answer>, all_is_well: bool) {
    let lab = Lab::with(|server| server.interceptor(answer));
    lab.key("k");
    lab.key("other");
    lab.file("file", b"content");
    lab.deep_file("tree/a", b"content");
    lab.deep_file("tree/b/c", b"content");
    lab.file("big", &noise(17 << 20));
    let secret = Secret::of(&lab, "k");
    let key = String::from_utf8(lab.read("k")).unwrap();
    let key = key.lines().last().unwrap();
    lab.private_file("exported", format!("[r]\nsse_customer_key_base64 = {key}\n").as_bytes());
    let damaged = format!("SSECustomerKey: {key}\nSSECustomerKeyMD5: AAAA\n");
    lab.private_file("damaged", damaged.as_bytes());
    lab.run(["put", "--no-key", "file", &url("plain")]).done();
    for command in COMMANDS {
        // Of a store that only fails, one object tells all.
        if all_is_well || command.contains(&"s3://demo/x") {
            quietly_and_loudly(&lab, &secret, command);
        }
    }
    secret.is_not_below(lab.home(), &["k", "headers", "exported", "damaged", "big", "out"]);
}

/// A master opens every object: neither it nor another object's key may come out where one is handed out.
#[test]
fn neither_store_of_a_copy_and_no_output_of_aws_cli_says_the_key() {
    let lab = Lab::new();
    lab.key("k");
    lab.run(["key", "convert", "./k", "--as", "aws", "-o", "raw"]).succeeds();
    lab.file("file", b"content");
    lab.seal("k", "p/x", b"content");
    let secret = Secret::of(&lab, "k");
    let alias = lab.server().endpoint().replace("127.0.0.1", "localhost");
    let stores = ["--source-endpoint-url", &alias, "--source-key", "./k", "-k", "./k"];
    for line in [
        &["cp", "s3://demo/p/x", "s3://demo/y"][..],
        &["sync", "--checksum", "s3://demo/p", "s3://demo/q"],
        &["mv", "s3://demo/p/x", "s3://demo/p/x"],
    ] {
        quietly_and_loudly(&lab, &secret, &[line, &stores].concat());
    }
    let api = ["--sse-customer-algorithm", "AES256", "--sse-customer-key", "fileb://raw"];
    let object = ["--bucket", "demo", "--key", "x"];
    for line in [
        &["s3api", "put-object", "--body", "file"][..],
        &["s3api", "put-object", "--body", "file", "--query", "SSECustomerKey"],
        &["s3api", "head-object", "--checksum-mode", "ENABLED"],
    ] {
        quietly_and_loudly(&lab, &secret, &[line, &object, &api].concat());
    }
    let seal = ["--sse-c", "--sse-c-key", "fileb://raw"];
    for line in [&["s3", "cp", "file", "s3://demo/z"][..], &["s3", "cp", "s3://demo/z", "out"]] {
        quietly_and_loudly(&lab, &secret, &[line, &seal].concat());
    }
    let link = ["presign", "-k", "./k", "--method", "HEAD", "s3://demo/x"];
    let link = lab.run(link).succeeds().stdout.trim_end().to_owned();
    quietly_and_loudly(&lab, &secret, &["head", "-k", "./k", &link]);
    secret.is_not_below(&lab.path("state"), &[]);
}

#[test]
fn a_master_key_is_said_nowhere() {
    let lab = Lab::new();
    lab.key("master");
    lab.key("old");
    let config = format!(
        "[keys.m]\nsource = \"~/master\"\nderive = true\n[keys.o]\nsource = \"~/old\"\nderive = true\n\
         [[rules]]\nendpoint = \"{}\"\nprefix = \"s3://demo\"\nkey = \"m\"\nretired = [\"o\"]\n",
        lab.server().endpoint()
    );
    lab.deep_file(".config/s3seal/config.toml", config.as_bytes());
    lab.file("file", b"content");
    lab.deep_file("tree/a", b"content");
    lab.file("big", &noise(17 << 20));
    let mut secret = Secret::of(&lab, "master");
    secret.0.extend(Secret::of(&lab, "old").0);
    for command in [
        &["key", "list"][..],
        &["key", "derive", "s3://demo/x"],
        &["key", "derive", "s3://demo/x", "-o", "x.key"],
        &["key", "show", "m"],
        &["put", "file", "s3://demo/x"],
        &["put", "--tag-key", "big", "s3://demo/big"],
        &["put", "-k", "o", "-r", "tree", "s3://demo/t/"],
        &["get", "-r", "s3://demo/t/", "out-tree"],
        &["get", "s3://demo/big", "out"],
        &["head", "s3://demo/x", "s3://demo/absent"],
        &["presign", "s3://demo/x", "--headers-file", "headers"],
        &["get", "-k", "m", "s3://elsewhere/x", "out"],
        &["key", "derive", "-k", "m", "s3://x-s3alias/x"],
    ] {
        quietly_and_loudly(&lab, &secret, command);
    }
    // Not even a key that is handed out on purpose helps with another object.
    let one = Secret::of(&lab, "x.key");
    one.is_not_said(&lab.run(["key", "derive", "s3://demo/y"]).succeeds(), "the key of another");
    secret.is_not_below(lab.home(), &["master", "old", "big", "out"]);
}

/// Whoever has a presigned URL can use it: to show it is to show its signature.
#[test]
fn no_command_says_the_signature_of_a_url() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| match request.key.as_deref() {
            Some("refused") => Some(Answer::error(400, &request.query, &request.query)),
            Some("elsewhere") => Some(Answer::respond(307, &[("Location", "http://[::1]:1/")], "")),
            Some("lost") => Some(Answer::Reset),
            _ => None,
        })
    });
    lab.key("k");
    lab.file("file", b"content");
    lab.run(["put", "-k", "./k", "file", &url("x")]).succeeds();
    let link = |object: &str, method: &str| {
        let presign = ["presign", "-k", "./k", "--method", method, &url(object)];
        lab.run(presign).succeeds().stdout.trim().to_owned()
    };
    let (get, put) = (link("x", "GET"), link("y", "PUT"));
    let others = ["refused", "elsewhere", "lost"].map(|object| link(object, "GET"));
    let mut secret = Secret::of(&lab, "k");
    for link in others.iter().chain([&get, &put]) {
        let (_, signature) = link.split_once("X-Amz-Signature=").unwrap();
        secret.0.push(signature.as_bytes().to_vec());
    }
    let expired = get.replace("X-Amz-Date=2", "X-Amz-Date=1");
    for command in [
        &["get", "-k", "./k", &get, "out"][..],
        &["get", "-k", "./k", &get, "absent/out"],
        &["get", "-k", "./k", &get],
        &["get", "-k", "./k", &expired, "out"],
        &["get", "-k", "./k", &others[0], "out"],
        &["put", "-k", "./k", "file", &others[0].replace("GetObject", "PutObject")],
        &["get", "-k", "./k", &others[1], "out"],
        &["get", "-k", "./k", &others[2], "out"],
        &["get", "-k", "./k", &url("x"), &get],
        &["put", "-k", "./k", "file", &put],
        &["put", "-k", "./k", "file", &get],
        &["put", "-k", "./k", "absent", &put],
        &["put", "-k", "./k", &put, &url("x")],
        &["head", "-k", "./k", &get],
        &["rm", &get],
        &["presign", &get],
        &["keygen", &get],
        &["get", &format!("--kye={get}")],
    ] {
        loudly(&lab, &secret, command);
    }
    secret.is_not_below(lab.home(), &["k", "out", "x"]);
}

#[test]
fn what_is_remembered_of_a_transfer_tells_nothing_of_the_key() {
    let parts = AtomicUsize::new(0);
    let lab = Lab::with(|server| {
        server.interceptor(move |request| {
            let is_later =
                request.operation == "UploadPart" && parts.fetch_add(1, Ordering::SeqCst) > 0;
            is_later.then(|| Answer::error(503, "SlowDown", "no"))
        })
    });
    let md5 = lab.key("k");
    let secret = Secret::of(&lab, "k");
    lab.file("big", &noise(17 << 20));
    let options = ["--part-size", "5MiB", "--concurrency", "1"];
    let put = ["put", "-vvv", "-k", "./k", "big", "s3://demo/big"];
    let put = lab.run([&put[..], &options].concat()).env("AWS_MAX_ATTEMPTS", "1").exits(8);
    secret.is_not_said(&put, "an upload that is kept");
    let transfers = lab.path("state/s3seal/transfers");
    assert_eq!(fs::read_dir(&transfers).unwrap().count(), 1);
    secret.is_not_below(lab.home(), &["k", "big"]);
    // The MD5 of a key is no secret, but it is the same everywhere: it would tell who uses which.
    Secret(vec![md5.into_bytes()]).is_not_below(&transfers, &[]);
}

#[test]
fn a_store_that_ignores_or_blocks_the_seal_does_not_make_it_public() {
    for manner in [Behavior::IgnoresSseC, Behavior::AwsBlocked] {
        let lab = Lab::with(|server| server.behave(manner));
        lab.key("k");
        lab.file("file", b"content");
        let secret = Secret::of(&lab, "k");
        quietly_and_loudly(&lab, &secret, &["put", "-k", "./k", "file", "s3://demo/x"]);
        secret.is_not_below(lab.home(), &["k"]);
    }
}

#[test]
fn a_store_that_echoes_the_key_is_not_quoted() {
    // A SignatureDoesNotMatch holds the canonical request, with all signed headers; some stores put
    // headers into their messages.
    let lab = Lab::offline();
    lab.key("k");
    let text = fs::read_to_string(lab.path("k")).unwrap();
    let key = text.lines().last().unwrap().to_owned();
    for code in
        ["SignatureDoesNotMatch", "InvalidArgument", "InvalidRequest", "InternalError", "Whatever"]
    {
        for status in [400, 403, 500, 501] {
            let key = key.clone();
            let store = Lab::with(|server| {
                server.interceptor(move |_| {
                    let bare = key.trim_end_matches('=');
                    let message = format!(
                        "customer-key:{key} and {bare}<CanonicalRequest>{key}</CanonicalRequest>"
                    );
                    Some(Answer::Respond(Reply::error(status, code, &message)))
                })
            });
            store.file("k", &lab.read("k"));
            store.file("file", b"content");
            let secret = Secret::of(&store, "k");
            for command in [
                ["put", "-vvv", "-k", "./k", "file", "s3://demo/x"],
                ["get", "-vvv", "-k", "./k", "s3://demo/x", "out"],
            ] {
                let done = store.run(command).env("AWS_MAX_ATTEMPTS", "1").done();
                secret.is_not_said(&done, &format!("{command:?} at {status} {code}"));
            }
        }
    }
}

/// Errors beneath a failure are texts of others: what a helper says on stderr, a value that a parser quotes.
#[test]
fn the_errors_beneath_a_failure_do_not_repeat_the_key() {
    let lab = Lab::new();
    lab.key("k");
    lab.key("other");
    let text = fs::read_to_string(lab.path("k")).unwrap();
    let key = text.lines().last().unwrap();
    lab.file("manifest.json", format!("{{\"files\": \"{key}\"}}").as_bytes());
    lab.file("config", b"[default]\ncredential_process = sh -c \"tail -n 1 k >&2; exit 1\"\n");
    let secret = Secret::of(&lab, "k");
    let audit = ["audit", "--inventory", "manifest.json", "s3://demo"];
    let head = ["head", "s3://demo/x"];
    // As the run's own key, and as one that it never had.
    for own in ["./k", "./other"] {
        for command in [&audit[..], &head] {
            for json in [&[][..], &["--json"]] {
                let run = lab.run([command, &["-v", "-k", own], json].concat());
                let run = run.env("AWS_CONFIG_FILE", lab.path("config"));
                let done = run.without_env("AWS_ACCESS_KEY_ID").done();
                assert_ne!(done.code, Some(0));
                secret.is_not_said(&done, &format!("{command:?} with {own}"));
            }
        }
    }
}

#[test]
fn a_key_on_the_command_line_is_refused_and_not_repeated() {
    let lab = Lab::new();
    lab.key("k");
    let secret = Secret::of(&lab, "k");
    let text = fs::read_to_string(lab.path("k")).unwrap();
    let key = text.lines().last().unwrap();
    for arguments in [
        &["put", "-k", key, "file", "s3://demo/x"][..],
        &["put", "--key", key, "file", "s3://demo/x"],
        &["put", &format!("--key={key}"), "file", "s3://demo/x"],
        &["put", "--kye", key, "file", "s3://demo/x"],
        &["put", &format!("--kye={key}"), "file", "s3://demo/x"],
        &["head", key],
        &["get", key, "out"],
        &["rm", key],
        &["put", "-k", "./k", "file", key],
        &["put", "-k", &key[..43], "file", "s3://demo/x"],
        &["put", "-k", "./k", key, "s3://demo/x"],
        &["key", "show", key],
        &["keygen", key],
        &["mock", key],
    ] {
        for json in [&[][..], &["--json"]] {
            let done = lab.run([arguments, json].concat()).exits(2);
            secret.is_not_said(&done, &format!("{} …", arguments[0]));
        }
    }
}

/// There a key on the command line is taken, but no more said than anywhere else.
#[test]
fn a_key_in_the_spellings_of_aws_cli_is_not_repeated() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("file", b"content");
    let secret = Secret::of(&lab, "k");
    let text = fs::read_to_string(lab.path("k")).unwrap();
    let key = text.lines().last().unwrap();
    let md5 = lab.run(["key", "md5", "./k"]).succeeds().stdout.trim().to_owned();
    let found = parse(text.as_bytes(), Default::default()).unwrap();
    lab.private_file("raw", found[0].key.bytes());
    let sealed =
        ["--sse-customer-algorithm", "AES256", "--sse-customer-key", key, "--sse-customer-key-md5"];
    for arguments in [
        &[&["put", "file", "s3://demo/x"], &sealed[..], &[&md5]].concat()[..],
        &[&["get", "s3://demo/x", "out"], &sealed[..], &[&md5]].concat(),
        &[&["head", "s3://demo/x"], &sealed[..], &[&md5]].concat(),
        &[&["key", "show"], &sealed[..], &[&md5]].concat(),
        &[&["put", "file", "s3://demo/x"], &sealed[..], &[key]].concat(),
        &[&["put", "file", "s3://demo/x"], &sealed[..], &["wrong"]].concat(),
        &["put", "file", "s3://demo/x", "--sse-customer-key", key],
        &["put", "file", "s3://demo/x", "--sse-c", key, "--sse-c-key", key],
        &["put", "file", "s3://demo/x", "--sse-c", "--sse-c-key", key],
        &["put", "file", "s3://demo/x", "--sse-c", "--sse-c-key", &key[..43]],
        &["put", "file", "s3://demo/x", "--sse-c", "--sse-c-key", "file://k"],
        &["put", "file", "s3://demo/x", "--sse-c", "--sse-c-key", "fileb://raw"],
        &["put", "file", "s3://demo/x", "--sse-c-copy-source-key", key],
        &["cp", "s3://demo/x", "s3://demo/y", "-k", "./k", "--sse-c-copy-source-key", key],
        &["cp", "s3://demo/x", "s3://demo/y", "-k", "./k", "--copy-source-sse-customer-key", key],
        &["cp", "s3://demo/x", "s3://demo/y", "-k", "./k", "--copy-source-sse-customer-kye", key],
        &["cp", "s3://demo/x", "s3://demo/y", "-k", "./k", "--source-key", key],
        &["s3", "mv", "s3://demo/x", "s3://demo/y", "--sse-c-copy-source-key", key],
        &["s3", "cp", "file", "s3://demo/x", "--sse-c", "--sse-c-key", key],
        &["s3", "cp", "file", "s3://demo/x", "--sse-c", "--sse-c-kye", key],
        &["s3", "cp", "file", "s3://demo/x", &format!("--{key}")],
        &["s3", key, "file", "s3://demo/x"],
        &["s3api", key],
        &["s3api", "put-object", "--bucket=demo", "--key=x", "--body=file", "--sse-c-key", key],
    ] {
        quietly_and_loudly(&lab, &secret, arguments);
    }
    secret.is_not_below(lab.home(), &["k", "raw"]);
}

#[test]
fn children_see_no_key() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("file", b"content");
    let secret = Secret::of(&lab, "k");
    let text = fs::read_to_string(lab.path("k")).unwrap();
    let key = text.lines().last().unwrap();
    let spy =
        "{ tr '\\0' '\\n' < /proc/$$/cmdline; tr '\\0' '\\n' < /proc/$PPID/cmdline; env; } >> seen";
    let command = format!("cmd:{spy}; cat ./k");
    lab.run(["put", "-k", &command, "file", &url("x")]).env("S3SEAL_KEY", key).succeeds();
    lab.run(["mock", "--", "sh", "-c", spy]).env("S3SEAL_KEY", key).succeeds();
    assert!(lab.read("seen").len() > 100, "the spy saw something");
    secret.is_not_below(lab.home(), &["k"]);

    // Nor does a program that hands out credentials.
    let config =
        format!("[default]\ncredential_process = sh -c \"{}; echo '{{}}'\"\n", "env >> seen");
    lab.file("config", config.as_bytes());
    let head = lab.run(["head", &url("x")]).env("S3SEAL_KEY", key).without_env("AWS_ACCESS_KEY_ID");
    head.env("AWS_CONFIG_FILE", lab.path("config")).done();
    secret.is_not_below(lab.home(), &["k"]);
}
