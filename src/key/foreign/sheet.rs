//! A page to print with a key and instructions. The page itself is a key file: every line but the key's is a comment.

use std::time::SystemTime;

use zeroize::Zeroizing;

use crate::key::core::Key;

/// The page: plain ASCII, at most 60 lines of at most 78 columns. `name` is the key's name in config.toml; `is_master` is
/// whether objects' keys are derived from it.
///
/// The hex digits are for typing: base64 on paper is ambiguous (`0` and `O`; `1`, `I` and `l`).
pub(crate) fn sheet(
    key: &Key,
    name: Option<&str>,
    is_master: bool,
    printed: SystemTime,
) -> Zeroizing<String> {
    let printed = humantime::format_rfc3339_seconds(printed).to_string();
    let (md5, base64) = (key.md5_base64(), key.base64());
    let digits = in_groups(&key.hex());
    let name = name.map(|name| format!("\n# name:    {name}")).unwrap_or_default();
    let (master, derive_as) = if is_master { (MASTER, DERIVE_AS) } else { ("", "") };
    Zeroizing::new(
        [
            HEAD,
            "# printed: ",
            &printed,
            "\n# key-md5: ",
            &md5,
            &name,
            master,
            BEFORE_BASE64,
            &base64,
            BEFORE_HEX,
            &digits,
            RESTORE,
            derive_as,
            FOOT,
        ]
        .concat(),
    )
}

const HEAD: &str = "\
# ============================ A KEY OF S3SEAL ==============================
#
# This page is the key to objects in an S3 store that were sealed with it
# (SSE-C, AES-256). They cannot be opened without it, not even by the store.
# Anyone who has it can open them: keep it as you would keep cash.
#
";

const BEFORE_BASE64: &str = "
#
# The key in base64, 44 characters (this page is a key file as it stands):

";

const BEFORE_HEX: &str = "

# The same key in hexadecimal, 64 digits, to be typed:
#
# ";

const MASTER: &str = "
#
# It is a master key: each object has a key of its own, derived from it by
# HKDF-SHA256 (salt s3seal, info \"s3seal object key v1\", 0, BUCKET, 0, KEY).";
const DERIVE_AS: &str = " \\
#        --derive-as s3://BUCKET";

const RESTORE: &str = "
#
# ---------------------------------------------------------------------------
# How to restore
#
# 1. Type the 64 digits into a file, on one line and without the blanks (or
#    the line in base64, or copy this whole page):
#
#      umask 077 && cat > restored.key
#
# 2. Check what you typed. This must print the key-md5 that stands above:
#
#      s3seal key md5 ./restored.key
#
# 3. Fetch what was sealed with it:
#
#      s3seal get -k ./restored.key s3://BUCKET/KEY FILE";

const FOOT: &str = "
#
# Without s3seal: the 64 digits as 32 bytes are what other clients take (of a
# master key: those of the object's own key, `s3seal key derive`).
#
#      xxd -r -p restored.key key.bin
#      aws s3 cp s3://BUCKET/KEY . --sse-c AES256 --sse-c-key fileb://key.bin
#
# Which objects it opens, and in which account they are, is not on this page:
# write it here.
#
#   store, bucket: ______________________________________________________
#
#   kept by:       ______________________________________________________
#
# ===========================================================================
";

/// Groups of eight digits, with a blank between them.
fn in_groups(digits: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(digits.len() * 2));
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && index % 8 == 0 {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::core::{Form, Format, parse};

    #[test]
    fn the_page_is_a_key_file_of_one_page() {
        let key = Key::generate().unwrap();
        for (name, is_master) in [(None, false), (Some("backup-2026"), false), (Some("m"), true)] {
            is_one_page(&key, name, is_master);
        }
    }

    fn is_one_page(key: &Key, name: Option<&str>, is_master: bool) {
        let page = sheet(key, name, is_master, SystemTime::UNIX_EPOCH);
        assert_eq!(page.contains("--derive-as s3://BUCKET"), is_master);
        assert!(
            name.is_none_or(|name| page.contains(&format!("# name:    {name}\n"))),
            "{}",
            *page
        );
        let found = parse(page.as_bytes(), Format::Auto).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((&found[0].key, found[0].form), (key, Form::Base64));
        assert!(page.lines().count() <= 60, "{}", page.lines().count());
        assert!(page.lines().all(|line| line.len() <= 78), "{}", *page);
        assert!(page.is_ascii() && page.contains("# printed: 1970-01-01T00:00:00Z\n"));
        let after = page.split_once("to be typed:").unwrap().1.lines();
        let typed: String = after.skip(2).take(1).flat_map(|line| line[1..].split(' ')).collect();
        assert_eq!(parse(typed.as_bytes(), Format::Hex).unwrap()[0].key, *key);
    }
}
