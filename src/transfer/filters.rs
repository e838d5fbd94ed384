//! `--include` and `--exclude`: which names of a folder are meant, as aws-cli understands it.

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, ArgMatches, Command};
use globset::{GlobBuilder, GlobMatcher};

const INCLUDE: &str = "include";
const EXCLUDE: &str = "exclude";

/// Patterns in the order of the command line: all is included at first, and the last pattern that
/// matches decides.
#[derive(Debug, Clone, Default)]
pub struct Filters(Vec<Filter>);

#[derive(Debug, Clone)]
struct Filter {
    pattern: GlobMatcher,
    includes: bool,
}

impl Filters {
    /// Whether there is no pattern, so that all is included.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the name, which is relative to the source, is meant.
    pub fn admit(&self, name: &str) -> bool {
        let last = self.0.iter().rev().find(|filter| filter.pattern.is_match(name));
        last.is_none_or(|filter| filter.includes)
    }
}

/// `*` and `?` stand for any characters, `/` among them.
fn parse(text: &str) -> Result<GlobMatcher, String> {
    match GlobBuilder::new(text).literal_separator(false).backslash_escape(false).build() {
        Ok(glob) => Ok(glob.compile_matcher()),
        Err(error) => Err(error.kind().to_string()),
    }
}

fn argument(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name("PATTERN")
        .action(ArgAction::Append)
        .value_parser(ValueParser::from(parse))
        .help(help)
        .help_heading("Selection options")
}

/// By hand, because the two options' order among each other counts.
impl clap::FromArgMatches for Filters {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Filters, clap::Error> {
        let given = |name, includes| {
            let indices = matches.indices_of(name).into_iter().flatten();
            let patterns = matches.get_many::<GlobMatcher>(name).into_iter().flatten();
            indices
                .zip(patterns.cloned())
                .map(move |(index, pattern)| (index, Filter { pattern, includes }))
        };
        let mut filters: Vec<_> = given(INCLUDE, true).chain(given(EXCLUDE, false)).collect();
        filters.sort_by_key(|(index, _)| *index);
        Ok(Filters(filters.into_iter().map(|(_, filter)| filter).collect()))
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

    fn filters(arguments: &[&str]) -> Filters {
        let command = Filters::augment_args(Command::new("test").no_binary_name(true));
        Filters::from_arg_matches(&command.get_matches_from(arguments)).unwrap()
    }

    #[test]
    fn the_last_pattern_that_matches_decides() {
        let both = ["--exclude", "*", "--include", "*.sql", "--exclude", "tmp/*"];
        let it = filters(&both);
        assert!(it.admit("a.sql") && it.admit("deep/er/a.sql"));
        assert!(!it.admit("a.txt") && !it.admit("tmp/a.sql") && !it.admit("tmp/deep/a.sql"));
        let turned = filters(&["--include", "*.sql", "--exclude", "*"]);
        assert!(!turned.admit("a.sql"));
        assert!(filters(&[]).admit("anything"));
        assert!(filters(&["--include", "*.sql"]).admit("a.txt"));
    }

    #[test]
    fn patterns_are_anchored() {
        let it = filters(&["--exclude", "a?[0-9]"]);
        assert!(!it.admit("ab1") && it.admit("ab1x") && it.admit("xab1") && it.admit("a1"));
        assert!(parse("a[").is_err());
    }
}
