//! The value of `--since`: a time, or a duration before now.

use std::time::SystemTime;

use crate::text::time::parse_time;

/// Parses an RFC 3339 time, or a duration before now. The error is a message for the user.
pub(in crate::commands) fn parse_since(text: &str) -> Result<SystemTime, String> {
    let now = SystemTime::now();
    if let Ok(age) = humantime::parse_duration(text) {
        // A duration that begins before the epoch selects everything.
        return Ok(now.checked_sub(age).unwrap_or(SystemTime::UNIX_EPOCH));
    }
    parse_time(text).ok_or_else(|| {
        "write a duration such as 24h, or a time such as 2026-11-22T05:26:21Z".into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_counts_back_from_now() {
        let since = parse_since("7d").unwrap();
        assert_eq!(since.elapsed().unwrap().as_secs() / 3600, 7 * 24);
        assert_eq!(parse_since("500000000000y"), Ok(SystemTime::UNIX_EPOCH));
        assert!(parse_since("yesterday").is_err());
    }
}
