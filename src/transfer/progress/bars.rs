//! Progress bars on a terminal: one for each of the largest running objects, and one for the run.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use indicatif::{BinaryBytes, ProgressBar, ProgressStyle as Template};

use super::report::{ProgressReport, Running, Speed};
use crate::output;

/// More bars would push the rest of the screen away.
const MAX_OBJECT_BARS: usize = 8;
const SPEED_WINDOW: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Bars {
    total: ProgressBar,
    objects: Vec<ObjectBar>,
    speed: Speed,
}

#[derive(Debug)]
struct ObjectBar {
    running: Arc<Running>,
    /// Created at the first `draw` and filled at the second, so that short transfers do not flicker.
    bar: Option<ProgressBar>,
}

impl Bars {
    pub(super) fn new() -> Bars {
        let total = output::bars().add(ProgressBar::no_length());
        Bars { total, objects: Vec::new(), speed: Speed::over(SPEED_WINDOW) }
    }

    pub(super) fn speed(&mut self) -> &mut Speed {
        &mut self.speed
    }

    pub(super) fn draw(&mut self, report: &ProgressReport, running: &[Arc<Running>]) {
        if report.objects > 1 {
            self.choose(running);
            self.objects.iter_mut().for_each(|object| object.draw(&self.total));
        }
        self.total.set_style(template(report.total.is_some(), "{prefix} {wide_bar} {msg}"));
        self.total.set_prefix(report.subject());
        self.total.set_message(format!("{} {}", amount(report.done, report.total), report.pace()));
        if let Some(total) = report.total {
            self.total.set_length(total);
        }
        self.total.set_position(report.done);
    }

    /// Objects that are shown stay until they end; free places go to the largest of the others.
    fn choose(&mut self, running: &[Arc<Running>]) {
        let among = |running: &[Arc<Running>], it: &Arc<Running>| {
            running.iter().any(|other| Arc::ptr_eq(other, it))
        };
        let (stay, ended): (Vec<_>, Vec<_>) =
            self.objects.drain(..).partition(|object| among(running, &object.running));
        self.objects = stay;
        ended.into_iter().filter_map(|object| object.bar).for_each(|bar| bar.finish_and_clear());
        let shown: Vec<_> = self.objects.iter().map(|object| object.running.clone()).collect();
        let mut others: Vec<_> = running.iter().filter(|it| !among(&shown, it)).collect();
        others.sort_by_key(|it| std::cmp::Reverse(it.total.load(Ordering::Relaxed)));
        let free = MAX_OBJECT_BARS - self.objects.len();
        let new = others.into_iter().take(free).cloned();
        self.objects.extend(new.map(|running| ObjectBar { running, bar: None }));
    }

    pub(super) fn clear(self) {
        self.objects
            .into_iter()
            .filter_map(|object| object.bar)
            .for_each(|bar| bar.finish_and_clear());
        self.total.finish_and_clear();
    }
}

impl ObjectBar {
    fn draw(&mut self, below: &ProgressBar) {
        let total = self.running.total.load(Ordering::Relaxed);
        let total = (total > 0).then_some(total);
        let Some(bar) = &self.bar else {
            let bar = ProgressBar::no_length();
            bar.set_style(template(total.is_some(), "  {prefix:30!} {wide_bar} {msg}"));
            bar.set_prefix(self.running.name.clone());
            self.bar = Some(output::bars().insert_before(below, bar));
            return;
        };
        let done = self.running.done.load(Ordering::Relaxed);
        bar.set_length(total.unwrap_or(0));
        bar.set_message(amount(done, total));
        bar.set_position(done);
    }
}

fn amount(done: u64, total: Option<u64>) -> String {
    match total {
        Some(total) => format!("{}/{}", BinaryBytes(done), BinaryBytes(total)),
        None => BinaryBytes(done).to_string(),
    }
}

/// Without a known total, the template has no bar.
fn template(has_total: bool, text: &str) -> Template {
    let text = if has_total { text.to_owned() } else { text.replace(" {wide_bar}", "") };
    Template::with_template(&text).unwrap_or_else(|_| Template::default_bar())
}
