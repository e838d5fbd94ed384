//! The secrets of this run. Every key is registered when it is generated or read, and all output passes through [`scrub`],
//! so that no message can show a key.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::text::percent;

/// Replaces a secret.
pub(crate) const MASK: &str = "[not shown]";

/// The number of consecutive letters and digits of a secret that are recognised. Only letters and digits are compared, in
/// lower case. Spaces, colons, line breaks, padding and the two special characters of base64, which differ between its
/// alphabets, are skipped. Of 16 random characters of base64, fewer than 12 are letters and digits only once in 10,000 cases.
const WINDOW: usize = 12;
/// The bits of a window in a `u128`, one byte per character.
const WINDOW_BITS: u128 = (1 << (8 * WINDOW)) - 1;
/// A window with fewer different characters may occur in ordinary text: a key of zeros is `AAAA…` in base64.
const MIN_VARIETY: usize = 4;
/// The capacity of each half of the transient hashes, in windows: a few thousand keys.
const MAX_TRANSIENT: usize = 200_000;

static SECRETS: LazyLock<RwLock<SecretHashes>> = LazyLock::new(RwLock::default);
/// Whether any secret is registered; without one, `scrub` returns at once.
static HAS_SECRETS: AtomicBool = AtomicBool::new(false);

/// Hashes of windows: no part of a secret is stored.
#[derive(Default)]
struct SecretHashes {
    hasher: RandomState,
    permanent: HashSet<u64>,
    /// The newer and the older half. When the newer is full, it replaces the older.
    transient: [HashSet<u64>; 2],
}

/// Registers the bytes of a key, of any length.
pub(crate) fn register(key: &[u8]) {
    let spellings = spellings(key);
    let mut secrets = secrets_mut();
    for spelling in &spellings {
        secrets.add(spelling);
    }
}

/// Registers one of very many keys, such as the derived key of one object: in base64 and hexadecimal only, and only until a
/// few thousand others are registered.
pub(crate) fn register_transient(key: &[u8]) {
    let spellings = [base64(key), hex(key)];
    let mut secrets = secrets_mut();
    for spelling in &spellings {
        secrets.add_transient(spelling);
    }
}

/// Registers a secret text, such as the signature of a URL.
pub(crate) fn register_text(text: &str) {
    secrets_mut().add(text.as_bytes());
}

/// Replaces every part of a registered secret by [`MASK`].
pub(crate) fn scrub(text: &str) -> Cow<'_, str> {
    if text.len() < WINDOW || !HAS_SECRETS.load(Ordering::Relaxed) {
        return Cow::Borrowed(text);
    }
    let secrets = SECRETS.read().unwrap_or_else(PoisonError::into_inner);
    let mut found = secrets.find(text, plain);
    if text.contains('%') {
        found.extend(secrets.find(text, percent_decoded));
        found.sort_by_key(|range| range.start);
    }
    if found.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(masked(text, &found)) }
}

fn secrets_mut() -> std::sync::RwLockWriteGuard<'static, SecretHashes> {
    HAS_SECRETS.store(true, Ordering::Relaxed);
    SECRETS.write().unwrap_or_else(PoisonError::into_inner)
}

/// Replaces these ranges, which are ordered and may overlap, by [`MASK`].
fn masked(text: &str, ranges: &[Range<usize>]) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut end = 0;
    for range in ranges {
        if range.start > end || (range.start == 0 && end == 0) {
            shown.push_str(&text[end..range.start]);
            shown.push_str(MASK);
        }
        end = end.max(range.end);
    }
    shown.push_str(&text[end..]);
    shown
}

impl SecretHashes {
    fn add(&mut self, spelling: &[u8]) {
        for window in windows(spelling) {
            self.permanent.insert(self.hasher.hash_one(window));
        }
    }

