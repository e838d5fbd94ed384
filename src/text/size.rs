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

/// A number of bytes for people, with two or three digits: `17 B`, `1.2 GiB`, `110 MiB`.
pub(crate) fn show(bytes: u64) -> String {
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"].into_iter();
    let (mut size, mut unit) = (bytes as f64 / 1024.0, units.next().unwrap_or_default());
    for larger in units {
        // Not 1024 KiB for what is almost a MiB.
        if size.round() < 1024.0 {
            break;
        }
        (size, unit) = (size / 1024.0, larger);
    }
    // Not 100.0 for what is almost 100.
    let decimals = usize::from(size < 99.95);
    format!("{size:.decimals$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_shown_with_few_digits() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (20 << 20, "20.0 MiB"),
            ((100 << 20) - 1, "100 MiB"),
            (110 << 20, "110 MiB"),
            ((1 << 20) - 1, "1.0 MiB"),
            ((5 << 30) / 4, "1.2 GiB"),
            (u64::MAX, "16.0 EiB"),
        ] {
            assert_eq!(show(bytes), text, "{bytes}");
        }
    }

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
