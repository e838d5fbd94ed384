//! What `--json` prints is what its schema says: every line of the contract, and every line that any test sees.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::{Value, json};

static SCHEMA: LazyLock<Value> = LazyLock::new(s3seal::json_schema);

/// What is wrong with a line of stdout, or of an error on stderr.
pub(crate) fn faults(line: &Value) -> Vec<String> {
    let name = definition_of(line);
    let Some(definition) = SCHEMA["$defs"].get(name) else {
        return vec![format!("there is no definition of `{name}`")];
    };
    let mut faults = Vec::new();
    check(definition, line, name, &mut faults);
    faults
}

/// Checks the lines of a run with `--json` that are certainly the program's own.
#[track_caller]
pub(crate) fn check_lines(stdout: &str, stderr: &str) {
    let items = stdout.lines().filter(|line| line.starts_with(r#"{"op":""#));
    let errors = stderr.lines().filter(|line| line.starts_with(r#"{"kind":""#));
    for line in items.chain(errors) {
        // A run that was killed may have left half a line.
        let Ok(value) = serde_json::from_str(line) else { continue };
        let faults = faults(&value);
        assert!(faults.is_empty(), "{faults:?}: {line}");
    }
}

fn definition_of(line: &Value) -> &str {
    match (line["op"].as_str(), line.get("kind")) {
        (Some(op), _) => op,
        (None, Some(_)) => "error",
        (None, None) => "head",
    }
}

/// A validator for the keywords that the schema uses; any other is a fault, since it would check nothing.
fn check(schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    let Value::Object(keywords) = schema else {
        return faults.push(format!("{at}: {schema} is no schema"));
    };
    for (keyword, rule) in keywords {
        match keyword.as_str() {
            "description" => {}
            "type" if has_type(rule, value) => {}
            "type" => faults.push(format!("{at}: {value} is not of the type {rule}")),
            "const" if rule == value => {}
            "const" => faults.push(format!("{at}: {value} is not {rule}")),
            "enum" if rule.as_array().unwrap().contains(value) => {}
            "enum" => faults.push(format!("{at}: {value} is none of {rule}")),
            "oneOf" | "anyOf" => {
                let fitting = rule.as_array().unwrap().iter().filter(|variant| {
                    let mut inner = Vec::new();
                    check(variant, value, at, &mut inner);
                    inner.is_empty()
                });
                let count = fitting.count();
                if count == 0 || (keyword == "oneOf" && count > 1) {
                    faults.push(format!("{at}: {value} fits {count} of {rule}"));
                }
            }
            "required" => {
                for name in rule.as_array().unwrap() {
                    if value.get(name.as_str().unwrap()).is_none() {
                        faults.push(format!("{at}: {name} is missing"));
                    }
                }
            }
            "properties" => {
                for (name, field) in rule.as_object().unwrap() {
                    if let Some(value) = value.get(name) {
                        check(field, value, &format!("{at}.{name}"), faults);
                    }
                }
            }
            "additionalProperties" => {
                let known = &schema["properties"];
                for (name, field) in value.as_object().into_iter().flatten() {
                    if known.get(name).is_some() {
                        continue;
                    }
                    match rule {
                        Value::Bool(false) => faults.push(format!("{at}: `{name}` is unknown")),
                        rule => check(rule, field, &format!("{at}.{name}"), faults),
                    }
                }
            }
            "items" => {
                for item in value.as_array().into_iter().flatten() {
                    check(rule, item, &format!("{at}[]"), faults);
                }
            }
            other => faults.push(format!("{at}: the validator does not know `{other}`")),
        }
    }
}

fn has_type(rule: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str().unwrap() {
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "null" => value.is_null(),
        _ => false,
    };
    rule.as_array().map_or_else(|| is(rule), |names| names.iter().any(is))
}

/// The lines of the contract: what is masked in them are texts.
fn contract() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts = files.filter(|path| path.extension().is_some_and(|it| it == "txt"));
    let lines = texts.flat_map(|path| {
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.into_iter().map(move |line| (path.clone(), line))
    });
    lines
        .filter_map(|(path, line)| {
            let json = line.strip_prefix("! ").unwrap_or(&line);
            let value = json.starts_with('{').then(|| serde_json::from_str(json).unwrap())?;
            Some((format!("{}: {line}", path.display()), value))
        })
        .collect()
}

#[test]
fn the_contract_is_documented() {
    for (line, value) in contract() {
        let faults = faults(&value);
        assert!(faults.is_empty(), "{faults:#?}\n{line}");
    }
}

/// Every operation is in the contract, but for those of the proxy, whose own tests check their lines.
#[test]
fn what_is_documented_is_printed() {
    let mut printed: BTreeSet<String> =
        contract().iter().map(|(_, value)| definition_of(value).to_owned()).collect();
    printed.extend(["proxy", "request"].map(str::to_owned));
    let documented = SCHEMA["$defs"].as_object().unwrap().keys().cloned();
    assert_eq!(documented.collect::<BTreeSet<_>>(), printed);
}

/// A field that is printed and that no contract line has would be documented for nothing, or is a gap of the contract.
#[test]
fn a_line_that_differs_is_seen() {
    let right = json!({"op": "rm", "url": "s3://b/k", "dryRun": true});
    assert_eq!(faults(&right), Vec::<String>::new());
    for (wrong, fault) in [
        (json!({"op": "rm", "url": "s3://b/k", "more": 1}), "`more` is unknown"),
        (json!({"op": "rm", "url": 1}), "rm.url: 1 is not of the type"),
        (json!({"op": "rm", "url": null}), "rm.url: null is not of the type"),
        (json!({"op": "fly"}), "no definition of `fly`"),
        (json!({"op": "audit", "url": "s3://b/k"}), "\"state\" is missing"),
        (json!({"op": "audit", "url": "s3://b/k", "state": "fine"}), "fits 0 of"),
        (json!({"kind": "other", "message": "m", "cause": "c"}), "`cause` is unknown"),
        (json!({"kind": "odd", "message": "m"}), "fits 0 of"),
        (json!({"Metadata": {"a": 1}}), "head.Metadata.a: 1 is not of the type"),
        (json!({"Metadata": {}, "Etag": "e"}), "`Etag` is unknown"),
    ] {
        let found = faults(&wrong).join("; ");
        assert!(found.contains(fault), "{wrong}: {found}");
    }
}

/// Each field has an explanation, in the schema and on the page.
#[test]
fn every_field_is_explained() {
    let page = s3seal::json_page(100);
    for (name, definition) in SCHEMA["$defs"].as_object().unwrap() {
        assert!(definition["description"].is_string(), "{name}");
        assert_eq!(definition["additionalProperties"], false, "{name}");
        for (field, schema) in definition["properties"].as_object().unwrap() {
            if field != "op" {
                assert!(schema["description"].is_string(), "{name}.{field}");
                assert!(page.contains(&format!("\n  {field}: ")), "{name}.{field}");
            }
        }
    }
    assert!(page.contains("\n\"op\": \"key-show\"\n") && page.contains("\nErrors, on stderr\n"));
    assert!(page.lines().all(|line| line.chars().count() <= 100), "{page}");
}
