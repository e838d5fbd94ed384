//! A bucket's setting that allows or blocks SSE-C, which is part of its encryption configuration (AWS, "Blocking or
//! unblocking SSE-C for a general purpose bucket"), and that of its versions.

use aws_sdk_s3::types::{
    BlockedEncryptionTypes, BucketVersioningStatus, CreateBucketConfiguration, EncryptionType,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::explain::{Action, Circumstances, diagnose};
use super::wire::{FALLBACK_REGION, Refusal, Store, add_content_md5};
use crate::failure::{Advice, Failure};
use crate::location::Location;

/// The setting for SSE-C in a bucket's configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SseC {
    /// Writes with SSE-C are refused.
    Blocked,
    /// Writes with SSE-C are allowed.
    Allowed,
    /// No setting, as in older buckets and in most stores: SSE-C is allowed if the store implements it.
    Unstated,
}

/// A bucket's encryption configuration.
#[derive(Debug, Clone)]
pub(crate) struct BucketEncryption {
    rules: Vec<ServerSideEncryptionRule>,
}

/// Whether a bucket keeps the versions of its objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Versioning {
    Never,
    Enabled,
    /// New writes replace the version `null`; older versions remain.
    Suspended,
}

/// The retention that a bucket with object lock gives to each new version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ObjectLock {
    /// None by default: the writer may set one.
    Unset,
    /// A description, such as `GOVERNANCE, 30 days`.
    Default(String),
}

impl Store {
    /// Whether versioning is suspended, so that writes replace the version `null`. False if that cannot be found out.
    pub(crate) async fn suspends_versions(&self, bucket: &Location) -> bool {
        self.versioning(bucket).await.is_ok_and(|it| it == Versioning::Suspended)
    }

    /// Errors: `Kind::Denied` without `s3:GetBucketVersioning`; `Kind::NotFound`; others if the store does not implement
    /// it.
    pub(crate) async fn versioning(&self, bucket: &Location) -> Result<Versioning, Failure> {
        let result =
            self.send(|client| client.get_bucket_versioning().bucket(&bucket.bucket).send()).await;
        let output = result.map_err(|refusal| {
            let about = Circumstances { action: Action::ReadVersioning, at: bucket, key: None };
            diagnose(self, &refusal, &about)
        })?;
        Ok(match output.status {
            Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
            Some(BucketVersioningStatus::Suspended) => Versioning::Suspended,
            _ => Versioning::Never,
        })
    }

    /// The bucket's object lock; none if it has none, or if that cannot be found out.
    pub(crate) async fn object_lock(&self, bucket: &Location) -> Option<ObjectLock> {
        let sent = self
            .send(|client| client.get_object_lock_configuration().bucket(&bucket.bucket).send());
        let configuration = sent.await.ok()?.object_lock_configuration?;
        configuration.object_lock_enabled?;
        let Some(retention) = configuration.rule.and_then(|rule| rule.default_retention) else {
            return Some(ObjectLock::Unset);
        };
        let mode = retention.mode().map_or("locked", |mode| mode.as_str());
        let time = match (retention.days(), retention.years()) {
            (Some(1), _) => "1 day".to_owned(),
            (Some(days), _) => format!("{days} days"),
            (None, Some(1)) => "1 year".to_owned(),
            (None, Some(years)) => format!("{years} years"),
            (None, None) => return Some(ObjectLock::Unset),
        };
        Some(ObjectLock::Default(format!("{mode}, {time}")))
    }
}

impl BucketEncryption {
    pub(crate) fn sse_c(&self) -> SseC {
        let named = self.rules.iter().filter_map(|rule| rule.blocked_encryption_types());
        let kinds: Vec<_> = named.flat_map(BlockedEncryptionTypes::encryption_type).collect();
        match kinds.as_slice() {
            [] => SseC::Unstated,
            kinds if kinds.contains(&&EncryptionType::SseC) => SseC::Blocked,
            _ => SseC::Allowed,
        }
    }

    /// The default encryption: `AES256`, `aws:kms` or `aws:kms:dsse`.
    pub(crate) fn default_algorithm(&self) -> Option<&str> {
        Some(self.default()?.sse_algorithm().as_str())
    }

    /// The id or ARN of the default's KMS key; the account's default key if absent.
    pub(crate) fn kms_key_id(&self) -> Option<&str> {
        self.default()?.kms_master_key_id()
    }

    /// Whether an S3 bucket key is enabled, which saves requests to KMS.
    pub(crate) fn bucket_key(&self) -> bool {
        self.rules.iter().any(|rule| rule.bucket_key_enabled() == Some(true))
    }

    /// The same configuration with SSE-C allowed or blocked. Everything else is kept, because writing replaces the
    /// whole configuration.
    #[must_use]
    pub(crate) fn with_sse_c(mut self, allowed: bool) -> BucketEncryption {
        if self.rules.is_empty() {
            let default = ServerSideEncryptionByDefault::builder()
                .sse_algorithm(ServerSideEncryption::Aes256)
                .build();
            let rule = ServerSideEncryptionRule::builder()
                .set_apply_server_side_encryption_by_default(default.ok())
                .build();
            self.rules.push(rule);
        }
        let kind = if allowed { EncryptionType::None } else { EncryptionType::SseC };
        let types = BlockedEncryptionTypes::builder().encryption_type(kind).build();
        for rule in &mut self.rules {
            rule.blocked_encryption_types = Some(types.clone());
        }
        self
    }

