//! Times, as stores and people write them; and `--since`: a time, or how long ago that was.

use std::time::{Duration, SystemTime};

/// Characters of a time without its zone, at least: `2026-11-22T05:26:21`.
const LOCAL_TIME: usize = 19;
/// Characters of an offset from UTC: `+01:00`.
const OFFSET: usize = 6;

/// Reads an RFC 3339 time, or a duration that counts back from now.
///
/// # Errors
/// A sentence, where the text is neither.
pub(in crate::commands) fn parse_since(text: &str) -> Result<SystemTime, String> {
    let now = SystemTime::now();
    if let Ok(age) = humantime::parse_duration(text) {
        // Nothing is older than time itself.
        return Ok(now.checked_sub(age).unwrap_or(SystemTime::UNIX_EPOCH));
    }
    parse_time(text).ok_or_else(|| {
        "write a duration such as 24h, or a time such as 2026-11-22T05:26:21Z".into()
    })
}

/// Reads an RFC 3339 time with its zone; none where the text is none.
pub(in crate::commands) fn parse_time(text: &str) -> Option<SystemTime> {
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
    fn a_time_says_its_zone() {
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

    #[test]
    fn a_duration_counts_back_from_now() {
        let since = parse_since("7d").unwrap();
        assert_eq!(since.elapsed().unwrap().as_secs() / 3600, 7 * 24);
        assert_eq!(parse_since("500000000000y"), Ok(SystemTime::UNIX_EPOCH));
        assert!(parse_since("yesterday").is_err());
    }
}
