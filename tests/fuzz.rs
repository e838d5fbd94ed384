//! A campaign: key text, damaged in every way in which copying, editing and scripts damage it. Whatever
//! comes of it, the parser does not panic, quotes nothing of the key, always says the same, and what it
//! accepts is 32 bytes. `S3SEAL_FUZZ_SECONDS=600` makes it longer, `S3SEAL_SEED` begins elsewhere.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use s3seal::keys::{Format, Key, Spec, parse};

use crate::harness::Random;

/// What a normal run is given, and what it tries on the busiest machine.
const SHORT: Duration = Duration::from_millis(300);
const FEWEST: u64 = 50;
const FORMATS: [Format; 4] = [Format::Auto, Format::Base64, Format::Hex, Format::Raw];
/// So many characters of a key on end must not be in what is said of a text.
const WINDOW: usize = 8;
/// Nor so many in what is said of a source: shorter ones are names and parts of paths.
const SOURCE_WINDOW: usize = 24;

#[test]
#[expect(clippy::print_stdout, reason = "the counts are what a long campaign is run for")]
fn damaged_key_text_is_refused_or_read_and_never_quoted() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let time = number("S3SEAL_FUZZ_SECONDS").map_or(SHORT, Duration::from_secs);
    let first = number("S3SEAL_SEED").unwrap_or(1).max(1);
    let (start, mut rounds, mut outcomes) = (Instant::now(), 0, BTreeMap::new());
    while start.elapsed() < time || rounds < FEWEST {
        let seed = first + rounds;
        let round = || Round::new(seed).check(&mut outcomes);
        if catch_unwind(AssertUnwindSafe(round)).is_err() {
            panic!("again with S3SEAL_SEED={seed}");
        }
        rounds += 1;
    }
    let accepted: usize =
        outcomes.iter().filter(|(what, _)| what.starts_with("read")).map(|(_, count)| count).sum();
    println!("{rounds} texts, each in 4 formats: {outcomes:#?}");
    assert!(accepted > 0 && outcomes.len() > 5, "the campaign tries something");
}

/// One text, and the key that is, or was, in it.
struct Round {
    text: Vec<u8>,
    /// Every piece of the key, in all its spellings, that is too long to be said.
    pieces: HashSet<Vec<u8>>,
    pieces_of_sources: HashSet<Vec<u8>>,
}

impl Round {
    fn new(seed: u64) -> Round {
        // Neighbouring seeds would begin alike.
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut bytes = [0; 32];
        bytes.fill_with(|| random.next().to_be_bytes()[0]);
        let spellings = spellings(&Key::from_bytes(bytes));
        let mut text = spellings[random.below(spellings.len())].clone().into_bytes();
        if random.below(8) == 0 {
            text = bytes.to_vec();
        }
        for _ in 0..random.below(5) {
            damage(&mut text, &mut random);
        }
        let pieces = |length| {
            let windows = spellings.iter().flat_map(move |it| it.as_bytes().windows(length));
            windows.map(<[u8]>::to_vec).collect()
        };
        Round { text, pieces: pieces(WINDOW), pieces_of_sources: pieces(SOURCE_WINDOW) }
    }

    fn check(&self, outcomes: &mut BTreeMap<String, usize>) {
        for format in FORMATS {
            let outcome = self.parsed(format);
            *outcomes.entry(outcome).or_default() += 1;
        }
        self.named(Spec::parse);
        self.named(Spec::from_env_value);
    }

    /// What comes of the text, in words that can be counted.
    fn parsed(&self, format: Format) -> String {
        let parsed = parse(&self.text, format);
        let said = format!("{parsed:?}");
        assert_eq!(said, format!("{:?}", parse(&self.text, format)), "the same every time");
        is_without(&said, &self.pieces, WINDOW);
        match parsed {
            Ok(found) => {
                assert!(!found.is_empty());
                for found in &found {
                    for text in [found.key.base64(), found.key.hex()] {
                        let again = parse(text.as_bytes(), Format::Auto).expect("a key");
                        assert!(again[0].key == found.key, "it changed on its way");
                    }
                }
                format!("read: {}", found[0].form)
            }
            Err(failure) => {
                let detail = failure.detail();
                assert!(detail.hint.is_some(), "{failure}");
                let message = detail.message.trim_start_matches("line ");
                let words = message.split(|c: char| c.is_ascii_digit());
                format!("refused: {}", words.collect::<Vec<_>>().join("").trim())
            }
        }
    }

