//! The progress of a run as text.

use std::time::Duration;

use crate::text::size;

/// A snapshot of the progress of a run.
#[derive(Debug)]
pub(super) struct ProgressReport {
    /// The object's name, if there is only one.
    pub(super) name: Option<String>,
    /// Objects found so far.
    pub(super) objects: u64,
    /// Whether all objects are found.
    pub(super) is_complete: bool,
    pub(super) ended: u64,
    /// Bytes that have been transferred.
    pub(super) done: u64,
    /// Bytes found so far; None if an object's length is unknown.
    pub(super) total: Option<u64>,
    /// Bytes per second, over the last seconds.
    pub(super) rate: u64,
    /// Objects per second, over the last seconds.
    pub(super) object_rate: u64,
    /// How long the rest takes, if that can be said.
    pub(super) left: Option<Duration>,
}

impl ProgressReport {
    /// The object's name, or how many of how many objects have ended.
    pub(super) fn subject(&self) -> String {
        match &self.name {
            Some(name) => name.clone(),
            None => {
                let (ended, objects) = (grouped(self.ended), grouped(self.objects));
                format!("{ended} of {objects}{} objects", self.more())
            }
        }
    }

    /// The transferred bytes, of how many.
    pub(super) fn amount(&self) -> String {
        amount(self.done, self.total) + self.total.map_or("", |_| self.more())
    }

    /// The rate, and the remaining time.
    pub(super) fn pace(&self) -> String {
        let rate = if self.done == 0 && self.object_rate > 0 {
            format!("{} objects/s", grouped(self.object_rate))
        } else {
            format!("{}/s", size::show(self.rate))
        };
        match self.time_left() {
            Some(left) => format!("{rate}, {left}"),
            None => rate,
        }
    }

    pub(super) fn time_left(&self) -> Option<String> {
        self.left.map(|left| format!("{} left", estimate(left)))
    }

    /// The line for a log.
    pub(super) fn line(&self) -> String {
        let (subject, done, pace) = (self.subject(), size::show(self.done), self.pace());
        let amount = match self.total {
            Some(total) if self.is_complete => {
                let percent = (u128::from(self.done) * 100).checked_div(total.into());
                let percent = percent.unwrap_or(100).min(100);
                format!("{done} of {} ({percent} %)", size::show(total))
            }
            Some(total) => format!("{done} of {}{}", size::show(total), self.more()),
            None => done,
        };
        format!("{subject}: {amount}, {pace}")
    }

    /// The line for a log at the end of the run, which took so long and transferred so many bytes.
    pub(super) fn last_line(&self, took: Duration, moved: u64) -> String {
        let rate = size::show((moved as f64 / took.as_secs_f64()) as u64);
        let (subject, done) = (self.subject(), size::show(self.done));
        format!("{subject}: {done} in {}, {rate}/s", in_units(took.as_secs()))
    }

    /// The sign for a number that still grows.
    fn more(&self) -> &'static str {
        if self.is_complete { "" } else { "+" }
    }
}

/// The transferred bytes, of how many.
pub(super) fn amount(done: u64, total: Option<u64>) -> String {
    match total {
        Some(total) => format!("{}/{}", size::show(done), size::show(total)),
        None => size::show(done),
    }
}

/// The time rounded up, more coarsely the longer it is, so that it changes rarely.
fn estimate(left: Duration) -> String {
    let seconds = left.as_secs_f64().ceil().max(1.0) as u64;
    let step = match seconds {
        0..60 => 1,
        60..600 => 10,
        600..86_400 => 60,
        _ => 3600,
    };
    in_units(seconds.next_multiple_of(step))
}

/// `25s`, `2m 10s`, `1h 5m`, `2d 3h`.
fn in_units(seconds: u64) -> String {
    let (larger, unit, smaller, smaller_unit) = match seconds {
        0..60 => return format!("{seconds}s"),
        60..3600 => (seconds / 60, "m", seconds % 60, "s"),
        3600..86_400 => (seconds / 3600, "h", seconds % 3600 / 60, "m"),
        _ => (seconds / 86_400, "d", seconds % 86_400 / 3600, "h"),
    };
    if smaller == 0 {
        format!("{larger}{unit}")
    } else {
        format!("{larger}{unit} {smaller}{smaller_unit}")
    }
}

/// The number with a comma between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remaining_time_is_short_and_rounded_up() {
        for (seconds, text) in [
            (0.0, "1s"),
            (24.2, "25s"),
            (59.5, "1m"),
            (121.0, "2m 10s"),
            (130.0, "2m 10s"),
            (595.0, "10m"),
            (601.0, "11m"),
            (3599.0, "1h"),
            (3900.0, "1h 5m"),
            (86_399.0, "1d"),
            (183_600.0, "2d 3h"),
        ] {
            assert_eq!(estimate(Duration::from_secs_f64(seconds)), text, "{seconds}");
        }
    }

    #[test]
    fn thousands_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (4900, "4,900"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
