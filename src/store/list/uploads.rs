//! Lists unfinished multipart uploads, and the parts of an upload.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::types::{EncodingType, MultipartUpload, Part as SdkPart};

use super::pages::Pages;
use crate::failure::Failure;
use crate::location::Location;
use crate::store::explain::{Action, Circumstances, diagnose};
use crate::store::object::{Write, read_checksum};
use crate::store::seal::Sealed;
use crate::store::wire::Store;
use crate::text::percent::form_decoded;

/// In seconds since 1970: RFC 3339 has years of four digits.
const END_OF_9999: Duration = Duration::from_secs(253_402_300_799);

/// An upload that was neither completed nor aborted: its parts cost money.
#[derive(Debug, Clone)]
pub(crate) struct UnfinishedUpload {
    /// The object that it would have become.
    pub at: Location,
    /// Its upload id.
    pub id: String,
    /// When it was begun, if the store reports it.
    pub initiated: Option<SystemTime>,
}

impl UnfinishedUpload {
    /// When it was begun, in RFC 3339.
    pub(crate) fn since(&self) -> Option<String> {
        let latest = SystemTime::UNIX_EPOCH + END_OF_9999;
        let time = self.initiated?.clamp(SystemTime::UNIX_EPOCH, latest);
        Some(humantime::format_rfc3339_seconds(time).to_string())
    }
}

#[derive(Debug, Clone)]
pub(crate) struct ListedPart {
    /// From 1 to 10,000.
    pub number: i32,
    pub etag: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// CRC64NVME of its bytes, if the store keeps it.
    pub crc64nvme: Option<u64>,
}

/// The unfinished uploads below a prefix, up to 1,000 at a time.
#[derive(Debug)]
pub(crate) struct UnfinishedUploads<'a> {
    store: &'a Store,
    below: Location,
    position: Position,
    pages: Pages<Position>,
}

/// The position of a listing.
#[derive(Debug, Clone, PartialEq)]
enum Position {
    Start,
    After { key: String, id: String },
    End,
}

impl Store {
    /// Lists the unfinished uploads of all objects whose keys begin with the key of `below`.
    pub(crate) fn unfinished_uploads(&self, below: Location) -> UnfinishedUploads<'_> {
        UnfinishedUploads { store: self, below, position: Position::Start, pages: Pages::new() }
    }

    /// The uploaded parts of an upload; none if the store has no such upload.
    pub(crate) async fn list_parts(
        &self,
        write: &Write,
        upload_id: &str,
    ) -> Result<Option<Vec<ListedPart>>, Failure> {
        let mut parts: Vec<ListedPart> = Vec::new();
        let mut after: Option<u32> = None;
        loop {
            let sent = self
                .send(|client| {
                    client
                        .list_parts()
                        .bucket(&write.at.bucket)
                        .key(&write.at.key)
                        .upload_id(upload_id)
                        .set_part_number_marker(after.map(|marker| marker.to_string()))
                        .sealed(write.encryption.key())
                        .send()
                })
                .await;
            let page = match sent {
                Ok(page) => page,
                Err(refusal) if refusal.status == Some(404) => return Ok(None),
                Err(refusal) => {
                    let (at, key) = (&write.at, write.encryption.key());
                    let about = Circumstances { action: Action::Write, at, key };
                    return Err(diagnose(self, &refusal, &about));
                }
            };
            parts.extend(page.parts().iter().filter_map(listed));
            if page.is_truncated() != Some(true) {
                return Ok(Some(parts));
            }
            let next = page.next_part_number_marker().and_then(|marker| marker.parse().ok());
            if next.is_none() || next <= after {
                return Err(endless(&write.at));
            }
            after = next;
        }
    }
}

impl UnfinishedUploads<'_> {
    /// The next page; none at the end.
    pub(crate) async fn next_page(&mut self) -> Result<Option<Vec<UnfinishedUpload>>, Failure> {
        let (key, id) = match &self.position {
            Position::Start => (None, None),
            Position::After { key, id } => (Some(key.clone()), Some(id.clone())),
            Position::End => return Ok(None),
        };
        let Location { bucket, key: prefix } = &self.below;
        let page = self
            .store
            .send(|client| {
                client
                    .list_multipart_uploads()
                    .bucket(bucket)
                    .set_prefix((!prefix.is_empty()).then(|| prefix.clone()))
                    // Some keys cannot be represented in XML.
                    .encoding_type(EncodingType::Url)
                    .set_key_marker(key.clone())
                    .set_upload_id_marker(id.clone())
                    .send()
            })
            .await
            .map_err(|refusal| {
                let about =
                    Circumstances { action: Action::ListUploads, at: &self.below, key: None };
                diagnose(self.store, &refusal, &about)
            })?;
        let is_encoded = page.encoding_type() == Some(&EncodingType::Url);
        let plain = |text: &str| {
            if is_encoded {
                form_decoded(text).unwrap_or_else(|lenient| lenient)
            } else {
                text.to_owned()
            }
        };
        let position = match (page.is_truncated(), page.next_key_marker()) {
            (Some(true), Some(key)) => Position::After {
                key: plain(key),
                id: page.next_upload_id_marker().unwrap_or_default().to_owned(),
            },
            (Some(true), None) => return Err(endless(&self.below)),
            _ => Position::End,
        };
        let first = page.uploads().first();
        let first = first.map(|it| format!("{:?}\0{:?}", it.key(), it.upload_id()));
        let advances = position == Position::End
            || (position != self.position && self.pages.advance(first, position.clone()));
        if !advances {
            return Err(endless(&self.below));
        }
        self.position = position;
        let of = |upload: &MultipartUpload| {
            Some(UnfinishedUpload {
                at: Location { bucket: bucket.clone(), key: plain(upload.key()?) },
                id: upload.upload_id()?.to_owned(),
                initiated: upload.initiated().and_then(|time| SystemTime::try_from(*time).ok()),
            })
        };
        Ok(Some(page.uploads().iter().filter_map(of).collect()))
    }
}

fn endless(at: &Location) -> Failure {
    Failure::other("the store's list never ends: it says that there is more, and leads nowhere")
        .hint("the store's log may say more")
        .at(at)
}

fn listed(part: &SdkPart) -> Option<ListedPart> {
    Some(ListedPart {
        number: part.part_number()?,
        etag: part.e_tag()?.to_owned(),
        bytes: part.size()?.try_into().ok()?,
        crc64nvme: part.checksum_crc64_nvme().and_then(read_checksum),
    })
}
