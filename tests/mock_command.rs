//! `s3seal mock`: a command runs against the embedded server, cut off from any real account, or a shell
//! borrows its environment.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use crate::harness::{Done, Lab, PROGRAM, Run};

fn mock(lab: &Lab, options: &[&str], script: &str) -> Run {
    lab.run([&["mock"], options, &["--", "sh", "-c", script]].concat())
}

/// A run that goes on until somebody ends it. Its stdin stays open as long as this lives, so that a
/// command that reads it ends with the test, whatever comes.
struct Running(Child);

impl Running {
    fn start(run: Run) -> Running {
        let mut command = run.into_command();
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Running(piped.spawn().expect("the program starts"))
    }

    /// Reads stdout up to this line.
    fn read_until(&mut self, wanted: &str) {
        let stdout = self.0.stdout.as_mut().unwrap();
        let mut line = Vec::new();
        let mut byte = [0];
        while stdout.read(&mut byte).unwrap() == 1 {
            match byte[0] {
                b'\n' if line == wanted.as_bytes() => return,
                b'\n' => line.clear(),
                other => line.push(other),
            }
        }
        panic!("stdout ended before `{wanted}`");
    }

    /// Waits until the server is ready: it says so last.
    fn read_greeting(&mut self) -> String {
        let mut line = String::new();
        BufReader::new(self.0.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
        line
    }

    fn signal(&self, name: &str) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    fn exit_code(mut self) -> Option<i32> {
        // Waiting closes stdin, which would end a command that never got its signal.
        let stdin = self.0.stdin.take();
        let code = self.0.wait().unwrap().code();
        drop(stdin);
        code
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A test that failed half-way must not leave a server behind.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a script in the lab's environment, with these variables set before.
fn shell(lab: &Lab, variables: &[(&str, &str)], script: &str) -> Done {
    let mut sh = Command::new("sh");
    sh.args(["-c", script]);
    let mut sh = lab.prepared(sh);
    sh.envs(variables.iter().copied());
    Done::from(sh.output().unwrap())
}

#[test]
fn the_commands_status_is_the_programs() {
    let lab = Lab::offline();
    for (script, code) in [
        ("true", 0),
        ("exit 7", 7),
        ("exit 255", 255),
        ("kill -KILL $$", 128 + 9),
        ("kill -TERM $$", 128 + 15),
        ("exec s3seal head s3://demo/absent", 3),
    ] {
        assert_eq!(mock(&lab, &[], script).done().code, Some(code), "{script}");
    }
    let done = lab.run(["mock", "--", "printf", "%s|", "a b", "--bucket", "-k"]).succeeds();
    assert_eq!(done.stdout, "a b|--bucket|-k|", "arguments pass as they are");
    assert_eq!(mock(&lab, &[], "cat").stdin(b"through").succeeds().stdout, "through");
}

#[test]
fn a_sealed_object_goes_there_and_back() {
    let lab = Lab::offline();
    let script = "s3seal keygen -q -o k && printf x | s3seal put -q -k ./k - s3://demo/x \
                  && s3seal get -k ./k s3://demo/x -";
    for options in [&[][..], &["--tls"]] {
        assert_eq!(mock(&lab, options, script).succeeds().stdout, "x", "{options:?}");
        fs::remove_file(lab.path("k")).unwrap();
    }
}

#[test]
fn a_command_sees_this_server_and_no_account() {
    let lab = Lab::offline();
    for tls in [false, true] {
        let options = if tls { &["--tls"][..] } else { &[] };
        // `env` shows the variables; the certificate must be there while the command runs.
        let script =
            "test -z \"$AWS_CA_BUNDLE\" || grep -q CERTIFICATE \"$AWS_CA_BUNDLE\" && exec env";
        let mut run = mock(&lab, options, script);
        for name in [
            "AWS_PROFILE",
            "AWS_DEFAULT_PROFILE",
            "AWS_SESSION_TOKEN",
            "AWS_ENDPOINT_URL_S3",
            "AWS_ENDPOINT_URL",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_REGION",
            "AWS_DEFAULT_REGION",
            "AWS_CA_BUNDLE",
            "AWS_CONFIG_FILE",
            "AWS_SHARED_CREDENTIALS_FILE",
            "NO_PROXY",
            "no_proxy",
            "S3SEAL_KEY",
            "XDG_STATE_HOME",
        ] {
            run = run.env(name, "of-the-user");
        }
        let done = run.env("HTTPS_PROXY", "http://127.0.0.1:1").succeeds();
        let seen: BTreeMap<&str, &str> =
            done.stdout.lines().filter_map(|line| line.split_once('=')).collect();
        let left: Vec<_> = seen.iter().filter(|(_, value)| **value == "of-the-user").collect();
        assert!(left.is_empty(), "{left:?}");

        let start = if tls { "https://localhost:" } else { "http://127.0.0.1:" };
        assert!(seen["AWS_ENDPOINT_URL"].starts_with(start), "{seen:?}");
        assert!(seen["AWS_ACCESS_KEY_ID"].starts_with("AKIA"), "{seen:?}");
        assert!(!seen["AWS_SECRET_ACCESS_KEY"].is_empty(), "{seen:?}");
        assert_eq!(seen["AWS_REGION"], "us-east-1");
        assert_eq!(seen["AWS_DEFAULT_REGION"], "us-east-1");
        assert_eq!(seen["AWS_CONFIG_FILE"], "/dev/null");
        assert_eq!(seen["AWS_SHARED_CREDENTIALS_FILE"], "/dev/null");
        assert_eq!(seen.contains_key("AWS_CA_BUNDLE"), tls, "{seen:?}");
        for name in ["NO_PROXY", "no_proxy"] {
            assert!(seen[name].split(',').any(|host| host == "localhost"), "{seen:?}");
            assert!(seen[name].split(',').any(|host| host == "127.0.0.1"), "{seen:?}");
        }
        for name in [
            "AWS_PROFILE",
            "AWS_DEFAULT_PROFILE",
            "AWS_SESSION_TOKEN",
            "AWS_ENDPOINT_URL_S3",
            "S3SEAL_KEY",
        ] {
            assert!(!seen.contains_key(name), "{name}: {seen:?}");
        }
    }
}

/// `/proc/PID/environ` shows what a program was started with, whatever it removed since.
#[cfg(target_os = "linux")]
#[test]
fn a_command_cannot_read_keys_in_the_environment_of_its_parent() {
    let lab = Lab::offline();
    let config = lab.file("config.toml", b"[keys.nas]\nsource = \"env:NAS_KEY\"\n");
    let script = "tr '\\0' '\\n' < /proc/$PPID/environ; echo; tr '\\0' ' ' < /proc/$PPID/cmdline";
    let run = || mock(&lab, &[], script).env("S3SEAL_CONFIG", &config);
    let canary = "canary-of-the-environment";
    let seen = run().env("S3SEAL_KEY", canary).env("NAS_KEY", canary).env("OTHER", "seen");
    let seen = seen.succeeds().stdout;
    assert!(seen.contains("OTHER=seen"), "the environment is there to be read: {seen}");
    assert!(!seen.contains(canary), "{seen}");
    assert!(seen.contains("mock -- sh -c"), "the arguments are the same: {seen}");
    // The exit code, and stdin, pass as ever.
    let through = mock(&lab, &[], "cat; exit 7").env("S3SEAL_KEY", canary).stdin(b"through");
    assert_eq!(through.exits(7).stdout, "through");
}

/// Endpoints of another kind cannot be combined with one of one's own, and would be an error.
#[test]
fn wishes_for_amazons_endpoints_do_not_count_here() {
    let lab = Lab::offline();
    for name in ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"] {
        let told = mock(&lab, &[], "s3seal head s3://demo/absent").env(name, "true").done();
        assert_eq!(told.code, Some(3), "{name}: {}", told.stderr);
    }
}

#[test]
fn the_program_in_the_path_is_this_one() {
    let lab = Lab::offline();
    let found = mock(&lab, &[], "command -v s3seal").succeeds().stdout;
    assert_eq!(fs::canonicalize(found.trim()).unwrap(), fs::canonicalize(PROGRAM).unwrap());
}

#[test]
fn a_command_that_cannot_be_started_is_an_error() {
    let lab = Lab::offline();
    let data = lab.file("no-program", b"data").into_os_string().into_string().unwrap();
    for command in ["s3seal-no-such-command", &data] {
        let done = lab.run(["mock", "--", command]).exits(1);
        done.says(&[command, "cannot be started", "hint: "]);
    }
}

#[test]
fn signals_are_passed_on_to_the_command() {
    let lab = Lab::offline();
    for (name, code) in [("TERM", 9), ("INT", 8)] {
        // `wait` is what a signal interrupts at once, whatever the shell.
        let script = "trap 'kill $!; exit 9' TERM; trap 'kill $!; exit 8' INT; \
                      exec 3<&0; cat <&3 & echo ready; wait $!";
        let mut running = Running::start(mock(&lab, &[], script));
        running.read_until("ready");
        running.signal(name);
        assert_eq!(running.exit_code(), Some(code), "{name}");
    }
    let mut running = Running::start(mock(&lab, &[], "echo ready; exec cat"));
    running.read_until("ready");
    running.signal("TERM");
    assert_eq!(running.exit_code(), Some(128 + 15), "a command that does not catch it");
}

#[test]
fn an_environment_file_appears_whole_and_goes_with_the_server() {
    for (name, code) in [("TERM", 143), ("INT", 130)] {
        let lab = Lab::offline();
        let path = lab.path("mock.env");
        let options = ["mock", "--tls", "--bucket", "mine", "--env-file", "mock.env"];
        let mut running = Running::start(lab.run(options));
        // As a script does that waits for the file: whoever finds it finds all of it.
        let first = loop {
            if let Ok(text) = fs::read_to_string(&path) {
                break text;
            }
            assert!(running.0.try_wait().unwrap().is_none(), "the server ended early");
            std::thread::yield_now();
        };
        let greeting = running.read_greeting();
        assert!(
            greeting.contains("https://localhost:") && greeting.contains("development"),
            "{greeting}"
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), first);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

        let program = format!("'{PROGRAM}'");
        let script = format!(
            ". ./mock.env && {program} keygen -q -o k && printf x | {program} put -q -k ./k - s3://mine/x \
             && {program} get -k ./k s3://mine/x - && printf ' %s' ${{AWS_PROFILE-none}} ${{S3SEAL_KEY-none}}"
        );
        let theirs =
            [("AWS_PROFILE", "theirs"), ("S3SEAL_KEY", "theirs"), ("AWS_SESSION_TOKEN", "t")];
        let told = shell(&lab, &theirs, &script);
        assert_eq!(told.stdout, "x none none", "{}", told.stderr);

        running.signal(name);
        assert_eq!(running.exit_code(), Some(code), "{name}");
        assert!(!path.exists(), "{name}: the file outlives the server");
    }
}

#[test]
fn without_a_command_the_environment_is_printed() {
    let lab = Lab::offline();
    let mut running = Running::start(lab.run(["mock", "--json"]));
    let mut line = String::new();
    BufReader::new(running.0.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let item: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(item["op"], "mock");
    assert!(item["endpoint"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{item}");
    assert_eq!(item["environment"]["AWS_ENDPOINT_URL"], item["endpoint"]);
    running.signal("TERM");
    assert_eq!(running.exit_code(), Some(143));

    let mut running = Running::start(lab.run(["mock"]));
    let mut lines = Vec::new();
    let mut stdout = BufReader::new(running.0.stdout.as_mut().unwrap()).lines();
    while !lines.last().is_some_and(|line: &String| line.starts_with("unset ")) {
        lines.push(stdout.next().expect("another line").unwrap());
    }
    assert!(lines[0].starts_with("export AWS_ENDPOINT_URL='http://127.0.0.1:"), "{lines:?}");
    // A shell can run it as it stands.
    let shown = "; echo \"$AWS_ENDPOINT_URL $AWS_ACCESS_KEY_ID\"";
    let script = lines.join("\n") + shown;
    let seen = lab.shell(&script).succeeds().stdout;
    assert!(seen.starts_with("http://127.0.0.1:") && seen.contains(" AKIA"), "{seen}");
    running.signal("INT");
    assert_eq!(running.exit_code(), Some(130));
}

#[test]
fn nothing_stays_in_the_temporary_folder() {
    let lab = Lab::offline();
    let folder = lab.path("temporary");
    fs::create_dir(&folder).unwrap();
    let script = "s3seal keygen -q -o \"$TMPDIR/../k$$\" && printf x | s3seal put -q -k \"$TMPDIR/../k$$\" - s3://demo/x";
    for (end, code) in [("", 0), ("; exit 7", 7), ("; kill -KILL $$", 137)] {
        let run = mock(&lab, &["--tls"], &format!("{script}{end}"));
        run.env("TMPDIR", &folder).exits(code);
        let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|it| it.unwrap().path()).collect();
        assert!(left.is_empty(), "{end}: {left:?}");
    }
}

#[test]
fn buckets_are_made_as_named() {
    let lab = Lab::offline();
    let script = "for b in one two; do printf x | s3seal put -q --no-key - s3://$b/x || exit 1; done; \
                  printf x | s3seal put -q --no-key - s3://demo/x";
    let run = mock(&lab, &["--bucket", "one", "--bucket", "two"], script);
    run.exits(3).says(&["s3://demo/x", "bucket does not exist"]);
    for names in [&["NOT_A_BUCKET"][..], &["one", "one"]] {
        let options = names.iter().flat_map(|name| ["--bucket", name]);
        let told = lab.run(["mock"].into_iter().chain(options).chain(["--", "true"])).exits(2);
        told.says(&[names[0], "hint: "]);
    }
}

#[test]
fn stores_manners_can_be_taken_on() {
    let lab = Lab::offline();
    let put = "s3seal keygen -q -o k; printf x | s3seal put -k ./k - s3://demo/x";
    for (options, code, says) in [
        (&["--behave", "ignores-sse-c"][..], 6, "ignored the key"),
        (&["--behave", "aws-blocked"], 5, "blocks SSE-C"),
        (&["--require-tls"], 6, "https"),
        (&["--require-tls", "--tls"], 0, ""),
        (&["--behave", "aws"], 0, ""),
    ] {
        mock(&lab, options, put).exits(code).says(&[says]);
        fs::remove_file(lab.path("k")).unwrap();
    }
    let unknown = lab.run(["mock", "--behave", "azure", "--", "true"]).exits(2);
    unknown.says(&["azure", "ignores-sse-c"]);
}

#[test]
fn an_address_in_use_is_an_error() {
    let lab = Lab::offline();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let told = lab.run(["mock", "--addr", &address, "--", "true"]).exits(1);
    told.says(&["cannot listen", &address, "hint: ", "--addr"]);
    lab.run(["mock", "--addr", "nonsense", "--", "true"]).exits(2);
    // Nothing is written that nobody could use.
    lab.run(["mock", "--addr", &address, "--env-file", "f"]).exits(1);
    assert!(!lab.path("f").exists());
    lab.run(["mock", "--env-file", "absent/f"]).exits(3).says(&["absent/f", "hint: "]);
}

#[test]
fn a_bucket_can_keep_versions() {
    let lab = Lab::offline();
    let script = "\
        for n in 1 2; do echo $n | \"$S3SEAL\" put -q --no-key - s3://vault/x; done; \
        \"$S3SEAL\" ls --versions --json s3://vault";
    let done = mock(&lab, &["--versioned-bucket", "vault"], script).env("S3SEAL", PROGRAM);
    assert_eq!(done.succeeds().stdout.lines().count(), 2);
}
