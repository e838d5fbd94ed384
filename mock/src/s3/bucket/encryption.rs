//! GetBucketEncryption, PutBucketEncryption, DeleteBucketEncryption: the default for plain objects, and the switch
//! that blocks SSE-C ("Blocking or unblocking SSE-C for a general purpose bucket").

use bytes::Bytes;
use http::StatusCode;

use super::documents::{Reply, no_content, xml_answer};
use crate::refusal::Refusal;
use crate::settings::DefaultEncryption;
use crate::store::Bucket;
use crate::xml::{Element, escape};

const ROOT: &str = "ServerSideEncryptionConfiguration";
const BLOCKED: &str = "SSE-C";
const ALLOWED: &str = "NONE";

pub(crate) fn get(bucket: &Bucket) -> Reply {
    let settings = &bucket.settings;
    let (method, key_id, bucket_key) = match &settings.encryption {
        DefaultEncryption::S3 => ("AES256", None, false),
        DefaultEncryption::Kms { method, key_id, bucket_key } => {
            (method.as_str(), key_id.as_deref(), *bucket_key)
        }
    };
    let key_id = key_id
        .map(|id| format!("<KMSMasterKeyID>{}</KMSMasterKeyID>", escape(id)))
        .unwrap_or_default();
    let blocked = if bucket.blocks_sse_c || settings.names_blocked_types {
        let kind = if bucket.blocks_sse_c { BLOCKED } else { ALLOWED };
        format!(
            "<BlockedEncryptionTypes><EncryptionType>{kind}</EncryptionType></BlockedEncryptionTypes>"
        )
    } else {
        String::new()
    };
    xml_answer(
        ROOT,
        &format!(
            "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>{method}</SSEAlgorithm>{key_id}</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>{bucket_key}</BucketKeyEnabled>{blocked}</Rule>"
        ),
    )
}

/// Replaces the rule. Without an element for blocked types, the switch stays as it is.
pub(crate) fn put(bucket: &mut Bucket, document: &Bytes) -> Result<Reply, Refusal> {
    let root = Element::parse(document, ROOT)?;
    root.only(&["Rule"])?;
    let rule = root.one("Rule")?.ok_or_else(Refusal::malformed_xml)?;
    rule.only(&[
        "ApplyServerSideEncryptionByDefault",
        "BucketKeyEnabled",
        "BlockedEncryptionTypes",
    ])?;
    let bucket_key = match rule.one("BucketKeyEnabled")?.map(|element| element.text.as_str()) {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(Refusal::malformed_xml()),
    };
    let encryption = match rule.one("ApplyServerSideEncryptionByDefault")? {
        None => DefaultEncryption::S3,
        Some(default) => default_encryption(default, bucket_key)?,
    };
    if let Some(blocked) = rule.one("BlockedEncryptionTypes")? {
        blocked.only(&["EncryptionType"])?;
        let kinds = blocked.texts("EncryptionType");
        match kinds.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [BLOCKED] => bucket.blocks_sse_c = true,
            [ALLOWED] => bucket.blocks_sse_c = false,
            _ => return Err(Refusal::malformed_xml()),
        }
        bucket.settings.names_blocked_types = true;
    }
    bucket.settings.encryption = encryption;
    Ok(Reply::new(Bytes::new()))
}

/// Resets to SSE-S3. The switch is not part of the default encryption, so it stays.
pub(crate) fn delete(bucket: &mut Bucket) -> Reply {
    bucket.settings.encryption = DefaultEncryption::S3;
    no_content(StatusCode::NO_CONTENT)
}

fn default_encryption(element: &Element, bucket_key: bool) -> Result<DefaultEncryption, Refusal> {
    element.only(&["SSEAlgorithm", "KMSMasterKeyID"])?;
    let key_id = element.one("KMSMasterKeyID")?.map(|id| id.text.clone());
    match element.one("SSEAlgorithm")?.map(|method| method.text.as_str()) {
        Some("AES256") => match key_id {
            None => Ok(DefaultEncryption::S3),
            Some(id) => Err(Refusal::invalid_argument(
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
                "KMSMasterKeyID",
                &id,
            )),
        },
        Some(method @ ("aws:kms" | "aws:kms:dsse")) => {
            Ok(DefaultEncryption::Kms { method: method.to_owned(), key_id, bucket_key })
        }
        _ => Err(Refusal::malformed_xml()),
    }
}
