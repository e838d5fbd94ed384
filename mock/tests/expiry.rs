//! What the clock does: locks end, and objects, versions and uploads expire.

use std::time::{Duration, SystemTime};

use s3seal_mock::Server;

use crate::harness::{BUCKET, builder, server};
use crate::raw::Raw;

const DAY: Duration = Duration::from_secs(86_400);

fn set_rules(server: &Server, rules: &str) {
    let document = format!("<LifecycleConfiguration>{rules}</LifecycleConfiguration>");
    let answer = Raw::put("/demo?lifecycle=", document.as_bytes()).send(server);
    assert_eq!(answer.status, 200, "{}", answer.message());
}

fn rule(filter: &str, action: &str) -> String {
    format!("<Rule><Status>Enabled</Status><Filter>{filter}</Filter>{action}</Rule>")
}

#[test]
fn objects_expire_at_the_midnight_after_their_days() {
    let server = server();
    let days = |n: u32| format!("<Expiration><Days>{n}</Days></Expiration>");
    let rules = [
        rule("<Prefix>a/</Prefix>", &days(2)),
        rule("<Tag><Key>k</Key><Value>v</Value></Tag>", &days(2)),
        rule("<ObjectSizeGreaterThan>10</ObjectSizeGreaterThan>", &days(2)),
        rule("<And><Prefix>b/</Prefix><ObjectSizeLessThan>3</ObjectSizeLessThan></And>", &days(2)),
        rule("<Prefix>c/</Prefix>", "<Expiration><Date>2200-01-01T00:00:00Z</Date></Expiration>"),
        rule("", &days(300)).replace("Enabled", "Disabled"),
    ];
    set_rules(&server, &rules.concat());
    for (key, body, tags) in [
        ("a/1", "x", ""),
        ("b/small", "x", ""),
        ("b/other", "four", ""),
        ("c/1", "x", ""),
        ("large", "more than ten", ""),
        ("stays", "x", "k=w"),
        ("tagged", "x", "k=v"),
    ] {
        let put = Raw::put(&format!("/demo/{key}"), body.as_bytes()).header("x-amz-tagging", tags);
        assert_eq!(put.send(&server).status, 200, "{key}");
    }
    let all = server.object_keys(BUCKET);
    server.advance(2 * DAY - Duration::from_secs(60));
    assert_eq!(server.object_keys(BUCKET), all, "the second day is not over");
    server.advance(DAY + Duration::from_secs(60));
    assert_eq!(server.object_keys(BUCKET), ["b/other", "c/1", "stays"]);
    server.advance(180 * 366 * DAY);
    assert_eq!(server.object_keys(BUCKET), ["b/other", "stays"]);
}

#[test]
fn the_clock_can_start_at_any_time() {
    // 2040-01-31T00:00:00Z.
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(2_211_580_800);
    let server = builder().now(start).start().unwrap();
    let modified = |key: &str| {
        assert_eq!(Raw::put(&format!("/demo/{key}"), b"x").send(&server).status, 200);
        let answer = Raw::get(&format!("/demo/{key}")).send(&server);
        answer.header("last-modified").unwrap_or_default().to_owned()
    };
    assert!(modified("a").starts_with("Tue, 31 Jan 2040 00:0"), "{}", modified("a"));
    server.advance(DAY);
    assert!(modified("b").starts_with("Wed, 01 Feb 2040"), "{}", modified("b"));
    server.reset().unwrap();
    assert!(modified("c").starts_with("Tue, 31 Jan 2040"), "{}", modified("c"));
}

