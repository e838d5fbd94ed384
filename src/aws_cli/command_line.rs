//! A command line of aws-cli, taken apart. Which words are options, and which of them take values, follows from the
//! options of both programs.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;

use clap::{Arg, Command};

use super::options::{Rule, TARGETS, rule};
use crate::failure::Failure;
use crate::output::{Form, Selection, parse_query};
use crate::text::redaction::looks_secret;

pub(super) const SERVICES: [&str; 2] = ["s3", "s3api"];

/// A command line, its options already in this program's words.
pub(super) struct CommandLine {
    /// The program's own name.
    program: OsString,
    /// `s3` or `s3api`.
    pub(super) service: &'static str,
    pub(super) operands: VecDeque<OsString>,
    options: Vec<OwnOption>,
    /// What `s3api` names the object and its content by.
    pub(super) bucket: Option<OsString>,
    pub(super) key: Option<OsString>,
    pub(super) body: Option<OsString>,
    pub(super) copy_source: Option<OsString>,
    query: Option<OsString>,
    is_text: bool,
    wants_checksums: bool,
    follows_symlinks: bool,
    pub(super) wants_help: bool,
}

/// The command line of this program that does the same.
pub(super) struct Plan {
    pub(super) target: &'static str,
    pub(super) subcommand: Option<&'static str>,
    /// Options that the target needs as well.
    pub(super) options: Vec<String>,
    pub(super) operands: Vec<OsString>,
}

impl Plan {
    pub(super) fn new(target: &'static str, operands: impl IntoIterator<Item = OsString>) -> Plan {
        Plan {
            target,
            subcommand: None,
            options: Vec::new(),
            operands: operands.into_iter().collect(),
        }
    }
}

/// An option of this program.
struct OwnOption {
    name: String,
    words: Vec<OsString>,
}

/// How many values an option takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arity {
    None,
    One,
    /// One, unless another option follows.
    AtMostOne,
}

/// The words not read yet.
type Words = VecDeque<OsString>;

impl CommandLine {
    /// Takes the arguments apart; none where they do not begin as aws-cli's do.
    /// Errors: `Kind::Usage` for options without a counterpart, and without the value that they need.
    pub(super) fn read(
        arguments: &[OsString],
        tree: &Command,
    ) -> Result<Option<CommandLine>, Failure> {
        let mut words: Words = arguments.iter().cloned().collect();
        let mut line = CommandLine {
            program: words.pop_front().unwrap_or_default(),
            service: "",
            operands: VecDeque::new(),
            options: Vec::new(),
            bucket: None,
            key: None,
            body: None,
            copy_source: None,
            query: None,
            is_text: false,
            wants_checksums: false,
            follows_symlinks: true,
            wants_help: false,
        };
        while let Some(word) = words.pop_front() {
            if is_option(&word) {
                match line.option(&word, &mut words, tree) {
                    // The program's own parser explains it.
                    Err(_) if line.service.is_empty() => return Ok(None),
                    read => read?,
                }
            } else if !line.service.is_empty() {
                line.operands.push_back(word);
            } else if let Some(service) = SERVICES.into_iter().find(|service| word == *service) {
                line.service = service;
            } else {
                return Ok(None);
            }
        }
        // As aws-cli has it: `aws s3 help`, `aws s3 cp help`, and nothing else; a file may be called so.
        let is_alone = matches!(line.operands.len(), 1 | 2) && line.options.is_empty();
        if is_alone && line.operands.back().is_some_and(|last| last == "help") {
            line.operands.pop_back();
            line.wants_help = true;
        }
        Ok((!line.service.is_empty()).then_some(line))
    }

    /// The arguments of this program that do what `plan` says.
    /// Errors: `Kind::Usage` for an option that the command does not have.
    pub(super) fn written(self, plan: &Plan, tree: &Command) -> Result<Vec<OsString>, Failure> {
        let mut arguments = vec![self.program, plan.target.into()];
        arguments.extend(plan.subcommand.map(Into::into));
        if self.wants_help {
            arguments.push("--help".into());
            return Ok(arguments);
        }
        for OwnOption { name, words } in self.options {
            if find(tree, &[plan.target], &name).is_none() {
                let target = plan.target;
                return Err(Failure::usage(format!("--{name} means nothing to `s3seal {target}`"))
                    .hint(format!("leave it out; `s3seal {target} --help` shows what there is")));
            }
            arguments.extend(words);
        }
        let given = |option: &&String| arguments.iter().any(|argument| argument == option.as_str());
        let needed: Vec<&String> = plan.options.iter().filter(|it| !given(it)).collect();
        arguments.extend(needed.into_iter().map(Into::into));
        arguments.push("--".into());
        arguments.extend(plan.operands.iter().cloned());
        Ok(arguments)
    }

