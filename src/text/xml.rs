//! The XML of S3: the texts of a document's elements, and text written into one.

use quick_xml::Reader;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::Event;

/// The text of an element, and the names of the elements that it is in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Element {
    /// From the root, such as `Error/Code`; without namespaces.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The longest path of an element, in bytes: no document of S3 comes near it.
const LONGEST_PATH: usize = 200;

/// The innermost elements of a document, in its order. A malformed document, or one with longer paths than any of S3's,
/// gives those before its first error.
pub(crate) fn elements(document: &[u8]) -> Vec<Element> {
    let mut reader = Reader::from_reader(document);
    let (mut found, mut path, mut text) = (Vec::new(), String::new(), None);
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                if !path.is_empty() {
                    path.push('/');
                }
                path += &String::from_utf8_lossy(element.local_name().as_ref());
                // Each element has a copy of its path: a deep document would take far more memory than its text.
                if path.len() > LONGEST_PATH {
                    return found;
                }
                text = Some(String::new());
            }
            Ok(Event::Text(part)) => {
                if let (Some(text), Ok(part)) = (&mut text, part.decode()) {
                    text.push_str(&part);
                }
            }
            Ok(Event::CData(part)) => {
                if let (Some(text), Ok(part)) = (&mut text, part.decode()) {
                    text.push_str(&part);
                }
            }
            Ok(Event::GeneralRef(reference)) => {
                let named = reference.decode().ok();
                let named = named.as_deref().and_then(resolve_predefined_entity);
                if let Some(text) = &mut text {
                    text.push_str(named.unwrap_or_default());
                    text.extend(reference.resolve_char_ref().ok().flatten());
                }
            }
            Ok(Event::End(_)) => {
                if let Some(text) = text.take() {
                    found.push(Element { path: path.clone(), text });
                }
                path.truncate(path.rfind('/').unwrap_or_default());
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

/// The text of the first element with this path.
pub(crate) fn text_of(document: &[u8], path: &str) -> Option<String> {
    elements(document).into_iter().find(|it| it.path == path).map(|it| it.text)
}

/// An element with this text, written for a document.
pub(crate) fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escape(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_elements_have_paths() {
        let document =
            b"<?xml version='1.0'?>\n<a:Error xmlns:a='x'>\n <Code>A&amp;B&#67;</Code>\n\
            <Part><N>1</N></Part><Part><N><![CDATA[<2>]]></N></Part><Empty/></a:Error>";
        let found: Vec<_> =
            elements(document).into_iter().map(|it| format!("{}={}", it.path, it.text)).collect();
        assert_eq!(found, ["Error/Code=A&BC", "Error/Part/N=1", "Error/Part/N=<2>"]);
        assert_eq!(text_of(document, "Error/Code").as_deref(), Some("A&BC"));
        assert_eq!(text_of(b"<Error><Code>x</Code", "Error/Code"), None);
        let deep = ["<a>".repeat(1000), "<b></b>".repeat(1000)].concat();
        assert_eq!(elements(deep.as_bytes()), []);
        assert_eq!(element("Key", "a<b"), "<Key>a&lt;b</Key>");
    }
}
