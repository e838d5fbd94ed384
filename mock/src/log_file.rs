//! The log file: a JSON object on a line for every request. It holds no key, no signature and no session token.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::request::Parts;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::fault::FaultKind;
use crate::redact;
use crate::request_log::RequestRecord;

/// A file that lines are appended to.
pub(crate) struct LogFile(Mutex<File>);

impl LogFile {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        // Other users must not read the names of objects.
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        Ok(Self(Mutex::new(file)))
    }

    /// Appends a line; `bytes` are those received and sent. A full disk does not stop the server.
    pub(crate) fn write(
        &self,
        entry: &Entry,
        status: Option<u16>,
        fault: Option<FaultKind>,
        bytes: (u64, u64),
        took: Duration,
    ) {
        let or_null = |text: Option<String>| text.unwrap_or_else(|| "null".to_owned());
        let line = format!(
            "{{{},\"status\":{},\"fault\":{},\"bytesIn\":{},\"bytesOut\":{},\"milliseconds\":{}}}\n",
            entry.0,
            or_null(status.map(|status| status.to_string())),
            or_null(fault.map(|fault| quoted(fault.name()))),
            bytes.0,
            bytes.1,
            took.as_millis(),
        );
        // One write for a line, so that two servers on one file do not mix theirs.
        let _ = self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes());
    }
}

/// The part of a line about the request itself: members of a JSON object.
pub(crate) struct Entry(String);

impl Entry {
    pub(crate) fn new(head: &Parts, record: &RequestRecord) -> Self {
        let format = format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z"
        );
        let time = OffsetDateTime::now_utc().format(format).unwrap_or_default();
        // A repeated header is one member, joined as in RFC 9110, section 5.3.
        let headers: Vec<_> = head
            .headers
            .keys()
            .map(|name| {
                let values: Vec<_> = head
                    .headers
                    .get_all(name)
                    .iter()
                    .map(|value| String::from_utf8_lossy(value.as_bytes()))
                    .map(|value| redact::header(name.as_str(), &value))
                    .collect();
                format!("{}:{}", quoted(&redact::text(name.as_str())), quoted(&values.join(", ")))
            })
            .collect();
        let text = |text: Option<&str>| {
            text.map_or_else(|| "null".to_owned(), |text| quoted(&redact::text(text)))
        };
        Self(format!(
            "\"time\":{},\"connection\":{},\"method\":{},\"path\":{},\"query\":{},\"operation\":{},\"bucket\":{},\"key\":{},\"headers\":{{{}}}",
            quoted(&time),
            record.connection,
            quoted(&redact::text(&record.method)),
            quoted(&redact::text(&record.path)),
            quoted(&redact::query(head.uri.query().unwrap_or_default())),
            quoted(record.operation),
            text(record.bucket.as_deref()),
            text(record.key.as_deref()),
            headers.join(","),
        ))
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
