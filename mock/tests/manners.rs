//! The names of the manners.

use s3seal_mock::Manner;

#[test]
fn every_manner_has_a_name_that_reads_back() {
    for manner in Manner::ALL {
        assert_eq!(manner.to_string().parse(), Ok(*manner));
    }
    let error = "minio".parse::<Manner>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown manner \"minio\": one of aws, aws-blocked, ignores-sse-c"
    );
}
