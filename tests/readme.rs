//! What the README shows, works: its `sh` blocks and the example are run.

use std::path::Path;

use crate::harness::Lab;

#[test]
fn the_readmes_examples_work() {
    let readme = include_str!("../README.md");
    let blocks: Vec<&str> = readme
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().expect("a block ends"))
        .collect();
    assert!(blocks.len() >= 2, "the README shows something");
    for block in blocks {
        let lab = Lab::offline();
        lab.file("dump.sql", b"create table t ();\n");
        std::fs::create_dir(lab.path("src")).unwrap();
        lab.file("src/lib.rs", b"//! x\n");
        lab.run(["mock", "--", "bash", "-euo", "pipefail", "-c", block]).succeeds();
    }
}

#[test]
fn the_walk_works() {
    let walk = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/walk.sh");
    let lab = Lab::offline();
    lab.run(["mock".as_ref(), "--".as_ref(), "sh".as_ref(), walk.as_os_str()]).succeeds();
}
