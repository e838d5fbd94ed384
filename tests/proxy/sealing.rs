//! Nothing is acknowledged that is not proven, at any store; and which key it is.

use s3seal_mock::{Answer, Behavior};

use super::client::{Proxy, Request};
use crate::harness::{BUCKET, Lab, noise, url};

/// A store either seals, or the client is told that nothing was stored.
#[test]
fn every_store_seals_or_is_refused() {
    for behavior in Behavior::ALL {
        let lab = Lab::with(|server| server.behave(*behavior).tls(true));
        lab.key("k");
        let proxy = Proxy::start(&lab);
        for (name, length) in [("small", 2000), ("large", 9_000_000)] {
            let content = noise(length);
            let request = Request::new("PUT", &format!("/demo/{name}")).body(content.clone());
            let reply = proxy.send(&request);
            let is_stored = lab.server().object_keys(BUCKET).iter().any(|it| it == name);
            assert_eq!(reply.status == 200, is_stored, "{behavior:?}: {reply:?}");
            if is_stored {
                proxy.holds(&lab, name, &content);
                let back = proxy.send(&Request::new("GET", &format!("/demo/{name}")));
                assert!(back.status == 200 && back.body == content, "{behavior:?}: {}", back.head);
                for to in ["copy", name] {
                    let request = Request::new("PUT", &format!("/demo/{to}"))
                        .header("x-amz-copy-source", &format!("demo/{name}"))
                        .header("x-amz-metadata-directive", "REPLACE")
                        .header("x-amz-meta-a", "1");
                    let reply = proxy.send(&request);
                    assert_eq!(reply.status, 200, "{behavior:?}: {reply:?}");
                    proxy.holds(&lab, to, &content);
                }
            } else {
                assert!(matches!(reply.status, 400 | 403 | 501), "{behavior:?}: {reply:?}");
            }
        }
        assert!(lab.server().uploads(BUCKET).is_empty(), "{behavior:?}");
        let audit = lab.run(["audit", "-k", "./k", "--fail-on", "plain,locked", &url("")]);
        audit.succeeds();
    }
}

/// A store that was proven before, and has stopped to seal since.
#[test]
fn an_unproven_object_is_taken_back() {
    let lab = Lab::with(|server| server.behave(Behavior::IgnoresSseC));
    lab.key("k");
    lab.believe_in_the_bucket();
    let proxy = Proxy::start(&lab);
    for length in [1000, 700_000] {
        let reply = proxy.send(&Request::new("PUT", "/demo/x").body(noise(length)));
        reply.is(501, "NotImplemented").says("plaintext").says("removed again");
        assert_eq!(reply.header("x-s3seal-cause"), Some("not-sealed"));
        lab.holds_only(&[]);
    }
    let create = proxy.send(&Request::new("POST", "/demo/x?uploads"));
    let text = String::from_utf8_lossy(&create.body).into_owned();
    let (_, rest) = text.split_once("<UploadId>").unwrap();
    let id = rest.split('<').next().unwrap();
    let part = Request::new("PUT", &format!("/demo/x?partNumber=1&uploadId={id}")).body("x");
    proxy.send(&part).is(501, "NotImplemented").says("nothing was published");
    lab.holds_only(&[]);
}

/// Versions: exactly the one that was written goes.
#[test]
fn the_version_before_stays() {
    let lab = Lab::with(|server| server.versioned_bucket("kept").behave(Behavior::IgnoresSseC));
    lab.key("k");
    std::fs::create_dir_all(lab.path("state/s3seal")).unwrap();
    let line = format!("{} kept\n", lab.server().endpoint());
    lab.file("state/s3seal/proven-buckets", line.as_bytes());
    lab.run(["put", "--no-key", "-", "s3://kept/x"]).stdin(b"before").succeeds();
    let proxy = Proxy::start(&lab);
    proxy.send(&Request::new("PUT", "/kept/x").body("after")).is(501, "NotImplemented");
    assert_eq!(lab.run(["get", "s3://kept/x", "-"]).succeeds().stdout, "before");
}

