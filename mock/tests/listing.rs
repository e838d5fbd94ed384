//! The list operations.

use aws_sdk_s3::types::EncodingType;

use crate::harness::{BUCKET, client, run, server};
use crate::raw::Raw;

#[test]
fn prefixes_delimiters_and_pages() {
    let server = server();
    let s3 = client(&server);
    let keys = ["a.txt", "dir/1", "dir/2", "dir/sub/3", "other/4", "z.txt"];
    run(async {
        for key in keys {
            s3.put_object().bucket(BUCKET).key(key).send().await.unwrap();
        }
        let all = s3.list_objects_v2().bucket(BUCKET).send().await.unwrap();
        let listed: Vec<_> = all.contents().iter().filter_map(|object| object.key()).collect();
        assert_eq!((listed, all.key_count()), (keys.to_vec(), Some(6)));

        let top = s3.list_objects_v2().bucket(BUCKET).delimiter("/").send().await.unwrap();
        let prefixes: Vec<_> =
            top.common_prefixes().iter().filter_map(|prefix| prefix.prefix()).collect();
        assert_eq!((prefixes, top.contents().len()), (vec!["dir/", "other/"], 2));

        let (mut pages, mut seen, mut token) = (0, Vec::new(), None);
        loop {
            let page = s3
                .list_objects_v2()
                .bucket(BUCKET)
                .delimiter("/")
                .max_keys(1)
                .set_continuation_token(token)
                .send()
                .await
                .unwrap();
            pages += 1;
            seen.extend(
                page.contents().iter().filter_map(|object| object.key().map(str::to_owned)),
            );
            seen.extend(
                page.common_prefixes()
                    .iter()
                    .filter_map(|prefix| prefix.prefix().map(str::to_owned)),
            );
            token = page.next_continuation_token().map(str::to_owned);
            if token.is_none() {
                break;
            }
        }
        assert_eq!(
            (pages, seen),
            (4, vec!["a.txt".to_owned(), "dir/".into(), "other/".into(), "z.txt".into()])
        );

        let inside = s3
            .list_objects_v2()
            .bucket(BUCKET)
            .prefix("dir/")
            .delimiter("/")
            .start_after("dir/1")
            .send()
            .await
            .unwrap();
        assert_eq!((inside.contents().len(), inside.common_prefixes().len()), (1, 1));

        let (mut seen, mut marker) = (Vec::new(), None);
        loop {
            let page = s3
                .list_objects()
                .bucket(BUCKET)
                .delimiter("/")
                .max_keys(3)
                .set_marker(marker)
                .send()
                .await
                .unwrap();
            seen.extend(
                page.contents().iter().filter_map(|object| object.key().map(str::to_owned)),
            );
            marker = page.next_marker().map(str::to_owned);
            if marker.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["a.txt", "z.txt"]);
    });
}

#[test]
fn keys_are_encoded_on_request() {
    let server = server();
    let s3 = client(&server);
    run(async {
        s3.put_object().bucket(BUCKET).key("dir/a b+\u{1}").send().await.unwrap();
        let listed = s3
            .list_objects_v2()
            .bucket(BUCKET)
            .encoding_type(EncodingType::Url)
            .send()
            .await
            .unwrap();
        assert_eq!(listed.contents()[0].key(), Some("dir/a%20b%2B%01"));
    });
}

#[test]
fn versions_in_pages() {
    let server = s3seal_mock::Server::builder().versioned_bucket("vault").start().unwrap();
    for key in ["a", "a", "b", "b", "b"] {
        Raw::put(&format!("/vault/{key}"), b"x").send(&server);
    }
    let s3 = client(&server);
    run(async {
        let (mut seen, mut key, mut id) = (Vec::new(), None, None);
        loop {
            let page = s3
                .list_object_versions()
                .bucket("vault")
                .max_keys(2)
                .set_key_marker(key)
                .set_version_id_marker(id)
                .send()
                .await
                .unwrap();
            seen.extend(page.versions().iter().map(|version| {
                (version.key().unwrap().to_owned(), version.version_id().unwrap().to_owned())
            }));
            key = page.next_key_marker().map(str::to_owned);
            id = page.next_version_id_marker().map(str::to_owned);
            if key.is_none() {
                break;
            }
        }
        let expected: Vec<_> =
            server.versions("vault").into_iter().map(|(key, id, _)| (key, id)).collect();
        assert_eq!(seen, expected);
    });
}

#[test]
fn uploads_and_parts_in_pages() {
    let server = crate::harness::server();
    let get = |target: &str, params: &[(&str, &str)]| {
        let list =
            params.iter().fold(Raw::get(target), |raw, (name, value)| raw.param(name, value));
        let answer = list.send(&server);
        assert_eq!(answer.status, 200, "{}", answer.message());
        answer
    };
    let mut begun: Vec<_> = ["a", "a", "b/1", "b/2", "c"]
        .map(|key| {
            let begin = Raw::post(&format!("/demo/{key}?uploads="), b"").send(&server);
            (key.to_owned(), begin.element("UploadId"))
        })
        .into();
    begun.sort();
    let (mut key, mut id, mut seen) = (String::new(), String::new(), Vec::new());
    loop {
        let page = get(
            "/demo?uploads=",
            &[("max-uploads", "1"), ("key-marker", &key), ("upload-id-marker", &id)],
        );
        seen.push((page.element("Key"), page.element("UploadId")));
        if page.element("IsTruncated") == "false" {
            break;
        }
        (key, id) = (page.element("NextKeyMarker"), page.element("NextUploadIdMarker"));
    }
    assert_eq!(seen, begun);
    let grouped = get("/demo?uploads=", &[("delimiter", "/"), ("prefix", "b")]);
    assert_eq!(
        (grouped.element("CommonPrefixes"), grouped.element("Upload")),
        ("<Prefix>b/</Prefix>".to_owned(), String::new())
    );

    let upload = begun.last().unwrap().1.clone();
    for number in ["1", "3", "10000"] {
        let part =
            Raw::put("/demo/c", b"part").param("partNumber", number).param("uploadId", &upload);
        assert_eq!(part.send(&server).status, 200);
    }
    let page = |marker: &str| {
        let page = get(
            "/demo/c",
            &[("uploadId", &upload), ("max-parts", "2"), ("part-number-marker", marker)],
        );
        (
            page.element("PartNumber"),
            page.element("NextPartNumberMarker"),
            page.element("IsTruncated"),
        )
    };
    let row =
        |first: &str, next: &str, more: &str| (first.to_owned(), next.to_owned(), more.to_owned());
    assert_eq!(page("0"), row("1", "3", "true"));
    assert_eq!(page("3"), row("10000", "10000", "false"));
}
