//! `bucket` and `doctor`.

use super::Recording;
use s3seal_mock::Manner;

#[test]
fn bucket() {
    let mut it = Recording::with("bucket", |server| server.behave(Manner::AwsBlocked));
    it.run("blocked", "bucket status s3://demo");
    it.run("a write that is blocked", "put -k ./k1 small s3://demo/a");
    it.run("allowed", "bucket allow s3://demo");
    it.run("allowed already", "bucket allow s3://demo");
    it.run("blocked again", "bucket block s3://demo");
    it.run("no bucket", "bucket status s3://absent");
    it.run("an object", "bucket status s3://demo/a");
    it.matches_committed();
}

#[test]
fn doctor() {
    for (name, manner) in [
        ("doctor-aws", Manner::Aws),
        ("doctor-aws-blocked", Manner::AwsBlocked),
        ("doctor-seaweedfs", Manner::SeaweedFs),
        ("doctor-ceph", Manner::Ceph),
        ("doctor-garage", Manner::Garage),
        ("doctor-ignores-sse-c", Manner::IgnoresSseC),
    ] {
        let mut it = Recording::with(name, |server| {
            server.behave(manner).tls(matches!(manner, Manner::Ceph | Manner::Garage))
        });
        it.run("without a bucket", "doctor");
        it.run("with a bucket", "doctor s3://demo");
        it.matches_committed();
    }
}
