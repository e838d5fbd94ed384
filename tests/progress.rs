//! Progress on a terminal: bars for what is under way, and nothing of them stays behind.

use std::fs::File;
use std::io::Read;
use std::num::NonZeroU16;
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Command};

use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Signal};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::harness::{Lab, PROGRAM, noise, url};

/// Columns and rows.
type Size = (u16, u16);

const SCROLLBACK: usize = 10_000;

/// A terminal of its own for one run of the program.
struct Terminal {
    controller: File,
    screen: vt100::Parser,
    child: Child,
    /// The most lines with bars at once, and any lines that were seen.
    most_bars: usize,
}

impl Terminal {
    fn start(lab: &Lab, arguments: &str, size: Size) -> Terminal {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)
            .expect("a pseudo-terminal");
        grantpt(&controller).expect("access to it");
        unlockpt(&controller).expect("it is unlocked");
        let name = ptsname(&controller, Vec::new()).expect("its name");
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let user = rustix::fs::open(name, flags, Mode::empty()).expect("its other side");
        resize(&controller, size);
        let mut command = lab.prepared(Command::new(PROGRAM));
        command.args(arguments.split(' ')).env("TERM", "xterm");
        let copy = |user: &OwnedFd| user.try_clone().expect("a copy");
        command.stdin(copy(&user)).stdout(copy(&user)).stderr(user);
        let child = command.spawn().expect("the program starts");
        let (columns, rows) = in_cells(size);
        let screen = vt100::Parser::new(rows, columns, SCROLLBACK);
        // The command holds the other side as well: without it, the end of the program is the end of the terminal.
        drop(command);
        Terminal { controller: File::from(controller), screen, child, most_bars: 0 }
    }

    /// Shows more of what the program writes. Returns whether it still runs.
    fn read(&mut self) -> bool {
        let mut bytes = [0; 4096];
        // An error is the end on Linux.
        let read = self.controller.read(&mut bytes).unwrap_or(0);
        self.screen.process(&bytes[..read]);
        self.most_bars = self.most_bars.max(self.bars().len());
        read > 0
    }

    /// Shows what the program writes until the bars are as wanted.
    #[track_caller]
    fn read_until(&mut self, wanted: impl Fn(&[String]) -> bool) {
        while !wanted(&self.bars()) {
            assert!(self.read(), "it ended; there were {} lines", self.most_bars);
        }
    }

    /// The lines with bars on the screen.
    fn bars(&self) -> Vec<String> {
        let screen = self.screen.screen();
        let lines = screen.rows(0, screen.size().1.get());
        lines.filter(|line| is_bar(line)).collect()
    }

    fn resize(&mut self, size: Size) {
        let (columns, rows) = in_cells(size);
        self.screen.set_size(rows, columns);
        resize(&self.controller, size);
    }

    fn interrupt(&self) {
        let pid = Pid::from_child(&self.child);
        rustix::process::kill_process(pid, Signal::INT).expect("it runs");
    }

    /// Waits for the end. Returns the exit code, and all lines that stay on the terminal and above.
    fn ends(mut self) -> (Option<i32>, Vec<String>) {
        while self.read() {}
        let code = self.child.wait().expect("it ends").code();
        let screen = self.screen.screen_mut();
        let columns = screen.size().1.get();
        let mut lines = Vec::new();
        for above in (1..=screen.scrollback_len()).rev() {
            screen.set_scrollback(above);
            lines.extend(screen.rows(0, columns).next());
        }
        screen.set_scrollback(0);
        lines.extend(screen.rows(0, columns));
        lines.retain(|line| !line.is_empty());
        (code, lines)
    }
}

fn resize(terminal: impl AsFd, (columns, rows): Size) {
    let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(terminal, size).expect("a terminal");
}

fn in_cells((columns, rows): Size) -> (NonZeroU16, NonZeroU16) {
    (NonZeroU16::new(columns).unwrap(), NonZeroU16::new(rows).unwrap())
}

/// Whether it is one of the lines that are redrawn, or what is left of one.
fn is_bar(line: &str) -> bool {
    line.contains(['█', '░']) || line.starts_with("  ") || is_total(line)
}

fn is_total(line: &str) -> bool {
    line.contains(" of ") && line.contains(" objects") || line.contains(" left")
}

/// A lab with a store of some larger and many small objects.
fn lab() -> Lab {
    let lab = Lab::new();
    lab.key("k");
    for n in 0..12 {
        lab.deep_file(&format!("tree/large-{n}"), &noise(1 << 20));
    }
    for n in 0..300 {
        lab.deep_file(&format!("tree/small-{n:03}"), b"data");
    }
    lab.run(["put", "-k", "./k", "-r", "tree", "s3://demo/t/"]).succeeds();
    lab
}

