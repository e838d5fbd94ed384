//! Escaping of untrusted text: names, messages of a store, output of commands.

use std::borrow::Cow;

/// Escapes every character that a terminal interprets or does not show, including line breaks: a name can neither move the
/// cursor, change colours or hide text, nor begin a new line.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let escaped =
        |c: char| if is_unsafe(c) { c.escape_default().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(escaped).collect())
}

/// Whether a terminal interprets or hides the character, or lets it reorder or hide the text around it: control characters
/// (C0, DEL, C1), line and paragraph separators, and Unicode's default-ignorable and bidirectional formatting
/// characters (Unicode TR 36, "bidirectional text spoofing"; Unicode standard annex 44, `Default_Ignorable_Code_Point`).
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_control_a_terminal() {
        assert_eq!(visible("plain ä.txt"), "plain ä.txt");
        assert_eq!(visible("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(visible("a\u{202e}b\r"), "a\\u{202e}b\\r");
        assert_eq!(visible("a\nerror: b\t"), "a\\nerror: b\\t");
        for c in "\u{7f}\u{85}\u{9b}\u{ad}\u{61c}\u{180e}\u{200b}\u{2028}\u{2029}\u{2060}\u{2066}\u{feff}\u{e0041}".chars() {
            assert_eq!(visible(&c.to_string()), c.escape_default().to_string());
        }
    }
}
