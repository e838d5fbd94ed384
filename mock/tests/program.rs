//! The program `s3seal-mock`.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program(options: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_s3seal-mock"));
    command.args(options).envs(variables.iter().copied()).stdout(Stdio::piped());
    command
}

fn start(options: &[&str], variables: &[(&str, &str)]) -> (Program, BufReader<ChildStdout>) {
    let mut child = program(options, variables).spawn().unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    (Program(child), stdout)
}

#[test]
fn it_says_as_json_when_it_is_ready_and_takes_options_from_either_side() {
    let variables = [
        ("S3SEAL_MOCK_BUCKET", "first,second"),
        ("S3SEAL_MOCK_USER", "ID:SE,CRET"),
        ("S3SEAL_MOCK_REGION", "eu-central-1"),
        ("S3SEAL_MOCK_JSON", "1"),
        ("S3SEAL_MOCK_TLS", "false"),
        ("S3SEAL_MOCK_CONTROL", ""),
    ];
    let (_program, mut stdout) =
        start(&["--region", "eu-west-1", "--preset=ci", "--addr", "127.0.0.1:0"], &variables);
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&ready["op"], &ready["environment"]["AWS_REGION"]),
        (&"mock".into(), &"eu-west-1".into())
    );
    assert_eq!(ready["environment"]["AWS_ACCESS_KEY_ID"], "ID");
    assert_eq!(ready["environment"]["AWS_SECRET_ACCESS_KEY"], "SE,CRET");
    let address = ready["endpoint"].as_str().unwrap().trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    std::io::Write::write_all(
        &mut stream,
        b"GET /-/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"status\":\"ok\""), "{answer}");
}

#[test]
fn it_prints_the_environment_for_a_shell() {
    let (_program, stdout) = start(&["--user", "ID:it's"], &[]);
    let lines: Vec<_> = stdout.lines().take(5).map(Result::unwrap).collect();
    assert!(lines.contains(&"export AWS_SECRET_ACCESS_KEY='it'\\''s'".to_owned()), "{lines:?}");
    assert!(
        lines.iter().any(|line| line.starts_with("export AWS_ENDPOINT_URL='http://127.0.0.1:"))
    );
}

#[test]
fn wrong_options_are_named_without_their_values() {
    for (options, why) in [
        (&["--nothing"][..], "there is no option --nothing"),
        (&["--addr"], "--addr needs a value"),
        (&["--addr", "nowhere"], "--addr: give HOST:PORT"),
        (&["--preset", "other"], "--preset: there is one preset"),
        (&["--user", "HIDDEN"], "--user: give an access key id"),
        (&["--tls=perhaps"], "--tls: give true or false"),
        (&["--json=perhaps"], "--json: give true or false"),
        (&["--seed", "x"], "--seed: give a whole number"),
        (&["--bandwidth", "0"], "--bandwidth: give 1 or more"),
        (&["--behave", "other"], "--behave: "),
        (&["--fault", "cut=2"], "--fault: "),
        (&["--bucket", "X"], "not a bucket name"),
        (&["--control", "--addr", "0.0.0.0:0"], "not a loopback address"),
        (&["--notify", "http://example.com/"], "give an address of this machine"),
        (&["word"], "unexpected \"word\""),
    ] {
        let done = program(options, &[]).stderr(Stdio::piped()).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{options:?}: {said}");
        assert!(said.contains(why) && !said.contains("HIDDEN"), "{options:?}: {said}");
    }
}

#[test]
fn its_help_names_the_variable_of_every_option() {
    let done = program(&["--help"], &[]).output().unwrap();
    let help = String::from_utf8(done.stdout).unwrap();
    let options = help.lines().filter(|line| line.starts_with("  --") && line.contains("[env:"));
    for line in options {
        let name = line.trim().split(' ').next().unwrap().trim_start_matches("--");
        let variable = format!("[env: S3SEAL_MOCK_{}]", name.replace('-', "_").to_uppercase());
        assert!(line.ends_with(&variable), "{line}");
    }
    assert!(help.contains("[env: S3SEAL_MOCK_MAX_CONNECTIONS]"), "{help}");
    let version = program(&["--version"], &[]).output().unwrap();
    assert!(String::from_utf8(version.stdout).unwrap().starts_with("s3seal-mock 0."));
}

#[cfg(target_os = "linux")]
#[test]
fn it_takes_as_many_descriptors_as_it_may() {
    let (program, mut stdout) = start(&["--max-connections", "2000"], &[]);
    stdout.read_line(&mut String::new()).unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", program.0.id())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let words: Vec<_> = line.split_whitespace().collect();
    assert_eq!(words[3], words[4], "{line}");
}
