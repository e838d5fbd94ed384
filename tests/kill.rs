//! `kill -9` at any moment leaves at most what another run goes on with: never a wrong object, never a
//! wrong file. `S3SEAL_KILLS=200` kills more often, `S3SEAL_SEED` at other moments.

use std::fs;
use std::io::{Read, Write};
use std::num::NonZeroU64;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use crate::harness::{BUCKET, Lab, Random, noise, url};

const SIZE: usize = 40 << 20;
/// Bytes a second: slow enough for a transfer to be killed at every stage.
const BANDWIDTH: u64 = 80 << 20;
/// After so many kills a transfer may end.
const MOST_KILLS: usize = 5;
/// A run that takes so long hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came of a campaign.
#[derive(Debug, Default)]
struct Figures {
    kills: usize,
    resumed_uploads: usize,
    parts_of_resumed_uploads: usize,
    resumed_downloads: usize,
    left_behind: usize,
}

#[test]
fn killed_transfers_are_completed_by_other_runs() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let wanted = number("S3SEAL_KILLS").unwrap_or(6) as usize;
    let mut random = Random(number("S3SEAL_SEED").unwrap_or(1).max(1));
    let lab = Lab::with(|server| server.bandwidth(NonZeroU64::new(BANDWIDTH).unwrap()));
    lab.key("k");
    let mut figures = Figures::default();
    while figures.kills < wanted {
        let mut content = noise(SIZE);
        content[..8].copy_from_slice(&random.next().to_be_bytes());
        lab.file("file", &content);
        let put = ["put", "-k", "./k", "--part-size", "5MiB", "file", "s3://demo/x"];
        figures.kills += killed_until_done(&lab, &put, &mut random);
        assert!(lab.run(["get", "-k", "./k", &url("x"), "-"]).succeeds().bytes == content);
        figures.add_uploads(&lab);

        let get = ["get", "-k", "./k", "--part-size", "5MiB", "s3://demo/x", "out"];
        figures.kills += killed_until_done(&lab, &get, &mut random);
        assert!(lab.read("out") == content);
        fs::remove_file(lab.path("out")).unwrap();
        figures.add_downloads(&lab);
    }
    let left = lab.run(["rm", "--incomplete", "--json", "s3://demo"]).succeeds();
    figures.left_behind = left.stdout.lines().count();
    lab.holds_only(&["x"]);
    assert_eq!(lab.server().uploads(BUCKET).len(), 0);
    assert_eq!(fs::read_dir(lab.path("state/s3seal/transfers")).unwrap().count(), 0);
    let files = fs::read_dir(lab.home()).unwrap().map(|entry| entry.unwrap().file_name());
    let partial = files.filter(|name| name.to_string_lossy().starts_with(".s3seal")).count();
    assert_eq!(partial, 0, "partial files");
    let _ = writeln!(std::io::stderr(), "{figures:?}");
}

impl Figures {
    fn add_uploads(&mut self, lab: &Lab) {
        let operations = lab.operations();
        let count = |name: &str| operations.iter().filter(|found| *found == name).count();
        self.resumed_uploads += count("ListParts");
        self.parts_of_resumed_uploads += count("UploadPart");
        lab.server().clear_requests();
    }

    fn add_downloads(&mut self, lab: &Lab) {
        let requests = lab.server().requests();
        let whole = requests.iter().filter(|request| request.header("range").is_none()).count();
        self.resumed_downloads += whole.saturating_sub(1);
        lab.server().clear_requests();
    }
}

/// Runs a command again and again, kills it at random moments, and returns how often.
fn killed_until_done(lab: &Lab, arguments: &[&str], random: &mut Random) -> usize {
    let whole = Duration::from_secs_f64(SIZE as f64 / BANDWIDTH as f64).mul_f64(2.0);
    for kills in 0..=MOST_KILLS {
        let mut run = lab.run(arguments).into_command();
        let mut child = run.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let moment = match kills {
            MOST_KILLS => PATIENCE,
            _ => whole.mul_f64(random.fraction()),
        };
        let mut stderr = child.stderr.take().unwrap();
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let mut said = String::new();
            // It ends when the program does.
            let _ = stderr.read_to_string(&mut said);
            sender.send(said)
        });
        match receiver.recv_timeout(moment) {
            Ok(said) => {
                assert_eq!(child.wait().unwrap().code(), Some(0), "{arguments:?}: {said}");
                return kills;
            }
            Err(_) => {
                child.kill().unwrap();
                child.wait().unwrap();
            }
        }
    }
    panic!("{arguments:?} hangs")
}
