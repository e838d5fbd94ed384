//! Who is let in, and what must be signed.

use s3seal_mock::Behavior;

use crate::harness::{ONE, builder, client, run, server};
use crate::raw::{Answer, Raw};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const ALGORITHM: &str = "x-amz-server-side-encryption-customer-algorithm";

#[test]
fn signatures() {
    let server = server();
    Raw::put("/demo/key", b"data").send(&server);
    let get = || Raw::get("/demo/key");
    let url = || get().presigned_for(60);
    let rows = [
        ("signed", get(), 200, ""),
        ("presigned", url(), 200, ""),
        ("anonymous", get().anonymous(), 403, "AccessDenied"),
        ("another secret", get().secret_key("wrong"), 403, "SignatureDoesNotMatch"),
        ("another secret, presigned", url().secret_key("wrong"), 403, "SignatureDoesNotMatch"),
        ("nobody", get().access_key("AKIANOBODY"), 403, "InvalidAccessKeyId"),
        ("nobody, presigned", url().access_key("AKIANOBODY"), 403, "InvalidAccessKeyId"),
        ("another region", get().region("eu-west-1"), 400, "AuthorizationHeaderMalformed"),
        (
            "another region, presigned",
            url().region("eu-west-1"),
            400,
            "AuthorizationQueryParametersError",
        ),
        ("14 minutes late", get().clock(-14), 200, ""),
        ("16 minutes late", get().clock(-16), 403, "RequestTimeTooSkewed"),
        ("16 minutes early", get().clock(16), 403, "RequestTimeTooSkewed"),
        ("expired", url().clock(-2), 403, "AccessDenied"),
        ("over a week", get().presigned_for(604_801), 400, "AuthorizationQueryParametersError"),
        (
            "another version",
            get().anonymous().header("authorization", "AWS id:signature"),
            400,
            "InvalidRequest",
        ),
        (
            "nonsense",
            get().anonymous().header("authorization", "AWS4-HMAC-SHA256 x"),
            400,
            "AuthorizationHeaderMalformed",
        ),
    ];
    for (what, request, status, code) in rows {
        assert_eq!(request.send(&server).verdict(), (status, code.to_owned()), "{what}");
    }
    let moved = Raw::get("/demo/key").region("eu-west-1").send(&server);
    assert_eq!(
        (moved.header("x-amz-bucket-region"), moved.element("Region").as_str()),
        (Some("us-east-1"), "us-east-1")
    );
    assert_eq!(url().clock(-2).send(&server).message(), "Request has expired");
}

#[test]
fn every_amz_header_must_be_signed() {
    let server = server();
    let not_signed = "There were headers present in the request which were not signed";
    for request in
        [Raw::put("/demo/key", b"data"), Raw::put("/demo/key", b"data").presigned_for(60)]
    {
        let answer = request
            .unsigned_header(ALGORITHM, "AES256")
            .unsigned_header("x-amz-meta-note", "x")
            .send(&server);
        assert_eq!(answer.verdict(), (403, "AccessDenied".to_owned()));
        assert_eq!(answer.message(), not_signed);
        assert_eq!(answer.element("HeadersNotSigned"), format!("x-amz-meta-note, {ALGORITHM}"));
    }
    assert!(server.object_keys("demo").is_empty());
}

#[test]
fn a_presigned_put_carries_the_key_in_signed_headers() {
    let server = server();
    let answer = Raw::put("/demo/key", b"data").presigned_for(60).sse_c(ONE).send(&server);
    assert_eq!(answer.status, 200, "{}", answer.message());
    assert!(server.object("demo", "key").unwrap().sealed);
    assert_eq!(Raw::get("/demo/key").presigned_for(60).sse_c(ONE).send(&server).body, b"data");
}

#[test]
fn a_key_hoisted_into_the_query_never_stores_plaintext() {
    let server = server();
    let answer = Raw::put("/demo/key", b"data")
        .presigned_for(60)
        .param("x-amz-server-side-encryption-customer-algorithm", "AES256")
        .param("x-amz-server-side-encryption-customer-key", ONE.base64)
        .param("x-amz-server-side-encryption-customer-key-MD5", ONE.md5)
        .send(&server);
    assert_eq!(answer.verdict(), (403, "AccessDenied".to_owned()));
    assert!(server.object_keys("demo").is_empty());
    let record = &server.requests()[0];
    assert!(!record.query.contains(&crate::raw::encode(ONE.base64)), "{}", record.query);
}

#[test]
fn both_address_styles() {
    let server = server();
    let port = server.addr().port();
    let host = format!("demo.localhost:{port}");
    assert_eq!(Raw::put("/dir/key", b"data").send_to(&server, &host).status, 200);
    assert_eq!(
        Raw::get("/demo/dir/key").send_to(&server, &format!("localhost:{port}")).body,
        b"data"
    );
    let records = server.requests();
    for record in &records {
        assert_eq!(
            (record.bucket.as_deref(), record.key.as_deref()),
            (Some("demo"), Some("dir/key"))
        );
    }
}

