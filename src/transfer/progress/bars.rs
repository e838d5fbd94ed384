//! Progress bars on a terminal: one for each of the largest running objects, and one for the run.

use std::sync::Arc;
use std::time::Duration;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::line;
use super::report::{ProgressReport, amount};
use super::running::Running;
use crate::output;

/// More lines would push the rest of the screen away.
const MAX_LINES: usize = 8;
/// An object that ends sooner gets no bar.
const MIN_AGE: Duration = Duration::from_millis(500);
const MIN_BAR: usize = 8;
const MAX_NAME: usize = 30;
const MIN_NAME: usize = 10;

/// The bars that are shown.
#[derive(Debug, Default)]
pub(super) struct Bars {
    objects: Vec<Arc<Running>>,
}

impl Bars {
    pub(super) fn draw(&mut self, report: &ProgressReport, running: &[Arc<Running>]) {
        if let Some((columns, rows)) = output::terminal_size()
            && report.objects > 0
        {
            output::show_lines(&self.lines(report, running, columns, rows));
        }
    }

    /// Lines that fit into a terminal of this size.
    fn lines(
        &mut self,
        report: &ProgressReport,
        running: &[Arc<Running>],
        columns: usize,
        rows: usize,
    ) -> Vec<String> {
        // A line above stays visible, and the last column free: some terminals wrap a line that fills it.
        let (width, lines) =
            (columns.saturating_sub(1), rows.saturating_sub(1).clamp(1, MAX_LINES));
        self.choose(running, if report.name.is_some() { 0 } else { lines - 1 });
        let objects = self.objects.iter().map(|object| object_line(object, width));
        objects.chain([total_line(report, width)]).collect()
    }

    /// Objects that are shown stay until they end; free places go to the largest of the others.
    fn choose(&mut self, running: &[Arc<Running>], places: usize) {
        let among = |running: &[Arc<Running>], it: &Arc<Running>| {
            running.iter().any(|other| Arc::ptr_eq(other, it))
        };
        self.objects.retain(|object| among(running, object));
        // Many objects may wait for their turn.
        let is_under_way = |it: &Running| it.began.elapsed() >= MIN_AGE && it.done() > 0;
        let is_new = |it: &&Arc<Running>| is_under_way(it) && !among(&self.objects, it);
        let mut new: Vec<_> = running.iter().filter(is_new).cloned().collect();
        new.sort_by_key(|it| std::cmp::Reverse(it.total()));
        self.objects.extend(new);
        self.objects.truncate(places);
    }
}

fn object_line(object: &Running, width: usize) -> String {
    let (done, total) = (object.done(), object.total());
    let room = MAX_NAME.min(width / 3);
    let name = cut(&object.name, room);
    let name = format!("  {name}{}", " ".repeat(room - name.width()));
    // Wide enough for any amount, so that the bars have the same length.
    with_bar(&name, &format!("{:>19}", amount(done, total)), share(done, total), width)
}

/// The line of the whole run. What does not fit is left out, the amount first.
fn total_line(report: &ProgressReport, width: usize) -> String {
    let mut subject = report.subject();
    let pace = report.pace();
    let time = report.time_left().unwrap_or_default();
    let rests = [format!("{}  {pace}", report.amount()), pace, time];
    if report.name.is_some() {
        subject = cut(&subject, width.saturating_sub(rests[0].width() + 2).max(MIN_NAME));
    }
    let fits = |rest: &&String| subject.width() + 2 + rest.width() <= width;
    match rests.iter().find(fits) {
        Some(rest) => with_bar(&subject, rest, share(report.done, report.total), width),
        None => cut(&subject, width),
    }
}

/// A bar between the two texts, if there is room for it.
fn with_bar(left: &str, right: &str, share: Option<f64>, width: usize) -> String {
    let room = width.saturating_sub(left.width() + right.width() + 2);
    match share.filter(|_| room >= MIN_BAR) {
        Some(share) => line::with_bar(left, right, share, width),
        None => cut(&format!("{left}  {right}"), width),
    }
}

fn share(done: u64, total: Option<u64>) -> Option<f64> {
    total.map(|total| if total > 0 { (done as f64 / total as f64).min(1.0) } else { 1.0 })
}

/// The beginning of the text, with `…` if it is wider than `width` columns.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut room = width.saturating_sub(1);
    let fits = |it: &char| {
        let left = room.checked_sub(it.width().unwrap_or(0));
        room = left.unwrap_or(0);
        left.is_some()
    };
    let mut text: String = text.chars().take_while(fits).collect();
    if width > 0 {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn report() -> ProgressReport {
        ProgressReport {
            name: None,
            objects: 4900,
            is_complete: true,
            ended: 12,
            done: 1229 * MIB,
            total: Some(4096 * MIB),
            rate: 110 * MIB,
            object_rate: 1,
            left: Some(Duration::from_secs(25)),
        }
    }

    fn running(count: u64) -> Vec<Arc<Running>> {
        let begin = |n| {
            let running = Running::begin(format!("folder/object with the number {n} 日本"));
            running.set_total(n * MIB);
            running.add(n * MIB / 2);
            Arc::new(running)
        };
        (1..=count).map(begin).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn lines_fit_into_the_terminal() {
        let running = running(20);
        let report = report();
        assert_eq!(Bars::default().lines(&report, &running, 80, 24).len(), 1, "just begun");
        tokio::time::advance(MIN_AGE).await;
        for (rows, count) in [(24, 8), (9, 8), (5, 4), (2, 1), (1, 1)] {
            for columns in [1, 10, 40, 80, 200] {
                let lines = Bars::default().lines(&report, &running, columns, rows);
                assert_eq!(lines.len(), count);
                for line in &lines {
                    assert!(line.width() < columns, "{columns}: {line}");
                }
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_largest_objects_are_shown_until_they_end() {
        let mut running = running(20);
        tokio::time::advance(MIN_AGE).await;
        let mut bars = Bars::default();
        let mut shown = |running: &[Arc<Running>]| {
            bars.lines(&report(), running, 80, 5);
            bars.objects.iter().map(|it| it.total().unwrap() / MIB).collect::<Vec<_>>()
        };
        assert_eq!(shown(&running[..10]), [10, 9, 8]);
        assert_eq!(shown(&running), [10, 9, 8]);
        running.remove(8);
        assert_eq!(shown(&running), [10, 8, 20]);
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        let mut report = report();
        let line = |report: &ProgressReport, columns| {
            Bars::default().lines(report, &[], columns, 24).pop().unwrap()
        };
        let wide = line(&report, 80);
        assert!(wide.starts_with("12 of 4,900 objects ██"), "{wide}");
        assert!(wide.ends_with("░ 1.2 GiB/4.0 GiB  110 MiB/s, 25s left"), "{wide}");
        let without_bar = "12 of 4,900 objects  1.2 GiB/4.0 GiB  110 MiB/s, 25s left";
        assert_eq!(line(&report, 60), without_bar);
        assert_eq!(line(&report, 48), "12 of 4,900 objects  110 MiB/s, 25s left");
        assert_eq!(line(&report, 37), "12 of 4,900 objects  25s left");
        report.name = Some("a very long name of an object".to_owned());
        assert_eq!(
            line(&report, 60),
            "a very long name of …  1.2 GiB/4.0 GiB  110 MiB/s, 25s left"
        );
        report.total = None;
        report.left = None;
        assert_eq!(line(&report, 40), "a very long name o…  1.2 GiB  110 MiB/s");
    }
}
