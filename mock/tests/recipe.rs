//! Tests of a program of your own, with an S3 server inside the test process.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::ProvideErrorMetadata;
use s3seal_mock::{Answer, Fault, FaultKind, Server, Tampering};

/// 32 bytes in base64, and the base64 of their MD5.
const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const KEY_MD5: &str = "hRasmdxgYDKV3nvbahU1MA==";

fn client(server: &Server) -> Client {
    let credentials =
        Credentials::new(server.access_key(), server.secret_key(), None, None, "test");
    Client::from_conf(
        aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(server.endpoint())
            .region(Region::new(server.region().to_owned()))
            .credentials_provider(credentials)
            .force_path_style(true)
            .build(),
    )
}

#[tokio::test]
async fn sealed_and_not_without_the_key() {
    let server = Server::builder().bucket("demo").start().unwrap();
    let note = client(&server);
    let put =
        note.put_object().bucket("demo").key("note").body("secret".to_owned().into_bytes().into());
    put.sse_customer_algorithm("AES256")
        .sse_customer_key(KEY)
        .sse_customer_key_md5(KEY_MD5)
        .send()
        .await
        .unwrap();

    let refused = note.get_object().bucket("demo").key("note").send().await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidRequest"));
}

/// An interceptor decides in code: here the first answer to PutObject is lost, after the object was stored.
#[tokio::test]
async fn a_lost_answer_is_retried() {
    let first = std::sync::atomic::AtomicBool::new(true);
    let server = Server::builder()
        .bucket("demo")
        .interceptor(move |request| {
            let is_first = request.operation == "PutObject"
                && first.swap(false, std::sync::atomic::Ordering::Relaxed);
            is_first.then(|| Answer::Handle(Tampering::new().then_reset()))
        })
        .start()
        .unwrap();
    let put = client(&server).put_object().bucket("demo").key("note");
    put.body(b"text".to_vec().into()).send().await.unwrap();

    let statuses: Vec<_> = server.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [None, Some(200)], "dropped, then answered");
}

/// A fault is drawn from a seed: the same seed and the same requests get the same faults.
#[tokio::test]
async fn refusals_are_retried() {
    let slow_down = Fault::new(FaultKind::SlowDown, 0.3).unwrap().on("PutObject");
    let server = Server::builder().bucket("demo").fault(slow_down).seed(7).start().unwrap();
    let s3 = client(&server);
    for number in 0..5 {
        let put = s3.put_object().bucket("demo").key(format!("note-{number}"));
        put.body(b"text".to_vec().into()).send().await.unwrap();
    }
    assert_eq!(server.object_keys("demo").len(), 5);
    assert!(server.requests().iter().any(|request| request.status == Some(503)));
}
