//! `config.toml`: the names and sources of keys, and the rules that say where each may be sent. It contains no key.

use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use toml::{Table, Value};

use super::rule::{Endpoint, Rule};
use crate::failure::{Advice, Failure, Kind};
use crate::key::core::{
    DeriveAs, Format, Protected, Spec, is_name, may_be_secret, protect, protect_path, shell_quoted,
    with_context,
};
use crate::location::Location;
use crate::system::{OtherUser, ReplacementRisk, is_trusted, replacement_risk};

/// The environment variable that holds the file's path.
const VARIABLE: &str = "S3SEAL_CONFIG";
/// The maximum size of the file in bytes.
const LIMIT: u64 = 1 << 20;
/// The mode bits that let the group or others write.
const WRITABLE: u32 = 0o022;

static LOADED: OnceLock<Result<Config, Failure>> = OnceLock::new();

#[derive(Debug, Clone, Default)]
pub(super) struct Config {
    pub(super) keys: Vec<Entry>,
    pub(super) rules: Vec<Rule>,
}

/// A key that the file names.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) spec: Spec,
    pub(super) format: Format,
    /// How each object's key is derived from this one; none if this key is used directly.
    pub(super) derive: Option<DeriveAs>,
}

/// The file's path: `$S3SEAL_CONFIG`, or `s3seal/config.toml` in `$XDG_CONFIG_HOME` or `~/.config` (XDG Base Directory
/// Specification). None if none of these variables is set.
pub(super) fn path() -> Option<PathBuf> {
    let named = |name: &str| std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    let absolute = |name: &str| named(name).filter(|path| path.is_absolute());
    named(VARIABLE).or_else(|| {
        let folder =
            absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")))?;
        Some(folder.join("s3seal/config.toml"))
    })
}

/// The environment variables that hold keys of the file. Errors in the file are ignored here: they are reported when the
/// file is used.
pub(crate) fn variables() -> Vec<OsString> {
    let variable = |entry: Entry| match entry.spec {
        Spec::Env(name) => Some(name.into()),
        _ => None,
    };
    Config::load().unwrap_or_default().keys.into_iter().filter_map(variable).collect()
}

/// Whether the user set the file's path.
fn is_named() -> bool {
    std::env::var_os(VARIABLE).is_some_and(|it| !it.is_empty())
}

impl Config {
    /// Reads the file once per run: it may be a pipe. If the file does not exist and the user did not set its path, the config
    /// is empty.
    /// Errors: `Kind::Usage` if the file cannot be read, if other users can write or replace it (they could make this
    /// user run any command), or if it is invalid. Messages never quote a value that may be a key.
    pub(super) fn load() -> Result<Config, Failure> {
        let load = || {
            let config = path().map_or(Ok(Config::default()), |path| Config::read(&path))?;
            config.protect_files();
            Ok(config)
        };
        LOADED.get_or_init(load).clone()
    }

    fn read(path: &Path) -> Result<Config, Failure> {
        match read(path) {
            Ok(text) => parse(&text, path),
            Err(mut failure) if failure.is(Kind::NotFound) && is_named() => {
                failure.kind = Kind::Usage;
                Err(failure)
            }
            Err(Failure { kind: Kind::NotFound, .. }) => Ok(Config::default()),
            Err(failure) => Err(failure),
        }
    }

    /// Protects every key file from being overwritten, whether the key is read or not.
    fn protect_files(&self) {
        for entry in &self.keys {
            if let Spec::File(path) = &entry.spec {
                protect_path(path);
            }
        }
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.keys.iter().position(|entry| entry.name == name)
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
            Failure::not_found(format!("{shown} is not there"))
                .hint(format!("write it, or unset {VARIABLE}"))
        }
        kind => Failure::usage(format!("{shown} cannot be read: {kind}"))
            .hint(format!("make it readable, or name another file with {VARIABLE}")),
    };
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    protect(&metadata, Protected::Config);
    if metadata.is_file() {
        check_owners(path, &metadata)?;
    }
    let mut text = String::new();
    file.take(LIMIT).read_to_string(&mut text).map_err(unreadable)?;
    if (text.len() as u64) < LIMIT {
        Ok(text)
    } else {
        Err(Failure::usage(format!("{shown} is longer than 1 MiB, so it is no config.toml"))
            .hint(format!("name the right file with {VARIABLE}")))
    }
}

