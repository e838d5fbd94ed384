//! What each option and operand takes, for static and live completion: decided by the argument's name and by the name of
//! its value, so that a new argument usually needs nothing here. A test finds those that are undecided.

use clap::builder::{PossibleValuesParser, ValueHint};
use clap::{Arg, Command};
use s3seal_mock::{Behavior, FaultKind};

use crate::commands::help::help_names;

/// What an argument takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Values {
    /// A fixed list that clap knows, or no value at all.
    Known,
    /// Text that cannot be completed.
    Free,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// A behavior of the embedded server.
    Behavior,
    /// A kind of fault, before its probability.
    Fault,
    Files,
    Folders,
    /// A program, and then files.
    Program,
    /// `s3://bucket`.
    Buckets,
    /// `s3://bucket/object`, or a prefix.
    Objects,
    /// Operands of which the first are files, and the last is an object.
    FilesThenObject,
    /// Operands of which the first are objects, and the last is a file.
    ObjectsThenFile,
    /// An object or a file.
    ObjectsOrFiles,
    /// The SPEC of a key; the word `none` only where it is allowed.
    Keys {
        none: bool,
    },
    /// Key text in the spellings of aws-cli: `file://FILE` or `fileb://FILE`.
    KeyText,
    Profiles,
    Endpoints,
    /// A command, or a topic of `s3seal help`.
    HelpNames,
}

/// Canned ACLs (AWS, "Access control list (ACL) overview").
const ACLS: &[&str] = &[
    "private",
    "public-read",
    "public-read-write",
    "aws-exec-read",
    "authenticated-read",
    "bucket-owner-read",
    "bucket-owner-full-control",
];

/// Storage classes that a PUT may name (AWS, "PutObject").
const STORAGE_CLASSES: &[&str] = &[
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
    "REDUCED_REDUNDANCY",
    "OUTPOSTS",
];

/// The states of `audit`.
const STATES: &[&str] = &["sealed", "locked", "sse-s3", "sse-kms", "plain", "denied", "archived"];

/// The regions of Amazon S3 (AWS, "Amazon S3 endpoints and quotas").
const REGIONS: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// Names of values that cannot be completed.
const FREE: &[&str] = &[
    "ACCESS-KEY:SECRET",
    "ACCOUNT",
    "ALGORITHM",
    "BYTES",
    "DURATION",
    "ETAG",
    "HOST:PORT",
    "ID",
    "ID:SECRET[:ACCOUNT[:NAME]]",
    "MD5",
    "N",
    "N|N%",
    "NAME,…",
    "NAME=VALUE",
    "ORIGIN",
    "PATTERN",
    "RANGE",
    "RATE",
    "SECONDS",
    "SIZE",
    "TAGS",
    "TIME",
    "TYPE",
    "VALUE",
];

impl Values {
    /// What an argument of the command takes; none if that is undecided. `command` is the name of a command, or of its
    /// group and itself: `bucket status`.
    pub(super) fn of(command: &str, arg: &Arg) -> Option<Values> {
        if !takes_values(arg) || !arg.get_possible_values().is_empty() {
            return Some(Values::Known);
        }
        match (command, arg.get_id().as_str()) {
            (_, "acl") => return Some(Values::OneOf(ACLS)),
            (_, "storage_class") => return Some(Values::OneOf(STORAGE_CLASSES)),
            ("audit", "only") => return Some(Values::OneOf(STATES)),
            ("help", "names") => return Some(Values::HelpNames),
            ("setup", "key_name") => return Some(Values::Free),
            (_, "region" | "source_region") => return Some(Values::OneOf(REGIONS)),
            (_, "shard") => return Some(Values::OneOf(&["auto"])),
            (_, "behave") => return Some(Values::Behavior),
            (_, "fault") => return Some(Values::Fault),
            (_, "profile" | "source_profile") => return Some(Values::Profiles),
            (_, "endpoint_url" | "source_endpoint_url") => return Some(Values::Endpoints),
            (_, "inventory") => return Some(Values::ObjectsOrFiles),
            ("put", "paths") => return Some(Values::FilesThenObject),
            ("get", "paths") => return Some(Values::ObjectsThenFile),
            ("cp" | "mv", "paths") => return Some(Values::ObjectsOrFiles),
            ("sync", "source" | "dest") => return Some(Values::ObjectsOrFiles),
            ("rotate", "from" | "to") => return Some(Values::Keys { none: true }),
            ("cp" | "mv" | "sync", "source_key") => return Some(Values::Keys { none: true }),
            (command, "url") if command.starts_with("bucket ") => return Some(Values::Buckets),
            _ => {}
        }
        let name = arg.get_value_names().and_then(<[_]>::first)?.as_str();
        match name {
            "URL" | "url" => Some(Values::Objects),
            "SPEC" => Some(Values::Keys { none: false }),
            "KEY" => Some(Values::KeyText),
            "FILE" | "FILE|URL" => Some(Values::Files),
            "DIR" => Some(Values::Folders),
            "COMMAND" => Some(Values::Program),
            name if FREE.contains(&name) => Some(Values::Free),
            _ => None,
        }
    }

