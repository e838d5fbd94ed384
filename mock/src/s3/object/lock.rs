//! The lock that a write asks for, and the operations on the locks of versions.

use bytes::Bytes;
use http::HeaderMap;

use crate::refusal::Refusal;
use crate::s3::api::Head;
use crate::settings::{Lock, Retention};
use crate::store::{Bucket, Store};
use crate::xml::Element;

/// What a version's lock is in the answers to GET and HEAD.
macro_rules! set_lock {
    ($output:expr, $lock:expr) => {{
        let lock: &$crate::settings::Lock = $lock;
        if let Some(retention) = &lock.retention {
            $output.object_lock_mode = Some(retention.mode.name().to_owned().into());
            $output.object_lock_retain_until_date = Some(retention.until.into());
        }
        $output.object_lock_legal_hold_status =
            lock.legal_hold.map(|on| if on { "ON" } else { "OFF" }.to_owned().into());
    }};
}

pub(crate) use set_lock;

/// The lock that the headers of a write ask for. Whether the bucket has object lock was checked before.
pub(crate) fn requested_lock(store: &Store, head: &Head<'_>) -> Result<Lock, Refusal> {
    let retention = Retention::of(
        head.header("x-amz-object-lock-mode"),
        head.header("x-amz-object-lock-retain-until-date"),
        store.clock().now(),
    )?;
    let legal_hold = head.header("x-amz-object-lock-legal-hold").map(|status| match status {
        "ON" => Ok(true),
        "OFF" => Ok(false),
        other => Err(Refusal::invalid_argument(
            "Legal Hold must be either of 'ON' or 'OFF'",
            "x-amz-object-lock-legal-hold",
            other,
        )),
    });
    Ok(Lock { retention, legal_hold: legal_hold.transpose()? })
}

/// Whether a request may bypass governance. The owner of every bucket, who makes them all, has the right to.
pub(crate) fn bypasses(headers: &HeaderMap) -> bool {
    let value = headers.get("x-amz-bypass-governance-retention");
    value.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"))
}

/// A request about the lock of one version.
pub(crate) struct LockRequest<'a> {
    pub(crate) operation: &'a str,
    pub(crate) key: &'a str,
    pub(crate) version: Option<&'a str>,
    pub(crate) bypass: bool,
    pub(crate) document: &'a Bytes,
}

impl LockRequest<'_> {
    /// The root and the content of the answer's document; nothing for a write.
    pub(crate) fn serve(
        &self,
        bucket: &mut Bucket,
        now: time::OffsetDateTime,
    ) -> Result<Option<(&'static str, String)>, Refusal> {
        if bucket.settings.lock.is_none() {
            return Err(Refusal::invalid_request("Bucket is missing Object Lock Configuration"));
        }
        let (version, _) = bucket.find(self.key, self.version)?;
        let mut lock = version.lock.clone();
        let missing = || {
            let message = "The specified object does not have a ObjectLock configuration";
            Refusal::new(404, "NoSuchObjectLockConfiguration", message).detail("Key", self.key)
        };
        match self.operation {
            "GetObjectRetention" => {
                let retention = lock.retention.ok_or_else(missing)?;
                let (mode, until) = (retention.mode.name(), retention.until_text());
                let content =
                    format!("<Mode>{mode}</Mode><RetainUntilDate>{until}</RetainUntilDate>");
                return Ok(Some(("Retention", content)));
            }
            "GetObjectLegalHold" => {
                let status = if lock.legal_hold.ok_or_else(missing)? { "ON" } else { "OFF" };
                return Ok(Some(("LegalHold", format!("<Status>{status}</Status>"))));
            }
            "PutObjectRetention" => {
                let root = Element::parse(self.document, "Retention")?;
                root.only(&["Mode", "RetainUntilDate"])?;
                let mode = root.one("Mode")?.map(|mode| mode.text.as_str());
                let until = root.one("RetainUntilDate")?.map(|until| until.text.as_str());
                if mode.is_some() != until.is_some()
                    || mode.is_some_and(|mode| !matches!(mode, "GOVERNANCE" | "COMPLIANCE"))
                {
                    return Err(Refusal::malformed_xml());
                }
                let retention = Retention::of(mode, until, now)?;
                lock.check_retention(retention.as_ref(), self.bypass, now)?;
                lock.retention = retention;
            }
            _ => {
                let root = Element::parse(self.document, "LegalHold")?;
                root.only(&["Status"])?;
                lock.legal_hold = match root.one("Status")?.map(|status| status.text.as_str()) {
                    Some("ON") => Some(true),
                    Some("OFF") => Some(false),
                    _ => return Err(Refusal::malformed_xml()),
                };
            }
        }
        bucket.set_lock(self.key, self.version, lock)?;
        Ok(None)
    }
}
