//! Rotation of what an S3 Inventory lists: what it says was not sealed is not asked for.

use super::{Rig, results};
use crate::audit::inventory::{COLUMNS, inventory, row, zipped};

fn rig() -> (Rig, String) {
    let rig = Rig::with(|server| server.bucket("copies"));
    rig.lab.seal("old", "a", b"one");
    rig.lab.plain("b", b"two");
    let rows = [row("a", "SSE-C"), row("b", "SSE-S3"), row("gone", "SSE-C")].concat();
    let manifest = inventory(&rig.lab, COLUMNS, &[zipped(&rows)]);
    (rig, manifest)
}

/// The results, and how many objects were asked for.
fn rotated(rig: &Rig, manifest: &str, keys: [&str; 2], more: &[&str]) -> (String, usize) {
    rig.count("");
    let arguments = [&["--json", "--inventory", manifest], more, &["s3://demo/"]].concat();
    let done = rig.rotate_keys(keys[0], keys[1], arguments).succeeds();
    let told: Vec<_> = results(&done).iter().map(|(key, it)| format!("{key} {it}")).collect();
    let requests = rig.lab.server().requests();
    let of_b = requests.iter().filter(|it| it.key.as_deref() == Some("b")).count();
    assert!(!requests.iter().any(|it| it.operation == "ListObjectsV2"), "nothing is listed");
    (told.join(", "), of_b)
}

#[test]
fn what_was_not_sealed_is_not_asked_for() {
    let (rig, manifest) = rig();
    let found = rotated(&rig, &manifest, ["./old", "./new"], &[]);
    assert_eq!(found, ("a rotated, b plain, gone gone".to_owned(), 0));
    assert_eq!(rig.content("./new", "a"), b"one");
    let dest = rotated(&rig, &manifest, ["./new", "none"], &["--dest", "s3://copies/"]);
    assert_eq!(dest.0, "s3://copies/a rotated, b plain, gone gone");
    // Whether it is as it should be, the day of the inventory does not tell.
    let unsealed = rotated(&rig, &manifest, ["./new", "none"], &[]);
    assert_eq!(unsealed.0, "a rotated, b current, gone gone");
    assert!(unsealed.1 > 0);
}

#[test]
fn what_was_not_sealed_is_asked_for_where_it_is_meant() {
    let (rig, manifest) = rig();
    let (told, of_b) = rotated(&rig, &manifest, ["none", "./new"], &[]);
    assert_eq!(told, "a sealed, b rotated, gone gone");
    assert!(of_b > 0);
    assert_eq!(rig.content("./new", "b"), b"two");
}
