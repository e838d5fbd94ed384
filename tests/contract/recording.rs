//! Runs the program, records its output and its requests as text, and compares that with a committed file.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use s3seal_mock::{Answer, Builder, RequestRecord, Tampering};

use super::masks::Masks;
use crate::harness::{BUCKET, Done, Lab, Run};

/// The bucket that keeps versions, where there is one.
pub(super) const VERSIONED: &str = "vault";
/// A lab with the keys `k1`, `k2` and `k3`, and what was recorded there. Objects below `denied/` answer 403, those
/// below `down/` 503, parts below `parts-denied/` 403, and those below `damaged/` with a bit that is wrong.
pub(super) struct Recording {
    pub(super) lab: Lab,
    name: &'static str,
    masks: Masks,
    text: String,
}

impl Recording {
    pub(super) fn new(name: &'static str) -> Recording {
        Recording::with(name, |server| server)
    }

    pub(super) fn with(name: &'static str, set_up: impl FnOnce(Builder) -> Builder) -> Recording {
        let lab = Lab::with(|server| set_up(server.interceptor(trouble)));
        let mut masks = Masks::default();
        masks.add(&lab.home().display().to_string(), "~");
        masks.add(lab.server().endpoint(), "ENDPOINT");
        for key in ["k1", "k2", "k3"] {
            masks.add(&lab.key(key), key);
        }
        lab.file("small", b"hello");
        Recording { lab, name, masks, text: String::new() }
    }

    /// Replaces a text wherever it appears.
    pub(super) fn mask(&mut self, text: &str, by: &str) {
        self.masks.add(text, by);
    }

    /// Runs a command line with `--json`, and records what came of it.
    pub(super) fn run(&mut self, title: &str, line: &str) -> Done {
        let run = self.prepared(line);
        self.record(title, line, run, Order::AsItCame)
    }

    /// The same of a run that has several objects under way at once.
    pub(super) fn run_several(&mut self, title: &str, line: &str) -> Done {
        let run = self.prepared(line);
        self.record(title, line, run, Order::ByObject)
    }

    /// The same where even the requests for one object depend on how fast others are: they are not recorded.
    pub(super) fn run_results(&mut self, title: &str, line: &str) -> Done {
        let run = self.prepared(line);
        self.record(title, line, run, Order::OnlyResults)
    }

    /// The same with these bytes on standard input.
    pub(super) fn pipe(&mut self, title: &str, input: &[u8], line: &str) -> Done {
        let run = self.prepared(line).stdin(input);
        self.record(title, line, run, Order::AsItCame)
    }

    /// The same of a script that runs the program as `"$S3SEAL"`; it is recorded under its title alone.
    pub(super) fn shell(&mut self, title: &str, script: &str) -> Done {
        let run = self.lab.shell(script);
        self.record(title, "…", run, Order::AsItCame)
    }

    fn prepared(&self, line: &str) -> Run {
        self.lab.run(["--json"].into_iter().chain(line.split(' ')))
    }

    fn record(&mut self, title: &str, line: &str, run: Run, order: Order) -> Done {
        self.name_versions();
        self.lab.server().clear_requests();
        let done = run.done();
        self.name_versions();
        let mut requests = self.lab.server().requests();
        match order {
            Order::AsItCame => {}
            Order::ByObject => requests.sort_by_key(|request| self.masks.object(request)),
            Order::OnlyResults => requests.clear(),
        }
        self.masks.name_new_keys(&requests);
        let masks = &self.masks;
        let mut results: Vec<_> = done.stdout.lines().map(|line| masks.json(line)).collect();
        let mut errors: Vec<_> = done.stderr.lines().map(|line| masks.error_line(line)).collect();
        if order != Order::AsItCame {
            results.sort();
            errors.sort();
        }
        let requests = requests.iter().map(|request| masks.request(request)).collect();
        let line = masks.masked(line);
        let _ = write!(self.text, "# {title}\n$ s3seal {line}\n");
        for line in [results, errors, requests].iter().flatten() {
            let _ = writeln!(self.text, "{line}");
        }
        let _ = write!(self.text, "[{}]\n\n", done.code.unwrap_or(-1));
        done
    }

    fn name_versions(&mut self) {
        for bucket in [BUCKET, VERSIONED] {
            for (key, id, _) in self.lab.server().versions(bucket).iter().rev() {
                self.masks.name_version(&format!("{bucket}/{key}"), id);
            }
        }
    }

    /// What was recorded is what the committed file says.
    pub(super) fn matches_committed(self) {
        let name = format!("tests/contract/{}.txt", self.name);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&name);
        if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
            fs::write(&path, &self.text).expect("the record can be written");
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        if let Some(difference) = difference(&committed, &self.text) {
            panic!("{name} says otherwise (SNAPSHOTS=overwrite records again):\n{difference}");
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Order {
    AsItCame,
    /// Several objects are under way at once: what is said of each is in its order.
    ByObject,
    /// So they are, and which request is next for one depends on the answers for others.
    OnlyResults,
}

fn trouble(request: &RequestRecord) -> Option<Answer> {
    let key = request.key.as_deref()?;
    if key.starts_with("denied/") {
        return Some(Answer::error(403, "AccessDenied", "Access Denied"));
    }
    if key.starts_with("parts-denied/") && request.operation == "UploadPart" {
        return Some(Answer::error(403, "AccessDenied", "Access Denied"));
    }
    if key.starts_with("damaged/") && request.operation == "GetObject" {
        return Some(Answer::Handle(Tampering::new().flip_bit_at(0)));
    }
    key.starts_with("down/")
        .then(|| Answer::error(503, "SlowDown", "Please reduce your request rate."))
}

/// The first line that differs, with the command that it belongs to.
fn difference(committed: &str, found: &str) -> Option<String> {
    if committed == found {
        return None;
    }
    let mut titles = found.lines().scan("", |title, line| {
        if line.starts_with("# ") {
            *title = line;
        }
        Some(*title)
    });
    let (mut old, mut new) = (committed.lines(), found.lines());
    loop {
        let (old, new, title) = (old.next(), new.next(), titles.next());
        if old != new || new.is_none() {
            let of = |line: Option<&str>| line.unwrap_or("(nothing)").to_owned();
            let title = title.unwrap_or_default();
            return Some(format!("{title}\n  committed: {}\n  found:     {}", of(old), of(new)));
        }
    }
}
