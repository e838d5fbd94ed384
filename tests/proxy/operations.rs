//! Each operation of a client that knows no SSE-C, sealed.

use super::client::{Proxy, Request};
use crate::harness::{BUCKET, Lab, noise, url};

#[test]
fn objects_pass_sealed_and_come_back() {
    let lab = Lab::new();
    let md5 = lab.key("k");
    let proxy = Proxy::start(&lab);
    for (name, length) in
        [("empty", 0), ("small", 3000), ("Größe 100%+a&b=c?#/~x", 10), ("large", 20_000_000)]
    {
        let content = noise(length);
        lab.file("file", &content);
        let at = url(name);
        proxy.run(&lab, &["put", "--no-key", "file", &at]).succeeds();
        proxy.holds(&lab, name, &content);
        let head = lab.run(["head", "-k", "./k", "--json", &at]).succeeds().json();
        assert_eq!(head["SSECustomerKeyMD5"], md5.as_str(), "{name}");
        let back = proxy.run(&lab, &["get", &at, "-"]).succeeds();
        assert!(back.bytes == content, "{name}");
        let head = proxy.run(&lab, &["head", "--json", &at]).succeeds().json();
        assert_eq!(head["ContentLength"], length, "{name}");
    }
    let part = proxy
        .run(&lab, &["get", "--range", "bytes=5000000-5000099", &url("large"), "-"])
        .succeeds();
    assert!(part.bytes == noise(20_000_000)[5_000_000..5_000_100]);

    let listed = proxy.run(&lab, &["ls", "-r", &url("")]).succeeds();
    assert_eq!(listed.stdout.lines().count(), 4, "{}", listed.stdout);
    lab.run(["audit", "-k", "./k", "--fail-on", "plain", &url("")]).succeeds();
    proxy.run(&lab, &["rm", "-r", "--all", &url("")]).succeeds();
    lab.holds_only(&[]);
}

#[test]
fn copies_are_opened_and_sealed() {
    let lab = Lab::new();
    lab.key("k");
    let proxy = Proxy::start(&lab);
    let content = noise(12_000_000);
    lab.file("file", &content);
    let put = ["put", "--no-key", "--metadata", "a=1", "--content-type", "text/x", "file"];
    proxy.run(&lab, &[&put[..], &[&url("from/ü")]].concat()).succeeds();

    let source = "/demo/from/%C3%BC";
    let copy = |to: &str| Request::new("PUT", to).header("x-amz-copy-source", source);
    let reply = proxy.send(&copy("/demo/to"));
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.says("<CopyObjectResult").says("<ETag>").says("<LastModified>");
    proxy.holds(&lab, "to", &content);
    let head = |key: &str| lab.run(["head", "-k", "./k", "--json", &url(key)]).succeeds().json();
    assert_eq!(
        (&head("to")["Metadata"]["a"], &head("to")["ContentType"]),
        (&"1".into(), &"text/x".into())
    );

    // In place, with other metadata, as tools do that keep a file's time there.
    let replaced = copy("/demo/from/%C3%BC")
        .header("x-amz-metadata-directive", "REPLACE")
        .header("x-amz-meta-b", "2");
    let reply = proxy.send(&replaced);
    assert_eq!(reply.status, 200, "{reply:?}");
    let found = head("from/ü");
    assert_eq!(found["Metadata"], serde_json::json!({"b": "2"}), "{found}");
    assert_eq!(found["ContentType"], "binary/octet-stream");
    proxy.holds(&lab, "from/ü", &content);

    proxy
        .send(&Request::new("PUT", "/demo/y").header("x-amz-copy-source", "/demo/none"))
        .is(404, "NoSuchKey");
    proxy
        .send(&copy("/demo/y").header("x-amz-copy-source-if-match", "\"0\""))
        .is(412, "PreconditionFailed");
    proxy
        .send(&Request::new("PUT", "/demo/y").header("x-amz-copy-source", "demo"))
        .is(400, "InvalidArgument");
    let directive = copy("/demo/y").header("x-amz-metadata-directive", "MOVE");
    proxy.send(&directive).is(400, "InvalidArgument");
    let lock = copy("/demo/y").header("x-amz-object-lock-mode", "GOVERNANCE");
    proxy.send(&lock).is(501, "NotImplemented").says("x-amz-object-lock-mode");

    // A plain source is refused where a sealed one is expected.
    lab.plain("plain", b"open");
    let plain = Request::new("PUT", "/demo/y").header("x-amz-copy-source", "demo/plain");
    let reply = proxy.send(&plain);
    reply.is(403, "AccessDenied").says("not sealed");
    assert_eq!(reply.header("x-s3seal-cause"), Some("not-sealed"));
}

fn tag(document: &[u8], name: &str) -> String {
    let text = String::from_utf8_lossy(document).into_owned();
    let (_, rest) =
        text.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("{name}: {text}"));
    rest.split('<').next().unwrap().replace("&quot;", "\"")
}

