//! `s3seal s3 …` and `s3seal s3api …`: command lines of aws-cli, translated into command lines of this program before
//! they are parsed.
//!
//! - `options`: the options that are spelt differently
//! - `operations`: the operations that are taken, and their help
//! - `command_line`: takes the words apart, and writes the translation

mod command_line;
mod operations;
mod options;

use std::ffi::{OsStr, OsString};

use clap::Command;
use command_line::{CommandLine, Plan, SERVICES, shown};

use operations::{there_are, unknown};

use super::failure::Failure;
use super::output::Form;

/// The commands, here and there, that have a source which may be sealed with a key of its own.
const COPYING: [&str; 4] = ["cp", "mv", "sync", "copy-object"];

/// What a command line of aws-cli means here.
pub(crate) enum Translated {
    Command(Translation),
    /// The text that lists what a service takes.
    Help(String),
}

/// A command line of aws-cli in this program's own words.
pub(crate) struct Translation {
    /// The arguments, the program's name first.
    pub arguments: Vec<OsString>,
    /// Which command was read as which, since messages speak of the latter.
    pub note: String,
    /// What stdout carries.
    pub form: Form,
}

/// Translates a command line that begins as one of aws-cli; none for one of this program. `tree` makes the tree of this
/// program's commands and options.
/// Errors: `Kind::Usage` for what this program has no counterpart of.
pub(crate) fn translate(
    arguments: &[OsString],
    tree: impl FnOnce() -> Command,
) -> Result<Option<Translated>, Failure> {
    refuse_copy_sources(arguments)?;
    // The tree takes its time to make.
    if !arguments.iter().any(|argument| SERVICES.iter().any(|service| argument == service)) {
        return Ok(None);
    }
    let tree = tree();
    let Some(mut line) = CommandLine::read(arguments, &tree)? else { return Ok(None) };
    let service = line.service;
    let Some(operation) = line.operands.pop_front() else {
        if line.wants_help {
            return Ok(Some(Translated::Help(operations::help(service))));
        }
        return Err(Failure::usage(format!("`{service}` alone does nothing"))
            .hint(format!("{}; `s3seal {service} help` lists their options", there_are(service))));
    };
    let plan = match service {
        "s3" => s3(&mut line, &operation)?,
        _ => s3api(&mut line, &operation)?,
    };
    let note = format!("`{service} {}` was read as `s3seal {}`", shown(&operation), plan.target);
    let form = line.form()?;
    let arguments = line.written(&plan, &tree)?;
    Ok(Some(Translated::Command(Translation { arguments, note, form })))
}

/// Options for the source of a copy are refused by name where nothing is copied, or they would seem misspelt.
fn refuse_copy_sources(arguments: &[OsString]) -> Result<(), Failure> {
    if COPYING.iter().any(|command| arguments.iter().any(|argument| argument == command)) {
        return Ok(());
    }
    let options = arguments.iter().take_while(|argument| *argument != "--");
    let mut names =
        options.filter_map(|argument| command_line::split(argument)).map(|(name, _)| name);
    match names.find(|name| options::is_copy_source(name)) {
        Some(name) => Err(Failure::usage(format!(
            "--{name} is about the source of a copy from URL to URL, and none is made here"
        ))
        .hint("it goes with `s3seal cp` and `s3seal mv`; leave it out")),
        None => Ok(()),
    }
}

/// `aws s3 OPERATION`: its operands are files and URLs.
fn s3(line: &mut CommandLine, operation: &OsStr) -> Result<Plan, Failure> {
    let operands = Vec::from(std::mem::take(&mut line.operands));
    if line.wants_help {
        line.operands.clear();
    }
    let count = |wanted: usize, usage: &str| {
        if operands.len() == wanted || line.wants_help {
            return Ok(());
        }
        let (operation, count) = (shown(operation), operands.len());
        Err(Failure::usage(format!(
            "`s3 {operation}` takes {usage}, and {count} operands are given"
        ))
        .hint("put names with spaces in quotes; shell variables may be empty"))
    };
    match operation.to_str() {
        Some("cp") => {
            count(2, "a source and a destination")?;
            Ok(match direction(&operands)? {
                "cp" => line.opening_source(Plan::new("cp", operands)),
                target => line.following_symlinks(Plan::new(target, operands)),
            })
        }
        Some("mv") => {
            count(2, "a source and a destination")?;
            Ok(match direction(&operands)? {
                "cp" => line.opening_source(Plan::new("mv", operands)),
                _ => Plan::new("mv", operands),
            })
        }
        Some("sync") => {
            count(2, "a source and a destination")?;
            // Two folders are refused by the command itself.
            Ok(match direction(&operands) {
                Ok("cp") => line.opening_source(Plan::new("sync", operands)),
                _ => line.following_symlinks(Plan::new("sync", operands)),
            })
        }
        Some("rm") => count(1, "one URL").map(|()| Plan::new("rm", operands)),
        Some("presign") => count(1, "one URL").map(|()| Plan::new("presign", operands)),
        Some(name @ ("mb" | "rb")) => count(1, "one URL").map(|()| {
            let subcommand = if name == "mb" { "create" } else { "delete" };
            Plan { subcommand: Some(subcommand), ..Plan::new("bucket", operands) }
        }),
        name => Err(unknown("s3", name.unwrap_or_default(), &shown(operation))),
    }
}

