//! The check of presigned URLs.

use std::time::Duration;

use aws_sdk_s3::primitives::SdkBody as RequestBody;
use md5::{Digest as _, Md5};

use super::proof::{CONTENT, Proof};
use super::report::Stop;
use crate::failure::Failure;
use crate::location::Location;
use crate::store::Encryption;
use crate::store::copy::{collect, plain_write};
use crate::store::object::{Attributes, Condition, ReadOptions, Sums, Write};
use crate::store::presigned::{Method, Presign, ReadMethod};
use crate::store::wire::{SignedUrl, Store};
use crate::transfer::checksum;

/// How long presigned URLs of the proof are valid.
const MINUTES: Duration = Duration::from_secs(10 * 60);

impl Proof<'_> {
    pub(super) async fn presigned(&mut self, at: &Location) -> Result<(), Stop> {
        let done = async {
            self.get_presigned(at).await?;
            self.put_presigned().await?;
            Ok("URLs for reading and for writing work, with the key's headers")
        };
        let done = done.await;
        self.report("presigned", done)
    }

    async fn get_presigned(&self, at: &Location) -> Result<(), Failure> {
        let url = self.presign(Method::Get, at).await?;
        let options = ReadOptions::default();
        let keys = [self.key.clone()];
        let store = Store::to_read(&url, ReadMethod::Get, true, &options, self.connect)?;
        self.trial.check_signal().await?;
        let deadline = self.trial.deadline;
        let opened = deadline.wait(store.get(url.location(), &keys, &options)).await??;
        match deadline.wait(collect(opened, at)).await?? {
            (_, content) if content == CONTENT => Ok(()),
            _ => Err(Failure::integrity("a presigned URL led to other bytes than were written")
                .hint("something between here and the store changes them: look for a proxy")),
        }
    }

    async fn put_presigned(&mut self) -> Result<(), Failure> {
        let at = self.trial.objects.named("presigned");
        let url = self.presign(Method::Put, &at).await?;
        let (attributes, condition) = (Attributes::default(), Condition::default());
        let encryption = Encryption::CustomerKey(self.key.clone());
        let store = Store::to_write(&url, &encryption, &attributes, &condition, self.connect)?;
        let write = Write { at: url.location().clone(), ..plain_write(&at, Some(&self.key)) };
        let mut crc = checksum::crc64nvme();
        crc.update(CONTENT);
        let (bytes, md5) = (CONTENT.len() as u64, Some(Md5::digest(CONTENT).into()));
        let sums = Sums { bytes, md5, crc64nvme: crc.finalize() };
        self.trial.check_signal().await?;
        self.trial.objects.mark_touched(&at);
        let deadline = self.trial.deadline;
        let writing = store.put_object(&write, || RequestBody::from(CONTENT), &sums);
        let written = deadline.wait(writing).await??;
        let stored = deadline.wait(store.keep_if_proven(&write.at, written)).await??;
        self.trial.objects.record_written(&at, stored);
        Ok(())
    }

    async fn presign(&self, method: Method, at: &Location) -> Result<SignedUrl, Failure> {
        let wanted = Presign {
            method,
            at: at.clone(),
            encryption: Encryption::CustomerKey(self.key.clone()),
            expires_in: MINUTES,
            version_id: None,
            checksum: false,
            attributes: Attributes::default(),
        };
        self.trial.store.presign(&wanted).await?.url.parse()
    }
}
