//! Questions on a terminal: asked on stderr, answered on standard input.

use std::io::{self, BufRead as _, IsTerminal as _};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::output::Output;
use crate::transfer::Interrupt;

/// Asks the user. A signal ends the dialog, and the terminal shows again what is typed.
#[derive(Debug)]
pub(super) struct Dialog<'a> {
    pub(super) out: &'a Output,
    pub(super) interrupt: Interrupt,
}

impl Dialog<'_> {
    /// Whether a user at a terminal can answer.
    pub(super) fn is_possible() -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks for a word. An empty answer is the default, if there is one.
    /// Errors: `Kind::Usage` at the end of the input.
    pub(super) async fn ask(
        &self,
        question: &str,
        default: Option<&str>,
    ) -> Result<String, Failure> {
        let default_shown = default.filter(|default| !default.is_empty());
        let shown = default_shown.map(|it| format!(" [{it}]")).unwrap_or_default();
        loop {
            self.out.prompt(&format!("{question}{shown}: "));
            let answer = self.read_line().await?;
            match (answer.trim(), default) {
                ("", Some(default)) => return Ok(default.to_owned()),
                ("", None) => {}
                (answer, _) => return Ok(answer.to_owned()),
            }
        }
    }

    /// Lets the user choose one of these by number or by the first word.
    /// Errors: as [`Dialog::ask`].
    pub(super) async fn choose(
        &self,
        question: &str,
        choices: &[(&str, &str)],
    ) -> Result<usize, Failure> {
        for (number, (name, title)) in choices.iter().enumerate() {
            self.out.prompt(&format!("  {:>2}  {name:<10} {title}\n", number + 1));
        }
        loop {
            let answer = self.ask(question, Some("1")).await?;
            let by_name = choices.iter().position(|(name, _)| *name == answer);
            let by_number =
                || answer.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            match by_name.or_else(by_number) {
                Some(index) if index < choices.len() => return Ok(index),
                _ => self.out.prompt(&format!("write a number from 1 to {}\n", choices.len())),
            }
        }
    }

    /// Asks a question that is answered by yes or no; an empty answer is no.
    /// Errors: as [`Dialog::ask`].
    pub(super) async fn confirm(&self, question: &str) -> Result<bool, Failure> {
        let answer = self.ask(&format!("{question} [y/N]"), Some("")).await?;
        Ok(["y", "yes"].contains(&answer.to_ascii_lowercase().as_str()))
    }

    /// Asks for a secret, which the terminal does not show.
    /// Errors: as [`Dialog::ask`].
    pub(super) async fn ask_secret(&self, question: &str) -> Result<Zeroizing<String>, Failure> {
        self.out.prompt(&format!("{question} (not shown): "));
        let hidden = Hidden::begin();
        let answer = self.read_line().await;
        drop(hidden);
        self.out.prompt("\n");
        let answer = answer?;
        Ok(Zeroizing::new(answer.trim().to_owned()))
    }

    /// Errors: `Kind::Usage` at the end of the input; `Kind::Interrupted`.
    async fn read_line(&self) -> Result<Zeroizing<String>, Failure> {
        let line = tokio::task::spawn_blocking(read_line);
        let line = async {
            let unexpected = |_| Err(Failure::other("the dialog ended unexpectedly"));
            line.await.unwrap_or_else(unexpected)
        };
        self.interrupt.race(line).await
    }
}

/// Keeps the terminal from showing what is typed.
struct Hidden(Option<Termios>);

impl Hidden {
    fn begin() -> Hidden {
        let before = tcgetattr(io::stdin()).ok();
        if let Some(before) = &before {
            let mut hidden = before.clone();
            hidden.local_modes.remove(LocalModes::ECHO);
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &hidden);
        }
        Hidden(before)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
        }
    }
}

fn read_line() -> Result<Zeroizing<String>, Failure> {
    let mut line = Zeroizing::new(String::with_capacity(256));
    let read = io::stdin().lock().read_line(&mut line).map_err(|error| {
        Failure::other(format!("standard input cannot be read: {error}")).because(error)
    })?;
    if read == 0 {
        return Err(Failure::usage("the input ended before all questions were answered").hint(
            "nothing was written; give the answers as options, with --yes: s3seal setup --help",
        ));
    }
    Ok(line)
}
