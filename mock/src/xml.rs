//! The configuration documents of buckets, read into a tree. The S3 layer's own reader drops elements it does not
//! know, and `BlockedEncryptionTypes` is one of them.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use crate::refusal::Refusal;

/// No document of the API is nested deeper than a few levels.
const MAX_DEPTH: usize = 16;

/// An element: its name without a prefix, its text and its children.
#[derive(Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
    /// `xsi:type`, as it is written: that of a grantee. The API has no other attributes.
    pub(crate) kind: Option<String>,
}

impl Element {
    /// Reads a document whose root is called `root`.
    pub(crate) fn parse(document: &[u8], root: &str) -> Result<Self, Refusal> {
        read(document).filter(|element| element.name == root).ok_or_else(Refusal::malformed_xml)
    }

    /// The text and the children as XML.
    pub(crate) fn content(&self) -> String {
        let children = self.children.iter().map(|child| {
            let Self { name, kind, .. } = child;
            let instance = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
            let kind = kind.as_ref().map(|kind| format!(" {instance} xsi:type=\"{kind}\""));
            format!("<{name}{}>{}</{name}>", kind.unwrap_or_default(), child.content())
        });
        escape(&self.text) + &children.collect::<String>()
    }

    /// The children of a name, in their order.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The only child of a name, if there is one. More are refused.
    pub(crate) fn one<'a>(&'a self, name: &'a str) -> Result<Option<&'a Self>, Refusal> {
        let mut found = self.all(name);
        let first = found.next();
        if found.next().is_some() { Err(Refusal::malformed_xml()) } else { Ok(first) }
    }

    /// The texts of the children of a name.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        self.children
            .iter()
            .filter(|child| child.name == name)
            .map(|child| child.text.clone())
            .collect()
    }

    /// Refuses children of other names: they would be ignored silently.
    pub(crate) fn only(&self, names: &[&str]) -> Result<(), Refusal> {
        let known = self.children.iter().all(|child| names.contains(&child.name.as_str()));
        if known { Ok(()) } else { Err(Refusal::malformed_xml()) }
    }
}

/// Text as XML can hold it.
pub(crate) fn escape(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

fn read(document: &[u8]) -> Option<Element> {
    let mut reader = Reader::from_reader(document);
    let mut buffer = Vec::new();
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).ok()? {
            Event::Start(start) => {
                if root.is_some() || open.len() == MAX_DEPTH {
                    return None;
                }
                open.push(opened(&start)?);
            }
            Event::Empty(start) => {
                let element = opened(&start)?;
                close(element, &mut open, &mut root)?;
            }
            Event::End(_) => {
                let mut element = open.pop()?;
                element.text = element.text.trim().to_owned();
                close(element, &mut open, &mut root)?;
            }
            Event::Text(text) => match open.last_mut() {
                Some(element) => element.text.push_str(std::str::from_utf8(&text).ok()?),
                None if text.trim_ascii().is_empty() => {}
                None => return None,
            },
            Event::CData(text) => {
                open.last_mut()?.text.push_str(std::str::from_utf8(&text).ok()?);
            }
            Event::GeneralRef(reference) => {
                let text = match reference.resolve_char_ref().ok()? {
                    Some(c) => c.to_string(),
                    None => {
                        resolve_predefined_entity(std::str::from_utf8(&reference).ok()?)?.to_owned()
                    }
                };
                open.last_mut()?.text.push_str(&text);
            }
            // A document type could define entities, which no client needs.
            Event::DocType(_) => return None,
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return root.filter(|_| open.is_empty()),
        }
    }
}

fn opened(start: &BytesStart<'_>) -> Option<Element> {
    let name = std::str::from_utf8(start.local_name().as_ref()).ok()?.to_owned();
    let mut kind = None;
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        if attribute.key.prefix().is_some() && attribute.key.local_name().as_ref() == b"type" {
            // Still escaped, but perhaps for the other kind of quotation mark.
            let value = std::str::from_utf8(&attribute.value).ok()?;
            kind = Some(value.replace('"', "&quot;").replace('<', "&lt;"));
        }
    }
    Some(Element { name, kind, ..Element::default() })
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) -> Option<()> {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None if root.is_none() => *root = Some(element),
        None => return None,
    }
    Some(())
}
