//! JSON lines without secrets and control characters: strings are scrubbed, and characters that a terminal would interpret or
//! hide are written as `\uXXXX`, which a JSON parser decodes.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, PrettyFormatter, Serializer};
use zeroize::Zeroizing;

use crate::text::redaction::{is_unsafe, scrub};

/// The value as one line of JSON, without secrets. It is an error if it has no JSON form, such as a map whose keys are no
/// strings.
pub(super) fn line(value: &impl Serialize) -> serde_json::Result<Zeroizing<Vec<u8>>> {
    write(value, true, CompactFormatter)
}

/// The value as indented lines of JSON for people, without secrets. Errors as [`line`].
pub(super) fn indented(value: &impl Serialize) -> serde_json::Result<Zeroizing<Vec<u8>>> {
    write(value, true, PrettyFormatter::new())
}

/// The same for a value that contains a key because the user asked for it.
pub(super) fn line_with_key(value: &impl Serialize) -> serde_json::Result<Zeroizing<Vec<u8>>> {
    write(value, false, CompactFormatter)
}

/// The value as a document of several lines, as aws-cli prints it, without secrets. Errors as [`line`].
pub(super) fn document(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    write(value, true, PrettyFormatter::with_indent(b"    ")).map(|text| text.to_vec())
}

fn write(
    value: &impl Serialize,
    scrubs: bool,
    layout: impl Formatter,
) -> serde_json::Result<Zeroizing<Vec<u8>>> {
    // Large enough for a line with a key: a buffer that grows leaves copies in memory.
    let mut line = Zeroizing::new(Vec::with_capacity(1024));
    let text = Zeroizing::new(String::with_capacity(256));
    let formatter = SafeFormatter { text, scrubs, layout };
    value.serialize(&mut Serializer::with_formatter(&mut *line, formatter))?;
    line.push(b'\n');
    Ok(line)
}

/// Collects the fragments of each string, so that it is scrubbed as a whole.
struct SafeFormatter<F> {
    text: Zeroizing<String>,
    scrubs: bool,
    /// Writes what stands between values.
    layout: F,
}

/// Methods of the trait that the layout does.
macro_rules! by_layout {
    ($($method:ident($($argument:ident)?);)*) => {
        $(fn $method<W: ?Sized + Write>(&mut self, writer: &mut W $(, $argument: bool)?) -> io::Result<()> {
            self.layout.$method(writer $(, $argument)?)
        })*
    };
}

impl<F: Formatter> Formatter for SafeFormatter<F> {
    by_layout! {
        begin_array();
        end_array();
        begin_array_value(first);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first);
        begin_object_value();
        end_object_value();
    }

    fn begin_string<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.text.clear();
        Ok(())
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        _: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        self.text.push_str(fragment);
        Ok(())
    }

    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        _: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        self.text.push(match escape {
            CharEscape::Quote => '"',
            CharEscape::ReverseSolidus => '\\',
            CharEscape::Solidus => '/',
            CharEscape::Backspace => '\u{8}',
            CharEscape::FormFeed => '\u{c}',
            CharEscape::LineFeed => '\n',
            CharEscape::CarriageReturn => '\r',
            CharEscape::Tab => '\t',
            CharEscape::AsciiControl(byte) => char::from(byte),
        });
        Ok(())
    }

    fn end_string<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"\"")?;
        if self.scrubs {
            escape(&scrub(&self.text), writer)?;
        } else {
            escape(&self.text, writer)?;
        }
        writer.write_all(b"\"")
    }
}

fn escape<W: ?Sized + Write>(text: &str, writer: &mut W) -> io::Result<()> {
    let mut rest = text;
    while let Some(at) = rest.find(|c| matches!(c, '"' | '\\') || is_unsafe(c)) {
        let (before, after) = rest.split_at(at);
        writer.write_all(before.as_bytes())?;
        let mut characters = after.chars();
        match characters.next() {
            Some(c @ ('"' | '\\')) => write!(writer, "\\{c}")?,
            Some('\n') => writer.write_all(b"\\n")?,
            Some('\r') => writer.write_all(b"\\r")?,
            Some('\t') => writer.write_all(b"\\t")?,
            Some(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
            None => {}
        }
        rest = characters.as_str();
    }
    writer.write_all(rest.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parser_restores_the_text() {
        for text in [
            "plain ä 😀",
            "\"quoted\\\" \u{8}\u{c}\n\r\t\0\u{1b}[2J",
            "\u{7f}\u{85}\u{9b}\u{61c}\u{200b}\u{202e}\u{2028}\u{2066}\u{feff}\u{e0041}",
        ] {
            let value = serde_json::json!({ text: [text, 1, null] });
            let line = String::from_utf8(line(&value).unwrap().to_vec()).unwrap();
            let bare = line.strip_suffix('\n').unwrap();
            assert!(!bare.contains(is_unsafe), "{bare:?}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(bare).unwrap(), value);
        }
    }
}
