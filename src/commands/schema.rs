//! The documentation of `--json`: a JSON Schema, and a page for people. Both are made of the types that are printed and of
//! their doc comments, so neither can differ from the output.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::{bucket, key, keygen, local_server, ls, presign};
use crate::failure::Failure;
use crate::jobs::Record;
use crate::jobs::doctor::DoctorRecord;
use crate::proxy::LogLine;
use crate::store::object::ObjectMetadata;

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";
/// The definitions of lines without `op`.
const HEAD: &str = "head";
const ERROR: &str = "error";
const INDENT: &str = "      ";

const ABOUT: &str = "\
With --json, stdout has one JSON object a line for each item, and stderr one for each error. The field \
`op` names the operation, except in the lines of `head`, which have the fields of `aws s3api head-object`, \
and in errors. `sync` prints the lines of `put`, `get` and `rm`, `cat` those of `get`. A field without a value is left out. Fields may be added, and none changes its meaning. \
Warnings and notes are lines of text on stderr, none of which begins with `{`.";

/// The schema of the lines that `--json` prints: in `$defs`, one definition for each `op`, one for `head`, and one for errors.
pub fn schema() -> Value {
    let mut definitions = Map::new();
    add::<Record>(&mut definitions);
    add::<ls::Item<'static>>(&mut definitions);
    add::<presign::Item<'static>>(&mut definitions);
    add::<bucket::Item<'static>>(&mut definitions);
    add::<keygen::Item<'static>>(&mut definitions);
    add::<key::ShowItem<'static>>(&mut definitions);
    add::<key::Md5Item<'static>>(&mut definitions);
    add::<key::ConvertItem<'static>>(&mut definitions);
    add::<key::DeriveItem<'static>>(&mut definitions);
    add::<key::RecoverItem<'static>>(&mut definitions);
    add::<key::ListItem<'static>>(&mut definitions);
    add::<DoctorRecord<'static>>(&mut definitions);
    add::<local_server::ServerReady<'static>>(&mut definitions);
    add::<LogLine<'static>>(&mut definitions);
    definitions.insert(HEAD.to_owned(), schema_of::<ObjectMetadata>());
    definitions.insert(ERROR.to_owned(), schema_of::<Failure>());
    let lines: Vec<_> =
        definitions.keys().map(|name| json!({"$ref": format!("#/$defs/{name}")})).collect();
    json!({
        "$schema": DRAFT,
        "title": "s3seal --json",
        "description": ABOUT,
        "anyOf": lines,
        "$defs": definitions,
    })
}

/// The same as a page of text. `width`: the longest line, in columns.
pub fn page(width: usize) -> String {
    let mut schema = schema();
    let definitions = match schema.get_mut("$defs").map(Value::take) {
        Some(Value::Object(definitions)) => definitions,
        _ => Map::new(),
    };
    let mut page = wrapped(width, "", ABOUT);
    let is_line_of_op = |name: &str| name != HEAD && name != ERROR;
    let of_op = definitions.iter().filter(|(name, _)| is_line_of_op(name));
    let others = definitions.iter().filter(|(name, _)| !is_line_of_op(name));
    for (name, definition) in of_op.chain(others) {
        let title = match name.as_str() {
            HEAD => "Lines of `head`".to_owned(),
            ERROR => "Errors, on stderr".to_owned(),
            op => format!("\"op\": \"{op}\""),
        };
        page += &format!("\n{title}\n");
        page += &wrapped(width, "  ", description(definition));
        for (name, field) in fields(definition) {
            let presence = if is_required(definition, name) { "" } else { ", optional" };
            page += &format!("  {name}: {}{presence}\n", type_name(field));
            page += &wrapped(width, INDENT, description(field));
            for (value, meaning) in values(field) {
                page += &wrapped(width, INDENT, &format!("{value}: {meaning}"));
            }
        }
    }
    page
}

