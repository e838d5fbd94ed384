//! `--no-clobber`: what is there stays.

use super::*;

/// A lab whose server puts a file where the object is to be, just before it hands out the object.
fn lab_with_a_rival() -> Lab {
    lab_that(|request, home| {
        if request.operation == "GetObject" {
            fs::create_dir_all(home.join("back")).unwrap();
            fs::write(home.join("back/x"), b"mine").unwrap();
        }
        None
    })
}

#[test]
fn a_file_that_is_there_is_kept_without_a_request() {
    let lab = Lab::new();
    for object in ["p/x", "p/y"] {
        lab.plain(object, b"content");
    }
    lab.deep_file("back/x", b"mine");
    lab.server().clear_requests();
    for command in ["get", "cp", "mv"] {
        let done = lab.run([command, "--no-clobber", &url("p/x"), "back/x"]).succeeds();
        done.says(&["kept back/x: it is there already", "s3://demo/p/x was not fetched"]);
    }
    assert!(lab.operations().is_empty(), "{:?}", lab.operations());
    let json = lab.run(["get", "--no-clobber", "--json", &url("p/x"), "back"]).succeeds().json();
    let expected =
        serde_json::json!({"op": "get", "url": url("p/x"), "file": "back/x", "skipped": true});
    assert_eq!(json, expected);
    let dry = ["get", "--no-clobber", "--dry-run", "-r", "s3://demo/p", "back"];
    lab.run(dry).succeeds().says(&["would fetch s3://demo/p/y", "would fetch 1 object, 1 kept"]);
    lab.run(["get", "--no-clobber", "-r", &url("p"), "back"])
        .succeeds()
        .says(&["opened 1 object (7 B), 1 kept"]);
    assert_eq!((lab.read("back/x"), lab.read("back/y")), (b"mine".into(), b"content".into()));
    lab.file("back/y", b"other");
    fs::remove_file(lab.path("back/x")).unwrap();
    lab.run(["sync", "--no-clobber", &url("p"), "back"])
        .succeeds()
        .says(&["opened 1 object (7 B), 1 kept"]);
    assert_eq!(lab.read("back/y"), b"other");
    lab.holds_only(&["p/x", "p/y"]);
}

#[test]
fn a_file_that_appears_meanwhile_is_kept() {
    for bytes in [7, LARGE] {
        for command in [&["get"][..], &["mv"], &["get", "-r"], &["sync"]] {
            let lab = lab_with_a_rival();
            lab.plain("p/x", &noise(bytes));
            let (source, dest) = match command.len() == 1 && command[0] != "sync" {
                true => (url("p/x"), "back/x"),
                false => (url("p"), "back"),
            };
            fs::create_dir(lab.path("back")).unwrap();
            let options = ["--no-clobber", &source, dest];
            lab.run(command.iter().chain(&options)).succeeds().says(&["kept"]);
            assert_eq!(lab.read("back/x"), b"mine", "{command:?} {bytes}");
            assert_eq!(lab.tree("back").len(), 1, "{command:?} {bytes}");
            lab.holds_only(&["p/x"]);
        }
    }
}

#[test]
fn without_it_a_file_that_appears_meanwhile_is_replaced() {
    let lab = lab_with_a_rival();
    lab.plain("p/x", b"content");
    lab.run(["get", "-r", &url("p"), "back"]).succeeds();
    assert_eq!(lab.read("back/x"), b"content");
    assert_eq!(lab.tree("back").len(), 1);
}

#[test]
fn it_is_about_files() {
    let lab = Lab::new();
    lab.plain("x", b"");
    lab.file("k", b"");
    lab.run(["cp", "--no-clobber", "--no-key", &url("x"), &url("y")])
        .fails(2)
        .says(&["--no-clobber keeps files", "--if-none-match"]);
    lab.run(["cp", "--no-clobber", "--no-key", "k", &url("y")]).fails(2);
    lab.run(["sync", "--no-clobber", "--no-key", ".", &url("y")]).fails(2).says(&["a store"]);
}
