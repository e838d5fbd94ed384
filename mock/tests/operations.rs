//! The table of operations in the book, and whether the server does as it says.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use s3seal_mock::{Support, operations};

const BEGIN: &str = "<!-- operations: written by `SNAPSHOTS=overwrite cargo test -p s3seal-mock -- operations::` -->\n";
const END: &str = "<!-- end of the operations -->\n";

#[test]
fn the_table_of_the_book_is_the_servers_own() {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/reference/embedded-server/operations.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("the page has a place for the table");
    let (written, after) = rest.split_once(END).expect("the place has an end");
    let table = table();
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        std::fs::write(path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    } else {
        assert_eq!(written, table, "write it anew: see the comment before it");
    }
}

#[test]
fn no_operation_of_the_sdk_is_missing() {
    let named: BTreeMap<_, _> = operations().collect();
    let methods = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/operations.txt"));
    let missing: Vec<_> = methods.lines().filter(|name| !named.contains_key(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn table() -> String {
    let mut rows: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, support) in operations() {
        let heading = match support {
            Support::Served => "1 served",
            Support::Stored => "2 stored and returned, without effect",
            _ => "3 refused with 501",
        };
        rows.entry(heading).or_default().push(name);
    }
    let mut table = String::from("| | operations |\n|---|---|\n");
    for (heading, mut names) in rows {
        names.sort_unstable();
        names.dedup();
        let _ = writeln!(table, "| {} ({}) | {} |", &heading[2..], names.len(), names.join(", "));
    }
    table
}