    /// What stdout carries.
    /// Errors: `Kind::Usage` for a query that is not a simple one, and for text without a query.
    pub(super) fn form(&self) -> Result<Form, Failure> {
        if self.service == "s3" {
            return Ok(Form::Lines);
        }
        let selection = match (&self.query, self.is_text) {
            (None, true) => {
                return Err(Failure::usage("--output text needs a --query here")
                    .hint("name the fields: --query ETag, or --query '[ETag,VersionId]'"));
            }
            (None, false) => None,
            (Some(query), is_text) => {
                // It lives as long as the process, which runs one command.
                let query = Box::leak(Box::new(parse_query(&query.to_string_lossy())?));
                Some(Selection { query, is_text })
            }
        };
        Ok(Form::Document { selection, has_checksums: self.wants_checksums })
    }

    fn set_output(&mut self, value: Option<&OsStr>) -> Result<(), Failure> {
        self.is_text = match value.and_then(OsStr::to_str) {
            Some("json") => false,
            Some("text") => true,
            _ => {
                return Err(Failure::usage("--output can only be json or text here")
                    .hint("take json, and convert it with jq"));
            }
        };
        Ok(())
    }

    /// aws-cli follows symbolic links below a folder that it stores; this program has to be told.
    pub(super) fn following_symlinks(&self, mut plan: Plan) -> Plan {
        let stores = plan.operands.last().is_some_and(|last| last.as_bytes().starts_with(b"s3://"));
        if stores && self.follows_symlinks {
            plan.options.push("--follow-symlinks".to_owned());
        }
        plan
    }

    /// aws-cli opens the source of a copy with a key only where it is given one; this program would try the one that
    /// seals the copy.
    pub(super) fn opening_source(&self, mut plan: Plan) -> Plan {
        let has =
            |names: &[&str]| self.options.iter().any(|own| names.contains(&own.name.as_str()));
        let of_source = ["sse-c-copy-source-key", "copy-source-sse-customer-key", "source-key"];
        if has(&["sse-c-key", "sse-customer-key"]) && !has(&of_source) {
            plan.options.push("--source-key=none".to_owned());
        }
        plan
    }

    fn option(&mut self, word: &OsStr, words: &mut Words, tree: &Command) -> Result<(), Failure> {
        let Some((name, inline)) = split(word) else { return self.short(word, words, tree) };
        let mut value = |arity| value_of(name, arity, inline, words);
        match (self.service, name) {
            (_, "help") => self.wants_help = true,
            ("s3api", "bucket") => self.bucket = value(Arity::One)?,
            ("s3api", "key") => self.key = value(Arity::One)?,
            ("s3api", "body") => self.body = value(Arity::One)?,
            ("s3api", "copy-source") => self.copy_source = value(Arity::One)?,
            ("s3api", "query") => self.query = value(Arity::One)?,
            ("s3api", "output") => {
                let output = value(Arity::One)?;
                self.set_output(output.as_deref())?;
            }
            ("s3api", "checksum-mode") => {
                self.wants_checksums = value(Arity::One)?.is_some_and(|mode| mode == "ENABLED");
            }
            _ => match rule(name) {
                Some(Rule::Named(own)) => return self.own(own, inline, words, tree),
                Some(Rule::Default(default)) => {
                    let value = value(Arity::AtMostOne)?.unwrap_or_else(|| default.into());
                    self.push(name, Some(value));
                }
                Some(Rule::Means(own, value)) => self.push(own, value.map(Into::into)),
                Some(Rule::Flag) => self.follows_symlinks &= name != "no-follow-symlinks",
                Some(Rule::Value) => drop(value(Arity::One)?),
                Some(Rule::Only(only, hint)) => {
                    if value(Arity::One)?.is_some_and(|value| value != only) {
                        return Err(
                            Failure::usage(format!("--{name} can only be {only} here")).hint(hint)
                        );
                    }
                }
                Some(Rule::Refused(hint)) => {
                    return Err(
                        Failure::usage(format!("--{name} has no counterpart here")).hint(hint)
                    );
                }
                None => return self.own(name, inline, words, tree),
            },
        }
        Ok(())
    }

