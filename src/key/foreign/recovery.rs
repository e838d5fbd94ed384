//! The keys that a text may have been turned into: tools and guides do it in several ways, and this is the list of the known
//! ones. Recipe names never quote the text.

use md5::{Digest as _, Md5};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::key::core::{
    Format, KEY_BYTES, Key, decode_base64, decode_hex, hex, is_hex, is_printable_ascii, parse,
};

/// The maximum number of keys for one text: a key file may hold any number.
const MAX_RECIPES: usize = 100;

/// A key that a text may have been turned into, and how.
#[derive(Debug)]
pub(crate) struct Recipe {
    /// A description, such as `SHA-256 of the text`.
    pub name: String,
    pub key: Key,
}

/// All keys that the text may have been turned into, without duplicates, the likely ones first:
///
/// - its 32 characters used as bytes: the hex of 16 bytes, as guides pass it to aws-cli, or the base64 of 24; with the line
///   break, without it, or with another;
/// - the result of the parser of `-k`;
/// - the first 32 characters of a longer text (Velero);
/// - the same for the text decoded from base64 or hex, once and twice;
/// - its SHA-256, and the hex digits of its MD5 used as bytes.
pub(crate) fn candidates(text: &[u8]) -> Vec<Recipe> {
    let mut recipes = Recipes::default();
    recipes.add_raw("the text", text);
    recipes.add_parsed(text);
    recipes.add_start("the text", text);
    recipes.add_decoded(text);
    recipes.add_hashed(text);
    recipes.0.truncate(MAX_RECIPES);
    recipes.0
}

#[derive(Default)]
struct Recipes(Vec<Recipe>);

impl Recipes {
    fn add(&mut self, name: impl Into<String>, key: Key) {
        if self.0.iter().all(|known| known.key != key) {
            self.0.push(Recipe { name: name.into(), key });
        }
    }

    fn add_raw(&mut self, what: &str, bytes: &[u8]) {
        for (ending, bytes) in endings(bytes) {
            if let Some(key) = Key::from_slice(&bytes) {
                self.add(format!("{what}{ending}, as 32 raw bytes{}", meaning(&bytes)), key);
            }
        }
    }

    fn add_parsed(&mut self, text: &[u8]) {
        let found = parse(text, Format::Auto).unwrap_or_default();
        let is_one = found.len() == 1;
        for (index, found) in found.into_iter().enumerate() {
            let line = if is_one { String::new() } else { format!(", key {}", index + 1) };
            self.add(format!("the text as -k reads it ({}){line}", found.form), found.key);
        }
    }

    fn add_start(&mut self, what: &str, text: &[u8]) {
        let line = without_line_break(text);
        if line.len() > KEY_BYTES && is_printable_ascii(line) {
            let name = format!("the first 32 characters of {what}, as raw bytes (Velero)");
            self.add(name, Key::from_slice(&line[..KEY_BYTES]).expect("it has 32 bytes"));
        }
    }

    fn add_decoded(&mut self, text: &[u8]) {
        for (form, once) in decodings(text) {
            let what = format!("the text decoded from {form}");
            self.add_raw(&what, &once);
            self.add_start(&what, &once);
            for (form, twice) in decodings(&once) {
                let what = format!("{what}, then from {form}");
                self.add_raw(&what, &twice);
                self.add_start(&what, &twice);
            }
        }
    }

    fn add_hashed(&mut self, text: &[u8]) {
        for (ending, bytes) in endings(text) {
            let sha256 = Zeroizing::new(<[u8; KEY_BYTES]>::from(Sha256::digest(&*bytes)));
            self.add(format!("SHA-256 of the text{ending}"), Key::from_bytes(*sha256));
            let digits = Zeroizing::new(hex(&Md5::digest(&*bytes)));
            let capitals = Zeroizing::new(digits.to_ascii_uppercase());
            for (case, digits) in [("lower", digits), ("upper", capitals)] {
                let name = format!("the 32 {case}-case hex digits of the MD5 of the text{ending}");
                self.add(name, Key::from_slice(digits.as_bytes()).expect("MD5 has 16 bytes"));
            }
        }
    }
}

