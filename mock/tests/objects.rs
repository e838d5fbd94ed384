//! Objects in general, mostly as the SDK asks for them.

use std::collections::BTreeMap;

use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::{Delete, ObjectIdentifier, ServerSideEncryption, Tag, Tagging};

use crate::harness::{BUCKET, ONE, builder, client, data, refusal, run, server};
use crate::raw::Raw;

fn body(bytes: &[u8]) -> ByteStream {
    ByteStream::from(bytes.to_vec())
}

#[test]
fn what_is_put_comes_back_with_all_that_was_said_about_it() {
    let server = server();
    let s3 = client(&server);
    let content = data(200_000);
    run(async {
        s3.put_object()
            .bucket(BUCKET)
            .key("dir/a file+ü.txt")
            .content_type("text/plain")
            .cache_control("max-age=60")
            .content_disposition("attachment")
            .content_language("en")
            .content_encoding("gzip")
            .expires(DateTime::from_secs(4_000_000_000))
            .metadata("Owner", "me")
            .storage_class(aws_sdk_s3::types::StorageClass::StandardIa)
            .tagging("a=1&b=x%20y")
            .sse_customer_algorithm("AES256")
            .sse_customer_key(ONE.base64)
            .sse_customer_key_md5(ONE.md5)
            .body(body(&content))
            .send()
            .await
            .unwrap();
        let got = s3
            .get_object()
            .bucket(BUCKET)
            .key("dir/a file+ü.txt")
            .sse_customer_algorithm("AES256")
            .sse_customer_key(ONE.base64)
            .sse_customer_key_md5(ONE.md5)
            .send()
            .await
            .unwrap();
        assert_eq!(got.content_type(), Some("text/plain"));
        assert_eq!(got.cache_control(), Some("max-age=60"));
        assert_eq!(got.content_disposition(), Some("attachment"));
        assert_eq!(got.content_language(), Some("en"));
        assert_eq!(got.content_encoding(), Some("gzip"), "aws-chunked is not kept");
        assert_eq!(got.storage_class().map(|class| class.as_str()), Some("STANDARD_IA"));
        assert_eq!(got.metadata().unwrap()["owner"], "me");
        assert_eq!((got.tag_count(), got.content_length()), (Some(2), Some(200_000)));
        assert_eq!(got.sse_customer_key_md5(), Some(ONE.md5));
        assert_eq!(got.body.collect().await.unwrap().to_vec(), content);
    });
    let stored = server.object(BUCKET, "dir/a file+ü.txt").unwrap();
    assert_eq!(stored.metadata, BTreeMap::from([("owner".to_owned(), "me".to_owned())]));
    assert_eq!(stored.tags[1], ("b".to_owned(), "x y".to_owned()));
}

#[test]
fn ranges() {
    let server = server();
    let content = data(150_000);
    Raw::put("/demo/key", &content).sse_c(ONE).send(&server);
    Raw::put("/demo/empty", b"").sse_c(ONE).send(&server);
    let rows = [
        ("bytes=0-0", 0..1),
        ("bytes=65535-65536", 65_535..65_537),
        ("bytes=149999-", 149_999..150_000),
        ("bytes=-5", 149_995..150_000),
        ("bytes=100000-999999", 100_000..150_000),
    ];
    for (range, expected) in rows {
        let answer = Raw::get("/demo/key").header("range", range).sse_c(ONE).send(&server);
        let content_range = format!("bytes {}-{}/150000", expected.start, expected.end - 1);
        assert_eq!(
            (answer.status, answer.header("content-range")),
            (206, Some(content_range.as_str())),
            "{range}"
        );
        assert_eq!(answer.body, content[expected.clone()], "{range}");
        let head = Raw::head("/demo/key").header("range", range).sse_c(ONE).send(&server);
        let length = expected.len().to_string();
        assert_eq!(
            (head.status, head.header("content-length")),
            (206, Some(length.as_str())),
            "{range}"
        );
    }
    for (path, range) in
        [("/demo/key", "bytes=150000-"), ("/demo/empty", "bytes=0-0"), ("/demo/empty", "bytes=-1")]
    {
        let answer = Raw::get(path).header("range", range).sse_c(ONE).send(&server);
        assert_eq!(answer.verdict(), (416, "InvalidRange".to_owned()), "{path} {range}");
    }
}

#[test]
fn conditions_of_reads() {
    let server = server();
    let put = Raw::put("/demo/key", b"data").send(&server);
    let etag = put.header("etag").unwrap().to_owned();
    let (past, future) = ("Sat, 01 Jan 2000 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT");
    let rows = [
        ("if-match", etag.as_str(), 200),
        ("if-match", "\"other\"", 412),
        ("if-none-match", "\"other\"", 200),
        ("if-none-match", etag.as_str(), 304),
        ("if-modified-since", past, 200),
        ("if-modified-since", future, 304),
        ("if-unmodified-since", future, 200),
        ("if-unmodified-since", past, 412),
    ];
    for (name, value, status) in rows {
        let answer = Raw::get("/demo/key").header(name, value).send(&server);
        assert_eq!(answer.status, status, "{name}: {value}");
        let head = Raw::head("/demo/key").header(name, value).send(&server);
        assert_eq!((head.status, head.body.len()), (status, 0), "{name}: {value}");
    }
}

