//! Multipart uploads.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart,
};

use s3seal_mock::Server;

use crate::harness::{BUCKET, ONE, TWO, builder, client, data, refusal, run, server};
use crate::raw::Raw;

const MIB: usize = 1 << 20;

fn done(parts: impl IntoIterator<Item = CompletedPart>) -> CompletedMultipartUpload {
    CompletedMultipartUpload::builder().set_parts(Some(parts.into_iter().collect())).build()
}

fn part(number: i32, etag: &str) -> CompletedPart {
    CompletedPart::builder().part_number(number).e_tag(etag).build()
}

async fn begin(s3: &Client) -> String {
    let created = s3.create_multipart_upload().bucket(BUCKET).key("big").send().await.unwrap();
    created.upload_id().unwrap().to_owned()
}

#[test]
fn a_sealed_upload_with_a_full_object_checksum() {
    let server = server();
    let s3 = client(&server);
    let content = data(5 * MIB + 12_345);
    run(async {
        let created = s3
            .create_multipart_upload()
            .bucket(BUCKET)
            .key("big")
            .checksum_algorithm(ChecksumAlgorithm::Crc64Nvme)
            .sse_customer_algorithm("AES256")
            .sse_customer_key(ONE.base64)
            .sse_customer_key_md5(ONE.md5)
            .send()
            .await
            .unwrap();
        assert_eq!(created.checksum_type(), Some(&ChecksumType::FullObject));
        let id = created.upload_id().unwrap();
        let mut parts = Vec::new();
        for (number, piece) in (1..).zip(content.chunks(5 * MIB)) {
            let uploaded = s3
                .upload_part()
                .bucket(BUCKET)
                .key("big")
                .upload_id(id)
                .part_number(number)
                .checksum_algorithm(ChecksumAlgorithm::Crc64Nvme)
                .sse_customer_algorithm("AES256")
                .sse_customer_key(ONE.base64)
                .sse_customer_key_md5(ONE.md5)
                .body(ByteStream::from(piece.to_vec()))
                .send()
                .await
                .unwrap();
            assert_eq!(uploaded.sse_customer_key_md5(), Some(ONE.md5));
            parts.push(part(number, uploaded.e_tag().unwrap()));
        }
        let complete = || {
            s3.complete_multipart_upload()
                .bucket(BUCKET)
                .key("big")
                .upload_id(id)
                .multipart_upload(done(parts.clone()))
        };
        assert_eq!(
            refusal(complete().send().await),
            (400, "InvalidRequest".to_owned()),
            "a checksum is in use: the key is needed"
        );
        let keyed = |md5, key| {
            complete()
                .sse_customer_algorithm("AES256")
                .sse_customer_key(key)
                .sse_customer_key_md5(md5)
        };
        assert_eq!(
            refusal(keyed(TWO.md5, TWO.base64).send().await),
            (400, "InvalidRequest".to_owned())
        );
        let wrong = keyed(ONE.md5, ONE.base64).checksum_crc64_nvme("AAAAAAAAAAA=").send().await;
        assert_eq!(refusal(wrong), (400, "BadDigest".to_owned()));
        let mut whole = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc64Nvme);
        whole.update(&content);
        use base64::Engine as _;
        let expected =
            base64::engine::general_purpose::STANDARD.encode(whole.finalize().to_be_bytes());
        let completed =
            keyed(ONE.md5, ONE.base64).checksum_crc64_nvme(&expected).send().await.unwrap();
        assert_eq!(completed.checksum_crc64_nvme(), Some(expected.as_str()));
        assert!(completed.e_tag().unwrap().ends_with("-2\""));

        let get = || {
            s3.get_object()
                .bucket(BUCKET)
                .key("big")
                .sse_customer_algorithm("AES256")
                .sse_customer_key(ONE.base64)
                .sse_customer_key_md5(ONE.md5)
        };
        let got = get().checksum_mode(ChecksumMode::Enabled).send().await.unwrap();
        assert_eq!(got.checksum_crc64_nvme(), Some(expected.as_str()));
        assert_eq!(got.body.collect().await.unwrap().to_vec(), content);
        let second = get().part_number(2).send().await.unwrap();
        assert_eq!((second.parts_count(), second.content_length()), (Some(2), Some(12_345)));
        assert_eq!(second.body.collect().await.unwrap().to_vec(), content[5 * MIB..]);
        let across =
            get().range(format!("bytes={}-{}", 5 * MIB - 3, 5 * MIB + 2)).send().await.unwrap();
        assert_eq!(
            across.body.collect().await.unwrap().to_vec(),
            content[5 * MIB - 3..5 * MIB + 3]
        );
    });
    assert!(server.uploads(BUCKET).is_empty());
}

