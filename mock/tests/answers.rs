//! The answers of `answers.json`, asked for by a client in another language that signs for itself.

use std::process::Command;

use s3seal_mock::Server;

#[test]
fn a_client_of_its_own_gets_the_answers_over_http() {
    ask(&Server::builder().bucket("demo").bucket("blocked").start().unwrap(), "http");
}

#[test]
fn a_client_of_its_own_gets_the_answers_over_tls() {
    let server = Server::builder().bucket("demo").bucket("blocked").tls(true).require_tls(true);
    ask(&server.start().unwrap(), "http");
}

#[test]
fn a_client_of_its_own_is_refused_over_plain_http() {
    let server = Server::builder().bucket("demo").require_tls(true).start().unwrap();
    ask(&server, "tls-required");
}

fn ask(server: &Server, mode: &str) {
    let ca = std::env::temp_dir().join(format!("s3seal-mock-ca-{}.pem", server.addr().port()));
    std::fs::write(&ca, server.ca_pem().unwrap_or_default()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/answers.py");
    let output = Command::new("python3")
        .arg(script)
        .args([server.endpoint(), server.access_key(), server.secret_key(), server.region(), mode])
        .env("AWS_CA_BUNDLE", &ca)
        .output();
    std::fs::remove_file(&ca).unwrap();
    match output {
        Ok(output) => assert!(
            output.status.success(),
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(_) => assert!(std::env::var_os("CI").is_none(), "CI has python3"),
    }
}
