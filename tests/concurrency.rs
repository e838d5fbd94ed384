//! `--concurrency`: how many requests are under way at once.

use std::fs;
use std::num::NonZeroU64;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::time::Duration;

use s3seal_mock::Builder;

use crate::harness::{Lab, noise, url};

/// How long a request waits for more than are allowed.
const PATIENCE: Duration = Duration::from_millis(50);

/// The requests that the server holds.
#[derive(Default)]
struct Held {
    now: usize,
    most: usize,
}

/// A server that holds each request until more than `allowed` are there, or none comes, and counts them. A request leaves
/// before it is answered, so that its sender cannot have sent the next one.
struct Counting {
    lab: Lab,
    allowed: usize,
    held: Arc<(Mutex<Held>, Condvar)>,
}

impl Counting {
    fn new(allowed: usize) -> Counting {
        Counting::with(allowed, |server| server)
    }

    fn with(allowed: usize, set_up: impl FnOnce(Builder) -> Builder) -> Counting {
        let held = Arc::<(Mutex<Held>, Condvar)>::default();
        let (counted, changed) = (held.clone(), held.clone());
        let lab = Lab::with(|server| {
            set_up(server).interceptor(move |_| {
                tokio::task::block_in_place(|| {
                    let (requests, arrival) = &*counted;
                    let mut requests = requests.lock().unwrap();
                    requests.now += 1;
                    requests.most = requests.most.max(requests.now);
                    arrival.notify_all();
                    let few = |requests: &mut Held| requests.now <= allowed;
                    let (mut requests, _) =
                        arrival.wait_timeout_while(requests, PATIENCE, few).unwrap();
                    requests.now -= 1;
                });
                None
            })
        });
        lab.key("k");
        lab.key("new");
        lab.believe_in_the_bucket();
        Counting { lab, allowed, held: changed }
    }

    /// Runs a command line with the option, and checks how many requests were there at once.
    #[track_caller]
    fn check(&self, line: &str, expected: RangeInclusive<usize>) {
        self.held.0.lock().unwrap().most = 0;
        let allowed = self.allowed.to_string();
        self.lab.run(line.split(' ').chain(["--concurrency", &allowed])).succeeds();
        let most = self.held.0.lock().unwrap().most;
        assert!(expected.contains(&most), "{most} at once: {line}");
    }
}

#[test]
fn no_more_requests_are_under_way_than_the_user_says() {
    let counting = Counting::new(3);
    for index in 0..24 {
        counting.lab.deep_file(&format!("tree/{index}"), b"content");
    }
    for line in [
        "put -q -r -k ./k tree s3://demo/p/",
        "sync -q -k ./k tree s3://demo/q/",
        "get -q -r -k ./k s3://demo/p/ back",
        "audit -q -k ./k s3://demo/",
        "audit -q -k ./new s3://demo/",
        "rotate -q --dry-run --from ./k --to ./new s3://demo/p/",
    ] {
        counting.check(line, 2..=3);
    }
}

#[test]
fn with_one_request_at_a_time_listings_wait_too() {
    let counting = Counting::new(1);
    // Each prefix is a listing, and a request that deletes.
    let prefixes: Vec<String> = (0..6).map(|index| url(&format!("{index}"))).collect();
    for index in 0..12 {
        counting.lab.deep_file(&format!("tree/{}/{index}", index % 6), b"content");
    }
    let put = "put -q -r -k ./k tree s3://demo/";
    counting.check(put, 1..=1);
    counting.check(&format!("audit -q -k ./k {}", prefixes.join(" ")), 1..=1);
    counting.check("sync -q -k ./k s3://demo back", 1..=1);
    counting.check(&format!("rm -q -r {}", prefixes.join(" ")), 1..=1);
    counting.lab.holds_only(&[]);
}

#[test]
fn deletions_count_as_requests() {
    let buckets = ["one", "two", "three", "four", "five", "six"].map(|name| format!("s3-{name}"));
    let counting = Counting::with(2, |server| {
        buckets.iter().fold(server, |server, bucket| server.bucket(bucket))
    });
    // A batch is of one bucket, and a name that ends in `/` is looked for first.
    let names: Vec<String> = buckets.iter().map(|bucket| format!("s3://{bucket}/x/")).collect();
    for name in &names {
        counting.lab.run(["put", "-q", "--no-key", "-", &format!("{name}y")]).succeeds();
    }
    let objects: Vec<String> = names.iter().map(|name| format!("{name}y")).collect();
    counting.check(&format!("rm -q -r {}", names.join(" ")), 1..=2);
    counting.check(&format!("rm -q {}", objects.join(" ")), 1..=2);
}

/// Objects that a list names have sizes that only their answers tell.
#[test]
fn over_a_slow_line_few_large_bodies_move_at_once_even_if_their_sizes_were_not_known() {
    const OBJECTS: usize = 16;
    let (home, most) = (Arc::new(OnceLock::<PathBuf>::new()), Arc::new(AtomicUsize::new(0)));
    let (begun, its_home, its_most) = (AtomicUsize::new(0), home.clone(), most.clone());
    let lab = Lab::with(|server| {
        let server = server.bandwidth(NonZeroU64::new(8 << 20).unwrap());
        server.interceptor(move |request| {
            if request.operation == "GetObject" {
                let begun = begun.fetch_add(1, Ordering::SeqCst) + 1;
                let there = fs::read_dir(its_home.get().unwrap().join("out"));
                let ended = there.map_or(0, |files| files.count());
                its_most.fetch_max(begun.saturating_sub(ended), Ordering::SeqCst);
            }
            None
        })
    });
    home.set(lab.home().to_owned()).unwrap();
    lab.key("k");
    let names: Vec<String> = (0..OBJECTS).map(|index| format!("{index}")).collect();
    for name in &names {
        lab.deep_file(&format!("tree/{name}"), &noise(2 << 20));
    }
    lab.file("list", names.join("\n").as_bytes());
    lab.run(["put", "-q", "-r", "-k", "./k", "tree", "s3://demo/"]).succeeds();
    let get = ["get", "-q", "-r", "-k", "./k", "--files-from", "list", "s3://demo/", "out"];
    lab.run(get).succeeds();
    assert!(lab.tree("out") == lab.tree("tree"));
    let most = most.load(Ordering::SeqCst);
    assert!(most <= OBJECTS / 2, "{most} at once");
}
