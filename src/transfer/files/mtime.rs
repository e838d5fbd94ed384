//! A file's modification time as user metadata, in rclone's format: seconds since 1970, with up to nine decimals.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::store::object::ObjectMetadata;

/// The name of the metadata entry.
pub(crate) const MTIME: &str = "mtime";

/// Formats a time as `1700000000.123456789`.
pub(crate) fn write_mtime(time: SystemTime) -> String {
    let (sign, since) = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => ("", after),
        Err(before) => ("-", before.duration()),
    };
    let text = format!("{sign}{}.{:09}", since.as_secs(), since.subsec_nanos());
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Parses the format of [`write_mtime`].
fn read_mtime(text: &str) -> Option<SystemTime> {
    let bare = text.strip_prefix('-').unwrap_or(text);
    let (seconds, decimals) = bare.split_once('.').unwrap_or((bare, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(seconds) || !digits(decimals) {
        return None;
    }
    let nanos = format!("{decimals:0<9}").get(..9)?.parse().ok()?;
    let since = Duration::new(seconds.parse().ok()?, nanos);
    if bare.len() == text.len() {
        UNIX_EPOCH.checked_add(since)
    } else {
        UNIX_EPOCH.checked_sub(since)
    }
}

/// The modification time of a downloaded file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum FileTime {
    #[default]
    Download,
    /// The time in the object's [`MTIME`] metadata, if any.
    Metadata,
    /// The object's Last-Modified, by which a later `sync` finds objects that were replaced since.
    LastModified,
}

impl FileTime {
    /// The time to set; None to leave the time of the download.
    pub(crate) fn of(self, metadata: &ObjectMetadata) -> Option<SystemTime> {
        match self {
            FileTime::Download => None,
            FileTime::Metadata => metadata.metadata.get(MTIME).and_then(|text| read_mtime(text)),
            FileTime::LastModified => {
                let utc = metadata.last_modified.as_deref()?.strip_suffix("+00:00")?;
                humantime::parse_rfc3339_weak(utc).ok()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_are_written_as_rclone_does() {
        for (seconds, nanos, text) in [
            (1_700_000_000, 123_456_789, "1700000000.123456789"),
            (1_700_000_000, 500_000_000, "1700000000.5"),
            (1_700_000_000, 0, "1700000000"),
            (0, 0, "0"),
        ] {
            let time = UNIX_EPOCH + Duration::new(seconds, nanos);
            assert_eq!(write_mtime(time), text);
            assert_eq!(read_mtime(text), Some(time));
        }
        let before = UNIX_EPOCH - Duration::from_millis(1500);
        assert_eq!(write_mtime(before), "-1.5");
        assert_eq!(read_mtime("-1.5"), Some(before));
        for wrong in
            ["", "-", ".", "1.", ".5", "1e9", "2023-11-14", "1.5.5", "+1", "99999999999999999999"]
        {
            assert_eq!(read_mtime(wrong), None, "{wrong}");
        }
        assert_eq!(read_mtime("1.1234567899"), read_mtime("1.123456789"));
    }

    proptest! {
        #[test]
        fn every_time_survives_a_round_trip(seconds in 0u64..1 << 40, nanos in 0u32..1_000_000_000) {
            let time = UNIX_EPOCH + Duration::new(seconds, nanos);
            prop_assert_eq!(read_mtime(&write_mtime(time)), Some(time));
        }
    }
}