    /// The values, where they are a fixed list.
    pub(super) fn list(self) -> Option<Vec<&'static str>> {
        match self {
            Values::OneOf(values) => Some(values.to_vec()),
            Values::HelpNames => Some(help_names()),
            Values::Behavior => Some(Behavior::ALL.iter().map(|it| it.name()).collect()),
            _ => None,
        }
    }

    /// The beginnings of values that go on with something else.
    pub(super) fn beginnings(self) -> Vec<String> {
        match self {
            Values::Fault => FaultKind::ALL.iter().map(|it| format!("{}=", it.name())).collect(),
            _ => Vec::new(),
        }
    }

    fn hint(self) -> ValueHint {
        match self {
            Values::Known => ValueHint::Unknown,
            Values::Files | Values::FilesThenObject => ValueHint::AnyPath,
            Values::ObjectsThenFile | Values::ObjectsOrFiles => ValueHint::AnyPath,
            Values::Folders => ValueHint::DirPath,
            Values::Keys { .. } => ValueHint::FilePath,
            Values::Program => ValueHint::CommandWithArguments,
            Values::Buckets | Values::Objects | Values::Endpoints => ValueHint::Url,
            _ => ValueHint::Other,
        }
    }
}

fn takes_values(arg: &Arg) -> bool {
    arg.is_positional() || arg.get_action().takes_values()
}

/// The command line for static scripts: fixed lists are offered, and files only where files belong.
pub(super) fn with_hints(command: Command) -> Command {
    map_arguments(command, &|arg, values| match values.list() {
        Some(list) => arg.value_parser(PossibleValuesParser::new(list)),
        None if values == Values::Known => arg,
        // clap accepts this hint only where all words that follow are the program's.
        None if values == Values::Program && !arg.is_trailing_var_arg_set() => {
            arg.value_hint(ValueHint::Other)
        }
        None => arg.value_hint(values.hint()),
    })
}

/// Applies `change` to every argument, with what it takes.
pub(super) fn map_arguments(command: Command, change: &dyn Fn(Arg, Values) -> Arg) -> Command {
    map_below("", command, change)
}

fn map_below(name: &str, command: Command, change: &dyn Fn(Arg, Values) -> Arg) -> Command {
    let command = command.mut_args(|arg| {
        let values = Values::of(name, &arg).unwrap_or(Values::Free);
        change(arg, values)
    });
    command.mut_subcommands(|below| {
        let name = path(name, &below);
        map_below(&name, below, change)
    })
}

/// The names of a command and of its group.
fn path(above: &str, command: &Command) -> String {
    let name = command.get_name();
    if above.is_empty() { name.to_owned() } else { format!("{above} {name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undecided(above: &str, command: &Command, found: &mut Vec<String>) {
        for arg in command.get_arguments().filter(|arg| Values::of(above, arg).is_none()) {
            found.push(format!("{above}: {} {:?}", arg.get_id(), arg.get_value_names()));
        }
        command.get_subcommands().for_each(|below| undecided(&path(above, below), below, found));
    }

    #[test]
    fn every_argument_is_decided() {
        let mut found = Vec::new();
        let mut command = crate::command();
        command.build();
        undecided("", &command, &mut found);
        assert!(found.is_empty(), "completion does not know what these take: {found:#?}");
    }
}
