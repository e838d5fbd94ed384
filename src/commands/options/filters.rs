//! `--include` and `--exclude`.

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::transfer::many::Filters;

const INCLUDE: &str = "include";
const EXCLUDE: &str = "exclude";

fn argument(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name("PATTERN")
        .action(ArgAction::Append)
        .help(help)
        .help_heading("Selection options")
}

/// Not derived, because the relative order of the two options matters.
impl clap::FromArgMatches for Filters {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Filters, clap::Error> {
        let given = |name, includes| {
            let indices = matches.indices_of(name).into_iter().flatten();
            let patterns = matches.get_many::<String>(name).into_iter().flatten();
            indices.zip(patterns).map(move |(index, pattern)| (index, pattern.as_str(), includes))
        };
        let mut filters: Vec<_> = given(INCLUDE, true).chain(given(EXCLUDE, false)).collect();
        filters.sort_by_key(|(index, ..)| *index);
        Ok(Filters::new(filters.into_iter().map(|(_, pattern, includes)| (pattern, includes))))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Filters::from_arg_matches(matches)?;
        Ok(())
    }
}

impl clap::Args for Filters {
    fn augment_args(command: Command) -> Command {
        command
            .arg(argument(
                INCLUDE,
                "Do include what matches; all is included at first, and the last pattern decides",
            ))
            .arg(argument(
                EXCLUDE,
                "Leave out what matches; `*` matches `/` as well, names are relative to the source",
            ))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Filters::augment_args(command)
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args, FromArgMatches};

    use super::*;

    #[test]
    fn the_order_of_the_two_options_matters() {
        let admits = |arguments: &[&str], name| {
            let command = Filters::augment_args(Command::new("test").no_binary_name(true));
            let filters = Filters::from_arg_matches(&command.get_matches_from(arguments));
            filters.unwrap().admit(name)
        };
        assert!(admits(&["--exclude", "*", "--include", "*.sql"], "a.sql"));
        assert!(!admits(&["--include", "*.sql", "--exclude", "*"], "a.sql"));
    }
}