    fn default(&self) -> Option<&ServerSideEncryptionByDefault> {
        let mut rules = self.rules.iter();
        rules.find_map(ServerSideEncryptionRule::apply_server_side_encryption_by_default)
    }
}

impl Store {
    /// Reads a bucket's encryption configuration; without rules if the bucket has none.
    /// Errors: `Kind::Denied` without `s3:GetEncryptionConfiguration`; `Kind::NotFound`; `Kind::Other` if the
    /// store does not implement it.
    pub(crate) async fn bucket_encryption(
        &self,
        bucket: &Location,
    ) -> Result<BucketEncryption, Failure> {
        let result =
            self.send(|client| client.get_bucket_encryption().bucket(&bucket.bucket).send()).await;
        match result {
            Ok(output) => {
                let configuration = output.server_side_encryption_configuration;
                let rules = configuration.map(|it| it.rules).unwrap_or_default();
                Ok(BucketEncryption { rules })
            }
            Err(refusal) if refusal.is("ServerSideEncryptionConfigurationNotFoundError") => {
                Ok(BucketEncryption { rules: Vec::new() })
            }
            Err(refusal) => {
                Err(self.explain_switch(&refusal, Action::ReadBucketEncryption, bucket))
            }
        }
    }

    /// Replaces a bucket's encryption configuration.
    /// Errors: As [`Store::bucket_encryption`], with the permission `s3:PutEncryptionConfiguration`.
    pub(crate) async fn set_bucket_encryption(
        &self,
        bucket: &Location,
        encryption: &BucketEncryption,
    ) -> Result<(), Failure> {
        let rules = Some(encryption.rules.clone());
        let built = ServerSideEncryptionConfiguration::builder().set_rules(rules).build();
        let configuration = built.map_err(|_| Failure::other("the configuration has no rules"))?;
        let sent = self.send(|client| {
            client
                .put_bucket_encryption()
                .bucket(&bucket.bucket)
                .server_side_encryption_configuration(configuration.clone())
                .customize()
                .mutate_request(add_content_md5)
                .send()
        });
        match sent.await {
            Ok(_) => Ok(()),
            Err(refusal) => {
                Err(self.explain_switch(&refusal, Action::WriteBucketEncryption, bucket))
            }
        }
    }

    /// Makes a bucket, in the configured region.
    /// Errors: `Kind::Precondition` if there is one of this name; `Kind::Denied`; `Kind::Usage` for a name that buckets
    /// cannot have.
    pub(crate) async fn create_bucket(&self, bucket: &Location) -> Result<(), Failure> {
        let region = self.region();
        // The first region has no location constraint (AWS, "CreateBucket").
        let location = (region != FALLBACK_REGION).then(|| {
            CreateBucketConfiguration::builder().location_constraint(region.as_str().into()).build()
        });
        let sent = self.send(|client| {
            client
                .create_bucket()
                .bucket(&bucket.bucket)
                .set_create_bucket_configuration(location.clone())
                .send()
        });
        sent.await.map(drop).map_err(|refusal| {
            let exists = ["BucketAlreadyExists", "BucketAlreadyOwnedByYou"];
            if exists.iter().any(|code| refusal.is(code)) {
                let yours = refusal.is("BucketAlreadyOwnedByYou");
                let whose = if yours { "yours" } else { "another account's" };
                return Failure::precondition(format!("the bucket exists, and is {whose}"))
                    .hint(if yours {
                        "use it as it is"
                    } else {
                        "choose another name: all accounts share the names"
                    })
                    .at(bucket)
                    .answered(refusal.status, refusal.code.as_deref());
            }
            let about = Circumstances { action: Action::CreateBucket, at: bucket, key: None };
            diagnose(self, &refusal, &about)
        })
    }

    /// Deletes a bucket, which must be empty.
    /// Errors: `Kind::Precondition` if it is not; `Kind::NotFound`; `Kind::Denied`.
    pub(crate) async fn delete_bucket(&self, bucket: &Location) -> Result<(), Failure> {
        let sent = self.send(|client| client.delete_bucket().bucket(&bucket.bucket).send());
        sent.await.map(drop).map_err(|refusal| {
            if refusal.is("BucketNotEmpty") {
                return Failure::precondition("the bucket is not empty: it was left alone")
                    .hint(Advice::EmptyBucket(bucket.bucket.clone()))
                    .at(bucket)
                    .answered(refusal.status, refusal.code.as_deref());
            }
            let about = Circumstances { action: Action::DeleteBucket, at: bucket, key: None };
            diagnose(self, &refusal, &about)
        })
    }

    fn explain_switch(&self, refusal: &Refusal, action: Action, bucket: &Location) -> Failure {
        if matches!(refusal.status, Some(405 | 501)) || refusal.is("NotImplemented") {
            return no_switch(bucket).answered(refusal.status, refusal.code.as_deref());
        }
        diagnose(self, refusal, &Circumstances { action, at: bucket, key: None })
    }
}

fn no_switch(bucket: &Location) -> Failure {
    Failure::other("the store has no switch for SSE-C: that is Amazon's")
        .hint(Advice::ProveByPut)
        .at(bucket)
}