/// Takes some seconds.
const GET: &str = "get -k ./k --concurrency 16 --limit-rate 4MiB -r s3://demo/t/ new";

#[test]
fn bars_leave_nothing_behind_on_a_terminal_of_any_size() {
    let lab = lab();
    for (size, most) in [((100, 24), 8), ((60, 20), 8), ((40, 5), 4), ((20, 2), 1)] {
        let mut terminal = Terminal::start(&lab, GET, size);
        terminal.read_until(|bars| bars.len() == most);
        while terminal.read() {}
        assert_eq!(terminal.most_bars, most, "{size:?}");
        let (code, lines) = terminal.ends();
        assert_eq!(code, Some(0), "{lines:?}");
        assert!(lines[0].starts_with("opened 312 objects"), "{size:?}: {lines:?}");
        assert!(!lines.iter().any(|line| is_bar(line)), "{size:?}: {lines:?}");
    }
}

#[test]
fn a_terminal_that_is_resized_keeps_nothing() {
    let lab = lab();
    let mut terminal = Terminal::start(&lab, GET, (100, 30));
    for size in [(60, 10), (90, 4), (30, 12), (80, 24)] {
        terminal.read_until(|bars| bars.len() > 1);
        terminal.resize(size);
        for _ in 0..3 {
            terminal.read();
        }
    }
    let (code, lines) = terminal.ends();
    assert_eq!(code, Some(0), "{lines:?}");
    assert_eq!(lines, ["opened 312 objects (12.0 MiB)"]);
}

#[test]
fn messages_stand_above_the_bars() {
    let lab = lab();
    let names: String = (0..6).map(|n| format!("large-{n}\nabsent-{n}\n")).collect();
    lab.file("list", names.as_bytes());
    let get = "get -k ./k --concurrency 16 --limit-rate 4MiB --files-from list s3://demo/t/ new";
    let mut terminal = Terminal::start(&lab, get, (120, 8));
    terminal.read_until(|bars| bars.len() > 1);
    let (code, lines) = terminal.ends();
    assert_eq!(code, Some(3), "{lines:?}");
    let starts = ["error: ", "hint: ", "opened 6 objects"];
    for line in &lines {
        assert!(starts.iter().any(|it| line.starts_with(it)) && !is_bar(line), "{lines:?}");
    }
    // Three, and one line for the others.
    assert_eq!(lines.iter().filter(|line| line.starts_with("error: ")).count(), 4, "{lines:?}");
}

#[test]
fn an_interruption_removes_the_bars() {
    let lab = lab();
    let mut terminal = Terminal::start(&lab, GET, (80, 24));
    terminal.read_until(|bars| bars.len() > 3);
    terminal.interrupt();
    let (code, lines) = terminal.ends();
    assert_eq!(code, Some(130), "{lines:?}");
    assert!(!lines.iter().any(|line| is_bar(line)), "{lines:?}");
}

#[test]
fn the_last_line_counts_bytes_and_objects_of_the_run() {
    let lab = lab();
    let mut terminal = Terminal::start(&lab, GET, (100, 24));
    terminal.read_until(|bars| {
        let total = bars.iter().find(|line| line.contains(" of 312 objects "));
        total.is_some_and(|line| line.contains("MiB/12.0 MiB") && line.ends_with(" left"))
    });
    terminal.ends();
}

#[test]
fn no_bars_are_drawn_into_what_is_printed() {
    let lab = lab();
    let get = format!("get -k ./k {} -", url("t/small-001"));
    let (code, lines) = Terminal::start(&lab, &get, (80, 24)).ends();
    assert_eq!((code, lines), (Some(0), vec!["data".to_owned()]));
}

#[test]
fn a_dumb_terminal_gets_no_bars() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("big", &noise(1 << 20));
    let mut command = Command::new("script");
    let put = format!("'{PROGRAM}' put -k ./k big {}", url("big"));
    command.args(["-qec", &put, "/dev/null"]);
    let output = lab.prepared(command).env("TERM", "dumb").output().expect("script runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && !text.contains('\u{1b}') && !text.contains("MiB/"),
        "{text}"
    );
}

#[test]
fn short_runs_of_ci_services_say_nothing_of_progress() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("f", b"data");
    for options in ["", "--json "] {
        let put = format!("{options}put -k ./k f {}", url("x"));
        let run = || lab.run(put.split(' '));
        assert_eq!(run().env("CI", "true").succeeds().stderr, run().succeeds().stderr, "{put}");
    }
}