    fn add_transient(&mut self, spelling: &[u8]) {
        if self.transient[0].len() >= MAX_TRANSIENT {
            self.transient[1] = std::mem::take(&mut self.transient[0]);
        }
        for window in windows(spelling) {
            self.transient[0].insert(self.hasher.hash_one(window));
        }
    }

    fn has(&self, window: u128) -> bool {
        let hash = self.hasher.hash_one(window);
        self.permanent.contains(&hash) || self.transient.iter().any(|it| it.contains(&hash))
    }

    /// The ranges of registered windows. `read` decodes one byte of the text, and returns its length.
    fn find(&self, text: &str, read: fn(&[u8]) -> (u8, usize)) -> Vec<Range<usize>> {
        let bytes = text.as_bytes();
        let mut window = 0;
        let mut starts = [0; WINDOW];
        let (mut at, mut count) = (0, 0);
        let mut found: Vec<Range<usize>> = Vec::new();
        while at < bytes.len() {
            let (byte, length) = read(&bytes[at..]);
            if byte.is_ascii_alphanumeric() {
                window = next_window(window, byte);
                starts[count % WINDOW] = at;
                count += 1;
                if count >= WINDOW && self.has(window) {
                    let start = starts[count % WINDOW];
                    match found.last_mut() {
                        Some(last) if last.end >= start => last.end = at + length,
                        _ => found.push(start..at + length),
                    }
                }
            }
            at += length;
        }
        found
    }
}

fn plain(rest: &[u8]) -> (u8, usize) {
    (rest[0], 1)
}

/// Decodes a byte that may be percent-encoded, even repeatedly, and returns its length.
fn percent_decoded(rest: &[u8]) -> (u8, usize) {
    let (mut byte, mut length) = (rest[0], 1);
    while byte == b'%'
        && let Some(decoded) = percent::byte(&rest[length..])
    {
        byte = decoded;
        length += 2;
    }
    (byte, length)
}

fn next_window(window: u128, byte: u8) -> u128 {
    (window << 8 | u128::from(byte.to_ascii_lowercase())) & WINDOW_BITS
}

fn windows(spelling: &[u8]) -> impl Iterator<Item = u128> {
    let characters = spelling.iter().filter(|byte| byte.is_ascii_alphanumeric());
    let after_each = characters.scan(0, |window, byte| {
        *window = next_window(*window, *byte);
        Some(*window)
    });
    after_each.skip(WINDOW - 1).filter(|window| variety(*window) >= MIN_VARIETY)
}

fn variety(window: u128) -> usize {
    window.to_be_bytes().into_iter().filter(|byte| *byte != 0).collect::<HashSet<_>>().len()
}

/// The spellings of a key: raw, in base64 and in hexadecimal, each of them in base64 again, and percent-encoded or escaped.
fn spellings(key: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let (base64_text, hex_text) = (base64(key), hex(key));
    let escaped = Zeroizing::new(key.escape_ascii().to_string().into_bytes());
    let percent = key.iter().map(|byte| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(*byte).to_string(),
        byte => format!("%{byte:02x}"),
    });
    let percent = Zeroizing::new(percent.collect::<String>().into_bytes());
    let prefixed = |prefix: &str| {
        let bytes = key.iter().map(|byte| format!("{prefix}{byte:02x}"));
        Zeroizing::new(bytes.collect::<String>().into_bytes())
    };
    let mut spellings = vec![prefixed("\\x"), prefixed("0x"), percent, escaped];
    for text in [key, &base64_text, &hex_text, &hex_text.to_ascii_uppercase()] {
        spellings.extend((0..3).map(|offset| base64_inside(text, offset)));
    }
    spellings.extend([hex(&base64_text), Zeroizing::new(key.to_vec()), base64_text, hex_text]);
    spellings
}

