//! How far a transfer is: a bar on a terminal, a line now and then in a log, nothing in a pipe.

use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{BinaryBytes, ProgressBar, ProgressStyle as Template};

use crate::output::{ProgressStyle, visible};

/// Continuous-integration services end jobs that stay silent for minutes.
const PLAIN_INTERVAL: Duration = Duration::from_secs(30);

/// Where the progress of a run is shown.
#[derive(Debug, Clone, Copy)]
pub struct Progress(ProgressStyle);

/// The progress of one object.
#[derive(Debug)]
pub struct Item(Shown);

#[derive(Debug)]
enum Shown {
    Bar(ProgressBar),
    Lines { name: String, total: Option<u64>, state: Mutex<(u64, Instant)> },
    Nothing,
}

impl Progress {
    /// Shows progress in this style.
    pub fn start(style: ProgressStyle) -> Progress {
        Progress(style)
    }

    /// Begins to show the progress of the object called `name`, of `total` bytes if that is known.
    pub fn item(&self, name: &str, total: Option<u64>) -> Item {
        let name = visible(name).into_owned();
        Item(match self.0 {
            ProgressStyle::Auto if io::stderr().is_terminal() => Shown::Bar(bar(name, total)),
            ProgressStyle::Plain => {
                Shown::Lines { name, total, state: Mutex::new((0, Instant::now())) }
            }
            ProgressStyle::Auto | ProgressStyle::None => Shown::Nothing,
        })
    }
}

impl Item {
    /// Counts bytes that have arrived.
    pub fn add(&self, bytes: u64) {
        match &self.0 {
            Shown::Bar(bar) => bar.inc(bytes),
            Shown::Lines { name, total, state } => {
                let Ok(mut state) = state.lock() else { return };
                state.0 += bytes;
                if state.1.elapsed() >= PLAIN_INTERVAL {
                    state.1 = Instant::now();
                    let of = total.map(|n| format!(" of {}", BinaryBytes(n))).unwrap_or_default();
                    let _ = writeln!(io::stderr(), "{name}: {}{of}", BinaryBytes(state.0));
                }
            }
            Shown::Nothing => {}
        }
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        if let Shown::Bar(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

fn bar(name: String, total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (
            ProgressBar::new(total),
            "{msg} {wide_bar} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta}",
        ),
        None => {
            (ProgressBar::new_spinner(), "{msg} {spinner} {binary_bytes} {binary_bytes_per_sec}")
        }
    };
    if let Ok(style) = Template::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(name);
    bar
}
