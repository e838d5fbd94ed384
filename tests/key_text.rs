//! Key text in every form, right and wrong: what is accepted, and what is said about the rest.

use std::ffi::OsString;

use proptest::prelude::*;
use s3seal::keys::Kind;
use s3seal::keys::looks_secret;
use s3seal::keys::{Form, Format, Key, Spec, parse};

/// A key whose base64 holds `+` and `/`, so that the alphabets differ.
const BASE64: &str = "+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=";
const URL_SAFE: &str = "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s=";
const HEX: &str = "fbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfb";
/// 32 hex digits that published guides pass to aws-cli as a key.
const GUIDE: &str = "23832BAC16516152E560F933F261BF03";
const RANDOM: &str = "PO3fJ7cZ0m1xYk9wT2rV5uB8sQeAhLnGdCiXyRjWzEo=";
/// The key of the bytes 0 to 31.
const COUNTING: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// What it is, the text, how it is to be read, and the form that is seen, or what is said against it.
type Row<'a> = (&'a str, &'a [u8], Format, Result<Form, &'a str>);

/// What each text is read as, or what is said of it.
#[test]
fn every_form_right_and_wrong() {
    use Form::{Ascii, Base64, Base64Unpadded, Base64Url, Hex, Raw};
    let unpadded = &BASE64[..43];
    let annotated = format!("\u{feff}# created: today\r\n\r\n  {COUNTING}  \r\n");
    let both_cases = HEX.replacen("fb", "Fb", 9);
    let double = "QUFFQ0F3UUZCZ2NJQ1FvTERBME9EeEFSRWhNVUZSWVhHQmthR3h3ZEhoOD0=";
    let hex_of_base64: String = COUNTING.bytes().map(|byte| format!("{byte:02x}")).collect();
    let utf16: Vec<u8> = COUNTING.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16_marked = [&[0xff, 0xfe][..], &utf16].concat();
    let two_lines = format!("{COUNTING}\nAQID\n");
    let half = format!("{} {}", &COUNTING[..20], &COUNTING[20..]);
    let spaced = "fb:".repeat(32);
    let hex_of_hex: String = HEX.bytes().map(|byte| format!("{byte:02x}")).collect();
    let wrapped = format!("{}\n{}\n", &COUNTING[..32], &COUNTING[32..]);
    let two_keys = format!("{COUNTING} {COUNTING}");
    #[rustfmt::skip]
    let table: &[Row<'_>] = &[
        ("base64", COUNTING.as_bytes(), Format::Auto, Ok(Base64)),
        ("base64, as asked", COUNTING.as_bytes(), Format::Base64, Ok(Base64)),
        ("base64 and a newline", b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", Format::Auto, Ok(Base64)),
        ("base64 without padding", unpadded.as_bytes(), Format::Auto, Ok(Base64Unpadded)),
        ("url-safe base64", URL_SAFE.as_bytes(), Format::Auto, Ok(Base64Url)),
        ("url-safe base64 without padding", &URL_SAFE.as_bytes()[..43], Format::Auto, Ok(Base64Url)),
        ("hex", HEX.as_bytes(), Format::Auto, Ok(Hex)),
        ("hex, as asked", HEX.as_bytes(), Format::Hex, Ok(Hex)),
        ("hex in capitals", HEX.to_uppercase().leak().as_bytes(), Format::Auto, Ok(Hex)),
        ("a key file with a BOM, CRLF, a comment and spaces", annotated.as_bytes(), Format::Auto, Ok(Base64)),
        ("32 bytes", &[0xfe; 32], Format::Auto, Ok(Raw)),
        ("32 bytes, the last a newline", b"\x01234567890123456789012345678901\n", Format::Auto, Ok(Raw)),
        ("32 bytes with a newline amid", b"\x012345678901234\n7890123456789012\xff", Format::Auto, Ok(Raw)),
        ("32 bytes that begin as a comment", b"# 345678901234567890123456789012", Format::Auto, Ok(Raw)),
        ("32 characters", GUIDE.as_bytes(), Format::Auto, Ok(Raw)),
        ("32 characters, as asked", GUIDE.as_bytes(), Format::Raw, Ok(Raw)),
        ("32 characters and a newline", b"23832BAC16516152E560F933F261BF03\n", Format::Auto, Ok(Ascii)),
        ("url-safe base64, as asked", &URL_SAFE.as_bytes()[..43], Format::Base64, Ok(Base64Url)),
        ("hex in both cases", both_cases.as_bytes(), Format::Auto, Ok(Hex)),
        ("32 bytes, as asked", &[0xfe; 32], Format::Raw, Ok(Raw)),
        ("32 bytes of UTF-16", b"a\0b\0c\0d\0e\0f\0g\0h\0i\0j\0k\0l\0m\0n\0o\0p\0", Format::Auto, Ok(Raw)),

        ("nothing", b"", Format::Auto, Err("it is empty")),
        ("blank lines", b" \n\n", Format::Auto, Err("it is empty")),
        ("nothing, raw", b"", Format::Raw, Err("it is empty")),
        ("comments", b"# key-md5: x\n\n", Format::Auto, Err("only comments")),
        ("16 bytes in base64", b"AAECAwQFBgcICQoLDA0ODw==", Format::Auto, Err("decodes to 16 bytes: a 128-bit key; SSE-C needs 256 bits")),
        ("31 bytes in base64", b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==", Format::Auto, Err("decodes to 31 bytes; SSE-C needs 256 bits")),
        ("a byte in base64", b"/w==", Format::Auto, Err("decodes to 1 byte;")),
        ("64 bytes in hex", HEX.repeat(2).leak().as_bytes(), Format::Auto, Err("128 hex digits are 64 bytes: a 512-bit key")),
        ("16 bytes in hex, as asked", GUIDE.as_bytes(), Format::Hex, Err("32 hex digits are 16 bytes: a 128-bit key")),
        ("24 bytes in base64, as asked", GUIDE.as_bytes(), Format::Base64, Err("decodes to 24 bytes: a 192-bit key")),
        ("a hex digit short", &HEX.as_bytes()[1..], Format::Auto, Err("63 hex digits: an odd number")),
        ("hex with a wrong digit, as asked", HEX.replacen('b', "x", 1).leak().as_bytes(), Format::Hex, Err("character 2 of 64 is not a hex digit")),
        ("hex with colons", spaced.trim_end_matches(':').as_bytes(), Format::Auto, Err("64 hex digits have other characters")),
        ("hex with 0x", format!("0x{HEX}").leak().as_bytes(), Format::Auto, Err("64 hex digits have other characters")),
        ("base64 where hex is wanted", COUNTING.as_bytes(), Format::Hex, Err("a key in base64, and another format")),
        ("hex where base64 is wanted", HEX.as_bytes(), Format::Base64, Err("a key in hex, and another format")),
        ("base64 where raw is wanted", COUNTING.as_bytes(), Format::Raw, Err("44 raw bytes; a raw key has exactly 32")),
        ("a foreign character", COUNTING.replacen('Q', "!", 1).leak().as_bytes(), Format::Auto, Err("character 7 of 44 is not base64")),
        ("a space", half.as_bytes(), Format::Auto, Err("character 21 of 45 (white space) is not base64")),
        ("a dash that a word processor made", COUNTING.replacen('Q', "–", 1).leak().as_bytes(), Format::Auto, Err("character 7 of 44 (not ASCII)")),
        ("padding amid", b"AAECAwQFBgc=CQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", Format::Base64, Err("assignment")),
        ("padding amid, after a slash", b"AA/CAwQFBgc=CQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", Format::Auto, Err("character 12 of 44 (padding before the end)")),
        ("too much padding", b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8==", Format::Auto, Err("padding")),
        ("a character short", &COUNTING.as_bytes()[2..43], Format::Auto, Err("one is missing or too many")),
        ("bits too many", b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=", Format::Auto, Err("bits that belong to no byte")),
        ("both alphabets", URL_SAFE.replacen('_', "/", 1).leak().as_bytes(), Format::Auto, Err("mixes the base64 alphabets")),
        ("base64 twice", double.as_bytes(), Format::Auto, Err("the base64 of the base64 of a key (encoded twice)")),
        ("hex in base64", b"ZmJmYmZiZmJmYmZiZmJmYmZiZmJmYmZiZmJmYmZiZmJmYmZiZmJmYmZiZmJmYmZiZmJmYmZiZmJmYmZiZmJmYg==", Format::Auto, Err("the base64 of the hex of a key")),
        ("base64 in hex", hex_of_base64.as_bytes(), Format::Auto, Err("the hex of the base64 of a key")),
        ("a newline encoded too", b"MjM4MzJCQUMxNjUxNjE1MkU1NjBGOTMzRjI2MUJGMDMK", Format::Auto, Err("33 bytes: 32 and a newline")),
        ("a raw key and a newline", b"\xff2345678901234567890123456789012\n", Format::Raw, Err("33 bytes: 32 and a line break")),
        ("a raw key and a newline, unasked", b"\xff2345678901234567890123456789012\n", Format::Auto, Err("33 bytes: 32 and a line break")),
        ("binary", &[0xff; 16], Format::Auto, Err("16 raw bytes: a 128-bit key; a raw key has exactly 32")),
        ("UTF-16", &utf16, Format::Auto, Err("UTF-16")),
        ("UTF-16 with a mark", &utf16_marked, Format::Auto, Err("UTF-16")),
        ("PEM", b"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIE\n-----END PRIVATE KEY-----\n", Format::Auto, Err("PEM")),
        ("an age identity", b"# public key: age1\nAGE-SECRET-KEY-1QQQSYQCYQ5RQWZQF\n", Format::Auto, Err("an age identity")),
        ("an age file", b"age-encryption.org/v1\n-> X25519 abcdefgh\n\xff\xfe\x00", Format::Auto, Err("encrypted with age")),
        ("an armoured age file", b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5\n", Format::Auto, Err("encrypted with age")),
        ("an age recipient", b"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", Format::Auto, Err("age recipient")),
        ("an AWS secret access key", b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", Format::Auto, Err("AWS secret access key")),
        ("an AWS access key ID", b"AKIAIOSFODNN7EXAMPLE", Format::Auto, Err("AWS access key ID")),
        ("an ARN", b"arn:aws:kms:eu-west-1:111122223333:key/1234abcd", Format::Auto, Err("ARN")),
        ("an SSH key", b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA me@here", Format::Auto, Err("SSH public key")),
        ("a UUID", b"123e4567-e89b-12d3-a456-426614174000", Format::Auto, Err("UUID")),
        ("JSON", b"{\"Plaintext\": \"AAECAwQFBgcICQoLDA0ODw==\"}\n", Format::Auto, Err("JSON")),
        ("quotes", b"\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\"", Format::Auto, Err("in quotes")),
        ("an assignment", b"export S3SEAL_KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBk=", Format::Auto, Err("assignment")),
        ("a passphrase", b"correct horse battery staple", Format::Auto, Err("character 8 of 28 (white space)")),
        ("a wrong second line", two_lines.as_bytes(), Format::Auto, Err("line 2: it decodes to 3 bytes")),
        ("hex twice", hex_of_hex.as_bytes(), Format::Auto, Err("the hex of the hex of a key (encoded twice)")),
        ("url-safe base64 twice", double.trim_end_matches('=').as_bytes(), Format::Auto, Err("(encoded twice)")),
        ("base64 in two lines", wrapped.as_bytes(), Format::Auto, Err("line 2: it decodes to 8 bytes")),
        ("two keys on a line", two_keys.as_bytes(), Format::Auto, Err("character 44 of 89 (padding before the end)")),
        ("a variable that nobody filled in", b"${{ secrets.BACKUP_KEY }}", Format::Auto, Err("character 1 of 25 is not base64")),
        ("single quotes", b"'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='", Format::Auto, Err("in quotes")),
        ("a text and a NUL", b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\0", Format::Auto, Err("character 44 of 45 (padding before the end)")),
        ("a key in two halves", b"00112233445566778899aabbccddeeff\n0112233445566778899aabbccddeeff0\n", Format::Auto, Err("together they are one key")),
        ("another key than its comment says", b"# key-md5: rjGuMdjLpPV1eRuotNaPMQ==\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", Format::Auto, Err("names another key-MD5 than it has (tP/LI3N87DFaSk0aoqYgzg==)")),
        ("a byte order mark alone", "\u{feff}\n".as_bytes(), Format::Auto, Err("it is empty")),
    ];
    for (what, text, format, expected) in table {
        match (parse(text, *format), expected) {
            (Ok(found), Ok(form)) => {
                assert_eq!(found.len(), 1, "{what}");
                assert_eq!(found[0].form, *form, "{what}");
            }
            (Err(failure), Err(said)) => {
                assert!(failure.is(Kind::Key), "{what}: {failure:?}");
                let detail = failure.detail();
                assert!(detail.message.contains(said), "{what}: {}", detail.message);
                assert!(detail.hint.is_some(), "{what}: nothing says what to do");
                let words = format!("{} {:?}", detail.message, detail.hint);
                assert_quotes_nothing(what, text, &words);
            }
            (found, _) => panic!("{what}: {found:?}"),
        }
    }
}

#[test]
fn one_key_has_many_forms() {
    for text in [BASE64, &BASE64[..43], URL_SAFE, &URL_SAFE[..43], HEX] {
        assert_eq!(only(text.as_bytes()), Key::from_bytes([0xfb; 32]));
    }
}

#[test]
fn a_key_file_holds_one_key_a_line() {
    let text = format!("# now\n{COUNTING}\n\n# before\n{HEX}\n{GUIDE}\n");
    let found = parse(text.as_bytes(), Format::Auto).unwrap();
    let forms: Vec<Form> = found.iter().map(|found| found.form).collect();
    assert_eq!(forms, [Form::Base64, Form::Hex, Form::Ascii]);
}

#[test]
fn weak_keys_are_warned_of() {
    let table: &[(&str, &[u8], &str)] = &[
        ("zeros", &[0; 32], "all bytes of this key are the same"),
        ("zeros in base64", b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "are the same"),
        (
            "zeros in base64 without padding",
            b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "are the same",
        ),
        ("counting", COUNTING.as_bytes(), "follow a pattern"),
        ("hex as text", GUIDE.as_bytes(), "probably the hex of 16 bytes"),
        (
            "the start of base64, as in Velero's guides",
            &COUNTING.as_bytes()[..32],
            "the start of a longer one",
        ),
        ("text", b"correct horse battery staple 123", "ASCII text"),
        ("text in base64", b"Y29ycmVjdCBob3JzZSBiYXR0ZXJ5IHN0YXBsZSAxMjM=", "ASCII text"),
        ("31 characters and a newline", b"correct horse battery staple 12\n", "a line of text"),
    ];
    for (what, text, expected) in table {
        let found = parse(text, Format::Auto).unwrap_or_else(|failure| panic!("{what}: {failure}"));
        let warnings = found[0].warnings.join("\n");
        assert!(warnings.contains(expected), "{what}: {warnings:?}");
        assert_quotes_nothing(what, text, &warnings);
    }
    assert!(parse(RANDOM.as_bytes(), Format::Auto).unwrap()[0].warnings.is_empty());
}

#[test]
fn the_guides_key_is_its_32_characters() {
    assert_eq!(only(GUIDE.as_bytes()).md5_base64(), "rjGuMdjLpPV1eRuotNaPMQ==");
    // The MD5 of the 16 bytes that its digits stand for.
    assert_ne!(only(GUIDE.as_bytes()).md5_base64(), "LxY6C3YNyWgvT5vjw68YDA==");
}

#[test]
fn veleros_key_is_the_start_of_the_base64_text() {
    let text = &COUNTING.as_bytes()[..32];
    assert_eq!(only(text).bytes(), text);
}

#[test]
fn the_recipe_of_published_guides_gives_another_md5() {
    // `echo $key | md5sum | awk '{print $1}' | base64 -w0`: the hex text of the MD5 of the base64
    // text and a newline, in base64.
    let recipe = "MDk3MjE1YWIyODYyYTFiYWUwNmEwOTU5OWE3YjM5ZDQK";
    assert_ne!(only(COUNTING.as_bytes()).md5_base64(), recipe);
    assert_eq!(only(COUNTING.as_bytes()).md5_base64(), "tP/LI3N87DFaSk0aoqYgzg==");
}

#[test]
fn what_may_be_a_secret_is_known() {
    for text in [
        COUNTING,
        &COUNTING[..43],
        &COUNTING[2..],
        URL_SAFE,
        HEX,
        GUIDE,
        &HEX[1..],
        "correct horse battery staple 123",
    ] {
        assert!(looks_secret(text), "{} characters", text.len());
    }
    for text in
        ["", "prod", "./backup.key", "/etc/s3seal/keys/backup.key", "a file name with spaces"]
    {
        assert!(!looks_secret(text), "{text}");
    }
}

proptest! {
    #[test]
    fn every_key_survives_every_form(bytes: [u8; 32]) {
        let key = Key::from_bytes(bytes);
        let base64 = key.base64();
        let url_safe = base64.replace('+', "-").replace('/', "_");
        let forms = [
            bytes.to_vec(),
            base64.as_bytes().to_vec(),
            base64.trim_end_matches('=').as_bytes().to_vec(),
            url_safe.trim_end_matches('=').as_bytes().to_vec(),
            url_safe.into_bytes(),
            key.hex().as_bytes().to_vec(),
            key.hex().to_uppercase().into_bytes(),
            format!("# a comment\n{}\r\n", &*base64).into_bytes(),
        ];
        for form in forms {
            prop_assert_eq!(only(&form), key.clone());
        }
    }

    /// Whatever 32 bytes look like: text, hex, base64, a comment, blank lines.
    #[test]
    fn every_32_bytes_are_themselves(
        bytes in prop_oneof!["[ -~]{32}", "[0-9a-f]{32}", "[A-Za-z0-9+/]{31}=", "#[ -~]{30}\n", "[ \t\r\n]{32}"]
    ) {
        for format in [Format::Auto, Format::Raw] {
            let found = parse(bytes.as_bytes(), format).unwrap();
            prop_assert_eq!(found[0].key.bytes().as_slice(), bytes.as_bytes());
            prop_assert_eq!((found.len(), found[0].form), (1, Form::Raw));
        }
    }

    #[test]
    fn no_text_is_ever_quoted(text in "[ -~\n]{0,80}") {
        if let Err(failure) = parse(text.as_bytes(), Format::Auto) {
            let said = format!("{failure:?}");
            for window in text.as_bytes().windows(8) {
                let window = std::str::from_utf8(window).unwrap();
                prop_assert!(!said.contains(window), "{} holds {}", said, window);
            }
        }
    }

    #[test]
    fn a_damaged_key_is_never_quoted(bytes: [u8; 32], at in 0..43usize, wrong in "[ -~]{0,2}", hex: bool) {
        let key = Key::from_bytes(bytes);
        let mut text = if hex { key.hex().to_string() } else { key.base64().to_string() };
        text.replace_range(at..=at, &wrong);
        for prefix in ["", "file:", "env:", "cmd:exit 1 #", "fd:", "x:", "\"", "KEY="] {
            let value = OsString::from(format!("{prefix}{text}"));
            for spec in [Spec::parse(&value), Spec::from_env_value(&value)] {
                let said = match spec {
                    Ok(spec) => format!("{spec} {:?}", spec.read(Format::Auto, None)),
                    Err(failure) => format!("{failure:?}"),
                };
                for window in text.as_bytes().windows(8) {
                    let window = std::str::from_utf8(window).unwrap();
                    prop_assert!(!said.contains(window), "{} holds {}", said, window);
                }
            }
        }
    }

    #[test]
    fn no_bytes_are_too_strange(bytes: Vec<u8>) {
        for format in [Format::Auto, Format::Base64, Format::Hex, Format::Raw] {
            let _ = parse(&bytes, format);
        }
    }
}

/// The one key in this text.
fn only(text: &[u8]) -> Key {
    let found = parse(text, Format::Auto).unwrap();
    assert_eq!(found.len(), 1);
    found[0].key.clone()
}

/// Fails if eight characters on end of the text are in what was said.
fn assert_quotes_nothing(what: &str, text: &[u8], said: &str) {
    for window in text.windows(8).filter_map(|window| std::str::from_utf8(window).ok()) {
        // Eight dashes or spaces tell nothing.
        let bare = window.chars().all(|c| !c.is_ascii_alphanumeric());
        assert!(bare || !said.contains(window), "{what}: `{window}` is in: {said}");
    }
}