#[test]
fn a_plain_object_in_the_place_of_a_sealed_one_is_refused() {
    for behavior in [Behavior::Aws, Behavior::SeaweedFs, Behavior::Garage] {
        let lab = Lab::with(|server| server.behave(behavior));
        lab.key("k");
        lab.plain("x", b"somebody else's");
        let proxy = Proxy::start(&lab);
        for method in ["GET", "HEAD"] {
            let reply = proxy.send(&Request::new(method, "/demo/x"));
            assert_eq!(reply.status, 403, "{behavior:?}: {reply:?}");
            assert_eq!(reply.header("x-s3seal-cause"), Some("not-sealed"), "{behavior:?}");
        }
        drop(proxy);
        let log = String::from_utf8(lab.read("proxy.log")).unwrap();
        assert!(log.contains("\"cause\":\"not-sealed\"") && log.contains("is not sealed"), "{log}");
        let proxy = Proxy::with(&lab, &["-k", "./k", "--allow-plain"], |run| run);
        let reply = proxy.send(&Request::new("GET", "/demo/x"));
        assert!(reply.status == 200 && reply.body == b"somebody else's", "{behavior:?}: {reply:?}");
    }
}

#[test]
fn an_object_of_another_key_is_refused_by_cause() {
    let lab = Lab::new();
    lab.key("k");
    lab.key("other");
    lab.seal("other", "x", b"content");
    let proxy = Proxy::start(&lab);
    let reply = proxy.send(&Request::new("GET", "/demo/x"));
    reply.is(403, "AccessDenied").says("another key");
    assert_eq!(reply.header("x-s3seal-cause"), Some("another-key"));
    // The given keys are tried in their order; the first one writes.
    let proxy = Proxy::with(&lab, &["-k", "./k", "-k", "./other"], |run| run);
    assert_eq!(proxy.send(&Request::new("GET", "/demo/x")).body, b"content");
    assert_eq!(proxy.send(&Request::new("PUT", "/demo/x").body("new")).status, 200);
    proxy.holds(&lab, "x", b"new");
}

/// Rules of config.toml: a key for a prefix, a retired one, one key per object, and none.
#[test]
fn rules_choose_the_key() {
    let lab = Lab::new();
    for name in ["new", "old", "master"] {
        lab.key(name);
    }
    let endpoint = lab.server().endpoint().to_owned();
    let config = format!(
        "[keys.new]\nsource = \"file:{home}/new\"\n[keys.old]\nsource = \"file:{home}/old\"\n\
         [keys.master]\nsource = \"file:{home}/master\"\nderive = true\n\
         [[rules]]\nendpoint = \"{endpoint}\"\nprefix = \"s3://demo/a/\"\nkey = \"new\"\nretired = [\"old\"]\n\
         [[rules]]\nendpoint = \"{endpoint}\"\nprefix = \"s3://demo/b/\"\nkey = \"master\"\n",
        home = lab.home().display()
    );
    lab.file("config.toml", config.as_bytes());
    lab.seal("old", "a/before", b"before");
    lab.plain("c/plain", b"plain");
    let proxy = Proxy::with(&lab, &[], |run| run.env("S3SEAL_CONFIG", "config.toml"));
    assert_eq!(proxy.send(&Request::new("GET", "/demo/a/before")).body, b"before");
    for key in ["a/x", "b/x"] {
        let at = format!("/demo/{key}");
        assert_eq!(proxy.send(&Request::new("PUT", &at).body(key)).status, 200, "{key}");
        assert_eq!(proxy.send(&Request::new("GET", &at)).body, key.as_bytes());
    }
    lab.run(["get", "-k", "./new", &url("a/x"), "-"]).succeeds();
    lab.run(["get", "-k", "./master", &url("b/x"), "-"]).exits(4);
    let derived = ["get", "-k", "./master", "--derive-as", "s3://demo", &url("b/x"), "-"];
    assert_eq!(lab.run(derived).succeeds().stdout, "b/x");
    // Between two keys, too.
    let copy = Request::new("PUT", "/demo/b/copy").header("x-amz-copy-source", "demo/a/before");
    assert_eq!(proxy.send(&copy).status, 200);
    assert_eq!(proxy.send(&Request::new("GET", "/demo/b/copy")).body, b"before");
    // Without a rule nothing is written, and what is there is read as it is.
    let reply = proxy.send(&Request::new("PUT", "/demo/c/x").body("x"));
    reply.is(403, "AccessDenied").says("no key");
    assert_eq!(proxy.send(&Request::new("GET", "/demo/c/plain")).body, b"plain");
}