#[test]
fn composite_checksums() {
    let server = server();
    let s3 = client(&server);
    run(async {
        let created = s3
            .create_multipart_upload()
            .bucket(BUCKET)
            .key("big")
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .send()
            .await
            .unwrap();
        assert_eq!(created.checksum_type(), Some(&ChecksumType::Composite));
        let id = created.upload_id().unwrap();
        let path = format!("/demo/big?partNumber=1&uploadId={id}");
        let bare = Raw::put(&path, b"hello").send(&server);
        assert_eq!(
            bare.message(),
            "Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: null"
        );
        let other =
            Raw::put(&path, b"hello").header("x-amz-checksum-crc32", "NhCmhg==").send(&server);
        assert_eq!(
            other.message(),
            "Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: crc32"
        );
        let uploaded = s3
            .upload_part()
            .bucket(BUCKET)
            .key("big")
            .upload_id(id)
            .part_number(1)
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .body(ByteStream::from_static(b"hello"))
            .send()
            .await
            .unwrap();
        let complete = |part: CompletedPart| {
            s3.complete_multipart_upload()
                .bucket(BUCKET)
                .key("big")
                .upload_id(id)
                .multipart_upload(done([part]))
                .send()
        };
        let bare = part(1, uploaded.e_tag().unwrap());
        assert_eq!(refusal(complete(bare).await), (400, "InvalidRequest".to_owned()));
        let with = |sum: &str| {
            CompletedPart::builder()
                .part_number(1)
                .e_tag(uploaded.e_tag().unwrap())
                .checksum_sha256(sum)
                .build()
        };
        assert_eq!(refusal(complete(with("AAAA")).await), (400, "InvalidPart".to_owned()));
        let completed = complete(with(uploaded.checksum_sha256().unwrap())).await.unwrap();
        assert!(completed.checksum_sha256().unwrap().ends_with("-1"));
    });
}

#[test]
fn which_checksums_a_sealed_upload_has() {
    let server = server();
    let create = |headers: &[(&str, &str)]| {
        Raw::post("/demo/big?uploads=", b"").sse_c(ONE).headers(headers).send(&server)
    };
    let algorithm = |name| ("x-amz-checksum-algorithm", name);
    let kind = |name| ("x-amz-checksum-type", name);
    let rows = [
        (vec![], 200),
        (vec![algorithm("CRC64NVME"), kind("FULL_OBJECT")], 200),
        (vec![algorithm("CRC32"), kind("FULL_OBJECT")], 200),
        (vec![algorithm("CRC64NVME"), kind("COMPOSITE")], 400),
        (vec![algorithm("SHA1"), kind("FULL_OBJECT")], 400),
        (vec![kind("FULL_OBJECT")], 400),
        (vec![algorithm("MD4")], 400),
    ];
    for (headers, status) in rows {
        assert_eq!(create(&headers).status, status, "{headers:?}");
    }
    let id = create(&[]).element("UploadId");
    let put = Raw::put(&format!("/demo/big?partNumber=1&uploadId={id}"), b"hello").sse_c(ONE);
    let answer = put.clone().header("x-amz-checksum-crc32", "NhCmhg==").send(&server);
    assert_eq!(
        (answer.status, answer.header("x-amz-checksum-crc32")),
        (200, Some("NhCmhg==")),
        "for the transfer only"
    );
    let etag = put.send(&server).header("etag").unwrap().to_owned();
    let list = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
    );
    let done =
        Raw::post(&format!("/demo/big?uploadId={id}"), list.as_bytes()).sse_c(ONE).send(&server);
    assert_eq!(done.status, 200);
    assert_eq!(server.object(BUCKET, "big").unwrap().checksum, None);
}

