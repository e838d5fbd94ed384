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
fn options_that_mean_nothing_are_refused() {
    let lab = Lab::offline();
    for (options, why) in [
        (["--fault", "slow-down"], "KIND=PROBABILITY"),
        (["--fault", "slow-down=2"], "not within 0 and 1"),
        (["--fault", "cut=1@GetObjects"], "unknown operation"),
        (["--bandwidth", "0"], "above 0"),
        (["--bandwidth", "fast"], "above 0"),
        (["--latency", "soon"], "--latency"),
        (["--behave", "minio"], "one of aws, aws-blocked"),
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
