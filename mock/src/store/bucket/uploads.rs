//! The multipart uploads of a bucket: those under way, and the last ones that were completed.

use std::sync::Arc;

use super::Bucket;
use crate::random;
use crate::refusal::Refusal;
use crate::store::change::Change;
use crate::store::upload::{Completed, Upload, UploadedPart};
use crate::store::version::ID_ALPHABET;

/// How many completed uploads a bucket remembers.
const MAX_COMPLETED: usize = 100;

impl Bucket {
    /// Another key's upload is `NoSuchUpload`.
    pub(crate) fn upload(&self, key: &str, id: &str) -> Result<&Upload, Refusal> {
        self.uploads
            .get(&(key.to_owned(), id.to_owned()))
            .ok_or_else(|| Refusal::no_such_upload(id))
    }

    fn upload_mut(&mut self, key: &str, id: &str) -> Result<&mut Upload, Refusal> {
        let upload = self.uploads.get_mut(&(key.to_owned(), id.to_owned()));
        upload.ok_or_else(|| Refusal::no_such_upload(id))
    }

    /// Adds a part, in place of one with the same number.
    pub(crate) fn add_part(
        &mut self,
        key: &str,
        id: &str,
        number: i32,
        part: UploadedPart,
    ) -> Result<(), Refusal> {
        let upload = self.upload_mut(key, id)?;
        let former = upload.parts.insert(number, part.clone());
        self.changes.retired.extend(former.map(|former| former.blob));
        let (key, id) = (key.to_owned(), id.to_owned());
        self.changes.recorded.push(Change::Part { key, id, number, part });
        Ok(())
    }

    /// Lets `admit` check a part, and records it if that changed the upload's encryption.
    pub(crate) fn admit_part<T>(
        &mut self,
        key: &str,
        id: &str,
        admit: impl FnOnce(&mut Upload) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let upload = self.upload_mut(key, id)?;
        let was_sealed = upload.encryption.is_sealed();
        let admitted = admit(upload)?;
        if upload.encryption.is_sealed() != was_sealed {
            let (key, id, upload) = (key.to_owned(), id.to_owned(), Box::new(upload.clone()));
            self.changes.recorded.push(Change::Begun { key, id, upload });
        }
        Ok(admitted)
    }

    pub(crate) fn begin_upload(&mut self, key: &str, upload: Upload) -> String {
        let id = random::text(ID_ALPHABET, 64);
        self.resume_upload(key, &id, upload.clone());
        let upload = Box::new(upload);
        self.changes.recorded.push(Change::Begun { key: key.to_owned(), id: id.clone(), upload });
        id
    }

    pub(super) fn resume_upload(&mut self, key: &str, id: &str, upload: Upload) {
        self.uploads.insert((key.to_owned(), id.to_owned()), upload);
    }

    pub(crate) fn end_upload(&mut self, key: &str, id: &str) -> Result<Upload, Refusal> {
        let ended = (key.to_owned(), id.to_owned());
        let upload =
            self.uploads.remove(&ended).ok_or_else(|| Refusal::no_such_upload(&ended.1))?;
        let parts = upload.parts.values().map(|part| Arc::clone(&part.blob));
        self.changes.retired.extend(parts);
        self.changes.recorded.push(Change::Ended { key: ended.0, id: ended.1 });
        Ok(upload)
    }

    /// An upload that was completed not long ago.
    pub(crate) fn completed(&self, key: &str, id: &str) -> Option<&Completed> {
        let mut completed = self.completed.iter();
        completed.find(|(own, own_id, _)| own == key && own_id == id).map(|(.., it)| it)
    }

    /// Remembers the answer to CompleteMultipartUpload, for clients that did not get it.
    pub(crate) fn remember(&mut self, key: &str, id: &str, completed: Completed) {
        let (key, id) = (key.to_owned(), id.to_owned());
        self.changes.recorded.push(Change::Completed {
            key: key.clone(),
            id: id.clone(),
            completed: Box::new(completed.clone()),
        });
        self.remember_unrecorded(key, id, completed);
    }

    pub(super) fn remember_unrecorded(&mut self, key: String, id: String, completed: Completed) {
        self.completed.retain(|(own, own_id, _)| *own != key || *own_id != id);
        self.completed.push_back((key, id, completed));
        if self.completed.len() > MAX_COMPLETED {
            self.completed.pop_front();
        }
    }

    /// Key, upload id and upload, in the order of ListMultipartUploads.
    pub(crate) fn uploads(&self) -> impl Iterator<Item = (&str, &str, &Upload)> {
        self.uploads.iter().map(|((key, id), upload)| (key.as_str(), id.as_str(), upload))
    }
}
