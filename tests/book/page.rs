//! A page of the book.

use std::collections::BTreeSet;
use std::path::Path;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

#[derive(Debug, Default)]
pub(super) struct Page {
    /// How many headings of the first level it has.
    pub(super) titles: usize,
    pub(super) anchors: BTreeSet<String>,
    /// The destinations of links and images.
    pub(super) links: Vec<String>,
    pub(super) blocks: Vec<Block>,
    pub(super) server: Server,
}

#[derive(Debug)]
pub(super) struct Block {
    pub(super) language: String,
    pub(super) how: How,
    /// Whether other programs than s3seal and a usual system's are needed.
    pub(super) needs_programs: bool,
    pub(super) text: String,
}

/// What is done with a block.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum How {
    /// It is run: `sh`, and `console`, which shows commands and what they print.
    Run,
    /// It is not run, but its command lines are checked.
    Account,
    /// It is written to this file.
    File(String),
    Shown,
}

/// Where a page's blocks run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Server {
    /// The embedded server, with these options.
    Embedded(Vec<String>),
    /// A real SeaweedFS.
    SeaweedFs,
    None,
}

impl Default for Server {
    fn default() -> Server {
        Server::Embedded(Vec::new())
    }
}

impl Page {
    /// Panics if the file cannot be read, or if a block's words or a directive are unknown.
    pub(super) fn read(path: &Path) -> Page {
        let text = std::fs::read_to_string(path).unwrap();
        let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES;
        let (mut page, mut heading, mut block) = (Page::default(), None, None);
        for event in Parser::new_ext(&text, options) {
            match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    page.titles += usize::from(level == HeadingLevel::H1);
                    heading = Some(String::new());
                }
                Event::End(TagEnd::Heading(_)) => {
                    let title = heading.take().unwrap_or_default();
                    page.add_anchor(&title);
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    block = Some(Block::new(&info, path));
                }
                Event::End(TagEnd::CodeBlock) => page.blocks.extend(block.take()),
                Event::Text(text) | Event::Code(text) => {
                    if let Some(block) = &mut block {
                        block.text += &text;
                    } else if let Some(heading) = &mut heading {
                        *heading += &text;
                    }
                }
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.links.push(dest_url.into_string());
                }
                Event::Html(html) => page.read_html(&html),
                _ => {}
            }
        }
        page
    }

    /// Whether a block is run that needs more than `cargo test` has.
    pub(super) fn needs_programs(&self) -> bool {
        self.server == Server::SeaweedFs
            || self.blocks.iter().any(|block| block.how == How::Run && block.needs_programs)
    }

    fn read_html(&mut self, html: &str) {
        if let Some((_, rest)) = html.split_once("<!-- server: ") {
            let value = rest.split_once(" -->").expect("the directive ends").0;
            self.server = match value {
                "none" => Server::None,
                "seaweedfs" => Server::SeaweedFs,
                options => Server::Embedded(options.split(' ').map(str::to_owned).collect()),
            };
        }
        for attribute in [" href=\"", " src=\""] {
            let found = html.split(attribute).skip(1);
            self.links.extend(found.map(|rest| rest.split('"').next().unwrap().to_owned()));
        }
    }

    /// Adds the anchor that mdBook gives to a heading.
    fn add_anchor(&mut self, title: &str) {
        let kept = |letter: &char| letter.is_alphanumeric() || " _-".contains(*letter);
        let plain: String = title.chars().filter(kept).collect();
        let anchor = plain.trim().to_lowercase().replace(' ', "-");
        let numbered = (1..).map(|number| format!("{anchor}-{number}"));
        let mut candidates = std::iter::once(anchor.clone()).chain(numbered);
        self.anchors.extend(candidates.find(|anchor| !self.anchors.contains(anchor)));
    }
}

impl Block {
    fn new(info: &str, path: &Path) -> Block {
        let mut words = info.split(',');
        let language = words.next().unwrap_or_default().to_owned();
        let runs = language == "sh" || language == "console";
        let how = if runs { How::Run } else { How::Shown };
        let mut block = Block { language, how, needs_programs: false, text: String::new() };
        for word in words {
            match word.split_once('=') {
                Some(("file", name)) => block.how = How::File(name.to_owned()),
                None if word == "tools" && runs => block.needs_programs = true,
                None if word == "account" && runs => block.how = How::Account,
                _ => panic!("{}: what is `{word}` of a block?", path.display()),
            }
        }
        block
    }
}