/// The base64 of the bytes inside a longer text, where they begin `offset` bytes after a group of three. Characters that
/// depend on neighbouring bytes are left out.
fn base64_inside(bytes: &[u8], offset: usize) -> Zeroizing<Vec<u8>> {
    let padded = Zeroizing::new([&[0; 2][..offset], bytes].concat());
    let whole = padded.len() / 3 * 3;
    let text = Zeroizing::new(STANDARD.encode(&padded[..whole]));
    let dependent = if offset == 0 { 0 } else { offset + 1 };
    Zeroizing::new(text.as_bytes()[dependent.min(text.len())..].to_vec())
}

fn base64(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(STANDARD.encode(bytes).into_bytes())
}

fn hex(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    Zeroizing::new(digits.map(|digit| DIGITS[usize::from(digit)]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [
        0xfb, 0x17, 0x9c, 0x40, 0x3e, 0xd2, 0x81, 0x6f, 0xaa, 0x05, 0xc8, 0x5b, 0x77, 0xe1, 0x2d,
        0x93, 0x4a, 0xb6, 0x0f, 0xdc, 0x68, 0x31, 0x8e, 0xf4, 0x22, 0xbd, 0x59, 0x06, 0xc3, 0x7a,
        0x1e, 0xe5,
    ];

    #[track_caller]
    fn hides(text: &str) {
        let message = format!("before: {text}; after");
        let shown = scrub(&message);
        let rest = shown.replace(MASK, "");
        assert!(rest.len() <= message.len() - text.len() + WINDOW, "{text} left {shown}");
        assert!(shown.starts_with("before: ") && shown.ends_with("; after"), "{shown}");
    }

    #[test]
    fn a_key_is_hidden_in_its_usual_spellings() {
        register(&KEY);
        let standard = STANDARD.encode(KEY);
        let hex = String::from_utf8(hex(&KEY).to_vec()).unwrap();
        let spaced = |text: &str, separator: &str| {
            let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
            pairs.collect::<Vec<_>>().join(separator)
        };
        let percent = standard.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        for text in [
            standard.clone(),
            standard.trim_end_matches('=').to_owned(),
            standard.replace('+', "-").replace('/', "_"),
            percent.replace('%', "%25"),
            percent,
            hex.clone(),
            hex.to_uppercase(),
            spaced(&hex, ":"),
            spaced(&hex, " "),
            format!("\\x{}", spaced(&hex, "\\x")),
            format!("%{}", spaced(&hex, "%")),
            spaced(&standard, " "),
            spaced(&standard, "\n"),
            standard.bytes().map(|byte| format!("%{byte:02X}")).collect(),
            STANDARD.encode(&standard),
            STANDARD.encode(format!("{standard}\n")),
            STANDARD.encode(&hex),
            STANDARD.encode([b"x", KEY.as_slice()].concat()),
            standard[..40].to_owned(),
            standard[4..20].to_owned(),
            hex[11..27].to_owned(),
        ] {
            hides(&text);
        }
    }

    #[test]
    fn other_text_is_unchanged() {
        register(&KEY);
        register(&[0; 32]);
        for text in [
            "s3://backups/2026/dump.sql 1000000000000000 AAAAAAAAAAAAAAAAAAAA",
            "etag \"9b2cf535f27731c974343645a3985328\"",
            "rjGuMdjLpPV1eRuotNaPMQ==",
            "50 % of %20 and %zz and %",
        ] {
            assert_eq!(scrub(text), text);
        }
    }

    #[test]
    fn passing_keys_are_hidden_until_many_others_came() {
        let key = |n: u32| -> Vec<u8> {
            (0..8u32)
                .flat_map(|i| (n * 8 + i + 1).wrapping_mul(0x9e37_79b9).to_be_bytes())
                .collect()
        };
        register_transient(&key(1));
        let text = STANDARD.encode(key(1));
        assert!(scrub(&text).contains(MASK));
        let windows = windows(&base64(&key(1))).count() + windows(&hex(&key(1))).count();
        let enough = u32::try_from(2 * MAX_TRANSIENT / windows + 10).unwrap();
        (2..enough).for_each(|n| register_transient(&key(n)));
        assert_eq!(scrub(&text), text);
    }
}
