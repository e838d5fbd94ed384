//! The options of `s3seal mock` that make trouble, keep a log and let identities in.

use crate::harness::Lab;

fn mock(lab: &Lab, options: &[&str], script: &str) -> crate::harness::Run {
    lab.run([&["mock"], options, &["--", "sh", "-c", script]].concat())
}

const PUT: &str =
    "printf secret >note && s3seal keygen -q -o key && s3seal put -q -k ./key note s3://demo/note";

#[test]
fn the_first_user_is_the_one_in_the_environment() {
    let lab = Lab::offline();
    let options = ["--user", "FIRST:with:colon", "--user", "SECOND:other"];
    let script = format!(
        "{PUT} && echo $AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY &&
        AWS_ACCESS_KEY_ID=SECOND AWS_SECRET_ACCESS_KEY=other s3seal get -q -k ./key s3://demo/note -"
    );
    let done = mock(&lab, &options, &script).succeeds();
    assert_eq!(done.stdout, "FIRST with:colon\nsecret");
    let stranger = "AWS_ACCESS_KEY_ID=THIRD AWS_SECRET_ACCESS_KEY=other s3seal head s3://demo/note";
    mock(&lab, &options, stranger).exits(5);
    for user in ["FIRST", ":secret", "FIRST:"] {
        mock(&lab, &["--user", user], "true").exits(2);
    }
}

#[test]
fn faults_strike_and_the_log_tells_them_without_the_key() {
    let lab = Lab::offline();
    let options = [
        "--fault",
        "internal-error=1@PutObject",
        "--fault",
        "internal-error=1@CreateMultipartUpload",
    ];
    let log = lab.path("requests.json");
    let options = [&options[..], &["--seed", "7", "--log", log.to_str().unwrap()]].concat();
    mock(&lab, &options, &format!("AWS_MAX_ATTEMPTS=1; export AWS_MAX_ATTEMPTS; {PUT}")).exits(8);
    let log = String::from_utf8(lab.read("requests.json")).unwrap();
    assert!(log.contains("\"status\":500,\"fault\":\"internal-error\""), "{log}");
    let key = String::from_utf8(lab.read("key")).unwrap();
    let key = key.lines().find(|line| !line.starts_with('#')).unwrap();
    assert!(log.contains("customer-key\":\"REDACTED\"") && !log.contains(key), "{log}");
}

#[test]
fn variables_stand_for_options_and_the_command_line_goes_first() {
    let lab = Lab::offline();
    let variables = [
        ("S3SEAL_MOCK_BUCKET", "first,second"),
        ("S3SEAL_MOCK_USER", "ID:SECRET"),
        ("S3SEAL_MOCK_REGION", "eu-central-1"),
        ("S3SEAL_MOCK_CONTROL", "true"),
        ("S3SEAL_MOCK_TLS", "false"),
    ];
    let with = |run: crate::harness::Run| {
        variables.iter().fold(run, |run, (name, value)| run.env(name, value))
    };
    let script = "s3seal ls s3://first/ && s3seal ls s3://second/ && echo $AWS_REGION $AWS_ACCESS_KEY_ID $AWS_ENDPOINT_URL";
    let done = with(mock(&lab, &[], script)).succeeds();
    assert!(done.stdout.contains("eu-central-1 ID http://127.0.0.1:"), "{}", done.stdout);
    let options = ["--bucket", "third", "--region", "eu-west-1"];
    let script =
        "s3seal ls s3://third/ && ! s3seal ls s3://first/ && echo $AWS_REGION $AWS_ACCESS_KEY_ID";
    let done = with(mock(&lab, &options, script)).succeeds();
    assert!(done.stdout.contains("eu-west-1 ID"), "{}", done.stdout);
    let help = with(lab.run(["mock", "--help"])).succeeds();
    assert!(
        !help.stdout.contains("ID:SECRET]") && help.stdout.contains("S3SEAL_MOCK_USER"),
        "{}",
        help.stdout
    );
}

#[test]
fn a_folder_is_the_content_at_the_start_and_what_cannot_be_is_said() {
    let lab = Lab::offline();
    std::fs::create_dir_all(lab.path("content/given")).unwrap();
    lab.file("content/given/note", b"hello");
    let options = ["--init", "content", "--preset", "ci", "--addr", "127.0.0.1:0"];
    let script = "s3seal get -q s3://given/note - ; echo $AWS_ACCESS_KEY_ID";
    let done = mock(&lab, &options, script).succeeds();
    assert!(done.stdout.contains("hello") && done.stdout.contains("test"), "{}", done.stdout);
    let done = mock(&lab, &["--init", "nowhere"], "true").exits(1);
    assert!(done.stderr.contains("nowhere") && done.stderr.contains("--init"), "{}", done.stderr);
    let done = mock(&lab, &["--notify", "http://example.com/"], "true").exits(2);
    assert!(done.stderr.contains("give --notify a file"), "{}", done.stderr);
    let done = mock(&lab, &["--notify", "nowhere/events"], "true").exits(1);
    assert!(done.stderr.contains("give --notify a file"), "{}", done.stderr);
    let done = mock(&lab, &["--control", "--addr", "0.0.0.0:0"], "true").exits(2);
    assert!(done.stderr.contains("leave out --control"), "{}", done.stderr);
}

