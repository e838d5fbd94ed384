//! Texts as words and strings of other languages, without characters that a terminal would interpret or hide.

use crate::text::redaction::is_unsafe;

/// A word for a POSIX shell. Line breaks at its end would get lost if it had any.
pub(super) fn shell(word: &str) -> String {
    if !word.contains(is_unsafe) {
        return format!("'{}'", word.replace('\'', r"'\''"));
    }
    let mut format = String::new();
    for c in word.chars() {
        match c {
            '%' => format.push_str("%%"),
            c if is_unsafe(c) || matches!(c, '\'' | '\\') => {
                let mut bytes = [0; 4];
                let bytes = c.encode_utf8(&mut bytes).bytes();
                format.extend(bytes.map(|byte| format!("\\{byte:03o}")));
            }
            c => format.push(c),
        }
    }
    format!("\"$(printf '{format}')\"")
}

/// An expression for PowerShell, which takes the typographic single quotes for quotes, too, and knows no escapes between
/// single quotes.
pub(super) fn powershell(text: &str) -> String {
    let mut quoted = String::from("'");
    for c in text.chars() {
        if is_unsafe(c) {
            quoted.push_str(&format!("' + [char]::ConvertFromUtf32({}) + '", u32::from(c)));
            continue;
        }
        if matches!(c, '\'' | '\u{2018}'..='\u{201b}') {
            quoted.push(c);
        }
        quoted.push(c);
    }
    quoted.push('\'');
    if text.contains(is_unsafe) { format!("({quoted})") } else { quoted }
}

pub(super) fn python(text: &str) -> String {
    string(text, |code| format!("\\U{code:08x}"))
}

/// A string for JavaScript, also within a page's `<script>`.
pub(super) fn javascript(text: &str) -> String {
    string(text, |code| format!("\\u{{{code:x}}}"))
}

fn string(text: &str, escape: impl Fn(u32) -> String) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '<' => quoted.push_str(&escape(u32::from(c))),
            c if is_unsafe(c) => quoted.push_str(&escape(u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A text for the rest of a comment's line.
pub(super) fn comment(text: &str) -> String {
    text.replace(|c| is_unsafe(c) || c == '<', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive() {
        assert_eq!(shell("a b"), "'a b'");
        assert_eq!(shell("it's"), r"'it'\''s'");
        assert_eq!(shell("a\n%'\\"), r#""$(printf 'a\012%%\047\134')""#);
        assert_eq!(shell("\u{2028}"), r#""$(printf '\342\200\250')""#);
        assert_eq!(powershell("it's $x"), "'it''s $x'");
        assert_eq!(powershell("a\u{2019}b"), "'a\u{2019}\u{2019}b'");
        assert_eq!(powershell("a\nb"), "('a' + [char]::ConvertFromUtf32(10) + 'b')");
        assert_eq!(javascript("a\"b\\\n</script>"), r#""a\"b\\\u{a}\u{3c}/script>""#);
        assert_eq!(python("\u{2028}\u{1f5dd}\t"), "\"\\U00002028\u{1f5dd}\\U00000009\"");
        assert_eq!(comment("a\n\u{2028}b"), "a\u{fffd}\u{fffd}b");
    }
}
