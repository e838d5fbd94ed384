//! What the README shows, works: their `sh` blocks and the example are run.

use std::path::Path;

use crate::harness::Lab;

#[test]
fn the_readmes_examples_work() {
    run_blocks(include_str!("../README.md"));
}

#[track_caller]
fn run_blocks(guide: &str) {
    let blocks: Vec<&str> = guide
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().expect("a block ends"))
        .collect();
    assert!(!blocks.is_empty(), "it shows something");
    blocks.into_iter().for_each(run_block);
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