fn direction(operands: &[OsString]) -> Result<&'static str, Failure> {
    let is_url = |operand: &OsString| operand.to_string_lossy().starts_with("s3://");
    let urls: Vec<bool> = operands.iter().map(is_url).collect();
    match urls.as_slice() {
        [true, false] => Ok("get"),
        [true, true] => Ok("cp"),
        [false, false] => {
            Err(Failure::usage("neither the source nor the destination is an s3:// URL")
                .hint("objects are written s3://bucket/object"))
        }
        _ => Ok("put"),
    }
}

/// `aws s3api OPERATION`: the object is named by options.
fn s3api(line: &mut CommandLine, operation: &OsStr) -> Result<Plan, Failure> {
    let name = operation.to_str().unwrap_or_default();
    let Some(target) = operations::operation("s3api", name).map(|it| it.target) else {
        return Err(unknown("s3api", name, &shown(operation)));
    };
    if line.wants_help {
        return Ok(Plan::new(target, []));
    }
    let object = object(line)?;
    let url = object.url();
    let (body, file) = (line.body.take(), line.operands.pop_front());
    if !line.operands.is_empty() || (target != "get" && file.is_some()) {
        return Err(Failure::usage(format!("`s3api {}` takes no such operand", shown(operation)))
            .hint("put names with spaces in quotes; shell variables may be empty"));
    }
    if target != "put" && body.is_some() {
        return Err(Failure::usage(format!("`s3api {}` has no --body", shown(operation)))
            .hint("only put-object stores one"));
    }
    let copy_source = line.copy_source.take();
    if target != "cp" && copy_source.is_some() {
        return Err(Failure::usage(format!("`s3api {}` has no --copy-source", shown(operation)))
            .hint("only copy-object copies"));
    }
    match (target, body, file) {
        ("cp", ..) | ("put", Some(_), _) if object.is_folder() => {
            Err(Failure::usage("a key that ends in `/` stands for a folder here")
                .hint("give the object's whole key"))
        }
        ("cp", ..) => {
            let (source, version) = copied(copy_source.as_deref())?;
            let plan = line.opening_source(Plan::new(target, [source, url]));
            let version = version.map(|version| format!("--version-id={version}"));
            Ok(Plan { options: plan.options.into_iter().chain(version).collect(), ..plan })
        }
        ("put", None, _) => Err(Failure::usage("`s3api put-object` without --body stores nothing")
            .hint("name the file: --body FILE; for an empty object: --body /dev/null")),
        ("put", Some(body), _) => Ok(Plan::new(target, [body, url])),
        ("get", _, None) => Err(Failure::usage("`s3api get-object` needs a file to write to")
            .hint("name it last; `-` is standard output")),
        ("get", _, Some(file)) => Ok(Plan::new(target, [url, file])),
        _ => Ok(Plan::new(target, [url])),
    }
}

/// The source of a copy and its version, as aws-cli takes them: `BUCKET/KEY?versionId=ID`, not encoded (botocore,
/// `handlers.py`, `_quote_source_header`).
fn copied(given: Option<&OsStr>) -> Result<(OsString, Option<String>), Failure> {
    let wrong = |what: &str| {
        Failure::usage(format!("`s3api copy-object`: {what}"))
            .hint("write --copy-source BUCKET/KEY, or BUCKET/KEY?versionId=ID")
    };
    let given = given.ok_or_else(|| wrong("--copy-source is missing"))?;
    let text = given.to_str().ok_or_else(|| wrong("--copy-source is not UTF-8"))?;
    let (path, version) = match text.split_once("?versionId=") {
        Some((path, version)) => (path, Some(version.to_owned())),
        None => (text, None),
    };
    let path = path.strip_prefix('/').unwrap_or(path);
    match path.split_once('/') {
        Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() && !key.ends_with('/') => {
            Ok((format!("s3://{path}").into(), version))
        }
        _ => Err(wrong("--copy-source names no object")),
    }
}

/// The object that `--bucket` and `--key` name.
struct Object {
    bucket: OsString,
    key: OsString,
}

fn object(line: &mut CommandLine) -> Result<Object, Failure> {
    let given = |value: Option<OsString>, option: &str| match value {
        Some(value) if !value.is_empty() => Ok(value),
        _ => Err(Failure::usage(format!("`s3api` needs {option}, and it is missing or empty"))
            .hint("write --bucket NAME --key KEY")),
    };
    let bucket = given(line.bucket.take(), "--bucket")?;
    let key = given(line.key.take(), "--key")?;
    let text = bucket.to_string_lossy();
    if text.contains('/') && !text.starts_with("arn:") {
        return Err(Failure::usage("--bucket takes the bucket's name alone")
            .hint("what follows its `/` belongs to --key"));
    }
    Ok(Object { bucket, key })
}

impl Object {
    fn url(&self) -> OsString {
        [OsStr::new("s3://"), &self.bucket, OsStr::new("/"), &self.key].into_iter().collect()
    }

    fn is_folder(&self) -> bool {
        self.key.as_encoded_bytes().ends_with(b"/")
    }
}
