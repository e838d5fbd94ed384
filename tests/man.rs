//! Topics of `s3seal help` as man pages of section 7, made of the same Markdown.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use roff::{Inline, Roff, bold, roman};
use s3seal::Topic;

/// The name of the page's file, and its text.
pub(crate) fn page(topic: &Topic) -> (String, Vec<u8>) {
    let name = format!("s3seal-{}", topic.name);
    let mut page = Page::default();
    page.roff
        .control("TH", [name.as_str(), "7", "", concat!("s3seal ", env!("CARGO_PKG_VERSION"))]);
    page.roff.control("SH", ["NAME"]);
    page.roff.text([roman(format!("{name} - {}", topic.about))]);
    page.roff.control("SH", ["DESCRIPTION"]);
    Parser::new_ext(topic.text, Options::ENABLE_TABLES).for_each(|event| page.event(event));
    (format!("{name}.7"), page.roff.to_roff().into_bytes())
}

#[derive(Default)]
struct Page {
    roff: Roff,
    words: Vec<Inline>,
    is_code: bool,
    is_head: bool,
    cell: usize,
}

impl Page {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) if self.is_code => {
                for line in text.lines() {
                    self.roff.text([roman(line)]);
                }
            }
            Event::Text(text) => self.words.push(roman(&*text)),
            Event::Code(code) => self.words.push(bold(&*code)),
            Event::SoftBreak | Event::HardBreak => self.words.push(roman(" ")),
            Event::End(TagEnd::Heading(level)) => {
                let title: Vec<Inline> = std::mem::take(&mut self.words);
                // The title of the page is its name.
                if level != pulldown_cmark::HeadingLevel::H1 {
                    let text: String = title.iter().map(text_of).collect();
                    self.roff.control("SH", [text.to_uppercase().as_str()]);
                }
            }
            Event::Start(Tag::Paragraph) => {
                self.roff.control("PP", []);
            }
            Event::End(TagEnd::Paragraph) => self.flush(),
            Event::Start(Tag::CodeBlock(_)) => {
                self.roff.control("PP", []).control("RS", ["4"]).control("nf", []);
                self.is_code = true;
            }
            Event::End(TagEnd::CodeBlock) => {
                self.is_code = false;
                self.roff.control("fi", []).control("RE", []);
            }
            Event::Start(Tag::Item) => {
                self.roff.control("IP", ["\\(bu", "2"]);
            }
            Event::End(TagEnd::Item) => self.flush(),
            Event::Start(Tag::TableHead) => self.is_head = true,
            Event::End(TagEnd::TableHead) => {
                self.is_head = false;
                self.words.clear();
            }
            Event::Start(Tag::TableRow) => self.cell = 0,
            Event::End(TagEnd::TableCell) if !self.is_head => {
                self.cell += 1;
                if self.cell == 1 {
                    self.roff.control("TP", []);
                }
                self.flush();
            }
            _ => {}
        }
    }

    fn flush(&mut self) {
        let words = std::mem::take(&mut self.words);
        if !words.is_empty() {
            self.roff.text(words);
        }
    }
}

fn text_of(inline: &Inline) -> String {
    match inline {
        Inline::Roman(text) | Inline::Bold(text) | Inline::Italic(text) => text.clone(),
        Inline::LineBreak => " ".to_owned(),
    }
}

#[test]
fn a_page_has_all_of_its_topic() {
    for topic in s3seal::topics() {
        let (name, text) = page(topic);
        let text = String::from_utf8(text).unwrap();
        assert!(
            text.contains("NAME") && text.contains(&name[..name.len() - 2].replace('-', "\\-"))
        );
        assert!(text.lines().count() > 10, "{text}");
    }
}