/// Adds a definition for each variant of a type that is tagged with `op`.
fn add<T: JsonSchema>(definitions: &mut Map<String, Value>) {
    let schema = schema_of::<T>();
    let variants = schema.get("oneOf").and_then(Value::as_array).cloned();
    for variant in variants.unwrap_or_else(|| vec![schema]) {
        let op = variant.pointer("/properties/op/const").and_then(Value::as_str);
        let name = op.unwrap_or_default().to_owned();
        definitions.insert(name, variant);
    }
}

fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.meta_schema = None;
        settings.inline_subschemas = true;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    tidy(&mut schema);
    schema
}

/// Forbids fields that the schema does not name, takes the names of Rust types and the ranges of Rust numbers out, and `null`
/// from the types of optional fields, which are left out instead.
fn tidy(schema: &mut Value) {
    if let Value::Array(list) = schema {
        list.iter_mut().for_each(tidy);
    }
    let Value::Object(object) = schema else { return };
    for name in ["title", "format", "minimum", "maximum"] {
        if object.get(name).is_some_and(|value| !value.is_object()) {
            object.remove(name);
        }
    }
    if let Some(Value::String(text)) = object.get_mut("description") {
        *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let required = object.get("required").cloned().unwrap_or_default();
    if let Some(Value::Object(fields)) = object.get_mut("properties") {
        let is_required = |name: &String| {
            required.as_array().is_some_and(|names| names.iter().any(|it| it == name))
        };
        fields.iter_mut().filter(|(name, _)| !is_required(name)).for_each(|(_, it)| never_null(it));
        object.insert("additionalProperties".to_owned(), false.into());
    }
    object.values_mut().for_each(tidy);
}

fn never_null(field: &mut Value) {
    let Some(Value::Array(types)) = field.get_mut("type") else { return };
    types.retain(|it| it != "null");
    if let [only] = types.as_slice() {
        field["type"] = only.clone();
    }
}

fn description(schema: &Value) -> &str {
    schema.get("description").and_then(Value::as_str).unwrap_or_default()
}

/// The fields of a definition but `op`, the URL first.
fn fields(definition: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let fields = definition.get("properties").and_then(Value::as_object);
    let fields = fields.into_iter().flatten().filter(|(name, _)| *name != "op");
    let (first, rest): (Vec<_>, Vec<_>) = fields.partition(|(name, _)| *name == "url");
    first.into_iter().chain(rest).map(|(name, field)| (name.as_str(), field))
}

fn is_required(definition: &Value, field: &str) -> bool {
    let required = definition.get("required").and_then(Value::as_array);
    required.into_iter().flatten().any(|it| it == field)
}

fn type_name(field: &Value) -> String {
    match field.get("type").and_then(Value::as_str) {
        Some("integer") => "number".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some("array") => {
            let of = field.get("items").unwrap_or(&Value::Null);
            let names: Vec<_> = fields(of).map(|(name, _)| name).collect();
            match names.as_slice() {
                [] => "list of texts".to_owned(),
                names => format!("list of objects with {}", names.join(", ")),
            }
        }
        Some("object") => "object with texts".to_owned(),
        _ if values(field).next().is_some() => "one of these texts".to_owned(),
        _ => "text".to_owned(),
    }
}

/// The possible values of a field, if it has only some, and their meanings.
fn values(field: &Value) -> impl Iterator<Item = (&str, &str)> {
    let variants = field.get("oneOf").or(field.get("anyOf")).and_then(Value::as_array);
    variants.into_iter().flatten().flat_map(|variant| {
        let own = variant.get("const").and_then(Value::as_str);
        let own = own.map(|value| (value, description(variant)));
        let below: Vec<_> = if own.is_none() { values(variant).collect() } else { Vec::new() };
        own.into_iter().chain(below)
    })
}

/// The text in lines of at most [`width`] characters.
fn wrapped(width: usize, indent: &str, text: &str) -> String {
    let mut lines = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && indent.len() + line.len() + 1 + word.len() > width {
            lines += &format!("{indent}{line}\n");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line += word;
    }
    if line.is_empty() { lines } else { lines + &format!("{indent}{line}\n") }
}
