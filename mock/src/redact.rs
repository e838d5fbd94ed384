//! Keeps keys, signatures and session tokens out of logs, also where the client misspelt a header's name or put a key
//! in the wrong place.

/// What replaces a secret.
pub(crate) const REDACTED: &str = "REDACTED";

/// A name that contains one of these, punctuation aside, is that of a key.
const KEY_NAMES: [&str; 4] = ["customerkey", "ssekey", "sseckey", "encryptionkey"];

/// A header's value, redacted; the name is in lower case.
pub(crate) fn header(name: &str, value: &str) -> String {
    match (name, value.split_once("Signature=")) {
        ("authorization", Some((before, _))) => format!("{before}Signature={REDACTED}"),
        // Signature Version 2, or unknown.
        ("authorization", None) => REDACTED.to_owned(),
        _ if is_secret(name) => REDACTED.to_owned(),
        _ if is_digest(name) => value.to_owned(),
        _ => text(value),
    }
}

/// A query without secret values. Some servers separate parameters by `;`.
pub(crate) fn query(query: &str) -> String {
    pairs(query, |pair, name| {
        if is_secret(name) && pair.contains('=') {
            hidden(pair)
        } else if is_digest(name) {
            pair.to_owned()
        } else {
            text(pair)
        }
    })
}

/// A query without the values of parameters named like keys.
pub(crate) fn query_names(query: &str) -> String {
    pairs(
        query,
        |pair, name| {
            if is_key(name) && pair.contains('=') { hidden(pair) } else { pair.to_owned() }
        },
    )
}

/// Each parameter as `show` has it, given with its decoded name in lower case.
fn pairs(query: &str, show: impl Fn(&str, &str) -> String) -> String {
    let mut shown = String::new();
    for pair in query.split_inclusive(['&', ';']) {
        let end = pair.len() - usize::from(pair.ends_with(['&', ';']));
        let (pair, separator) = pair.split_at(end);
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        let decoded =
            urlencoding::decode(name).map_or_else(|_| name.to_owned(), |n| n.into_owned());
        shown.push_str(&show(pair, &decoded.trim().to_ascii_lowercase()));
        shown.push_str(separator);
    }
    shown
}

fn hidden(pair: &str) -> String {
    let name = pair.split_once('=').map_or(pair, |(name, _)| name);
    format!("{name}={REDACTED}")
}

/// Whether the value of a header or parameter is a secret, by its name in lower case.
fn is_secret(name: &str) -> bool {
    is_key(name)
        || matches!(
            name,
            "x-amz-signature"
                | "signature"
                | "x-amz-security-token"
                | "cookie"
                | "proxy-authorization"
        )
}

/// Whether a header or parameter of this name, in lower case, may bring a key: in any spelling.
pub(crate) fn is_key(name: &str) -> bool {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let names_key = KEY_NAMES.iter().any(|key| letters.contains(key));
    // Only known harmless headers that start like an SSE-C header are shown.
    let like_sse_c = letters.contains("encryptioncustomer");
    let harmless = letters.ends_with("customeralgorithm") || letters.ends_with("customerkeymd5");
    (names_key || like_sse_c) && !harmless
}

/// Names whose values may look like a key but are none.
fn is_digest(name: &str) -> bool {
    matches!(
        name,
        "x-amz-content-sha256"
            | "x-amz-checksum-sha256"
            | "uploadid"
            | "versionid"
            | "upload-id-marker"
            | "version-id-marker"
            | "continuation-token"
            | "etag"
            | "if-match"
            | "if-none-match"
            | "x-amz-credential"
    )
}

/// A text without what looks like 32 bytes in base64 or hex, percent-encoded or not. A SHA-256 looks the same.
pub(crate) fn text(text: &str) -> String {
    let letters = letters(text);
    let mut shown = String::new();
    let (mut at, mut copied) = (0, 0);
    while at < letters.len() {
        match key_len(&letters, at) {
            Some(len) => {
                shown.push_str(&text[copied..letters[at].at]);
                shown.push_str(REDACTED);
                at += len;
                copied = letters.get(at).map_or(text.len(), |letter| letter.at);
            }
            None => at += 1,
        }
    }
    shown.push_str(&text[copied..]);
    shown
}

