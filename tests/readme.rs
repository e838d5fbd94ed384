//! What the README and these pages show, works: their `sh` blocks and the example are run.

use std::path::Path;

use crate::harness::Lab;

#[test]
fn the_readmes_examples_work() {
    run_blocks(include_str!("../README.md"));
}

#[test]
fn the_page_on_rotation_works() {
    run_page(include_str!("../docs/src/how-to/rotation.md"));
}

#[test]
fn the_page_on_sharing_works() {
    run_page(include_str!("../docs/src/how-to/sharing.md"));
}

#[test]
fn the_page_on_the_proxy_works() {
    run_page(include_str!("../docs/src/how-to/proxy.md"));
}

#[track_caller]
fn run_blocks(guide: &str) {
    let blocks = blocks(guide);
    assert!(blocks.len() >= 2, "it shows something");
    blocks.into_iter().for_each(run_block);
}

/// The blocks of a page are one session.
#[track_caller]
fn run_page(page: &str) {
    let blocks = blocks(page);
    assert!(!blocks.is_empty(), "it shows something");
    run_block(&blocks.concat());
}

fn blocks(guide: &str) -> Vec<&str> {
    guide
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().expect("a block ends"))
        .collect()
}

#[track_caller]
fn run_block(block: &str) {
    let lab = Lab::offline();
    lab.file("dump.sql", b"create table t ();\n");
    lab.file("README.md", b"a file\n");
    std::fs::create_dir(lab.path("src")).unwrap();
    lab.file("src/lib.rs", b"//! x\n");
    lab.run(["mock", "--", "bash", "-euo", "pipefail", "-c", block]).succeeds();
}

#[test]
fn the_walk_works() {
    let walk = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/walk.sh");
    let lab = Lab::offline();
    lab.run(["mock".as_ref(), "--".as_ref(), "sh".as_ref(), walk.as_os_str()]).succeeds();
}
