//! The pages of the book that are made of the program: a page for each command and each topic.

use std::collections::BTreeMap;
use std::fmt::Write;

use clap::{Arg, Command};
use serde_json::Value;

/// Headings of options that one page of a topic lists for all commands, and that topic.
const SHARED: &[(&str, &str)] = &[
    ("Connection options", "connection"),
    ("Output options", "connection"),
    ("Spellings of aws-cli", "aws-cli"),
];

const NOTICE: &str =
    "<!-- Made of the program's help: SNAPSHOTS=overwrite cargo test generated -->\n\n";

/// The pages by their name below `reference/`.
pub(crate) fn generated_pages() -> BTreeMap<String, Vec<u8>> {
    let mut tree = s3seal::command();
    tree.build();
    let mut pages = BTreeMap::new();
    for command in tree.get_subcommands().filter(|command| !command.is_hide_set()) {
        let mut page = NOTICE.to_owned();
        write_command(&mut page, command, 1);
        pages.insert(format!("commands/{}.md", command.get_name()), page.into_bytes());
    }
    for topic in s3seal::topics() {
        let mut page = format!("{NOTICE}{}", topic.text);
        if topic.name == "json" {
            page += &json_page();
        }
        for (heading, _) in SHARED.iter().filter(|(_, name)| *name == topic.name) {
            write!(page, "\n## {heading}\n").unwrap();
            let richest =
                tree.get_subcommands().max_by_key(|command| below(command, heading).count());
            below(richest.unwrap(), heading).for_each(|arg| write_argument(&mut page, arg));
        }
        pages.insert(format!("topics/{}.md", topic.name), page.into_bytes());
    }
    pages
}

fn below<'a>(command: &'a Command, heading: &'a str) -> impl Iterator<Item = &'a Arg> {
    command.get_arguments().filter(move |arg| arg.get_help_heading() == Some(heading))
}

fn write_command(page: &mut String, command: &Command, level: usize) {
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let marks = "#".repeat(level);
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string);
    writeln!(page, "{marks} {name}\n\n{}\n", prose(&about.unwrap_or_default())).unwrap();
    let usage = command.clone().render_usage().to_string();
    writeln!(page, "```text\n{}\n```", usage.trim_start_matches("Usage: ").trim()).unwrap();
    let is_shown = |arg: &&Arg| !arg.is_hide_set() && arg.get_id() != "help";
    let own = command.get_arguments().filter(is_shown);
    let (shared, own): (Vec<&Arg>, Vec<&Arg>) = own.partition(|arg| shared_by(arg).is_some());
    let (positional, options): (Vec<&Arg>, Vec<&Arg>) =
        own.into_iter().partition(|arg| arg.is_positional());
    write_section(page, level, "Arguments", &positional);
    let mut headings: Vec<Option<&str>> = Vec::new();
    for heading in options.iter().map(|arg| arg.get_help_heading()) {
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    for heading in headings {
        let below: Vec<&Arg> =
            options.iter().copied().filter(|arg| arg.get_help_heading() == heading).collect();
        write_section(page, level, heading.unwrap_or("Options"), &below);
    }
    let mut topics: Vec<&str> = shared.iter().filter_map(|arg| shared_by(arg)).collect();
    topics.dedup();
    if !topics.is_empty() {
        let links: Vec<String> =
            topics.iter().map(|name| format!("[{name}](../topics/{name}.md)")).collect();
        writeln!(page, "\nMore options are those of every command: {}.", links.join(", ")).unwrap();
    }
    if let Some(examples) = command.get_after_help() {
        let examples = examples.to_string();
        let lines = examples.lines().skip_while(|line| *line != "Examples:").skip(1);
        let lines: Vec<&str> = lines.take_while(|line| line.starts_with("  ")).collect();
        if !lines.is_empty() {
            let lines: String = lines.iter().map(|line| format!("{}\n", &line[2..])).collect();
            writeln!(page, "\n{marks}# Examples\n\n```bash\n{lines}```").unwrap();
        }
    }
    for command in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        if command.get_name() != "help" {
            writeln!(page).unwrap();
            write_command(page, command, level + 1);
        }
    }
}

fn shared_by(arg: &Arg) -> Option<&'static str> {
    let heading = arg.get_help_heading()?;
    SHARED.iter().find(|(shared, _)| *shared == heading).map(|(_, topic)| *topic)
}

fn write_section(page: &mut String, level: usize, title: &str, arguments: &[&Arg]) {
    if !arguments.is_empty() {
        writeln!(page, "\n{}# {title}", "#".repeat(level)).unwrap();
        arguments.iter().for_each(|arg| write_argument(page, arg));
    }
}

