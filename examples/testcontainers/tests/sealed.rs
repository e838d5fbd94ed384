//! A sealed object in the container. Docker must be there, and the image.

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::{ObjectStoreExt as _, path::Path};
use s3seal_testcontainers::{ACCESS_KEY, REGION, S3Seal, SECRET_KEY, endpoint};
use testcontainers::runners::AsyncRunner as _;

/// 32 bytes in base64: a key for tests, and for nothing else.
const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

fn client(endpoint: &str, key: Option<&str>) -> object_store::Result<AmazonS3> {
    let client = AmazonS3Builder::new()
        .with_endpoint(endpoint)
        .with_allow_http(true)
        .with_region(REGION)
        .with_access_key_id(ACCESS_KEY)
        .with_secret_access_key(SECRET_KEY)
        .with_bucket_name("backups");
    match key {
        Some(key) => client.with_ssec_encryption(key).build(),
        None => client.build(),
    }
}

#[tokio::test]
async fn a_sealed_object_opens_with_its_key_only() -> Result<(), Box<dyn std::error::Error>> {
    let server = S3Seal::default().bucket("backups").start().await?;
    let endpoint = endpoint(&server).await?;
    let note = Path::from("note");
    let sealed = client(&endpoint, Some(KEY))?;
    sealed.put(&note, "secret".into()).await?;
    assert_eq!(sealed.get(&note).await?.bytes().await?, "secret");
    let refused = client(&endpoint, None)?.get(&note).await.unwrap_err();
    assert!(format!("{refused:?}").contains("InvalidRequest"), "{refused:?}");
    Ok(())
}
