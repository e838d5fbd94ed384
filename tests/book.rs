//! The book: its blocks run and print what it shows, its links lead somewhere, its generated pages are fresh.
//!
//! - `page`: reads a page: title, anchors, links, blocks
//! - `session`: runs the blocks of a page, and compares what they print
//! - `commands`: the pages of commands, topics and `--json`, made of the program
//!
//! CONTRIBUTING.md says what the words after a block's language mean.

mod commands;
mod page;
mod session;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

pub(crate) use commands::generated_pages;
use page::{How, Page, Server};

/// The folder of the pages. At run time, so that a test binary can run the pages of another checkout.
pub(crate) fn folder() -> PathBuf {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or(env!("CARGO_MANIFEST_DIR").into());
    Path::new(&root).join("docs/src")
}

/// The pages by their path below the folder. `S3SEAL_BOOK_PAGE` selects those whose path contains its value, and lets them print
/// what their commands print.
fn pages() -> BTreeMap<PathBuf, Page> {
    let root = folder();
    let wanted = std::env::var("S3SEAL_BOOK_PAGE").unwrap_or_default();
    let files = walkdir::WalkDir::new(&root).into_iter().map(|entry| entry.unwrap().into_path());
    let names = files.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    names
        .map(|path| (path.strip_prefix(&root).unwrap().to_owned(), Page::read(&path)))
        .filter(|(name, _)| name.to_string_lossy().contains(&wanted))
        .collect()
}

#[test]
#[expect(clippy::print_stderr, reason = "the book's blocks are counted")]
fn blocks_run_and_print_what_is_shown() {
    run_all(|page| !page.needs_programs());
    let (mut blocks, mut run, mut checked) = (0, 0, 0);
    for block in pages().values().flat_map(|page| &page.blocks) {
        blocks += 1;
        run += usize::from(matches!(block.how, How::Run | How::File(_)));
        checked += usize::from(block.how == How::Account);
    }
    eprintln!("{blocks} blocks: {run} run, {checked} more whose command lines are checked");
}

#[test]
#[ignore = "needs the programs that tests/stores/book.sh installs, and a store"]
fn blocks_that_need_other_programs_run() {
    run_all(Page::needs_programs);
}

/// Runs pages, as many at once as there are processors; each failure is reported.
fn run_all(is_wanted: impl Fn(&Page) -> bool) {
    let mut waiting: Vec<_> = pages().into_iter().filter(|(_, page)| is_wanted(page)).collect();
    waiting.reverse();
    let (waiting, failures) = (Mutex::new(waiting), Mutex::new(String::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some((name, page)) = waiting.lock().unwrap().pop() else { return };
                    if let Err(failure) = session::run(&page) {
                        let mut failures = failures.lock().unwrap();
                        write!(failures, "\n\n{}: {failure}", name.display()).unwrap();
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn command_lines_that_are_not_run_are_accepted() {
    for (name, page) in pages() {
        if let Err(failure) = session::check(&page) {
            panic!("{}: {failure}", name.display());
        }
    }
}

#[test]
fn links_and_anchors_lead_somewhere() {
    let pages = pages();
    let mut wrong = Vec::new();
    for (name, page) in &pages {
        for link in &page.links {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() {
                name.clone()
            } else {
                lexical(&name.parent().unwrap().join(path))
            };
            let is_there = match pages.get(&target) {
                Some(found) => anchor.is_empty() || found.anchors.contains(anchor),
                None => anchor.is_empty() && folder().join(&target).is_file(),
            };
            if !is_there {
                wrong.push(format!("{}: {link}", name.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The path without `.` and `..`.
fn lexical(path: &Path) -> PathBuf {
    let mut whole = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => assert!(whole.pop(), "{} leaves the book", path.display()),
            Component::CurDir => {}
            component => whole.push(component),
        }
    }
    whole
}

#[test]
fn every_page_is_in_the_summary_once() {
    let mut pages = pages();
    let summary = pages.remove(Path::new("SUMMARY.md")).expect("a summary");
    let listed: Vec<PathBuf> = summary.links.iter().map(PathBuf::from).collect();
    let distinct: BTreeSet<&PathBuf> = listed.iter().collect();
    assert_eq!(distinct.len(), listed.len(), "a page is listed twice");
    assert_eq!(distinct, pages.keys().collect());
    for (name, page) in &pages {
        assert_eq!(page.titles, 1, "{} should have one title of the first level", name.display());
    }
}

#[test]
fn only_pages_with_blocks_choose_a_server() {
    for (name, page) in pages() {
        let runs = page.blocks.iter().any(|block| block.how == How::Run);
        assert!(runs || page.server == Server::default(), "{}", name.display());
    }
}
