//! Adds a key and a rule to `config.toml`.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::config;
use crate::failure::Failure;
use crate::key::core::shell_quoted;
use crate::location::Location;
use crate::system::replacement_risk;

/// A rule to add, and its key.
#[derive(Debug)]
pub(crate) struct Addition {
    /// The key's name.
    pub(crate) name: String,
    /// The key's source. None if the file names the key already.
    pub(crate) source: Option<String>,
    /// `aws` or the URL.
    pub(crate) endpoint: String,
    pub(crate) region: Option<String>,
    pub(crate) profile: Option<String>,
    pub(crate) prefix: Location,
}

impl Addition {
    /// The text to append.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let mut field = |name: &str, value: &str| text += &format!("{name} = {}\n", quoted(value));
        field("endpoint", &self.endpoint);
        for (name, value) in [("region", &self.region), ("profile", &self.profile)] {
            if let Some(value) = value {
                field(name, value);
            }
        }
        field("prefix", self.prefix.to_string().trim_end_matches('/'));
        field("key", &self.name);
        let key = self.source.as_ref().map(|source| {
            format!("[keys.{}]\nsource = {}\n\n", quoted_name(&self.name), quoted(source))
        });
        format!("{}[[rules]]\n{text}", key.unwrap_or_default())
    }

    /// Fails if `config.toml` with the addition would be invalid, for instance by a second rule for the same prefix.
    /// Errors: `Kind::Usage`.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let path = config_file()?;
        check_folder(&path)?;
        let before = read(&path)?;
        config::check_text(&before, &path)?;
        let checked = config::check_text(&with_addition(&before, &self.text()), &path);
        checked.map_err(|failure| {
            let is_list = before.lines().any(|line| line.trim_start().starts_with("rules"));
            if !is_list {
                return failure;
            }
            Failure::usage(format!("{} has its rules in one list", path.display()))
                .hint("write each rule as [[rules]], or add the new one to the list by hand")
        })
    }

    /// The endpoints of other rules for the same bucket.
    /// Errors: `Kind::Usage` if config.toml is invalid.
    pub(crate) fn other_endpoints(&self) -> Result<Vec<String>, Failure> {
        if !config_file()?.exists() {
            return Ok(Vec::new());
        }
        let rules = config::Config::load()?.rules;
        let of_bucket = rules.iter().filter(|rule| rule.bucket() == self.prefix.bucket);
        let endpoints = of_bucket.map(|rule| rule.endpoint.to_string());
        Ok(endpoints.filter(|endpoint| *endpoint != self.endpoint).collect())
    }

    /// Appends it to `config.toml`, which is made if it does not exist. What is there stays as it is.
    /// Errors: as [`Addition::check`]; `Kind::Other` if the file cannot be written.
    pub(crate) fn write(&self) -> Result<PathBuf, Failure> {
        self.check()?;
        let path = config_file()?;
        let unwritable = |error| Failure::unwritable(path.display(), error);
        if let Some(folder) = path.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(unwritable)?;
        }
        let before = read(&path)?;
        let after = with_addition(&before, &self.text());
        append(&path, &after[before.len()..]).map_err(unwritable)?;
        Ok(path)
    }
}

/// The path of `config.toml`, whether it exists or not.
/// Errors: `Kind::Usage` if neither `S3SEAL_CONFIG` nor HOME is set.
pub(crate) fn config_file() -> Result<PathBuf, Failure> {
    config::path().ok_or_else(|| {
        Failure::usage("there is no place for config.toml: HOME is not set")
            .hint("set HOME, or name the file with S3SEAL_CONFIG")
    })
}

/// Whether `config.toml` names this key.
/// Errors: `Kind::Usage` if the file is invalid.
pub(crate) fn names_key(name: &str) -> Result<bool, Failure> {
    // A file that S3SEAL_CONFIG names is made.
    Ok(config_file()?.exists() && config::Config::load()?.find(name).is_some())
}

/// Fails if other users can write the file's folder: they could replace the file, and every later command would refuse it.
fn check_folder(path: &Path) -> Result<(), Failure> {
    let folder = path.ancestors().skip(1).find(|folder| folder.exists());
    let Some(found) = folder.and_then(|folder| fs::metadata(folder).ok()) else { return Ok(()) };
    match replacement_risk(path, found.uid()) {
        Some(risk) => Err(Failure::usage(format!(
            "others can write {}, and could replace config.toml and the key",
            risk.path.display()
        ))
        .hint(format!(
            "`chmod go-w {}`, or name another file with S3SEAL_CONFIG",
            shell_quoted(&risk.path)
        ))),
        None => Ok(()),
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read.map_err(|error| {
            Failure::usage(format!("{} cannot be read: {}", path.display(), error.kind()))
                .hint("make it readable, or name another file with S3SEAL_CONFIG")
        }),
    }
}

fn with_addition(before: &str, addition: &str) -> String {
    let gap = match before {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    format!("{before}{gap}{addition}")
}

fn append(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A basic string of TOML. JSON's strings are such strings, but for DEL.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// A key of TOML: bare where that is possible.
fn quoted_name(name: &str) -> String {
    let is_bare = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if is_bare { name.to_owned() } else { quoted(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_a_toml_string() {
        let text = "a\"b\\c\n\u{7f}\u{1}ä";
        let table: toml::Table = format!("x = {}", quoted(text)).parse().unwrap();
        assert_eq!(table["x"].as_str(), Some(text));
        let table: toml::Table = format!("[keys.{}]\ny = 1", quoted_name("a.b")).parse().unwrap();
        assert!(table["keys"]["a.b"]["y"].is_integer());
    }
}