#[test]
fn options_that_mean_nothing_are_refused() {
    let lab = Lab::offline();
    for (options, why) in [
        (["--fault", "slow-down"], "KIND=PROBABILITY"),
        (["--fault", "slow-down=2"], "not within 0 and 1"),
        (["--fault", "cut=1@GetObjects"], "unknown operation"),
        (["--bandwidth", "0"], "above 0"),
        (["--bandwidth", "fast"], "above 0"),
        (["--latency", "soon"], "--latency"),
        (["--behave", "nowhere"], "one of aws, aws-blocked"),
    ] {
        let done = mock(&lab, &options, "true").exits(2);
        assert!(done.stderr.contains(why), "{options:?}: {}", done.stderr);
    }
    let done = mock(&lab, &["--log", "/nowhere/at/all"], "true").exits(1);
    assert!(done.stderr.contains("/nowhere/at/all cannot be written"), "{}", done.stderr);
}

#[test]
fn a_slow_line_still_carries_everything() {
    let lab = Lab::offline();
    let script = format!("{PUT} && s3seal get -q -k ./key s3://demo/note -");
    let options = ["--latency", "10ms", "--bandwidth", "1M", "--behave", "seaweedfs"];
    assert_eq!(mock(&lab, &options, &script).succeeds().stdout, "secret");
}

#[test]
fn a_folder_keeps_everything_for_the_next_time() {
    let lab = Lab::offline();
    lab.key("k");
    lab.file("x", b"kept");
    mock(&lab, &["--dir", "d"], "s3seal put -k ./k x s3://demo/x").succeeds();
    mock(&lab, &["--dir", "d"], "s3seal get -k ./k s3://demo/x back").succeeds();
    assert_eq!(lab.read("back"), b"kept");
    let second = "s3seal mock --dir d -- true";
    mock(&lab, &["--dir", "d"], second).exits(1).says(&["d", "hint: "]);
    lab.file("file", b"not a folder");
    mock(&lab, &["--dir", "file"], "true").exits(1).says(&[
        "the folder file cannot be used",
        "hint: ",
        "--dir",
    ]);
}

#[test]
fn the_clock_starts_when_the_user_says() {
    let lab = Lab::offline();
    let script = format!("{PUT} && s3seal ls --json s3://demo/");
    let done = mock(&lab, &["--now", "2040-01-31T00:00:00Z"], &script).succeeds();
    assert!(done.stdout.contains("\"2040-01-31T00:0"), "{}", done.stdout);
    mock(&lab, &["--now", "tomorrow"], "true").exits(2);
}

#[test]
fn health_is_asked_of_another_server() {
    for tls in [false, true] {
        let lab = Lab::with(|server| server.tls(tls));
        let endpoint = lab.server().endpoint();
        let done = lab.run(["mock", "--health", endpoint]).succeeds();
        assert_eq!((&*done.stdout, &*done.stderr), ("", ""));
        // The same from what the server was started with: the variables of its container.
        let addr = endpoint.split("//").nth(1).unwrap().replace("localhost", "127.0.0.1");
        let asked = lab.run(["mock", "--health"]).env("S3SEAL_MOCK_ADDR", &addr);
        asked.env("S3SEAL_MOCK_TLS", tls.to_string()).succeeds();
        let any = addr.replace("127.0.0.1", "0.0.0.0");
        let asked = lab.run(["mock", "--addr", &any, "--health"]);
        asked.env("S3SEAL_MOCK_TLS", tls.to_string()).succeeds();
        // It is not S3 that was asked for, nor is S3's refusal health.
        let path = format!("{endpoint}/demo/note");
        lab.run(["mock", "--health", &path]).exits(8).says(&["answered `HTTP/1.1 403"]);
        // The other scheme is no health either.
        let other =
            if tls { endpoint.replace("https", "http") } else { endpoint.replace("http", "https") };
        lab.run(["mock", "--health", &other]).exits(8).says(&["no healthy server", "--tls"]);
    }
}

#[test]
fn a_server_that_is_not_there_is_not_healthy_and_mistakes_are_said() {
    let lab = Lab::offline();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}");
    let done = lab.run(["mock", "--health", &url]).exits(8);
    done.says(&["no healthy server", "refused", "s3seal mock"]);
    lab.run(["mock", "--health"]).exits(2).says(&["chooses its port", "--preset"]);
    for url in ["127.0.0.1:9000", "ftp://127.0.0.1/", "http://user:secret@127.0.0.1/"] {
        let done = lab.run(["mock", "--health", url]).exits(2).says(&["takes the URL"]);
        assert!(!done.stderr.contains("secret"), "{}", done.stderr);
    }
    lab.run(["mock", "--health", &url, "--", "true"]).exits(2);
}