/// Fails if users other than this one and root can change or replace the file.
fn check_owners(path: &Path, found: &Metadata) -> Result<(), Failure> {
    let shown = path.display();
    if found.mode() & WRITABLE != 0 {
        return Err(Failure::usage(format!(
            "others can write {shown}, and so make this user run any command"
        ))
        .hint(format!("check its content, then `chmod go-w {}`", shell_quoted(path))));
    }
    // In containers, files of the host often have other owner ids: a path that the user set is accepted.
    if !is_named() && !is_trusted(found.uid()) {
        return Err(Failure::usage(format!(
            "{shown} belongs to another user (uid {}), who could make this user run any command",
            found.uid()
        ))
        .hint(format!(
            "check its content, then take it over with chown, or name it with {VARIABLE}={}",
            shell_quoted(path)
        )));
    }
    let Some(ReplacementRisk { path: folder, by }) = replacement_risk(path, found.uid()) else {
        return Ok(());
    };
    let folder_shown = folder.display();
    match by {
        OtherUser::Any => Err(Failure::usage(format!(
            "others can write {folder_shown}, where config.toml is, and so make this user run any command"
        ))
        .hint(format!("check the content of config.toml, then `chmod o-w {}`", shell_quoted(&folder)))),
        OtherUser::Owner(_) if is_named() => Ok(()),
        OtherUser::Owner(uid) => Err(Failure::usage(format!(
            "another user (uid {uid}) owns {folder_shown} and can replace {shown}, and so make this user run any command"
        ))
        .hint(format!("keep config.toml in a folder of your own, or name it with {VARIABLE}"))),
    }
}

/// Fails if this would be no valid content of the file.
/// Errors: `Kind::Usage`.
pub(super) fn check_text(text: &str, path: &Path) -> Result<(), Failure> {
    parse(text, path).map(drop)
}

fn parse(text: &str, path: &Path) -> Result<Config, Failure> {
    let table = text.parse::<Table>().map_err(|error| {
        let before = error.span().map_or("", |span| &text[..span.start]);
        let line = before.matches('\n').count() + 1;
        // The parser's own message can quote a value.
        Failure::usage(format!("{}, line {line}: this is not TOML, or a name stands twice", path.display()))
            .hint("values are quoted: source = \"cmd:pass show s3\"; names of keys with other characters than letters, digits, `_` and `-`, too: [keys.\"a.b\"]")
    })?;
    Parser { path }.config(table)
}

/// Converts the TOML table into a [`Config`].
struct Parser<'a> {
    path: &'a Path,
}

impl Parser<'_> {
    fn config(&self, table: Table) -> Result<Config, Failure> {
        let mut config = Config::default();
        let (mut keys, mut rules) = (Table::new(), Vec::new());
        for (name, value) in table {
            match (name.as_str(), value) {
                ("keys", Value::Table(table)) => keys = table,
                ("rules", Value::Array(array)) => rules = array,
                ("keys", _) => return Err(self.wrong("keys", "write each as [keys.NAME]")),
                ("rules", _) => return Err(self.wrong("rules", "write each as [[rules]]")),
                (name, _) => return Err(self.unknown(name, "there are [keys.NAME] and [[rules]]")),
            }
        }
        for (name, value) in keys {
            config.keys.push(self.entry(&name, value)?);
        }
        for (index, value) in rules.into_iter().enumerate() {
            let place = format!("rule {}", index + 1);
            let rule = self.rule(&place, value, &config)?;
            if config.rules.iter().any(|other| other.has_same_scope(&rule)) {
                return Err(self.wrong(&place, "another rule has the same endpoint and prefix"));
            }
            config.rules.push(rule);
        }
        Ok(config)
    }

    fn entry(&self, name: &str, value: Value) -> Result<Entry, Failure> {
        if !is_name(name) || may_be_secret(name) || ["none", "stdin"].contains(&name) {
            return Err(self.unknown(
                name,
                "a key's name is a word of letters, digits, `.`, `_` and `-`, other than `none` and `stdin`",
            ));
        }
        let place = format!("keys.{name}");
        let known = ["source", "format", "derive", "derive_bucket"];
        let mut fields = Fields::new(self, &place, value, &known)?;
        let spec = self.source(&place, &fields.required("source")?)?;
        let format = match fields.text("format")? {
            None => Format::Auto,
            Some(text) => Format::named(&text)
                .ok_or_else(|| self.wrong(&place, "`format` is auto, base64, hex or raw"))?,
        };
        let bucket = fields.text("derive_bucket")?;
        let derive = match (fields.boolean("derive")?, bucket) {
            (true, None) => Some(DeriveAs::default()),
            (true, Some(bucket)) => {
                Some(DeriveAs::bucket(&bucket).map_err(|failure| self.placed(&place, failure))?)
            }
            (false, None) => None,
            (false, Some(_)) => {
                return Err(self.wrong(&place, "`derive_bucket` goes with `derive = true`"));
            }
        };
        Ok(Entry { name: name.to_owned(), spec, format, derive })
    }

    /// A relative path starts at the config file's folder, a path with `~/` at the home folder.
    fn source(&self, place: &str, text: &str) -> Result<Spec, Failure> {
        let spec = Spec::configured(text).map_err(|failure| self.placed(place, failure))?;
        let Spec::File(path) = spec else { return Ok(spec) };
        if let Ok(rest) = path.strip_prefix("~") {
            let home = std::env::var_os("HOME").filter(|home| !home.is_empty());
            let home = home.ok_or_else(|| self.wrong(place, "`~` means nothing without HOME"))?;
            return Ok(Spec::File(PathBuf::from(home).join(rest)));
        }
        let folder = self.path.parent().unwrap_or(Path::new(""));
        Ok(Spec::File(folder.join(path.strip_prefix(".").unwrap_or(&path))))
    }

    fn rule(&self, place: &str, value: Value, config: &Config) -> Result<Rule, Failure> {
        let known = ["endpoint", "prefix", "key", "retired", "region", "profile"];
        let mut fields = Fields::new(self, place, value, &known)?;
        let endpoint = Endpoint::parse(&fields.required("endpoint")?).ok_or_else(|| {
            self.wrong(place, "`endpoint` is a URL such as \"https://s3.example.com\", or \"aws\"")
        })?;
        let prefix = fields.required("prefix")?.parse::<Location>().map_err(|_| {
            self.wrong(place, "`prefix` is \"s3://BUCKET\" or \"s3://BUCKET/PREFIX\"")
        })?;
        let find = |name: &str| {
            let what = if may_be_secret(name) {
                "what should be the name of a key looks like a key".to_owned()
            } else {
                format!("there is no [keys.{name}]")
            };
            config.find(name).ok_or_else(|| self.wrong(place, &what))
        };
        let key = find(&fields.required("key")?)?;
        let retired = fields.list("retired")?;
        let retired = retired.iter().map(|name| find(name)).collect::<Result<Vec<_>, _>>()?;
        let (region, profile) = (fields.text("region")?, fields.text("profile")?);
        Ok(Rule::new(endpoint, &prefix, key, retired).reached_by(region, profile))
    }

    /// Puts the place in the file before the message.
    fn placed(&self, place: &str, failure: Failure) -> Failure {
        with_context(&format!("{}, {place}", self.path.display()), failure)
    }

    fn wrong(&self, place: &str, what: &str) -> Failure {
        Failure::usage(format!("{}, {place}: {what}", self.path.display()))
            .hint(Advice::ShowConfigFormat)
    }

    fn unknown(&self, name: &str, known: &str) -> Failure {
        if may_be_secret(name) {
            self.wrong("a name in it", "it looks like a key, and the file holds no key")
        } else {
            self.wrong(&format!("`{name}`"), &format!("unknown here; {known}"))
        }
    }
}

