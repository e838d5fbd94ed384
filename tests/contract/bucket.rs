//! `bucket` and `doctor`.

use super::Recording;
use s3seal_mock::Behavior;

#[test]
fn bucket() {
    let mut it = Recording::with("bucket", |server| server.behave(Behavior::AwsBlocked));
    it.run("blocked", "bucket status s3://demo");
    it.run("a write that is blocked", "put -k ./k1 small s3://demo/a");
    it.run("allowed", "bucket allow s3://demo");
    it.run("allowed already", "bucket allow s3://demo");
    it.run("blocked again", "bucket block s3://demo");
    it.run("no bucket", "bucket status s3://absent");
    it.run("an object", "bucket status s3://demo/a");
    it.run("a new one", "bucket create s3://other");
    it.run("one that exists", "bucket create s3://other");
    it.run("deleted", "bucket delete s3://other");
    it.run("deleted already", "bucket delete s3://other");
    it.matches_committed();
}

#[test]
fn doctor() {
    for (name, manner) in [
        ("doctor-aws", Behavior::Aws),
        ("doctor-aws-blocked", Behavior::AwsBlocked),
        ("doctor-seaweedfs", Behavior::SeaweedFs),
        ("doctor-ceph", Behavior::Ceph),
        ("doctor-garage", Behavior::Garage),
        ("doctor-ignores-sse-c", Behavior::IgnoresSseC),
    ] {
        let mut it = Recording::with(name, |server| {
            server.behave(manner).tls(matches!(manner, Behavior::Ceph | Behavior::Garage))
        });
        it.run("without a bucket", "doctor");
        it.run("with a bucket", "doctor s3://demo");
        it.matches_committed();
    }
}
