//! POST Object: browser forms.

use crate::harness::{BUCKET, ONE, TWO, builder, data, server};
use crate::post_form::Form;
use crate::raw::Raw;

const ECHO: &str = "x-amz-server-side-encryption-customer-key-md5";

#[test]
fn a_form_uploads_what_its_policy_allows() {
    let server = server();
    let answer = Form::new(&server, BUCKET)
        .key("photos/${filename}")
        .field("Content-Type", "image/jpeg")
        .field("x-amz-meta-note", "a note")
        .field(
            "tagging",
            "<Tagging><TagSet><Tag><Key>a b</Key><Value>c&d</Value></Tag></TagSet></Tagging>"
                .replace('&', "&amp;")
                .as_str(),
        )
        .extra("x-ignore-this", "anything")
        .send(b"a photo");
    assert_eq!((answer.status, answer.body.as_slice()), (204, &b""[..]), "{}", answer.message());
    let object = server.object(BUCKET, "photos/photo.jpg").unwrap();
    assert_eq!((object.size, object.content_type.as_str()), (7, "image/jpeg"));
    assert_eq!(object.metadata["note"], "a note");
    assert_eq!(object.tags, [("a b".to_owned(), "c&d".to_owned())]);
    assert_eq!(answer.header("etag"), Some(format!("\"{}\"", object.etag).as_str()));
    assert_eq!(Raw::get("/demo/photos/photo.jpg").send(&server).body, b"a photo");
}

#[test]
fn a_form_seals_with_the_key_in_its_fields() {
    let server = server();
    let answer = Form::new(&server, BUCKET).sse_c(ONE).send(b"secret");
    assert_eq!((answer.status, answer.header(ECHO)), (204, Some(ONE.md5)), "{}", answer.message());
    assert!(server.object(BUCKET, "form").unwrap().sealed);
    assert_eq!(Raw::get("/demo/form").sse_c(ONE).send(&server).body, b"secret");
    assert_eq!(Raw::get("/demo/form").sse_c(TWO).send(&server).status, 403);
    let hoisted = Raw::post("/demo", b"")
        .anonymous()
        .param("x-amz-server-side-encryption-customer-key", ONE.base64)
        .send(&server);
    assert!(hoisted.message().contains("must be sent as headers"), "{}", hoisted.message());
    server.block_sse_c(BUCKET, true);
    assert_eq!(Form::new(&server, BUCKET).sse_c(ONE).send(b"x").status, 403);
}

#[test]
fn what_a_form_is_answered_on_success() {
    let server = server();
    let status =
        |status: &str| Form::new(&server, BUCKET).field("success_action_status", status).send(b"x");
    let created = status("201");
    assert_eq!((created.status, created.element("Bucket").as_str()), (201, BUCKET));
    assert_eq!(created.element("Key"), "form");
    let place = format!("http://{}/demo/form", server.addr());
    assert_eq!(
        (created.element("Location"), created.header("location")),
        (place.clone(), Some(place.as_str()))
    );
    assert_eq!((status("200").status, status("204").status, status("500").status), (200, 204, 204));
    let redirect = Form::new(&server, BUCKET)
        .field("success_action_redirect", "http://example.test/done?a=b")
        .send(b"x");
    assert_eq!(redirect.status, 303);
    assert_eq!(
        redirect.header("location"),
        Some(
            "http://example.test/done?a=b&bucket=demo&key=form&etag=%229dd4e461268c8034f5c8564e155c67a6%22"
        )
    );
}