fn complete(id: &str, etags: &[String]) -> Request {
    let part = |(index, etag): (usize, &String)| {
        format!("<Part><ETag>{etag}</ETag><PartNumber>{}</PartNumber></Part>", index + 1)
    };
    let parts: String = etags.iter().enumerate().map(part).collect();
    let document = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
    Request::new("POST", &format!("/demo/x?uploadId={id}")).body(document)
}

#[test]
fn uploads_in_parts_are_proven_part_by_part() {
    let lab = Lab::new();
    lab.key("k");
    let mut proxy = Proxy::start(&lab);
    let content = noise(11_000_000);
    let first = &content[..6_000_000];
    lab.file("source", &content);
    proxy.run(&lab, &["put", "--no-key", "source", &url("source")]).succeeds();

    // A part that is sent, one that is copied, and then Complete through another process.
    for restarts in [false, true] {
        let create = proxy.send(&Request::new("POST", "/demo/x?uploads"));
        let id = tag(&create.body, "UploadId");
        let at = |number: u32| format!("/demo/x?partNumber={number}&uploadId={id}");
        let part = proxy.send(&Request::new("PUT", &at(1)).body(first));
        assert_eq!(part.status, 200, "{part:?}");
        let copied = Request::new("PUT", &at(2))
            .header("x-amz-copy-source", "demo/source")
            .header("x-amz-copy-source-range", "bytes=6000000-10999999");
        let copied = proxy.send(&copied);
        assert_eq!(copied.status, 200, "{copied:?}");
        let etags = [part.header("etag").unwrap().to_owned(), tag(&copied.body, "ETag")];
        let listed = proxy.send(&Request::new("GET", &format!("/demo/x?uploadId={id}")));
        listed.is(200, "").says("<PartNumber>2</PartNumber>");
        if restarts {
            proxy = Proxy::start(&lab);
        }
        let before = lab.operations().len();
        let completed = proxy.send(&complete(&id, &etags));
        completed.is(200, "").says("<CompleteMultipartUploadResult");
        let since = &lab.operations()[before..];
        let head = since.iter().filter(|it| *it == "HeadObject").count();
        assert_eq!(head, usize::from(restarts), "a HEAD proves what no part has proven: {since:?}");
        proxy.holds(&lab, "x", &content);
        lab.run(["rm", &url("x")]).succeeds();
    }
    // A part that was never proven here, in an upload that began here: nothing is published.
    let create = proxy.send(&Request::new("POST", "/demo/x?uploads"));
    let id = tag(&create.body, "UploadId");
    let unproven = complete(&id, &["\"0\"".to_owned()]);
    proxy.send(&unproven).is(501, "NotImplemented").says("nothing was published");
    assert!(lab.server().uploads(BUCKET).is_empty());
    for document in [
        "",
        "x",
        "<CompleteMultipartUpload/>",
        "<CompleteMultipartUpload><Part><PartNumber>x</PartNumber><ETag>e</ETag></Part></CompleteMultipartUpload>",
    ] {
        let request = Request::new("POST", "/demo/x?uploadId=u").body(document);
        proxy.send(&request).is(400, "MalformedXML");
    }
    let gone = complete("no-such-upload", &["\"0\"".to_owned()]);
    proxy.send(&gone).is(404, "NoSuchUpload");
}

#[test]
fn what_needs_no_key_passes_as_it_is() {
    let lab = Lab::new();
    lab.key("k");
    let proxy = Proxy::start(&lab);
    lab.seal("k", "x", b"content");
    let send =
        |method, target: &str, body: &str| proxy.send(&Request::new(method, target).body(body));
    send("GET", "/", "").is(200, "").says("<Name>demo</Name>");
    send("GET", "/demo?list-type=2&max-keys=1", "").is(200, "").says("<Key>x</Key>");
    send("PUT", "/other", "").is(200, "");
    send("GET", "/demo?location", "").is(200, "").says("LocationConstraint");
    send("DELETE", "/other", "").is(204, "");
    let tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
    send("PUT", "/demo/x?tagging", tags).is(200, "");
    send("GET", "/demo/x?tagging", "").is(200, "").says("<Value>1</Value>");
    let versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    send("PUT", "/demo?versioning", versioning).is(200, "");
    send("GET", "/demo?versions", "").is(200, "").says("<Key>x</Key>");
    let attributes =
        Request::new("GET", "/demo/x?attributes").header("x-amz-object-attributes", "ObjectSize");
    proxy.send(&attributes).is(200, "").says("<ObjectSize>7</ObjectSize>");
    let delete = "<Delete><Object><Key>x</Key></Object></Delete>";
    let request = Request::new("POST", "/demo?delete").body(delete);
    let request = request.header("content-md5", &md5(delete));
    proxy.send(&request).is(200, "").says("<Deleted>");
    proxy.send(&Request::new("GET", "/demo/x")).is(404, "NoSuchKey");
    for request in lab.server().requests() {
        let may = matches!(
            request.operation,
            "GetObject"
                | "HeadObject"
                | "GetObjectAttributes"
                | "PutObject"
                | "CreateMultipartUpload"
                | "UploadPart"
                | "CompleteMultipartUpload"
        );
        assert!(may || !request.has_key(), "{} carried a key", request.operation);
    }
}

