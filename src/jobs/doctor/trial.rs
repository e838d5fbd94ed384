//! Throw-away objects. A signal stops the work between two requests that write; the time limit of a check stops it at any
//! time, for what was written without an answer is looked for at the end.

use std::future::ready;
use std::sync::Arc;

use bytes::Bytes;

use super::limit::{Deadline, TimeLimit};
use crate::failure::Failure;
use crate::key::core::Key;
use crate::location::Location;
use crate::store::copy::{CopySource, ThrowAways};
use crate::store::object::{ObjectMetadata, ReadOptions, Stored, Write};
use crate::store::wire::Store;
use crate::transfer::Interrupt;

/// The throw-away objects of one run of `doctor`.
pub(super) struct Trial {
    pub(super) store: Arc<Store>,
    pub(super) objects: ThrowAways,
    interrupt: Interrupt,
    /// The end of the current check's time.
    pub(super) deadline: Deadline,
}

impl Trial {
    pub(super) fn new(
        store: &Arc<Store>,
        bucket: &str,
        interrupt: &Interrupt,
        limit: TimeLimit,
    ) -> Result<Trial, Failure> {
        let objects = ThrowAways::at_root(store, bucket)?;
        let (interrupt, deadline) = (interrupt.clone(), limit.begin());
        Ok(Trial { store: store.clone(), objects, interrupt, deadline })
    }

    /// Fails after a signal. Called before each write and not during it: a written object must be deleted.
    pub(super) async fn check_signal(&self) -> Result<(), Failure> {
        self.interrupt.race(ready(Ok(()))).await
    }

    /// Writes an object in one request.
    pub(super) async fn put(&mut self, write: &Write, content: &Bytes) -> Result<Stored, Failure> {
        self.check_signal().await?;
        self.deadline.wait(self.objects.put(write, content)).await?
    }

    /// Writes an object as a multipart upload.
    pub(super) async fn upload(
        &mut self,
        write: &Write,
        parts: &[Bytes],
    ) -> Result<Stored, Failure> {
        self.check_signal().await?;
        let deadline = self.deadline;
        let id = deadline.wait(self.objects.begin(write)).await??;
        let sending = self.interrupt.race(self.objects.send_parts(write, &id, parts));
        let sent = deadline.wait(sending).await??;
        deadline.wait(self.objects.complete(write, &id, &sent)).await?
    }

    /// Copies an object. None if the store cannot, or does not seal the copy.
    pub(super) async fn copy(
        &mut self,
        source: CopySource,
        write: Write,
    ) -> Result<Option<Stored>, Failure> {
        self.check_signal().await?;
        let deadline = self.deadline;
        let copy = deadline.wait(self.store.plan_copy(source, write)).await??;
        deadline.wait(self.objects.copy(&copy)).await?
    }

    /// Reads an object, or a range of it, whole into memory.
    pub(super) async fn get(
        &self,
        at: &Location,
        keys: &[Key],
        range: Option<&str>,
    ) -> Result<(ObjectMetadata, Vec<u8>), Failure> {
        let range = range.map(str::to_owned);
        let options = ReadOptions { range, ..ReadOptions::default() };
        let reading = self.interrupt.race(self.objects.read(at, keys, &options));
        self.deadline.wait(reading).await?
    }
}
