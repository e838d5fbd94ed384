//! A campaign: transfers against a server that makes trouble by chance. Each ends with the right bytes or
//! with an error that has a name, comes through when it is repeated, and leaves nothing lying about. `S3SEAL_FAULTS=100` makes it a hundred
//! times as long, and each round another one.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use s3seal_mock::Fault;

use crate::harness::{BUCKET, Done, Lab, PROGRAM, noise, url};

/// As many as wait for the server rather than for a processor.
const WORKERS: usize = 6;
/// Trouble passes: so often in a row it strikes no transfer.
const MOST_RUNS: usize = 30;

/// What goes wrong, where, and with which probability at the first level; each level adds as much again.
const TROUBLE: [(&str, f64, &str); 9] = [
    ("slow-down", 0.06, ""),
    ("internal-error", 0.06, ""),
    ("reset", 0.06, ""),
    ("lost-answer", 0.04, ""),
    ("cut", 0.06, "@GetObject"),
    ("cut", 0.03, "@CompleteMultipartUpload"),
    ("corrupt", 0.02, "@GetObject"),
    ("wrong-range", 0.02, ""),
    ("delay", 0.01, ""),
];
const LEVELS: u64 = 3;

struct Campaign {
    lab: Lab,
    /// How often the program ended with which code, for each command.
    ends: Mutex<BTreeMap<(&'static str, i32), usize>>,
}

impl Campaign {
    fn new(seed: u64) -> Campaign {
        let lab = Lab::with(|server| {
            TROUBLE.iter().fold(server.seed(seed), |server, (kind, probability, operation)| {
                let probability = probability * (1 + seed % LEVELS) as f64;
                let fault: Fault = format!("{kind}={probability}{operation}").parse().unwrap();
                server.fault(fault)
            })
        });
        lab.key("k");
        Campaign { lab, ends: Mutex::default() }
    }

    /// Sends a file up and down again.
    fn round_trip(&self, name: &str, content: &[u8], options: &[&str]) {
        self.lab.file(name, content);
        let (at, back) = (url(name), format!("{name}.back"));
        self.lab.file(&back, b"before");
        self.until_done("put", &["-k", "./k", name, &at], options, || {
            let stored = self.lab.server().object(BUCKET, name);
            let whole = stored.is_none_or(|it| it.sealed && it.size == content.len() as u64);
            assert!(whole, "{name}: half an object is there");
        });
        self.until_done("get", &["-k", "./k", &at, &back], options, || {
            assert_eq!(self.lab.read(&back), b"before", "{name}");
        });
        assert!(self.lab.read(&back) == content, "{name}: other bytes came back");
        for file in [name, &back] {
            std::fs::remove_file(self.lab.path(file)).unwrap();
        }
    }

    /// Runs the program again and again until trouble has passed, and looks what each failure left.
    fn until_done(
        &self,
        command: &'static str,
        arguments: &[&str],
        options: &[&str],
        look: impl Fn(),
    ) {
        for _ in 0..MOST_RUNS {
            if self.run(command, arguments, options).code == Some(0) {
                return;
            }
            look();
        }
        panic!("{command} {arguments:?} never came through");
    }

    /// Runs the program; an error must be one of those that trouble can bring.
    fn run(&self, command: &'static str, arguments: &[&str], options: &[&str]) -> Done {
        // A run that hangs must not take the campaign with it.
        let mut limited = Command::new("timeout");
        limited.args(["120", PROGRAM, command]).args(arguments).args(options);
        let done = Done::from(self.lab.prepared(limited).output().expect("the program runs"));
        let code = done.code.unwrap_or(-1);
        let named = match (command, code) {
            (_, 0) => true,
            // Several items with several failures have no code in common.
            ("sync", 1) => done.stderr.contains("hint: "),
            ("get" | "sync", 7 | 8) | ("put" | "rm", 8) => {
                let lines: Vec<_> = done.stderr.lines().collect();
                lines.iter().any(|line| line.starts_with("error: ") && line.contains("s3://"))
                    && lines.iter().any(|line| line.starts_with("hint: "))
            }
            _ => false,
        };
        assert!(named, "{command} {arguments:?} ended with {code}: {}", done.stderr);
        *self.ends.lock().unwrap().entry((command, code)).or_default() += 1;
        done
    }

    /// Works on all of these, several at a time.
    fn each(&self, count: usize, work: impl Fn(usize) + Sync) {
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..WORKERS {
                scope.spawn(|| {
                    loop {
                        match next.fetch_add(1, Ordering::Relaxed) {
                            index if index < count => work(index),
                            _ => return,
                        }
                    }
                });
            }
        });
    }

    /// What is left: of local files nothing, of uploads those alone whose beginning was never answered,
    /// which `rm --incomplete` finds.
    #[expect(clippy::print_stdout, reason = "the counts are what a long campaign is run for")]
    fn end(self) {
        let left: Vec<_> = std::fs::read_dir(self.lab.home())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !matches!(name.as_str(), "k" | "state"))
            .collect();
        assert!(left.is_empty(), "left behind: {left:?}");
        let uploads = self.lab.server().uploads(BUCKET).len();
        self.until_done("rm", &["--incomplete", &url("")], &[], || {});
        assert!(self.lab.server().uploads(BUCKET).is_empty(), "uploads that nobody finds");
        let ends = self.ends.into_inner().unwrap();
        println!("{ends:?}; {uploads} uploads whose beginning was not answered");
    }
}

fn rounds() -> u64 {
    std::env::var("S3SEAL_FAULTS").ok().map_or(1, |times| times.parse().expect("a number"))
}

#[test]
fn small_objects_come_through_trouble() {
    for seed in 0..rounds() {
        let campaign = Campaign::new(seed);
        campaign.lab.believe_in_the_bucket();
        campaign.each(40, |index| {
            let content = noise(index * index * 17 % 200_000);
            campaign.round_trip(&format!("small-{index}"), &content, &[]);
        });
        campaign.end();
    }
}

#[test]
fn folders_come_through_trouble() {
    for seed in 0..rounds() {
        let campaign = Campaign::new(6_000_000 + seed);
        let lab = &campaign.lab;
        lab.believe_in_the_bucket();
        let (folder, back) = (lab.path("folder"), lab.path("back"));
        std::fs::create_dir(&folder).unwrap();
        for index in 0..300 {
            std::fs::write(folder.join(index.to_string()), noise(index * 37)).unwrap();
        }
        // Each run does what those before it did not get done.
        campaign.until_done("sync", &["-k", "./k", "folder", &url("f/")], &[], || {});
        campaign.until_done("sync", &["-k", "./k", &url("f/"), "back"], &[], || {});
        for index in 0..300 {
            let arrived = std::fs::read(back.join(index.to_string())).unwrap();
            assert!(arrived == noise(index * 37), "{index}");
        }
        assert_eq!(std::fs::read_dir(&back).unwrap().count(), 300, "and nothing else");
        for folder in [folder, back] {
            std::fs::remove_dir_all(folder).unwrap();
        }
        campaign.end();
    }
}

#[test]
fn large_objects_come_through_trouble() {
    for seed in 0..rounds() {
        let campaign = Campaign::new(3_000_000 + seed);
        campaign.each(3, |index| {
            let content = noise((20 << 20) + index * 3_333_333);
            let name = format!("large-{index}");
            campaign.round_trip(&name, &content, &["--part-size", "5MiB"]);
        });
        campaign.end();
    }
}