/// The bytes unchanged, without the line breaks at their end, and with either line break.
fn endings(bytes: &[u8]) -> [(&'static str, Zeroizing<Vec<u8>>); 4] {
    let line = without_line_break(bytes);
    let with = |end: &[u8]| Zeroizing::new([line, end].concat());
    [
        ("", Zeroizing::new(bytes.to_vec())),
        (" without its line break", with(b"")),
        (" with a line break (LF)", with(b"\n")),
        (" with a line break (CRLF)", with(b"\r\n")),
    ]
}

fn without_line_break(bytes: &[u8]) -> &[u8] {
    let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let kept = bytes.iter().rposition(|byte| !is_end(byte)).map_or(0, |last| last + 1);
    &bytes[..kept]
}

/// The text decoded from base64 and from hex; surrounding white space is ignored.
fn decodings(text: &[u8]) -> Vec<(&'static str, Zeroizing<Vec<u8>>)> {
    let Ok(text) = std::str::from_utf8(text.trim_ascii()) else { return Vec::new() };
    let base64 = decode_base64(text).ok().map(|(bytes, _)| ("base64", bytes));
    let hex = decode_hex(text).map(|bytes| ("hex", bytes));
    [base64, hex].into_iter().flatten().filter(|(_, bytes)| !bytes.is_empty()).collect()
}

/// Describes 32 bytes that look like undecoded text.
fn meaning(bytes: &[u8]) -> &'static str {
    match std::str::from_utf8(bytes) {
        Ok(text) if is_hex(text) => " (the hex of 16 bytes, as it stands)",
        Ok(text) if decode_base64(text).is_ok() => " (the base64 of 24 bytes, as it stands)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8; KEY_BYTES] = &[7; KEY_BYTES];
    /// Base64 of it.
    const BASE64: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    const HEX: &str = "0707070707070707070707070707070707070707070707070707070707070707";
    /// `printf %s "$BASE64" | base64`.
    const TWICE: &str = "QndjSEJ3Y0hCd2NIQndjSEJ3Y0hCd2NIQndjSEJ3Y0hCd2NIQndjSEJ3Yz0=";

    /// The name of the recipe that turns the text into this key.
    #[track_caller]
    fn name(text: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> String {
        let recipes = candidates(text.as_ref());
        let found = recipes.iter().find(|recipe| recipe.key.bytes() == key.as_ref());
        found.unwrap_or_else(|| panic!("not among {recipes:?}")).name.clone()
    }

    #[test]
    fn every_recipe_has_a_name() {
        let ascii = b"23832BAC16516152E560F933F261BF03";
        let base64_24 = b"QUJDREVGR0hJSktMTU5PUFFSU1RV+/++";
        for (text, key, expected) in [
            (&KEY[..], &KEY[..], "the text, as 32 raw bytes"),
            (BASE64.as_bytes(), KEY, "the text as -k reads it (base64)"),
            (format!("# mine\n{HEX}\n").as_bytes(), KEY, "the text as -k reads it (hex)"),
            (ascii, ascii, "the text, as 32 raw bytes (the hex of 16 bytes, as it stands)"),
            (
                &[&ascii[..], b"\r\n"].concat(),
                ascii,
                "the text without its line break, as 32 raw bytes (the hex of 16 bytes, as it stands)",
            ),
            (
                base64_24,
                base64_24,
                "the text, as 32 raw bytes (the base64 of 24 bytes, as it stands)",
            ),
            (
                BASE64.as_bytes(),
                &BASE64.as_bytes()[..32],
                "the first 32 characters of the text, as raw bytes (Velero)",
            ),
            (TWICE.as_bytes(), KEY, "the text decoded from base64, then from base64"),
            (
                TWICE.as_bytes(),
                &BASE64.as_bytes()[..32],
                "the first 32 characters of the text decoded from base64, as raw bytes (Velero)",
            ),
        ] {
            let name = name(text, key);
            assert!(name.starts_with(expected), "{name} instead of {expected}");
        }
    }

    #[test]
    fn line_breaks_may_be_part_of_the_key() {
        let line = "x".repeat(31);
        let [with_lf, with_crlf] = [format!("{line}\n"), format!("{}\r\n", &line[..30])];
        assert_eq!(name(&line, &with_lf), "the text with a line break (LF), as 32 raw bytes");
        assert_eq!(name(&with_lf, &with_lf), "the text, as 32 raw bytes");
        assert_eq!(
            name(&line[..30], &with_crlf),
            "the text with a line break (CRLF), as 32 raw bytes"
        );
        // The base64 of 33 bytes, the last a newline: what `echo` does.
        let encoded = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcK";
        assert_eq!(
            name(encoded, KEY),
            "the text decoded from base64 without its line break, as 32 raw bytes"
        );
    }

    #[test]
    fn every_line_ending_is_hashed() {
        for (text, used, ending) in [
            ("secret", "secret", ""),
            ("secret\n", "secret\n", ""),
            ("secret\n", "secret", " without its line break"),
            ("secret", "secret\n", " with a line break (LF)"),
            ("secret", "secret\r\n", " with a line break (CRLF)"),
        ] {
            assert_eq!(name(text, Sha256::digest(used)), format!("SHA-256 of the text{ending}"));
            let digits = hex(&Md5::digest(used));
            for (case, digits) in [("lower", digits.clone()), ("upper", digits.to_uppercase())] {
                let expected =
                    format!("the 32 {case}-case hex digits of the MD5 of the text{ending}");
                assert_eq!(name(text, digits), expected);
            }
        }
    }

    #[test]
    fn keys_are_unique_and_limited_in_number() {
        let keys: String = (0..2 * MAX_RECIPES).map(|n| format!("{n:064x}\n")).collect();
        for text in
            [b"".as_slice(), b"\n", KEY, BASE64.as_bytes(), TWICE.as_bytes(), keys.as_bytes()]
        {
            let recipes = candidates(text);
            assert!(!recipes.is_empty() && recipes.len() <= MAX_RECIPES, "{}", recipes.len());
            for (index, recipe) in recipes.iter().enumerate() {
                assert!(recipes[..index].iter().all(|other| other.key != recipe.key), "{recipe:?}");
            }
        }
    }
}
