//! Sizes with units.

/// Parses a number of bytes: digits, or digits with a unit. Units are powers of 1,024, as in aws-cli (`8M`, `8MB` and `8MiB`
/// are the same). The error is a message for the user.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let unit = text[digits..].trim().to_ascii_uppercase();
    let unit: u64 = match unit.trim_end_matches("IB").trim_end_matches('B') {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        "T" => 1 << 40,
        _ => return Err("write it in bytes, or with KiB, MiB, GiB or TiB: 16MiB".to_owned()),
    };
    let number: u64 = text[..digits].parse().map_err(|_| "it is no number".to_owned())?;
    number.checked_mul(unit).ok_or_else(|| "it is too large".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_powers_of_1024() {
        for (text, bytes) in [
            ("0", 0),
            ("17", 17),
            ("17B", 17),
            ("1k", 1 << 10),
            ("8MB", 8 << 20),
            ("8MiB", 8 << 20),
            ("8 mib", 8 << 20),
            ("3G", 3 << 30),
            ("2TiB", 2 << 40),
        ] {
            assert_eq!(parse(text), Ok(bytes), "{text}");
        }
        for text in ["", "M", "-1", "1.5M", "8X", "8M8", "99999999999T", "18446744073709551616"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