    /// An option that this program has by the same name.
    fn own(
        &mut self,
        name: &str,
        inline: Option<&OsStr>,
        words: &mut Words,
        tree: &Command,
    ) -> Result<(), Failure> {
        let Some(option) = find(tree, &TARGETS, name) else {
            let name = shown(OsStr::new(name));
            return Err(Failure::usage(format!("--{name} has no counterpart here")).hint(
                "leave it out if it can be done without; `s3seal put --help`, `get --help` and so on show what there is",
            ));
        };
        let value = value_of(name, arity(option), inline, words)?;
        self.push(name, value);
        Ok(())
    }

    /// Short options are this program's own.
    fn short(&mut self, word: &OsStr, words: &mut Words, tree: &Command) -> Result<(), Failure> {
        let mut letters = word.to_str().unwrap_or_default().chars().skip(1);
        let letter = letters.next().unwrap_or_default();
        let known = |arg: &&Arg| arg.get_short() == Some(letter);
        let option = commands(tree, &TARGETS).flat_map(Command::get_arguments).find(known);
        let Some((option, name)) = option.and_then(|option| Some((option, option.get_long()?)))
        else {
            return Err(Failure::usage(format!("-{letter} has no counterpart here"))
                .hint("aws-cli has no short options, and this program not this one"));
        };
        let is_whole = letters.next().is_some() || arity(option) == Arity::None;
        let value = if is_whole { None } else { words.pop_front() };
        let words = [Some(word.to_owned()), value].into_iter().flatten().collect();
        self.options.push(OwnOption { name: name.to_owned(), words });
        Ok(())
    }

    fn push(&mut self, name: &str, value: Option<OsString>) {
        // Two flags of aws-cli may be one here.
        if value.is_none() && self.options.iter().any(|known| known.name == name) {
            return;
        }
        let mut word = OsString::from(format!("--{name}"));
        if let Some(value) = value {
            word.push("=");
            word.push(value);
        }
        self.options.push(OwnOption { name: name.to_owned(), words: vec![word] });
    }
}

/// The name of a long option, and the value that is written with it.
pub(super) fn split(word: &OsStr) -> Option<(&str, Option<&OsStr>)> {
    let rest = word.as_bytes().strip_prefix(b"--")?;
    let (name, value) = match rest.iter().position(|byte| *byte == b'=') {
        Some(end) => (&rest[..end], Some(OsStr::from_bytes(&rest[end + 1..]))),
        None => (rest, None),
    };
    Some((std::str::from_utf8(name).ok()?, value))
}

/// `-` alone is standard input or output.
fn is_option(word: &OsStr) -> bool {
    word.len() > 1 && word.as_bytes().starts_with(b"-")
}

fn value_of(
    name: &str,
    arity: Arity,
    inline: Option<&OsStr>,
    words: &mut Words,
) -> Result<Option<OsString>, Failure> {
    let missing =
        |what: &str| Failure::usage(format!("--{name} {what}")).hint("check what stands behind it");
    match (arity, inline) {
        (Arity::None, None) => Ok(None),
        (Arity::None, Some(_)) => Err(missing("takes no value")),
        (_, Some(value)) => Ok(Some(value.to_owned())),
        (Arity::AtMostOne, None) => Ok(words.pop_front_if(|word| !is_option(word))),
        (Arity::One, None) => words.pop_front().map(Some).ok_or_else(|| missing("needs a value")),
    }
}

fn find<'t>(tree: &'t Command, targets: &[&str], name: &str) -> Option<&'t Arg> {
    let is_called = |arg: &&Arg| {
        arg.get_long() == Some(name)
            || arg.get_all_aliases().is_some_and(|aliases| aliases.contains(&name))
    };
    commands(tree, targets).flat_map(Command::get_arguments).find(is_called)
}

/// These commands, and the options of all commands.
fn commands<'t>(tree: &'t Command, targets: &[&str]) -> impl Iterator<Item = &'t Command> {
    std::iter::once(tree).chain(targets.iter().filter_map(|target| tree.find_subcommand(target)))
}

/// A word for a message, unless it looks like a key.
pub(super) fn shown(word: &OsStr) -> String {
    let text = word.to_string_lossy();
    if looks_secret(&text) { "[not shown]".to_owned() } else { text.into_owned() }
}

fn arity(option: &Arg) -> Arity {
    let may_be_bare = option.get_num_args().is_some_and(|count| count.min_values() == 0);
    if !option.get_action().takes_values() {
        Arity::None
    } else if may_be_bare {
        Arity::AtMostOne
    } else {
        Arity::One
    }
}