#[test]
fn conditions_of_writes() {
    let server = server();
    let etag = Raw::put("/demo/key", b"data").send(&server).header("etag").unwrap().to_owned();
    let rows = [
        ("key", "if-none-match", "*", 412),
        ("new", "if-none-match", "*", 200),
        ("key", "if-match", "\"other\"", 412),
        ("absent", "if-match", "\"other\"", 404),
        ("key", "if-match", etag.as_str(), 200),
    ];
    for (key, name, value, status) in rows {
        let answer = Raw::put(&format!("/demo/{key}"), b"data").header(name, value).send(&server);
        assert_eq!(answer.status, status, "{key} {name}: {value}");
    }
    assert_eq!(Raw::delete("/demo/key").header("if-match", "\"other\"").send(&server).status, 412);
    assert_eq!(Raw::delete("/demo/key").header("if-match", &etag).send(&server).status, 204);
}

#[test]
fn what_the_query_says_about_the_answer_overrides_what_is_stored() {
    let server = server();
    Raw::put("/demo/key", b"data").header("content-type", "text/plain").send(&server);
    let answer = Raw::get("/demo/key?response-content-type=text%2Fhtml").send(&server);
    assert_eq!(answer.header("content-type"), Some("text/html"));
}

#[test]
fn server_side_encryption_is_named_in_answers() {
    let server = server();
    let s3 = client(&server);
    run(async {
        let put = |method| {
            s3.put_object()
                .bucket(BUCKET)
                .key("key")
                .server_side_encryption(method)
                .body(body(b"x"))
                .send()
        };
        let kms = put(ServerSideEncryption::AwsKms).await.unwrap();
        assert_eq!(kms.server_side_encryption(), Some(&ServerSideEncryption::AwsKms));
        assert!(kms.ssekms_key_id().unwrap().starts_with("arn:aws:kms:us-east-1:"));
        let s3_managed = put(ServerSideEncryption::Aes256).await.unwrap();
        assert_eq!(s3_managed.server_side_encryption(), Some(&ServerSideEncryption::Aes256));
    });
}

#[test]
fn versions_and_delete_markers() {
    let server = s3seal_mock::Server::builder().versioned_bucket("vault").start().unwrap();
    let s3 = client(&server);
    run(async {
        let put = |text: &'static str| {
            s3.put_object().bucket("vault").key("key").body(body(text.as_bytes())).send()
        };
        let first = put("one").await.unwrap().version_id().unwrap().to_owned();
        let second = put("two").await.unwrap().version_id().unwrap().to_owned();
        let marker = s3.delete_object().bucket("vault").key("key").send().await.unwrap();
        assert_eq!(marker.delete_marker(), Some(true));
        let marker = marker.version_id().unwrap().to_owned();

        let gone = Raw::get("/vault/key").send(&server);
        assert_eq!(
            (gone.verdict(), gone.header("x-amz-delete-marker")),
            ((404, "NoSuchKey".to_owned()), Some("true"))
        );
        assert_eq!(Raw::get(&format!("/vault/key?versionId={marker}")).send(&server).status, 405);
        assert_eq!(Raw::get(&format!("/vault/key?versionId={first}")).send(&server).body, b"one");
        assert_eq!(
            Raw::get("/vault/key?versionId=none").send(&server).verdict(),
            (404, "NoSuchVersion".to_owned())
        );

        let listed = s3.list_object_versions().bucket("vault").send().await.unwrap();
        let ids: Vec<_> =
            listed.versions().iter().filter_map(|version| version.version_id()).collect();
        assert_eq!(ids, [second.as_str(), first.as_str()]);
        assert_eq!(listed.delete_markers()[0].is_latest(), Some(true));

        s3.delete_object().bucket("vault").key("key").version_id(&marker).send().await.unwrap();
        assert_eq!(Raw::get("/vault/key").send(&server).body, b"two");
    });
    server.set_versioning("vault", false);
    let put = Raw::put("/vault/key", b"three").send(&server);
    assert_eq!((put.status, put.header("x-amz-version-id")), (200, None));
    Raw::put("/vault/key", b"four").send(&server);
    let nulls = server.versions("vault").iter().filter(|(_, id, _)| id == "null").count();
    assert_eq!((nulls, server.versions("vault").len()), (1, 3));
}