    /// The text in the place of a source's name.
    fn named(&self, read: impl Fn(&OsStr) -> Result<Spec, s3seal::keys::Failure>) {
        let said = match read(OsStr::from_bytes(&self.text)) {
            Ok(spec) => format!("{spec} {spec:?}"),
            Err(failure) => format!("{failure:?}"),
        };
        is_without(&said, &self.pieces_of_sources, SOURCE_WINDOW);
    }
}

#[track_caller]
fn is_without(said: &str, pieces: &HashSet<Vec<u8>>, length: usize) {
    let quoted = said.as_bytes().windows(length).find(|piece| pieces.contains(*piece));
    assert!(quoted.is_none(), "part of a key is in: {said}");
}

/// The key as it is written, and as it should not be. None has words in it that a message could share.
fn spellings(key: &Key) -> Vec<String> {
    let base64 = key.base64().to_string();
    let hex = key.hex().to_string();
    let url_safe = base64.replace('+', "-").replace('/', "_");
    let in_hex = |text: &str| {
        text.bytes().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    };
    vec![
        base64.clone(),
        base64.trim_end_matches('=').to_owned(),
        url_safe.clone(),
        url_safe.trim_end_matches('=').to_owned(),
        hex.clone(),
        hex.to_uppercase(),
        base64[..32].to_owned(),
        hex[..32].to_owned(),
        in_hex(&base64),
        in_base64(&base64),
        in_base64(&hex),
        format!("{base64}{base64}"),
    ]
}

/// Base64 by hand: the text of a text has no other home.
fn in_base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in text.as_bytes().chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - group.len()));
        for index in 0..4 {
            match index <= group.len() {
                true => out.push(DIGITS[(bits >> (18 - 6 * index) & 63) as usize] as char),
                false => out.push('='),
            }
        }
    }
    out
}

const AROUND: [(&str, &str); 15] = [
    ("\u{feff}", ""),
    ("", "\n"),
    ("", "\r\n"),
    ("# created: today\n# key-md5: x\n", "\n"),
    ("\n\n", "\n# the end"),
    ("\"", "\""),
    ("'", "'"),
    ("export KEY=", ""),
    ("{\"Plaintext\": \"", "\"}"),
    ("0x", ""),
    (" ", "\t"),
    ("", "="),
    ("-----BEGIN KEY-----\n", "\n-----END KEY-----"),
    ("./", ""),
    ("file:", ""),
];
const AMID: [&str; 12] =
    ["\n", "\r\n", " ", "=", ":", "–", "\u{a0}", "\u{200b}", "\0", "/", "_", "é"];

/// One thing that may happen to a text.
fn damage(text: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(text.len() + 1);
    let end = at + random.below(text.len() - at + 1);
    match random.below(10) {
        0 if at < text.len() => text[at] ^= 1 << random.below(8),
        1 if at < text.len() => drop(text.remove(at)),
        2 => text.truncate(at),
        3 => drop(text.drain(at..end)),
        4 => text.insert(at, random.next().to_be_bytes()[0]),
        5 => {
            let piece = text[at..end].to_vec();
            text.splice(at..at, piece);
        }
        6 => {
            let piece = AMID[random.below(AMID.len())];
            text.splice(at..at, piece.bytes());
        }
        7 => text[at..end].make_ascii_uppercase(),
        8 if random.below(4) == 0 => *text = text.iter().flat_map(|byte| [*byte, 0]).collect(),
        _ => {
            let (before, after) = AROUND[random.below(AROUND.len())];
            *text = [before.as_bytes(), text.as_slice(), after.as_bytes()].concat();
        }
    }
}
