//! A line of text with a bar, laid out by indicatif.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

/// The length of a bar inside indicatif.
const WHOLE: f64 = 10_000.0;

/// `left`, a bar that is full to this share (0 to 1), and `right`, in exactly `width` columns.
pub(super) fn with_bar(left: &str, right: &str, share: f64, width: usize) -> String {
    let line = Line { width: u16::try_from(width).unwrap_or(u16::MAX), ..Line::default() };
    let style = ProgressStyle::with_template("{prefix} {wide_bar} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("█░");
    let target = ProgressDrawTarget::term_like(Box::new(line.clone()));
    let bar = ProgressBar::with_draw_target(Some(WHOLE as u64), target)
        .with_style(style)
        .with_prefix(left.to_owned())
        .with_message(right.to_owned())
        .with_position((share * WHOLE) as u64);
    bar.force_draw();
    let drawn = std::mem::take(&mut *line.text());
    drawn.trim_end().to_owned()
}

/// A terminal that keeps what is written.
#[derive(Debug, Clone, Default)]
struct Line {
    width: u16,
    text: Arc<Mutex<String>>,
}

impl Line {
    fn text(&self) -> MutexGuard<'_, String> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TermLike for Line {
    fn width(&self) -> u16 {
        self.width
    }

    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write_str(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.text().push_str(text);
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn the_bar_takes_the_room_that_is_left() {
        assert_eq!(with_bar("a", "b", 0.5, 14), "a █████░░░░░ b");
        assert_eq!(with_bar("a", "b", 0.0, 14), "a ░░░░░░░░░░ b");
        assert_eq!(with_bar("a", "b", 1.0, 14), "a ██████████ b");
        for width in [30, 80, 200] {
            assert_eq!(with_bar("日本", "1.2 GiB/4.0 GiB", 0.3, width).width(), width);
        }
    }
}
