//! Parsing of RFC 3339 times.

use std::time::{Duration, SystemTime};

/// The minimum length of a time without its zone: `2026-11-22T05:26:21`.
const LOCAL_TIME: usize = 19;
/// The length of an offset from UTC: `+01:00`.
const OFFSET: usize = 6;

/// Parses an RFC 3339 time with a zone; none for any other text.
pub(crate) fn parse_time(text: &str) -> Option<SystemTime> {
    let utc = |text| humantime::parse_rfc3339_weak(text).ok();
    if let Some(local) = text.strip_suffix(['Z', 'z']) {
        return utc(local);
    }
    let (local, offset) = text.split_at_checked(text.len().checked_sub(OFFSET)?)?;
    if local.len() < LOCAL_TIME {
        return None;
    }
    let (sign, digits) = offset.split_at_checked(1)?;
    let (hours, minutes) = digits.split_once(':')?;
    let (hours, minutes): (u64, u64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let offset = Duration::from_secs(hours * 3600 + minutes * 60);
    match sign {
        // East of Greenwich the clock is ahead of UTC.
        "+" => utc(local)?.checked_sub(offset),
        "-" => utc(local)?.checked_add(offset),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<u64> {
        let time = parse_time(text)?;
        Some(time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
    }

    #[test]
    fn a_time_needs_a_zone() {
        for text in [
            "2026-11-22T05:26:21Z",
            "2026-11-22T05:26:21.25Z",
            "2026-11-22 05:26:21+00:00",
            "2026-11-22T06:56:21+01:30",
            "2026-11-21T21:26:21-08:00",
        ] {
            assert_eq!(seconds(text), Some(1_795_325_181), "{text}");
        }
        for text in
            ["2026-11-22T05:26:21", "2026-11-22", "05:26Z", "", "2026-11-22T05:26:21+0100", "ä"]
        {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