#[test]
fn versions_markers_and_uploads_expire_by_rules_of_their_own() {
    let server = builder().versioned_bucket("other").start().unwrap();
    server.set_versioning(BUCKET, true);
    set_rules(
        &server,
        &rule(
            "",
            "<NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays><NewerNoncurrentVersions>1</NewerNoncurrentVersions></NoncurrentVersionExpiration><AbortIncompleteMultipartUpload><DaysAfterInitiation>3</DaysAfterInitiation></AbortIncompleteMultipartUpload>",
        ),
    );
    for _ in 0..4 {
        Raw::put("/demo/key", b"x").send(&server);
    }
    Raw::new("POST", "/demo/upload?uploads=").send(&server);
    Raw::new("POST", "/other/upload?uploads=").send(&server);
    server.advance(2 * DAY);
    assert_eq!((server.versions(BUCKET).len(), server.uploads(BUCKET).len()), (4, 1));
    server.advance(2 * DAY);
    assert_eq!((server.versions(BUCKET).len(), server.uploads(BUCKET).len()), (2, 0));
    assert_eq!(server.uploads("other").len(), 1);

    let expiration = "<Expiration><Days>1</Days></Expiration>";
    let noncurrent = "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>";
    set_rules(&server, &rule("", &format!("{expiration}{noncurrent}")));
    server.advance(2 * DAY);
    let versions = server.versions(BUCKET);
    assert!(versions[0].2, "a delete marker covers what has expired: {versions:?}");
    server.advance(2 * DAY);
    assert_eq!(server.versions(BUCKET).len(), 1, "the marker alone");
    let markers =
        "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>";
    set_rules(&server, &rule("", markers));
    server.advance(DAY);
    assert!(server.versions(BUCKET).is_empty());
}

#[test]
fn what_expired_while_a_server_was_down_is_gone_when_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let start = || builder().dir(folder.path()).start().unwrap();
    let server = start();
    set_rules(&server, &rule("", "<Expiration><Date>2020-01-01T00:00:00Z</Date></Expiration>"));
    Raw::put("/demo/key", b"x").send(&server);
    drop(server);
    assert!(start().object_keys(BUCKET).is_empty());
}

#[test]
fn a_locked_version_stays_until_its_time_is_over_and_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let start = || builder().user("ID", "SECRET").dir(folder.path()).start().unwrap();
    let mut server = start();
    let create = Raw::put("/locked", b"").header("x-amz-bucket-object-lock-enabled", "true");
    assert_eq!(create.send(&server).status, 200);
    let rules = "<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter/><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>";
    assert_eq!(Raw::put("/locked?lifecycle=", rules.as_bytes()).send(&server).status, 200);
    let put = Raw::put("/locked/key", b"content")
        .header("content-md5", "mgNkuembtIDdJeHwKEyFVQ==")
        .header("x-amz-object-lock-mode", "COMPLIANCE")
        .header("x-amz-object-lock-retain-until-date", "2300-01-01T00:00:00Z")
        .send(&server);
    let version = put.header("x-amz-version-id").unwrap().to_owned();
    let delete = |server: &Server| {
        let delete = Raw::delete(&format!("/locked/key?versionId={version}"));
        delete.header("x-amz-bypass-governance-retention", "true").send(server).status
    };
    assert_eq!(delete(&server), 403);
    drop(server);
    server = start();
    assert_eq!(delete(&server), 403);
    let hold = Raw::put("/locked/key?legal-hold=", b"<LegalHold><Status>ON</Status></LegalHold>");
    assert_eq!(hold.send(&server).status, 200);
    drop(server);
    server = start();
    assert_eq!(
        Raw::head("/locked/key").send(&server).header("x-amz-object-lock-legal-hold"),
        Some("ON")
    );
    Raw::delete("/locked/key").send(&server);
    server.advance(300 * 366 * DAY);
    assert_eq!(server.versions("locked").len(), 2, "the hold has no end");
    assert_eq!(delete(&server), 403);
    let path = format!("/locked/key?legal-hold=&versionId={version}");
    let release = Raw::put(&path, b"<LegalHold><Status>OFF</Status></LegalHold>").send(&server);
    assert_eq!(release.status, 200, "{}", release.message());
    server.advance(DAY);
    assert_eq!(server.versions("locked").len(), 1, "only the delete marker is left");
}