#[test]
fn many_are_deleted_at_once() {
    let server = server();
    let s3 = client(&server);
    run(async {
        for key in ["a", "b", "c"] {
            s3.put_object().bucket(BUCKET).key(key).body(body(b"x")).send().await.unwrap();
        }
        let object = |key: &str| ObjectIdentifier::builder().key(key).build().unwrap();
        let delete =
            Delete::builder().objects(object("a")).objects(object("b")).objects(object("absent"));
        let answer = s3
            .delete_objects()
            .bucket(BUCKET)
            .delete(delete.build().unwrap())
            .send()
            .await
            .unwrap();
        assert_eq!((answer.deleted().len(), answer.errors().len()), (3, 0));
    });
    assert_eq!(server.object_keys(BUCKET), ["c"]);
    let xml = b"<Delete><Object><Key>c</Key></Object></Delete>";
    assert_eq!(
        Raw::post("/demo?delete=", xml).send(&server).verdict(),
        (400, "InvalidRequest".to_owned())
    );
    let wrong = Raw::post("/demo?delete=", xml)
        .header("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==")
        .send(&server);
    assert_eq!(wrong.verdict(), (400, "BadDigest".to_owned()));
}

#[test]
fn tags() {
    let server = server();
    let s3 = client(&server);
    run(async {
        s3.put_object()
            .bucket(BUCKET)
            .key("key")
            .tagging("a=1")
            .body(body(b"x"))
            .send()
            .await
            .unwrap();
        let tag = Tag::builder().key("b").value("2").build().unwrap();
        let tagging = Tagging::builder().tag_set(tag.clone()).build().unwrap();
        s3.put_object_tagging().bucket(BUCKET).key("key").tagging(tagging).send().await.unwrap();
        let got = s3.get_object_tagging().bucket(BUCKET).key("key").send().await.unwrap();
        assert_eq!(got.tag_set(), [tag]);
        assert_eq!(Raw::head("/demo/key").send(&server).header("x-amz-tagging-count"), Some("1"));
        s3.delete_object_tagging().bucket(BUCKET).key("key").send().await.unwrap();
        let got = s3.get_object_tagging().bucket(BUCKET).key("key").send().await.unwrap();
        assert!(got.tag_set().is_empty());
    });
}

#[test]
fn ones_own_bucket_again_is_a_conflict_outside_us_east_1() {
    let server = builder().region("eu-central-1").start().unwrap();
    let document = b"<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>";
    let create = || Raw::put("/second", document).send(&server).verdict();
    assert_eq!(create(), (200, String::new()));
    assert_eq!(create(), (409, "BucketAlreadyOwnedByYou".to_owned()));
}

#[test]
fn buckets() {
    let server = server();
    let s3 = client(&server);
    run(async {
        s3.create_bucket().bucket("second").send().await.unwrap();
        s3.create_bucket().bucket("second").send().await.unwrap();
        let listed = s3.list_buckets().send().await.unwrap();
        let names: Vec<_> = listed.buckets().iter().filter_map(|bucket| bucket.name()).collect();
        assert_eq!(names, [BUCKET, "second"]);
        let head = s3.head_bucket().bucket("second").send().await.unwrap();
        assert_eq!(head.bucket_region(), Some("us-east-1"));
        s3.get_bucket_location().bucket("second").send().await.unwrap();
        s3.put_object().bucket("second").key("key").body(body(b"x")).send().await.unwrap();
        assert_eq!(
            refusal(s3.delete_bucket().bucket("second").send().await),
            (409, "BucketNotEmpty".to_owned())
        );
        s3.delete_object().bucket("second").key("key").send().await.unwrap();
        s3.delete_bucket().bucket("second").send().await.unwrap();
        let gone = s3.list_objects_v2().bucket("second").send().await;
        assert_eq!(refusal(gone), (404, "NoSuchBucket".to_owned()));
    });
}

#[test]
fn attributes_need_the_key() {
    let server = server();
    Raw::put("/demo/key", b"data").sse_c(ONE).send(&server);
    let ask = || {
        Raw::get("/demo/key?attributes=")
            .header("x-amz-object-attributes", "ETag,ObjectSize,Checksum")
    };
    assert_eq!(ask().send(&server).status, 400);
    let answer = ask().sse_c(ONE).send(&server);
    assert_eq!((answer.status, answer.element("ObjectSize").as_str()), (200, "4"));
    assert_eq!(
        answer.header("x-amz-server-side-encryption-customer-key-md5"),
        None,
        "no echo here"
    );
}

#[test]
fn what_is_not_served_is_501() {
    let server = server();
    for request in [
        Raw::get("/demo?abac="),
        Raw::put("/demo/key?renameObject=", b""),
        Raw::get("/demo/key?torrent="),
    ] {
        assert_eq!(request.send(&server).verdict(), (501, "NotImplemented".to_owned()));
    }
}
