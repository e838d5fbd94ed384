//! What the words before the cursor say.

use std::ffi::{OsStr, OsString};

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args as _, Command, FromArgMatches as _};

use crate::store::wire::Connect;

/// In seconds; the time limit of the whole completion is shorter.
const TIMEOUT: u32 = 1;

#[derive(Debug, Default)]
pub(super) struct Typed {
    /// How to reach the store: with the options of the line, and without retries. None if such an option cannot be read:
    /// the request would go to another store than the user means.
    pub(super) connect: Option<Connect>,
    /// How many operands of the command are before the cursor.
    pub(super) operands: usize,
}

impl Typed {
    /// Reads an unfinished line: other mistakes in it are ignored.
    pub(super) fn parse(command: Command, words: &[OsString]) -> Typed {
        let mut command = command.ignore_errors(true);
        let Ok(matches) = command.try_get_matches_from_mut(words) else {
            return Typed::default();
        };
        let connect = Connect::from_arg_matches(&matches).ok();
        let connect = connect.filter(|_| has_all_options(&matches, words)).map(|options| Connect {
            max_attempts: Some(1),
            connect_timeout: TIMEOUT,
            read_timeout: TIMEOUT,
            limit_rate: None,
            ..options
        });
        Typed { connect, operands: operands(&command, &matches) }
    }
}

/// Whether every connection option of the line was read: clap stops at the first mistake.
fn has_all_options(matches: &ArgMatches, words: &[OsString]) -> bool {
    let options = Connect::augment_args(Command::new("connection"));
    let is_read = |arg: &Arg| {
        let source = matches.value_source(arg.get_id().as_str());
        source == Some(ValueSource::CommandLine) || !words.iter().any(|word| names(word, arg))
    };
    options.get_arguments().all(is_read)
}

/// Whether the word is this option, with or without its value.
fn names(word: &OsStr, arg: &Arg) -> bool {
    let word = word.to_string_lossy();
    let Some(typed) = word.strip_prefix("--") else { return false };
    let typed = typed.split('=').next();
    let aliases = arg.get_all_aliases().unwrap_or_default();
    arg.get_long().into_iter().chain(aliases).any(|name| typed == Some(name))
}

fn operands(command: &Command, matches: &ArgMatches) -> usize {
    if let Some((name, below)) = matches.subcommand()
        && let Some(command) = command.find_subcommand(name)
    {
        return operands(command, below);
    }
    let count = |id: &str| matches.try_get_raw(id).ok().flatten().map_or(0, Iterator::count);
    command.get_positionals().map(|arg| count(arg.get_id().as_str())).sum()
}
