//! A copy that deletes or replaces its source is compared with what was seen of the source before: what differs is a
//! failure, the copy goes, and the source stays.

use std::sync::atomic::{AtomicBool, Ordering};

use s3seal_mock::{Answer, Behavior, Builder, RequestRecord, Tampering};

use crate::harness::{Lab, Run, url};

const CRC: &str = "x-amz-checksum-crc64nvme";
const LENGTH: &str = "content-length";

fn is_of(request: &RequestRecord, operation: &str, key: &str) -> bool {
    request.operation == operation && request.key.as_deref() == Some(key)
}

/// A lab with the keys `old` and `new`, and `x` sealed with the old one.
fn lab(set_up: impl FnOnce(Builder) -> Builder) -> Lab {
    let lab = Lab::with(set_up);
    lab.key("old");
    lab.key("new");
    lab.seal("old", "x", b"content");
    lab
}

fn from_old_to_new(lab: &Lab, command: &str, bucket: &str) -> Run {
    let (from, to) = (format!("s3://{bucket}/x"), format!("s3://{bucket}/y"));
    lab.run([command, "--source-key", "./old", "-k", "./new", &from, &to])
}

#[track_caller]
fn opens(lab: &Lab, key: &str, object: &str) {
    let got = lab.run(["get", "-k", key, &url(object), "-"]).succeeds();
    assert_eq!(got.bytes, b"content", "{object}");
}

/// A copy of other bytes, as a look at the source or at the copy shows.
#[test]
fn a_move_whose_copy_differs_removes_the_copy_and_keeps_the_source() {
    let other = |request: &RequestRecord, key: &str, header: &'static str, value: &'static str| {
        is_of(request, "HeadObject", key)
            .then(|| Tampering::new().with_header(header, value).into())
    };
    for (manner, key, header, value, said) in [
        (Behavior::Aws, "y", CRC, "AAAAAAAAAAA=", "another checksum than its source"),
        (Behavior::Aws, "x", CRC, "AAAAAAAAAAA=", "another checksum than its source"),
        (Behavior::SeaweedFs, "y", CRC, "AAAAAAAAAAA=", "another checksum than its source"),
        (Behavior::Garage, "y", CRC, "AAAAAAAAAAA=", "another checksum than its source"),
        (Behavior::Aws, "y", LENGTH, "3", "another length than its source"),
        (Behavior::SeaweedFs, "y", LENGTH, "3", "another length than its source"),
        (Behavior::Ceph, "y", LENGTH, "3", "another length than its source"),
    ] {
        let lab = lab(|server| {
            let server = server.behave(manner).tls(true);
            server.interceptor(move |request| other(request, key, header, value))
        });
        let done = from_old_to_new(&lab, "mv", "demo").fails(7);
        done.says(&[said, "was removed again", "s3://demo/y"]);
        lab.holds_only(&["x"]);
        opens(&lab, "./old", "x");
    }
}

#[test]
fn of_several_versions_only_the_damaged_copy_goes() {
    let lab = Lab::with(|server| {
        server.versioned_bucket("vault").interceptor(|request| {
            let is_look = is_of(request, "HeadObject", "y") && request.has_key();
            is_look.then(|| Tampering::new().with_header(CRC, "AAAAAAAAAAA=").into())
        })
    });
    lab.key("old");
    lab.key("new");
    for (key, at) in [("./old", "s3://vault/x"), ("./new", "s3://vault/y")] {
        lab.run(["put", "-k", key, "-", at]).stdin(b"content").succeeds();
    }
    let before = lab.server().versions("vault");
    from_old_to_new(&lab, "mv", "vault")
        .fails(7)
        .says(&["and was removed again", "is still there"]);
    assert_eq!(lab.server().versions("vault"), before);
}

#[test]
fn a_damaged_copy_that_cannot_be_removed_is_named() {
    let lab = lab(|server| {
        server.interceptor(|request| {
            if is_of(request, "DeleteObject", "y") {
                return Some(Answer::error(403, "AccessDenied", "Access Denied"));
            }
            is_of(request, "HeadObject", "y")
                .then(|| Tampering::new().with_header(CRC, "AAAAAAAAAAA=").into())
        })
    });
    let done = from_old_to_new(&lab, "mv", "demo").fails(7);
    done.says(&["could not be removed", "s3://demo/y", "delete it"]);
    opens(&lab, "./old", "x");
}

