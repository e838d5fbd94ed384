//! Who may use the proxy.

use std::time::{Duration, SystemTime};

use super::client::{Proxy, Request, presigned};
use crate::harness::{Lab, noise};

fn lab() -> Lab {
    let lab = Lab::new();
    lab.key("k");
    lab
}

#[test]
fn strangers_are_refused_as_amazon_does() {
    let lab = lab();
    let proxy = Proxy::start(&lab);
    let get = || Request::new("GET", "/demo/x");
    let ago = |seconds| SystemTime::now() - Duration::from_secs(seconds);

    let anonymous = "GET /demo/x HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n";
    proxy.exchange(anonymous, b"").is(403, "AccessDenied");
    proxy.send(&Request { secret: "another".to_owned(), ..get() }).is(403, "SignatureDoesNotMatch");
    proxy.send(&Request { access_key: "X".to_owned(), ..get() }).is(403, "InvalidAccessKeyId");
    proxy.send(&Request { time: ago(1000), ..get() }).is(403, "RequestTimeTooSkewed");
    let ahead = SystemTime::now() + Duration::from_secs(1000);
    proxy.send(&Request { time: ahead, ..get() }).is(403, "RequestTimeTooSkewed");
    proxy.send(&get().header("x-amz-security-token", "t")).is(400, "InvalidToken");

    let signed = get().signed(&proxy.endpoint);
    let changed = signed.replacen("/demo/x", "/demo/y", 1);
    proxy.exchange(&changed, b"").is(403, "SignatureDoesNotMatch");
    let added = signed.replacen("\r\n\r\n", "\r\nx-amz-acl: public-read\r\n\r\n", 1);
    proxy.exchange(&added, b"").is(403, "AccessDenied").says("not signed");
    let version_2 =
        "GET /demo/x HTTP/1.1\r\nhost: h\r\nconnection: close\r\nauthorization: AWS a:b\r\n\r\n";
    proxy.exchange(version_2, b"").is(400, "InvalidRequest").says("AWS4-HMAC-SHA256");
    for malformed in
        ["AWS4-HMAC-SHA256 x", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=1"]
    {
        let head = format!(
            "GET /demo/x HTTP/1.1\r\nhost: h\r\nconnection: close\r\nx-amz-date: 20261129T153000Z\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD\r\nauthorization: {malformed}\r\n\r\n"
        );
        let reply = proxy.exchange(&head, b"");
        assert!(matches!(reply.status, 400 | 403), "{reply:?}");
    }
    assert!(
        lab.server().requests().iter().all(|request| request.operation == "ListBuckets"),
        "nothing but the first contact has reached the store"
    );
}

#[test]
fn presigned_urls_of_the_proxy_work_for_a_while() {
    let lab = lab();
    let proxy = Proxy::start(&lab);
    let content = noise(5000);
    let now = SystemTime::now();
    let url =
        |method, target, time, seconds| presigned(&proxy.endpoint, method, target, time, seconds);
    let send = |method: &str, target: &str, body: &[u8]| {
        let (addr, length) = (proxy.addr, body.len());
        let head = format!(
            "{method} {target} HTTP/1.1\r\nhost: {addr}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
        );
        proxy.exchange(&head, body)
    };
    let put = url("PUT", "/demo/a%20b%2Bc/%C3%BC", now, 60);
    assert!(!put.contains("customer-key"), "no key is in the URL: {put}");
    assert_eq!(send("PUT", &put, &content).status, 200);
    proxy.holds(&lab, "a b+c/ü", &content);
    let get = url("GET", "/demo/a%20b%2Bc/%C3%BC?response-content-type=text%2Fplain", now, 60);
    let reply = send("GET", &get, b"");
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("text/plain")));
    assert!(reply.body == content);

    send("PUT", &get, b"x").is(403, "SignatureDoesNotMatch");
    send("GET", &get.replace("plain", "other"), b"").is(403, "SignatureDoesNotMatch");
    let old = url("GET", "/demo/x", now - Duration::from_secs(120), 60);
    send("GET", &old, b"").is(403, "AccessDenied").says("expired");
    let early = url("GET", "/demo/x", now + Duration::from_secs(1200), 60);
    send("GET", &early, b"").is(403, "AccessDenied").says("not valid yet");
    let long = url("GET", "/demo/x", now, 700_000);
    send("GET", &long, b"").is(400, "AuthorizationQueryParametersError");
    let both = format!(
        "GET {get} HTTP/1.1\r\nhost: h\r\nauthorization: AWS4-HMAC-SHA256 x\r\nconnection: close\r\n\r\n"
    );
    proxy.exchange(&both, b"").is(400, "InvalidArgument");
}