fn md5(text: &str) -> String {
    use base64::Engine as _;
    use md5::Digest as _;
    base64::prelude::BASE64_STANDARD.encode(md5::Md5::digest(text.as_bytes()))
}

#[test]
fn what_cannot_be_sealed_is_refused_by_name() {
    let lab = Lab::new();
    lab.key("k");
    let proxy = Proxy::start(&lab);
    lab.seal("k", "x", b"content");
    for (method, target, name) in [
        ("POST", "/demo", "PostObject"),
        ("POST", "/demo/x?select&select-type=2", "SelectObjectContent"),
        ("PUT", "/demo?replication", "PutBucketReplication"),
        ("PUT", "/demo?inventory&id=1", "PutBucketInventoryConfiguration"),
        ("PUT", "/demo/x?encryption", "UpdateObjectEncryption"),
        ("PUT", "/demo/x?somethingNew", "PUT request"),
        ("GET", "/demo?session", "CreateSession"),
    ] {
        let reply = proxy.send(&Request::new(method, target).body("x"));
        reply.is(501, "NotImplemented").says(name);
        assert_eq!(reply.header("x-s3seal-cause"), Some("unsupported"), "{name}");
    }
    let restore = "<RestoreRequest><OutputLocation/></RestoreRequest>";
    let request = Request::new("POST", "/demo/x?restore").body(restore);
    proxy.send(&request).is(501, "NotImplemented").says("RestoreObject");
    let encrypted = Request::new("PUT", "/demo/y").header("x-amz-server-side-encryption", "AES256");
    proxy.send(&encrypted.body("x")).is(400, "InvalidArgument").says("turn off");
    assert_eq!(lab.server().object_keys(BUCKET), ["x"]);
    proxy.holds(&lab, "x", b"content");
}

/// A browser asks without credentials: nothing is signed for it, and nothing else of its request passes.
#[test]
fn a_preflight_request_is_not_signed() {
    let lab = Lab::new();
    lab.key("k");
    let proxy = Proxy::start(&lab);
    let ask = |headers: &str| {
        let head = format!(
            "OPTIONS /demo/x?acl HTTP/1.1\r\nhost: h\r\nconnection: close\r\n{headers}\r\n"
        );
        proxy.exchange(&head, b"")
    };
    ask("x-http-method-override: PUT\r\n").is(400, "BadRequest");
    let before = lab.server().requests().len();
    ask("origin: https://page.example\r\naccess-control-request-method: GET\r\nx-amz-foo: x\r\n");
    let asked = &lab.server().requests()[before];
    assert_eq!((asked.method.as_str(), asked.query.as_str()), ("OPTIONS", ""));
    assert!(asked.header("authorization").is_none() && asked.header("x-amz-foo").is_none());
}

/// The conditions of reads and writes keep their meaning, and their statuses.
#[test]
fn conditions_are_the_stores_affair() {
    let lab = Lab::new();
    lab.key("k");
    let proxy = Proxy::start(&lab);
    let put = |target: &str| Request::new("PUT", target).body("content");
    let first = put("/demo/x").header("if-none-match", "*");
    assert_eq!(proxy.send(&first).status, 200, "as an upload of one part");
    let again = || put("/demo/x").header("if-none-match", "*");
    proxy.send(&again()).is(412, "PreconditionFailed");
    let get = || Request::new("GET", "/demo/x");
    let etag = proxy.send(&get()).header("etag").unwrap().to_owned();
    let reply = proxy.send(&get().header("if-none-match", &etag));
    assert_eq!((reply.status, reply.body.len()), (304, 0), "{reply:?}");
    proxy.send(&get().header("if-match", "\"0\"")).is(412, "PreconditionFailed");
    proxy.send(&get().header("range", "bytes=100-")).is(416, "InvalidRange");
    let reply = proxy.send(&get().header("range", "bytes=1-3"));
    assert_eq!((reply.status, reply.body.as_slice()), (206, &b"ont"[..]));
    let head = proxy.send(&Request::new("HEAD", "/demo/none"));
    assert_eq!((head.status, head.body.len()), (404, 0));
    proxy.send(&Request::new("GET", "/absent/x")).is(404, "NoSuchBucket");
    proxy.send(&put("/absent/x")).is(404, "NoSuchBucket");
}