/// An item of a list: how the argument is written, what it does, its values.
fn write_argument(page: &mut String, arg: &Arg) {
    let values = arg.get_value_names().unwrap_or_default();
    let takes = arg.get_num_args().is_none_or(|count| count.takes_values());
    let mut forms = Vec::new();
    forms.extend(arg.get_short().map(|letter| format!("-{letter}")));
    forms.extend(arg.get_long().map(|name| format!("--{name}")));
    let mut form = forms.join(", ");
    for value in values.iter().filter(|_| takes) {
        let separator = if form.is_empty() { "" } else { " " };
        write!(form, "{separator}<{value}>").unwrap();
    }
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let help = prose(&help).replace("\n\n", "\n\n  ");
    writeln!(page, "\n- `{form}`\n\n  {help}").unwrap();
    if !arg.is_hide_possible_values_set() {
        for value in arg.get_possible_values().iter().filter(|value| !value.is_hide_set()) {
            let help = value.get_help().map(ToString::to_string).unwrap_or_default();
            let separator = if help.is_empty() { "" } else { ": " };
            writeln!(page, "  - `{}`{separator}{}", value.get_name(), prose(&help)).unwrap();
        }
    }
    let defaults: Vec<String> = arg
        .get_default_values()
        .iter()
        .map(|value| format!("`{}`", value.to_string_lossy()))
        .collect();
    if takes && !defaults.is_empty() && !arg.is_hide_default_value_set() {
        writeln!(page, "\n  Default: {}", defaults.join(", ")).unwrap();
    }
}

/// Help as Markdown: `<`, `*` and brackets stand for themselves outside of code.
fn prose(help: &str) -> String {
    let mut text = String::new();
    for (number, part) in help.split('`').enumerate() {
        if number % 2 == 1 {
            write!(text, "`{part}`").unwrap();
        } else {
            let mut plain = part.to_owned();
            for letter in ["<", "*", "[", "]"] {
                plain = plain.replace(letter, &format!("\\{letter}"));
            }
            text += &plain;
        }
    }
    text
}

/// The lines of `--json`: a table for each.
fn json_page() -> String {
    let schema = s3seal::json_schema();
    let definitions = schema["$defs"].as_object().expect("definitions");
    let mut page = String::new();
    for (name, definition) in definitions {
        let title = match name.as_str() {
            "head" => "Lines of `head`".to_owned(),
            "error" => "Errors, on stderr".to_owned(),
            op => format!("`\"op\": \"{op}\"`"),
        };
        let about = definition["description"].as_str().unwrap_or_default().replace('\n', " ");
        write!(page, "\n## {title}\n\n{about}\n\n| field | type | meaning |\n|---|---|---|\n")
            .unwrap();
        let required: Vec<&str> = definition["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        for (field, schema) in definition["properties"].as_object().into_iter().flatten() {
            let optional = if required.contains(&field.as_str()) { "" } else { ", optional" };
            let kind = type_name(schema);
            writeln!(page, "| `{field}` | {kind}{optional} | {} |", meaning(schema)).unwrap();
        }
    }
    page
}

fn type_name(schema: &Value) -> String {
    if let Some(value) = schema.get("const") {
        return format!("`{value}`");
    }
    if schema.get("oneOf").is_some() || schema.get("enum").is_some() {
        return "string".to_owned();
    }
    match schema["type"].as_str() {
        Some("array") => format!("array of {}", type_name(&schema["items"])),
        Some(name) => name.to_owned(),
        None => "any".to_owned(),
    }
}

/// What the field means, and its values, where it has only some.
fn meaning(schema: &Value) -> String {
    let about = schema["description"].as_str().unwrap_or_default().replace('\n', " ");
    let listed = schema["enum"].as_array().into_iter().flatten().map(|value| format!("`{value}`"));
    let described = schema["oneOf"].as_array().into_iter().flatten().map(|variant| {
        let value = variant.get("const").or_else(|| variant["enum"].get(0)).unwrap_or(&Value::Null);
        let about = variant["description"].as_str().unwrap_or_default().replace('\n', " ");
        let about = about.trim_end_matches('.');
        if about.is_empty() { format!("`{value}`") } else { format!("`{value}`: {about}") }
    });
    let values: Vec<String> = listed.chain(described).collect();
    let all = if values.is_empty() {
        about
    } else if about.is_empty() {
        values.join("; ")
    } else {
        format!("{}: {}", about.trim_end_matches('.'), values.join("; "))
    };
    all.replace('|', "\\|")
}
