//! `s3seal help`: the help of commands, and pages on topics.
//!
//! - `layout`: which options `-h` and `--help` show, groups of commands, colours
//! - `topics`: the pages
//! - `page`: a page as text for a terminal

mod layout;
mod page;
mod topics;

use clap::builder::StyledStr;

pub(crate) use layout::{arrange, help_names};
pub(crate) use topics::TOPICS;
pub use topics::Topic;

use super::schema::schema;
use crate::failure::Failure;
use crate::output::Output;

/// Show the help of a command, or a page on a topic
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal help put
  s3seal help key convert
  s3seal help keys  # a topic: where keys come from
  s3seal help json --json  # the JSON Schema of what --json prints")]
pub(crate) struct Args {
    /// A command, with the command below it if it has any; or a topic: connection, keys, config, environment, patterns,
    /// json, exit-codes, aws-cli
    #[arg(value_name = "COMMAND|TOPIC")]
    names: Vec<String>,
}

/// Prints the page of a topic, or the long help of a command.
/// Errors: `Kind::Usage` for a name that is neither.
pub(crate) fn run(args: &Args, tree: clap::Command, out: &Output) -> Result<(), Failure> {
    let mut tree = tree;
    tree.build();
    if args.names == ["json"] && out.json() {
        return out.item(&schema());
    }
    if let [name] = args.names.as_slice()
        && let Some(topic) = TOPICS.iter().find(|topic| topic.name == name)
    {
        return page::print(topic, &tree, out);
    }
    let mut command = &mut tree;
    for (depth, name) in args.names.iter().enumerate() {
        command = match command.find_subcommand_mut(name) {
            Some(found) => found,
            None => return Err(unknown(&args.names[..=depth])),
        };
    }
    print(&command.render_long_help(), out)
}

/// Prints clap's help. Errors: as [`Output::data`].
pub(crate) fn print(text: &StyledStr, out: &Output) -> Result<(), Failure> {
    out.ansi(&format!("{}\n", text.ansi().to_string().trim_end()))
}

fn unknown(names: &[String]) -> Failure {
    let topics: Vec<_> = TOPICS.iter().map(|topic| topic.name).collect();
    Failure::usage(format!("there is no help on `{}`", names.join(" ")))
        .hint(format!("s3seal --help lists the commands; the topics are {}", topics.join(", ")))
}