/// The fields of one table. Reading a field removes it.
struct Fields<'a> {
    parser: &'a Parser<'a>,
    place: &'a str,
    table: Table,
}

impl<'a> Fields<'a> {
    /// Fails if the value is not a table, or has a field that is not in `known`.
    fn new(
        parser: &'a Parser<'a>,
        place: &'a str,
        value: Value,
        known: &[&str],
    ) -> Result<Fields<'a>, Failure> {
        let Value::Table(table) = value else {
            return Err(parser.wrong(place, "this should be a table"));
        };
        match table.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(Fields { parser, place, table }),
            Some(name) if may_be_secret(name) => {
                Err(parser.wrong(place, "a name in it looks like a key, and the file holds no key"))
            }
            Some(name) => {
                let known = known.join("`, `");
                Err(parser.wrong(place, &format!("`{name}` is unknown here; there are `{known}`")))
            }
        }
    }

    fn text(&mut self, name: &str) -> Result<Option<String>, Failure> {
        match self.table.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
            Some(_) => Err(self.wrong(&format!("`{name}` should be a text in quotes"))),
        }
    }

    fn required(&mut self, name: &str) -> Result<String, Failure> {
        self.text(name)?.ok_or_else(|| self.wrong(&format!("`{name}` is missing")))
    }

    fn boolean(&mut self, name: &str) -> Result<bool, Failure> {
        match self.table.remove(name) {
            None => Ok(false),
            Some(Value::Boolean(flag)) => Ok(flag),
            Some(_) => Err(self.wrong(&format!("`{name}` is true or false"))),
        }
    }

    fn list(&mut self, name: &str) -> Result<Vec<String>, Failure> {
        let wrong = |fields: &Fields<'_>| fields.wrong(&format!("`{name}` is a list of names"));
        let items = match self.table.remove(name) {
            None => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(wrong(self)),
        };
        let text = |item| if let Value::String(text) = item { Some(text) } else { None };
        items.into_iter().map(text).collect::<Option<Vec<_>>>().ok_or_else(|| wrong(self))
    }

    fn wrong(&self, what: &str) -> Failure {
        self.parser.wrong(self.place, what)
    }
}