#[test]
fn a_client_with_a_key_of_its_own_is_left_alone() {
    let lab = Lab::new();
    lab.key("k");
    lab.key("own");
    let proxy = Proxy::start(&lab);
    for length in [1000, 9_000_000] {
        let content = noise(length);
        lab.file("file", &content);
        proxy.run(&lab, &["put", "-k", "./own", "file", &url("x")]).succeeds();
        let back = proxy.run(&lab, &["get", "-k", "./own", &url("x"), "-"]).succeeds();
        assert!(back.bytes == content);
        lab.run(["get", "-k", "./own", &url("x"), "out"]).succeeds();
        proxy.send(&Request::new("GET", "/demo/x")).is(403, "AccessDenied").says("another key");
    }
}

/// Headers that look like the seal must not turn it off.
#[test]
fn half_a_key_of_a_client_is_refused() {
    let lab = Lab::new();
    lab.key("k");
    lab.believe_in_the_bucket();
    lab.seal("k", "source", b"content");
    let proxy = Proxy::start(&lab);
    let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let seal = "x-amz-server-side-encryption-customer-";
    let put = || Request::new("PUT", "/demo/x").body("content");
    for headers in [
        &[("foo", "x")][..],
        &[("algorithm", "AES256")],
        &[("key", key)],
        &[("algorithm", "AES256"), ("key", key)],
        &[("algorithm", "AES256"), ("key", key), ("key-md5", "rjGuMdjLpPV1eRuotNaPMQ==")],
        &[("algorithm", "AES256"), ("key", "AAEC"), ("key-md5", "rjGuMdjLpPV1eRuotNaPMQ==")],
        &[("algorithm", "aws:kms"), ("key", key), ("key-md5", "tP/LI3N87DFaSk0aoqYgzg==")],
    ] {
        let named = headers
            .iter()
            .fold(put(), |put, (name, value)| put.header(&format!("{seal}{name}"), value));
        proxy.send(&named).is(400, "InvalidArgument");
    }
    let source = "x-amz-copy-source-server-side-encryption-customer-algorithm";
    proxy.send(&put().header(source, "AES256")).is(400, "InvalidArgument");
    let tags =
        Request::new("GET", "/demo/source?tagging").header(&format!("{seal}algorithm"), "AES256");
    proxy.send(&tags).is(400, "InvalidArgument");
    let url = format!("/demo/source?{seal}key={}", key.replace('=', "%3D"));
    proxy.send(&Request::new("GET", &url)).is(400, "InvalidArgument").says("URL");
    for target in ["/demo/x?partNumber=1&partNumber=2&uploadId=u", "/demo/x?tagging&tagging"] {
        proxy.send(&Request::new("PUT", target).body("x")).is(400, "InvalidArgument").says("twice");
    }
    proxy.send(&Request::new("PUT", "/de%24mo/x").body("x")).is(400, "InvalidBucketName");
    lab.holds_only(&["source"]);
}