#[test]
fn keys_of_every_kind_are_signed_and_found() {
    let server = server();
    let s3 = client(&server);
    run(async {
        for key in ["a b", "a+b", "ü/ß", "x=1&y", "a//b", "%41", "tab\tkey", "dot/../dot", "日本"]
        {
            s3.put_object()
                .bucket("demo")
                .key(key)
                .send()
                .await
                .unwrap_or_else(|err| panic!("{key}: {err:?}"));
            s3.head_object()
                .bucket("demo")
                .key(key)
                .send()
                .await
                .unwrap_or_else(|err| panic!("{key}: {err:?}"));
            assert!(server.object("demo", key).is_some(), "{key}");
        }
    });
}

#[test]
fn tls_by_an_authority_of_its_own() {
    let server = builder().tls(true).require_tls(true).start().unwrap();
    assert!(server.endpoint().starts_with("https://localhost:"));
    let pem = server.ca_pem().unwrap();
    let mut roots = tokio_rustls::rustls::RootCertStore::empty();
    use tokio_rustls::rustls::pki_types::pem::PemObject as _;
    let authority =
        tokio_rustls::rustls::pki_types::CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    roots.add(authority).unwrap();
    let provider = std::sync::Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = tokio_rustls::rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(std::sync::Arc::new(config));
    let port = server.addr().port();
    run(async {
        for name in ["localhost", "127.0.0.1", "::1", "demo.localhost"] {
            let stream = tokio::net::TcpStream::connect(server.addr()).await.unwrap();
            let name = tokio_rustls::rustls::pki_types::ServerName::try_from(name).unwrap();
            let mut stream = connector.connect(name, stream).await.unwrap();
            let request = Raw::put("/demo/key", b"data").sse_c(ONE);
            stream
                .write_all(&request.message(&server, &format!("localhost:{port}")))
                .await
                .unwrap();
            let mut answer = Vec::new();
            // The server closes without the farewell of TLS, for it was asked to.
            let _ = stream.read_to_end(&mut answer).await;
            assert_eq!(Answer::parse(&answer).status, 200);
        }
    });
}

#[test]
fn a_continuing_client_is_told_to_send_only_what_is_wanted() {
    use std::io::{Read as _, Write as _};
    let server = server();
    let mut stream = std::net::TcpStream::connect(server.addr()).unwrap();
    stream
        .write_all(b"PUT /demo/key HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\nexpect: 100-continue\r\n\r\n")
        .unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 403", "refused before the body was asked for");
}

#[test]
fn what_is_refused_whoever_asks() {
    let server = server();
    let form = ("content-type", "multipart/form-data; boundary=x");
    for path in ["/demo?delete=", "/demo/key?uploadId=x"] {
        let answer = Raw::post(path, b"--x--").headers(&[form]).send(&server);
        assert_eq!(answer.verdict(), (501, "NotImplemented".to_owned()), "{path}");
    }
    let owner = |id| Raw::put("/demo/key", b"x").header("x-amz-expected-bucket-owner", id);
    assert_eq!(owner("123456789012").send(&server).status, 200);
    assert_eq!(owner("210987654321").send(&server).verdict(), (403, "AccessDenied".to_owned()));
    let endless = Raw::put("/demo/key", b"5\r\nhello\r\n0\r\n\r\n")
        .payload_hash("UNSIGNED-PAYLOAD")
        .header("transfer-encoding", "chunked");
    assert_eq!(endless.send(&server).verdict(), (411, "MissingContentLength".to_owned()));
    let huge = Raw::put("/demo/key", b"")
        .payload_hash("UNSIGNED-PAYLOAD")
        .header("expect", "100-continue")
        .header("content-length", "5368709121");
    assert_eq!(huge.send(&server).verdict(), (400, "EntityTooLarge".to_owned()));
}

/// boto3 and aws-cli take a final answer in the place of `100 Continue` for that of their next request on the connection.
#[test]
fn a_connection_ends_with_an_answer_that_was_not_asked_for() {
    let server = builder().start().unwrap();
    for (path, body) in [("/demo/empty", &b""[..]), ("/absent/key", b"x")] {
        let answer = Raw::put(path, body).header("expect", "100-continue").send(&server);
        assert_eq!(answer.header("connection"), Some("close"), "{path}");
    }
}

#[test]
fn a_host_that_is_not_signed_is_refused() {
    for behavior in [Behavior::Aws, Behavior::Ceph] {
        let server = builder().behave(behavior).start().unwrap();
        let plain = Raw::get("/demo").header("x-amz-meta-a", "a").unsigned_host();
        for request in [plain.clone(), plain.presigned_for(60)] {
            let answer = request.send(&server);
            assert_eq!(answer.verdict(), (403, "AccessDenied".to_owned()), "{behavior}");
            assert_eq!(answer.element("HeadersNotSigned"), "host", "{behavior}");
        }
        assert_eq!(Raw::get("/demo").send(&server).status, 200, "{behavior}");
    }
}

#[test]
fn a_parameter_of_the_signature_counts_once() {
    let server = server();
    for name in ["X-Amz-Date", "X-Amz-Expires", "X-Amz-Credential", "X-Amz-SignedHeaders"] {
        let answer =
            Raw::get("/demo").presigned_for(60).param(name, "20260101T000000Z").send(&server);
        let expected = (400, "AuthorizationQueryParametersError".to_owned());
        assert_eq!(answer.verdict(), expected, "{name}");
    }
}
