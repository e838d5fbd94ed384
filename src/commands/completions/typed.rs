//! What the words before the cursor say.

use std::ffi::OsString;

use clap::{ArgMatches, Command, FromArgMatches};

use crate::store::wire::Connect;

/// In seconds; the time limit of the whole completion is shorter.
const TIMEOUT: u32 = 1;

#[derive(Debug, Default)]
pub(super) struct Typed {
    /// How to reach the store: with the options of the line, and without retries.
    pub(super) connect: Connect,
    /// How many operands of the command are before the cursor.
    pub(super) operands: usize,
}

impl Typed {
    /// Reads an unfinished line: whatever is wrong or missing in it is ignored.
    pub(super) fn parse(command: Command, words: &[OsString]) -> Typed {
        let mut command = command.ignore_errors(true);
        let Ok(matches) = command.try_get_matches_from_mut(words) else {
            return Typed { connect: patient_only_once(Connect::default()), operands: 0 };
        };
        let connect = Connect::from_arg_matches(&matches).unwrap_or_default();
        Typed { connect: patient_only_once(connect), operands: operands(&command, &matches) }
    }
}

fn patient_only_once(connect: Connect) -> Connect {
    Connect {
        max_attempts: Some(1),
        connect_timeout: TIMEOUT,
        read_timeout: TIMEOUT,
        limit_rate: None,
        ..connect
    }
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