/// One look before the source is deleted, at the store or through this machine, and none where a copy is all.
#[test]
fn a_move_looks_at_its_copy_once() {
    for (manner, command, looks) in [
        (Behavior::Aws, "mv", 1),
        (Behavior::Ceph, "mv", 1),
        (Behavior::SeaweedFs, "mv", 1),
        (Behavior::Aws, "cp", 0),
        (Behavior::Ceph, "cp", 0),
    ] {
        let lab = lab(|server| server.behave(manner).tls(true));
        lab.server().clear_requests();
        from_old_to_new(&lab, command, "demo").succeeds();
        let requests = lab.server().requests();
        let count = requests.iter().filter(|it| is_of(it, "HeadObject", "y")).count();
        assert_eq!(count, looks, "{manner} {command}");
    }
}

#[test]
fn a_move_to_where_nothing_may_be_read_needs_a_checksum_from_the_store() {
    for (keeps_checksums, code) in [(true, 0), (false, 5)] {
        let lab = lab(|server| {
            server.interceptor(move |request| {
                let is_read = matches!(request.operation, "HeadObject" | "GetObject");
                if is_read && request.key.as_deref() == Some("y") {
                    return Some(Answer::error(403, "AccessDenied", "Access Denied"));
                }
                let hides = is_of(request, "HeadObject", "x") && !keeps_checksums;
                hides.then(|| Tampering::new().without_header(CRC).into())
            })
        });
        let done = from_old_to_new(&lab, "mv", "demo").exits(code);
        match keeps_checksums {
            true => lab.holds_only(&["y"]),
            false => {
                done.says(&["the source s3://demo/x is still there", "s3:GetObject"]);
                lab.holds_only(&["x", "y"]);
            }
        }
    }
}

/// A store that answers a request for all of an object with a part of it.
#[test]
fn a_part_of_the_source_is_not_moved_as_the_whole() {
    let is_answered = AtomicBool::new(false);
    let lab = lab(|server| {
        server.behave(Behavior::Ceph).tls(true).interceptor(move |request| {
            let is_whole = is_of(request, "GetObject", "x") && request.header("range").is_none();
            (is_whole && request.has_key() && !is_answered.swap(true, Ordering::Relaxed))
                .then(|| Tampering::new().with_header("content-range", "bytes 0-6/1048576").into())
        })
    });
    let done = from_old_to_new(&lab, "mv", "demo").done();
    assert!(!matches!(done.code, Some(0)), "{done:?}");
    lab.holds_only(&["x"]);
    opens(&lab, "./old", "x");
}

/// The bytes and their checksum agree, but not with what a look at the source has said.
#[test]
fn what_a_look_at_the_source_has_said_counts_for_bytes_that_go_through_this_machine() {
    let lab = lab(|server| {
        server.interceptor(|request| match request.operation {
            "CopyObject" => Some(Answer::error(501, "NotImplemented", "no")),
            "HeadObject" if request.key.as_deref() == Some("x") => {
                Some(Tampering::new().with_header(CRC, "AAAAAAAAAAA=").into())
            }
            _ => None,
        })
    });
    from_old_to_new(&lab, "mv", "demo").fails(7).says(&["two checksums", "s3://demo/x"]);
    lab.holds_only(&["x"]);
}

/// A store that names no key in its answer to a copy, and another writer before the copy was looked at.
#[test]
fn a_copy_that_another_writer_has_replaced_is_no_question_of_credentials() {
    let is_copied = AtomicBool::new(false);
    let lab = lab(|server| {
        server.behave(Behavior::SeaweedFs).interceptor(move |request| {
            let was_copied = is_copied.load(Ordering::SeqCst);
            if is_of(request, "CopyObject", "y") {
                is_copied.store(true, Ordering::SeqCst);
            }
            // As it answers for an object that has another key.
            let is_look = was_copied && request.key.as_deref() == Some("y");
            match request.operation {
                "HeadObject" if is_look && request.has_key() => Some(Answer::respond(403, &[], "")),
                "GetObject" if is_look => Some(Answer::error(400, "InvalidArgument", "key")),
                "ListObjectsV2" if was_copied => Some(listing("\"theirs\"")),
                _ => None,
            }
        })
    });
    let done = from_old_to_new(&lab, "mv", "demo").fails(9);
    assert!(!done.stderr.contains("s3:GetObject"), "{}", done.stderr);
    done.says(&["another writer has replaced the object", "s3://demo/y"]);
    opens(&lab, "./old", "x");
}

fn listing(etag: &str) -> Answer {
    let body = format!(
        "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>\
         <Contents><Key>y</Key><LastModified>2026-01-01T00:00:00Z</LastModified>\
         <ETag>{etag}</ETag><Size>7</Size></Contents></ListBucketResult>"
    );
    Answer::respond(200, &[("Content-Type", "application/xml")], body)
}