/// A key of the client's own for the source of a copy; the copy gets the rule's.
#[test]
fn a_copy_from_a_key_of_the_client_is_sealed() {
    let lab = Lab::new();
    lab.key("k");
    lab.key("own");
    lab.seal("own", "source", b"content");
    let key = String::from_utf8(lab.read("own")).unwrap();
    let md5 = lab.run(["key", "md5", "./own"]).succeeds().stdout.trim().to_owned();
    let proxy = Proxy::start(&lab);
    let source = "x-amz-copy-source-server-side-encryption-customer-";
    let copy = Request::new("PUT", "/demo/x")
        .header("x-amz-copy-source", "demo/source")
        .header(&format!("{source}algorithm"), "AES256")
        .header(&format!("{source}key"), key.lines().last().unwrap())
        .header(&format!("{source}key-md5"), &md5);
    assert_eq!(proxy.send(&copy).status, 200);
    proxy.holds(&lab, "x", b"content");
}

/// A client's own key is no reason to believe the store.
#[test]
fn a_write_with_a_key_of_the_client_is_proven_too() {
    let lab = Lab::with(|server| server.behave(Behavior::IgnoresSseC));
    lab.key("k");
    lab.believe_in_the_bucket();
    let proxy = Proxy::start(&lab);
    let seal = "x-amz-server-side-encryption-customer-";
    let own = |request: Request| {
        request
            .header(&format!("{seal}algorithm"), "AES256")
            .header(&format!("{seal}key"), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
            .header(&format!("{seal}key-md5"), "tP/LI3N87DFaSk0aoqYgzg==")
    };
    let put = own(Request::new("PUT", "/demo/x").body("content"));
    proxy.send(&put).is(501, "NotImplemented").says("removed again");
    let empty = Request {
        content: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824".to_owned(),
        ..own(Request::new("PUT", "/demo/x"))
    };
    proxy.send(&empty).is(400, "XAmzContentSHA256Mismatch");
    lab.holds_only(&[]);
}

/// The store's bare answer becomes one cause.
#[test]
fn refusals_are_explained() {
    let lab = Lab::with(|server| server.behave(Behavior::AwsBlocked));
    lab.key("k");
    let proxy = Proxy::start(&lab);
    let reply = proxy.send(&Request::new("PUT", "/demo/x").body("x"));
    reply.is(403, "AccessDenied").says("blocks SSE-C").says("s3seal bucket allow s3://demo");

    for (status, code, words) in [
        (400, "", "the store refused"),
        (503, "SlowDown", "try again later"),
        (403, "InvalidAccessKeyId", "access key id"),
        (405, "MethodNotAllowed", "does not implement SSE-C"),
    ] {
        let document = format!("<Error><Code>{code}</Code></Error>");
        let lab = Lab::with(|server| {
            server.interceptor(move |request| {
                let answer = || Answer::respond(status, &[], document.clone());
                (request.operation == "PutObject").then(answer)
            })
        });
        lab.key("k");
        lab.believe_in_the_bucket();
        let proxy = Proxy::start(&lab);
        proxy.send(&Request::new("PUT", "/demo/x").body("x")).is(status, code).says(words);
    }
}

/// Some stores refuse checksums: they are left out from then on.
#[test]
fn a_store_without_checksums_gets_none() {
    let lab = Lab::with(|server| server.behave(Behavior::B2));
    lab.key("k");
    let proxy = Proxy::start(&lab);
    for length in [1000, 700_000] {
        let content = noise(length);
        let crc = {
            let mut crc = flate2::Crc::new();
            crc.update(&content);
            use base64::Engine as _;
            base64::prelude::BASE64_STANDARD.encode(crc.sum().to_be_bytes())
        };
        let put = Request::new("PUT", "/demo/x").header("x-amz-checksum-crc32", &crc);
        assert_eq!(proxy.send(&put.body(content.clone())).status, 200);
        proxy.holds(&lab, "x", &content);
        let get = Request::new("GET", "/demo/x").header("x-amz-checksum-mode", "ENABLED");
        assert!(proxy.send(&get).body == content);
    }
}