/// A letter, decoded, and its position in the text.
#[derive(Clone, Copy)]
struct Letter {
    letter: u8,
    at: usize,
}

impl Letter {
    fn is_base64(self) -> bool {
        self.letter.is_ascii_alphanumeric() || matches!(self.letter, b'+' | b'/' | b'-' | b'_')
    }
}

fn letters(text: &str) -> Vec<Letter> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut letters, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let escaped = match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => u8::try_from(high << 4 | low).ok(),
            _ => None,
        };
        letters.push(Letter { letter: escaped.unwrap_or(bytes[at]), at });
        at += if escaped.is_some() { 3 } else { 1 };
    }
    letters
}

/// The number of letters of the key that starts here, if one does.
fn key_len(letters: &[Letter], at: usize) -> Option<usize> {
    let rest = &letters[at..];
    let run = |fits: fn(Letter) -> bool| rest.iter().take_while(|letter| fits(**letter)).count();
    let before = |fits: fn(Letter) -> bool| at > 0 && fits(letters[at - 1]);
    let is_hex = |letter: Letter| letter.letter.is_ascii_hexdigit();
    if run(is_hex) == 64 && !before(is_hex) {
        return Some(64);
    }
    if !is_key_text(rest.get(..43)?) {
        return None;
    }
    // A padded key may follow any letter; an unpadded one must stand alone, at least between slashes.
    let base64 = run(Letter::is_base64);
    if base64 == 43 && rest.get(43).is_some_and(|next| next.letter == b'=') {
        return Some(44);
    }
    if base64 == 43 && !before(Letter::is_base64) {
        return Some(43);
    }
    let is_word = |letter: Letter| letter.is_base64() && letter.letter != b'/';
    (run(is_word) == 43 && !before(is_word)).then_some(43)
}

/// Whether 43 letters can be 256 bits in base64: the two spare bits of the last one are 0, and there are at least five
/// capitals, which words of a path rarely have and all but one in a hundred thousand keys do.
fn is_key_text(letters: &[Letter]) -> bool {
    let spare = letters.last().is_some_and(|last| b"AEIMQUYcgkosw048".contains(&last.letter));
    spare && letters.iter().filter(|letter| letter.letter.is_ascii_uppercase()).count() >= 5
}

#[cfg(test)]
mod tests {
    use super::*;

    const PADDED: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    const SLASHED: &str = "//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA=";

    #[test]
    fn what_looks_like_a_key_is_found_wherever_it_stands() {
        let bare = PADDED.trim_end_matches('=');
        let hex = "01".repeat(32);
        let url = SLASHED.replace('/', "_").replace('+', "-");
        let escaped = SLASHED.replace('/', "%2F").replace('+', "%2b").replace('=', "%3D");
        for key in [PADDED, SLASHED, bare, &hex, &hex.to_uppercase(), &url, &escaped] {
            for (before, after) in [
                ("", ""),
                ("/demo/", ""),
                ("/demo/key=", "/x"),
                ("key%3D", ""),
                ("\"", "\""),
                ("key: ", ", more"),
            ] {
                let shown = text(&format!("{before}{key}{after}"));
                assert!(!shown.contains(key), "{shown}");
                assert!(shown.starts_with(before) || before.contains('/'), "{shown}");
                assert!(shown.ends_with(after) && shown.contains(REDACTED), "{shown}");
            }
        }
        let twice = text(&format!("{PADDED},{hex}"));
        assert_eq!(twice, "REDACTED,REDACTED");
    }

    #[test]
    fn what_is_no_key_is_shown() {
        for harmless in [
            "",
            "%",
            "%4",
            "é%zz",
            "/demo/warehouse/database/a_table_with_a_name/rows=2026/part-00000.parquet",
            "/demo/photos/2026/a-rather-long-name-of-a-folder/and-a-file.tar.gz",
            "d41d8cd98f00b204e9800998ecf8427e",
            "4Funlf7OsLF0HL+vKU+fkg==",
            "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021",
        ] {
            assert_eq!(text(harmless), harmless);
        }
    }
}