#[test]
fn the_list_of_parts_must_fit() {
    let server = server();
    let s3 = client(&server);
    run(async {
        let id = begin(&s3).await;
        let upload = |number, len| {
            s3.upload_part()
                .bucket(BUCKET)
                .key("big")
                .upload_id(&id)
                .part_number(number)
                .body(ByteStream::from(data(len)))
                .send()
        };
        let small = upload(1, 10).await.unwrap().e_tag().unwrap().to_owned();
        let last = upload(2, 10).await.unwrap().e_tag().unwrap().to_owned();
        let complete = |parts: Vec<CompletedPart>| {
            s3.complete_multipart_upload()
                .bucket(BUCKET)
                .key("big")
                .upload_id(&id)
                .multipart_upload(done(parts))
                .send()
        };
        let rows = [
            (vec![part(1, &small), part(2, &last)], "EntityTooSmall"),
            (vec![part(2, &last), part(1, &small)], "InvalidPartOrder"),
            (vec![part(1, &small), part(1, &small)], "InvalidPartOrder"),
            (vec![part(1, "\"other\"")], "InvalidPart"),
            (vec![part(3, &small)], "InvalidPart"),
        ];
        for (parts, code) in rows {
            assert_eq!(refusal(complete(parts).await), (400, code.to_owned()));
        }
        let listed = s3
            .list_parts()
            .bucket(BUCKET)
            .key("big")
            .upload_id(&id)
            .max_parts(1)
            .send()
            .await
            .unwrap();
        assert_eq!((listed.parts().len(), listed.is_truncated()), (1, Some(true)));
        let uploads = s3.list_multipart_uploads().bucket(BUCKET).send().await.unwrap();
        assert_eq!(uploads.uploads()[0].upload_id(), Some(id.as_str()));

        let first = complete(vec![part(2, &last)]).await.unwrap();
        let again = complete(vec![part(2, &last)]).await.unwrap();
        assert_eq!(again.e_tag(), first.e_tag());
        let other = complete(vec![part(1, &small)]).await;
        assert_eq!(refusal(other), (404, "NoSuchUpload".to_owned()));
        let late = upload(3, 1).await;
        assert_eq!(refusal(late), (404, "NoSuchUpload".to_owned()));
    });
}

#[test]
fn an_upload_is_known_to_be_completed_after_a_restart_and_after_many_others_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let start = || builder().user("ID", "SECRET").dir(folder.path()).start().unwrap();
    let complete = |server: &Server, id: &str, etag: &str| {
        let document = format!(
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
        );
        Raw::post(&format!("/demo/key?uploadId={id}"), document.as_bytes()).send(server)
    };
    let upload = |server: &Server| {
        let id = Raw::new("POST", "/demo/key?uploads=").sse_c(ONE).send(server).element("UploadId");
        let path = format!("/demo/key?partNumber=1&uploadId={id}");
        let part = Raw::put(&path, b"content").sse_c(ONE).send(server);
        (id, part.header("etag").unwrap().to_owned())
    };
    let server = start();
    let (id, etag) = upload(&server);
    let whole = complete(&server, &id, &etag).element("ETag");
    server.shutdown();
    for _ in 0..2 {
        let server = start();
        let again = complete(&server, &id, &etag);
        assert_eq!((again.status, again.element("ETag")), (200, whole.clone()));
    }
    let server = start();
    for _ in 0..100 {
        let (id, etag) = upload(&server);
        assert_eq!(complete(&server, &id, &etag).status, 200);
    }
    assert_eq!(complete(&server, &id, &etag).verdict(), (404, "NoSuchUpload".to_owned()));
}

#[test]
fn an_empty_part_may_be_the_only_one_and_abort_leaves_nothing() {
    let server = server();
    let s3 = client(&server);
    run(async {
        let id = begin(&s3).await;
        let uploaded = s3
            .upload_part()
            .bucket(BUCKET)
            .key("big")
            .upload_id(&id)
            .part_number(1)
            .send()
            .await
            .unwrap();
        let parts = done([part(1, uploaded.e_tag().unwrap())]);
        s3.complete_multipart_upload()
            .bucket(BUCKET)
            .key("big")
            .upload_id(&id)
            .multipart_upload(parts)
            .send()
            .await
            .unwrap();
        assert_eq!(server.object(BUCKET, "big").unwrap().size, 0);

        let id = begin(&s3).await;
        s3.abort_multipart_upload().bucket(BUCKET).key("big").upload_id(&id).send().await.unwrap();
        assert!(server.uploads(BUCKET).is_empty());
        let again =
            s3.abort_multipart_upload().bucket(BUCKET).key("big").upload_id(&id).send().await;
        assert_eq!(refusal(again), (404, "NoSuchUpload".to_owned()));
    });
}

#[test]
fn a_conditional_complete() {
    let server = server();
    let s3 = client(&server);
    run(async {
        s3.put_object().bucket(BUCKET).key("big").send().await.unwrap();
        let id = begin(&s3).await;
        let uploaded = s3
            .upload_part()
            .bucket(BUCKET)
            .key("big")
            .upload_id(&id)
            .part_number(1)
            .send()
            .await
            .unwrap();
        let parts = done([part(1, uploaded.e_tag().unwrap())]);
        let complete = s3
            .complete_multipart_upload()
            .bucket(BUCKET)
            .key("big")
            .upload_id(&id)
            .multipart_upload(parts);
        let refused = complete.clone().if_none_match("*").send().await;
        assert_eq!(refusal(refused), (412, "PreconditionFailed".to_owned()));
        complete.send().await.unwrap();
    });
}
