//! What the layers below log must not hold a key, at whatever level.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::harness::{ONE, TWO, server};
use crate::post_form::Form;
use crate::raw::Raw;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_most_talkative_log_holds_no_key() {
    let log = Log::default();
    let writer = log.clone();
    // The SDK of other tests prints keys at this level; the server's layers are what matters here.
    let server_side = Targets::new()
        .with_target("s3s", tracing::Level::TRACE)
        .with_target("rustls", tracing::Level::TRACE)
        .with_target("s3seal_mock", tracing::Level::TRACE);
    let printer =
        tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || writer.clone());
    let subscriber = tracing_subscriber::registry().with(printer).with(server_side);
    tracing::subscriber::set_global_default(subscriber).expect("no other test takes the log");

    let server = server();
    let source = [
        ("x-amz-copy-source", "demo/key"),
        ("x-amz-copy-source-server-side-encryption-customer-algorithm", "AES256"),
        ("x-amz-copy-source-server-side-encryption-customer-key", ONE.base64),
        ("x-amz-copy-source-server-side-encryption-customer-key-md5", ONE.md5),
    ];
    assert_eq!(Raw::put("/demo/key", b"data").sse_c(ONE).send(&server).status, 200);
    assert_eq!(Raw::get("/demo/key").sse_c(ONE).send(&server).status, 200);
    assert_eq!(Raw::get("/demo/key").sse_c(TWO).send(&server).status, 403);
    assert_eq!(Raw::put("/demo/copy", b"").sse_c(TWO).headers(&source).send(&server).status, 200);
    assert_eq!(Form::new(&server, "demo").sse_c(ONE).send(b"data").status, 204);
    // The policy wants another key than the form brings.
    let wanted =
        format!(r#"["eq", "$x-amz-server-side-encryption-customer-key", "{}"]"#, TWO.base64);
    let refused = Form::new(&server, "demo").sse_c(ONE).condition(&wanted).send(b"data");
    assert_eq!(refused.status, 403);
    for key in [ONE, TWO] {
        assert!(!refused.message().contains(key.base64), "{}", refused.message());
    }
    assert_eq!(
        Raw::put("/demo/key", b"data").sse_c(ONE).secret_key("wrong").send(&server).status,
        403
    );

    let text = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(text.contains("s3s"), "the log was heard at all");
    for secret in [ONE.base64, TWO.base64, server.secret_key()] {
        assert!(!text.contains(secret), "a secret was logged");
    }
}