#[test]
fn what_a_form_is_refused_for() {
    let server = server();
    let form = || Form::new(&server, BUCKET);
    let rows = [
        ("another secret", form().secret("wrong"), 403, "SignatureDoesNotMatch", ""),
        (
            "expired",
            form().expires(-1),
            403,
            "AccessDenied",
            "Invalid according to Policy: Policy expired.",
        ),
        (
            "a field the policy does not name",
            form().extra("x-amz-meta-more", "x"),
            403,
            "AccessDenied",
            "Invalid according to Policy: Extra input fields: x-amz-meta-more",
        ),
        (
            "another key than allowed",
            form().condition(r#"["starts-with", "$key", "user/"]"#),
            403,
            "AccessDenied",
            "Invalid according to Policy: Policy Condition failed: [\"starts-with\", \"$key\", \"user/\"]",
        ),
        (
            "a field that must be there",
            form().condition(
                r#"["eq", "$x-amz-server-side-encryption-customer-algorithm", "AES256"]"#,
            ),
            403,
            "AccessDenied",
            "Invalid according to Policy: Policy Condition failed: [\"eq\", \"$x-amz-server-side-encryption-customer-algorithm\", \"AES256\"]",
        ),
        (
            "too large",
            form().condition(r#"["content-length-range", 0, 3]"#),
            400,
            "EntityTooLarge",
            "",
        ),
        (
            "too small",
            form().condition(r#"["content-length-range", 9, 20]"#),
            400,
            "EntityTooSmall",
            "",
        ),
        (
            "an unknown condition",
            form().condition(r#"["gt", "$key", "a"]"#),
            400,
            "InvalidPolicyDocument",
            "",
        ),
        (
            "a public ACL",
            form().field("acl", "public-read"),
            400,
            "AccessControlListNotSupported",
            "",
        ),
        ("no such bucket", Form::new(&server, "nowhere"), 404, "NoSuchBucket", ""),
    ];
    for (what, form, status, code, message) in rows {
        let answer = form.send(b"content");
        assert_eq!(answer.verdict(), (status, code.to_owned()), "{what}");
        assert!(message.is_empty() || answer.message() == message, "{what}: {}", answer.message());
    }
    assert_eq!(form().send_policy("{}", b"x").code(), "InvalidPolicyDocument");
    assert_eq!(form().send_policy("nonsense", b"x").code(), "InvalidPolicyDocument");
    assert!(server.object_keys(BUCKET).is_empty());
}

#[test]
fn what_is_no_form() {
    let server = server();
    let post = |kind: &str, body: &[u8]| {
        Raw::post("/demo", body).anonymous().header("content-type", kind).send(&server).verdict()
    };
    let form = "multipart/form-data; boundary=limit";
    let field = |name: &str| {
        format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\nx\r\n")
    };
    let rows = [
        ("text/plain", String::new(), 412, "PreconditionFailed"),
        (form, "nothing".to_owned(), 400, "MalformedPOSTRequest"),
        ("multipart/form-data", field("key"), 400, "MalformedPOSTRequest"),
        (form, field("key") + "--limit--\r\n", 400, "InvalidArgument"),
        (form, field("file") + "--limit--\r\n", 400, "InvalidArgument"),
        (form, field("key") + &field("file") + "--limit--\r\n", 403, "AccessDenied"),
        (
            form,
            field("key") + &field("policy") + &field("file") + "--limit--\r\n",
            400,
            "InvalidArgument",
        ),
        (
            form,
            field("key")
                + &field("policy")
                + &field("AWSAccessKeyId")
                + &field("file")
                + "--limit--\r\n",
            400,
            "InvalidRequest",
        ),
        (
            form,
            field(&"x".repeat(21_000)) + "--limit--\r\n",
            400,
            "MaxPostPreDataLengthExceededError",
        ),
    ];
    for (kind, body, status, code) in rows {
        assert_eq!(post(kind, body.as_bytes()), (status, code.to_owned()), "{kind} {body:.60}");
    }
    assert!(server.object_keys(BUCKET).is_empty());
}

#[test]
fn a_field_counts_once() {
    let server = server();
    let rows = [
        ("key", form_twice(&server, "key", "other"), "key"),
        ("another case", form_twice(&server, "KEY", "other"), "key"),
        ("the policy", form_twice(&server, "pOLICY", "e30="), "policy"),
        ("a signature", form_twice(&server, "x-amz-signature", "0"), "x-amz-signature"),
        (
            "a key's algorithm",
            Form::new(&server, BUCKET)
                .sse_c(ONE)
                .extra("x-amz-server-side-encryption-customer-key", TWO.base64)
                .body(&Form::new(&server, BUCKET).sse_c(ONE).policy(), b"x"),
            "x-amz-server-side-encryption-customer-key",
        ),
    ];
    for (what, body, name) in rows {
        let answer = send(&server, &body);
        assert_eq!(answer.verdict(), (400, "InvalidArgument".to_owned()), "{what}");
        assert_eq!(answer.element("ArgumentName"), name, "{what}");
    }
    let same = Form::new(&server, BUCKET).field("acl", "private").field("x-amz-acl", "private");
    assert_eq!(same.send(b"x").element("ArgumentName"), "x-amz-acl", "two names for one thing");
    // After the file, where S3 ignores what comes.
    for name in ["file", "File", "key", "Policy"] {
        let form = Form::new(&server, BUCKET);
        let mut body = form.body(&form.policy(), b"x");
        body.truncate(body.len() - "--limit--\r\n".len());
        let more = format!(
            "--limit\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\nx\r\n--limit--\r\n"
        );
        body.extend_from_slice(more.as_bytes());
        let answer = send(&server, &body);
        assert_eq!(answer.verdict(), (400, "InvalidArgument".to_owned()), "{name}");
    }
    assert!(server.object_keys(BUCKET).is_empty());
}

fn form_twice(server: &s3seal_mock::Server, name: &str, value: &str) -> Vec<u8> {
    let form = Form::new(server, BUCKET).extra(name, value);
    form.body(&form.policy(), b"x")
}

fn send(server: &s3seal_mock::Server, body: &[u8]) -> crate::raw::Answer {
    Raw::post("/demo", body)
        .anonymous()
        .header("content-type", "multipart/form-data; boundary=limit")
        .send(server)
}

#[test]
fn a_file_streams_whatever_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    for server in [server(), builder().dir(folder.path()).start().unwrap()] {
        // What looks like a delimiter, or the beginning of one, at every place where a piece may end.
        let mut file = data(300_000);
        for at in (0..file.len() - 20).step_by(997) {
            file[at..at + 9].copy_from_slice(b"\r\n--limi\r");
        }
        for file in [&file[..], b"", b"\r\n--limi", b"\r", b"\r\n"] {
            let form = Form::new(&server, BUCKET).sse_c(ONE);
            let answer = form.send(file);
            assert_eq!(answer.status, 204, "{}", answer.message());
            assert!(Raw::get("/demo/form").sse_c(ONE).send(&server).body == file);
        }
        let whole = Form::new(&server, BUCKET);
        let body = whole.body(&whole.policy(), &file);
        let cut = Raw::post("/demo", &body[..body.len() - 20])
            .anonymous()
            .header("content-type", "multipart/form-data; boundary=limit")
            .send(&server);
        assert_eq!(cut.verdict(), (400, "MalformedPOSTRequest".to_owned()));
        let long = [&body[..], &vec![b'x'; 50_000]].concat();
        assert_eq!(send(&server, &long).status, 400, "much after the file");
        assert_eq!(server.object_keys(BUCKET), ["form"]);
        assert_eq!(server.object(BUCKET, "form").unwrap().size, 2, "what was refused left nothing");
    }
}
