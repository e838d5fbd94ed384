//! The owner of the destination swaps a folder for a link during the run.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::*;

/// Puts a link to `outside` in the place of `back/d`.
fn swap(home: &Path) {
    fs::rename(home.join("back/d"), home.join("back/moved")).unwrap();
    symlink("../outside", home.join("back/d")).unwrap();
}

#[test]
fn no_download_is_led_outside() {
    for command in [&["get", "-r"][..], &["sync"]] {
        let count = AtomicUsize::new(0);
        let lab = lab_that(move |request, home| {
            let is_time =
                request.operation == "GetObject" && count.fetch_add(1, Ordering::SeqCst) == 1;
            if is_time {
                swap(home);
            }
            None
        });
        // More than are under way at once.
        (0..150).for_each(|n| drop(lab.deep_file(&format!("tree/d/{n:03}/x"), b"content")));
        lab.run(["put", "--no-key", "-r", "tree", &url("p")]).succeeds();
        fs::create_dir_all(lab.path("outside")).unwrap();
        fs::create_dir_all(lab.path("back/d")).unwrap();
        let source = url("p");
        let options = [&source, "back", "--concurrency", "1"];
        let done = lab.run(command.iter().chain(&options)).exits(1);
        assert!(lab.tree("outside").is_empty(), "{:?}", lab.tree("outside"));
        done.says(&["back/d is a symbolic link", " failed"]);
        assert!(!lab.tree("back").is_empty());
    }
}

#[test]
fn what_is_written_below_a_handle_stays_there() {
    let is_swapped = AtomicBool::new(false);
    let lab = lab_that(move |request, home| {
        if request.operation == "GetObject" && !is_swapped.swap(true, Ordering::SeqCst) {
            swap(home);
        }
        None
    });
    (0..150).for_each(|n| drop(lab.deep_file(&format!("tree/d/{n:03}"), b"content")));
    lab.run(["put", "--no-key", "-r", "tree", &url("p")]).succeeds();
    fs::create_dir_all(lab.path("outside")).unwrap();
    lab.run(["get", "-r", &url("p"), "back"]).succeeds();
    assert!(lab.tree("outside").is_empty());
    assert_eq!(lab.tree("back/moved"), lab.tree("tree/d"));
}

#[test]
fn no_deletion_is_led_outside() {
    const FILES: usize = 3_000;
    let lab = Lab::new();
    lab.plain("p/kept", b"");
    for folder in ["back/d", "outside"] {
        fs::create_dir_all(lab.path(folder)).unwrap();
        (0..FILES).for_each(|n| fs::write(lab.path(folder).join(format!("{n:04}")), b"").unwrap());
    }
    let home = lab.home().to_owned();
    let owner = std::thread::spawn(move || {
        while home.join("back/d/0000").exists() {
            std::thread::yield_now();
        }
        swap(&home);
    });
    lab.run(["sync", "--delete", &url("p"), "back"]).done();
    owner.join().unwrap();
    assert_eq!(lab.tree("outside").len(), FILES);
}

#[test]
fn a_link_in_the_destination_is_no_folder_to_delete_in() {
    let lab = Lab::new();
    lab.plain("p/kept", b"");
    lab.deep_file("outside/precious", b"mine");
    fs::create_dir(lab.path("back")).unwrap();
    symlink("../outside", lab.path("back/d")).unwrap();
    lab.run(["sync", "--delete", &url("p"), "back"]).succeeds();
    assert_eq!(lab.read("outside/precious"), b"mine");
}
