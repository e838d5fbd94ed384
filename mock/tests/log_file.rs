//! The log file: a line for every request, and no secret in it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use s3seal_mock::{Builder, Server};

use crate::harness::{ONE, TWO, builder};
use crate::raw::Raw;

/// Text that does not look like a key.
const PASSWORD: &str = "correct-horse";

/// A file that is gone when the test ends.
struct Log(PathBuf);

impl Log {
    fn new() -> Self {
        let unique = format!("{:?}-{}", std::thread::current().id(), std::process::id());
        Self(std::env::temp_dir().join(format!("s3seal-mock-log-{unique}")))
    }

    fn server(&self, builder: Builder) -> Server {
        builder.log_file(&self.0).start().unwrap()
    }

    /// The file once the server is gone, by when every line is written.
    fn lines(&self, server: Server) -> Vec<String> {
        server.shutdown();
        fs::read_to_string(&self.0).unwrap().lines().map(str::to_owned).collect()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Whether all of `members` stand in the line.
fn says(line: &str, members: &[&str]) -> bool {
    line.starts_with('{') && line.ends_with('}') && members.iter().all(|one| line.contains(one))
}

#[test]
fn a_line_for_every_request() {
    let log = Log::new();
    let server = log.server(builder());
    Raw::put("/demo/a%22b", b"secret").header("x-amz-meta-note", "\"quoted\" \\").send(&server);
    Raw::get("/demo/none?partNumber=1").send(&server);
    let lines = log.lines(server);
    let put = [
        "\"time\":\"2",
        "\"connection\":1,\"method\":\"PUT\",\"path\":\"/demo/a%22b\",\"query\":\"\"",
        "\"operation\":\"PutObject\",\"bucket\":\"demo\",\"key\":\"a\\\"b\"",
        "\"x-amz-meta-note\":\"\\\"quoted\\\" \\\\\"",
        "\"status\":200,\"fault\":null,\"bytesIn\":6,\"bytesOut\":0,\"milliseconds\":",
    ];
    assert!(says(&lines[0], &put), "{}", lines[0]);
    let get = ["\"query\":\"partNumber=1\"", "\"operation\":\"GetObject\"", "\"status\":404"];
    assert!(says(&lines[1], &get), "{}", lines[1]);
    assert_eq!(lines.len(), 2);
}

#[test]
fn faults_are_named_and_a_dropped_connection_has_no_status() {
    let log = Log::new();
    let server = log.server(builder().fault("reset=1".parse().unwrap()));
    Raw::get("/demo/key").send(&server);
    let lines = log.lines(server);
    assert!(says(&lines[0], &["\"status\":null,\"fault\":\"reset\""]), "{}", lines[0]);
}

#[test]
fn no_key_no_signature_and_no_token() {
    let log = Log::new();
    let server = log.server(builder());
    let signature_in = |message: &[u8]| {
        let text = String::from_utf8_lossy(message).into_owned();
        let start = text.find("Signature=").unwrap() + "Signature=".len();
        text[start..start + 64].to_owned()
    };
    let (host, mut secrets) = (server.addr().to_string(), Vec::new());
    let requests = [
        Raw::put("/demo/key", b"data").sse_c(ONE),
        Raw::get("/demo/key").sse_c(TWO).header("x-amz-security-token", "token-of-a-session"),
        Raw::get("/demo/key").presigned_for(60).sse_c(ONE),
        Raw::put("/demo/key", b"data")
            .param("X-Amz-Server-Side-Encryption-Customer-Key", ONE.base64)
            .presigned_for(60),
        Raw::put("/demo/key", b"")
            .header("x-amz-copy-source", "/demo/key")
            .header("x-amz-copy-source-server-side-encryption-customer-key", ONE.base64),
        // A name that no server knows, from someone who cannot spell.
        Raw::get("/demo/key").header("x-amz-server-side-encryption-customer-keys", ONE.base64),
        Raw::get("/demo/key").header("x-amz-server-side-encryption-customer_key", PASSWORD),
        Raw::get("/demo/key").header("X-Amz-ServerSide-Encryption-Customer-Key", PASSWORD),
        Raw::get("/demo/key").header("sse-c-key", PASSWORD),
        // A name that says nothing.
        Raw::get("/demo/key").header("x-amz-meta-note", &format!("it is {}", ONE.base64)),
        Raw::get("/demo/key").header("x-custom", &"01".repeat(32)),
        // Separated as by some servers, and by other names.
        Raw::get(&format!("/demo/key?prefix=a;sse_customer_key={PASSWORD};x=y")),
        Raw::get("/demo/key").param("x", ONE.base64),
        Raw::get("/demo/key").param("x", &"01".repeat(32)),
        // A key as the name of an object.
        Raw::get(&format!("/demo/{}", ONE.base64.replace('=', "%3D"))),
        Raw::get(&format!("/demo/folder/{}/x", "01".repeat(32))),
    ];
    for request in requests {
        secrets.push(signature_in(&request.clone().message(&server, &host)));
        request.send(&server);
    }
    let mode = fs::metadata(&log.0).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let secret_key = server.secret_key().to_owned();
    let text = log.lines(server).join("\n");
    assert_eq!(text.lines().count(), 16);
    assert!(
        text.contains("customer-key-md5\":\"4Funlf7OsLF0HL+vKU+fkg==\""),
        "the MD5 is no secret"
    );
    assert!(text.contains("Credential=") && text.contains("Signature=REDACTED"));
    secrets.extend([ONE.base64, TWO.base64, "token-of-a-session"].map(str::to_owned));
    secrets.extend([PASSWORD.to_owned(), "01".repeat(32), secret_key]);
    secrets.push(ONE.base64.trim_end_matches('=').to_owned());
    for secret in secrets {
        assert!(!text.contains(&secret), "{secret} is in the log");
    }
}

#[test]
fn a_file_that_cannot_be_made_is_an_error() {
    let error = builder().log_file("/nowhere/at/all").start().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
}
