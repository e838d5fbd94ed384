//! The order of the house: a file imports from lower floors only, no two files import each other, not even by way of
//! others, and nothing outside a folder names the files in it. Read from the `use` lines and paths of the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The floors of the program, bottom up: folders and files of `src`. A file belongs to the longest that it begins with.
const PROGRAM: &[&str] = &[
    "text/percent",
    "text/range",
    "text/redaction",
    "text/size",
    "text/time",
    "text/xml",
    "text",
    "failure",
    "system/descriptors",
    "system/state",
    "system",
    "location",
    "key/core",
    "key/aws_cli",
    "key/ring",
    "key/foreign",
    "key",
    "output",
    "store/seal",
    "store/learned",
    "store/wire/http",
    "store/wire",
    "store/explain",
    "store/object",
    "store/list",
    "store/copy",
    "store/presigned",
    "store/bucket",
    "store/probe",
    "store",
    "transfer/plan",
    "transfer/checksum",
    "transfer/names",
    "transfer/buffers",
    "transfer/permits",
    "transfer/interrupt",
    "transfer/progress",
    "transfer/files",
    "transfer/resume",
    "transfer/targets",
    "transfer/engine",
    "transfer/up",
    "transfer/down",
    "transfer/relay",
    "transfer/many",
    "transfer",
    "jobs",
    "proxy",
    "commands",
    "aws_cli",
    "cli",
    "lib",
    "main",
];

/// The floors of the embedded server, bottom up.
const SERVER: &[&str] = &[
    "encoding",
    "random",
    "refusal",
    "xml",
    "quirks",
    "route",
    "checksum",
    "ssec",
    "redact",
    "request_log",
    "answer",
    "fault",
    "log_file",
    "settings",
    "store/folder",
    "store",
    "context",
    "body",
    "auth",
    "s3/api",
    "s3/output",
    "s3/keys",
    "s3/object",
    "s3/multipart",
    "s3/list",
    "s3/bucket",
    "s3",
    "browser",
    "exchange",
    "server",
    "lib",
    "main",
];

/// Folders with one file for each command.
const WITHOUT_LIMIT: &[&str] = &["commands"];
const MOST_FILES: usize = 15;
const MOST_LINES: usize = 450;

#[test]
fn the_program_keeps_its_order() {
    House::read("src").check(PROGRAM);
}

#[test]
fn the_server_keeps_its_order() {
    House::read("mock/src").check(SERVER);
}

/// A file as its path in the crate: `store/wire/client`; `store/wire` is that folder's face.
type File = String;

struct House {
    root: PathBuf,
    files: BTreeMap<File, Source>,
}

struct Source {
    path: PathBuf,
    text: String,
    /// What it hands on: the name, and the path that it has in the crate.
    exports: BTreeMap<String, Vec<String>>,
}

/// A path as it stands in a file, in segments.
struct Named {
    segments: Vec<String>,
    is_handed_on: bool,
    alias: Option<String>,
}

impl House {
    fn read(root: &str) -> House {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(root);
        let mut files = BTreeMap::new();
        read_folder(&root, &root, &mut files);
        let mut house = House { root, files };
        let exports: Vec<_> = house.files.keys().map(|file| house.exports(file)).collect();
        for (source, exports) in house.files.values_mut().zip(exports) {
            source.exports = exports;
        }
        house
    }

    fn check(&self, floors: &[&str]) {
        let mut wrong = Vec::new();
        let mut imports: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for file in self.files.keys() {
            let Some(floor) = floor_of(file, floors) else {
                wrong.push(format!("{} is on no floor", self.shown(file)));
                continue;
            };
            for target in self.imports(file) {
                if floor_of(target, floors).is_some_and(|other| other > floor) {
                    let (from, to) = (self.shown(file), self.shown(target));
                    wrong.push(format!("{from} imports from the higher floor of {to}"));
                }
                imports.entry(file).or_default().insert(target);
            }
        }
        for circle in circles(&imports) {
            let shown: Vec<_> = circle.iter().map(|file| self.shown(file)).collect();
            wrong.push(format!("a circle of imports: {}", shown.join(", ")));
        }
        wrong.extend(self.open_files(floors));
        wrong.extend(self.sizes());
        assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    }

    /// Files in a folder that others can name past its face; folders and files that are floors may be named.
    fn open_files(&self, floors: &[&str]) -> Vec<String> {
        let faces = self.files.iter().filter(|(_, source)| source.path.ends_with("mod.rs"));
        let declared = faces.flat_map(|(face, source)| {
            let lines = source.text.lines().filter(|line| line.starts_with("pub"));
            let names = lines.filter_map(|line| line.split_once(" mod ")?.1.strip_suffix(';'));
            names.map(move |name| format!("{face}/{name}"))
        });
        let is_wing = |file: &String| {
            let is_folder = self.files.get(file).is_some_and(|it| it.path.ends_with("mod.rs"));
            is_folder || floors.contains(&file.as_str()) || !file.contains('/')
        };
        let is_command = |file: &String| WITHOUT_LIMIT.iter().any(|it| file.starts_with(*it));
        let open = declared.filter(|file| !is_wing(file) && !is_command(file));
        open.map(|file| format!("{} can be named past its folder's face", self.shown(&file)))
            .collect()
    }

    fn sizes(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut folders: BTreeMap<&Path, usize> = BTreeMap::new();
        for source in self.files.values() {
            *folders.entry(source.path.parent().unwrap_or(&self.root)).or_default() += 1;
            let lines = source.text.lines().count();
            if lines > MOST_LINES {
                wrong.push(format!("{} has {lines} lines", source.path.display()));
            }
        }
        for (folder, files) in folders {
            let below = folder.strip_prefix(&self.root).unwrap_or(folder);
            if files > MOST_FILES + 1 && !WITHOUT_LIMIT.iter().any(|it| below == Path::new(it)) {
                wrong.push(format!("{} holds {files} files", folder.display()));
            }
        }
        wrong
    }

    /// The files from which a file imports.
    fn imports(&self, file: &str) -> BTreeSet<&str> {
        let named = self.named(file).into_iter();
        let targets = named.filter_map(|named| {
            let target = self.defined_in(&self.absolute(file, &named.segments)?, 0)?;
            // A face that hands on what is behind it imports nothing.
            let is_face = named.is_handed_on && is_below(target, file);
            (target != file && !is_face).then_some(target)
        });
        targets.collect()
    }

    fn exports(&self, file: &str) -> BTreeMap<String, Vec<String>> {
        let handed_on = self.named(file).into_iter().filter(|named| named.is_handed_on);
        let exports = handed_on.filter_map(|named| {
            let path = self.absolute(file, &named.segments)?;
            Some((named.alias.or_else(|| path.last().cloned())?, path))
        });
        exports.collect()
    }

    /// The file in which what a path names is defined, through the faces on the way.
    fn defined_in(&self, path: &[String], depth: usize) -> Option<&str> {
        for taken in (0..=path.len()).rev() {
            let module = if taken == 0 { "lib".to_owned() } else { path[..taken].join("/") };
            let Some((file, source)) = self.files.get_key_value(&module) else { continue };
            let handed_on = path.get(taken).and_then(|name| source.exports.get(name));
            return match handed_on {
                Some(target) if depth < 8 => {
                    let rest = [target, &path[taken + 1..]].concat();
                    self.defined_in(&rest, depth + 1)
                }
                _ => Some(file),
            };
        }
        None
    }

    /// A path from the crate's root; none where it leads into another crate.
    fn absolute(&self, file: &str, segments: &[String]) -> Option<Vec<String>> {
        let own: Vec<String> = match file {
            "lib" | "main" => Vec::new(),
            file => file.split('/').map(str::to_owned).collect(),
        };
        let (first, rest) = segments.split_first()?;
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some([&own, rest].concat()),
            "super" => {
                let ups = segments.iter().take_while(|it| *it == "super").count();
                let base = own.get(..own.len().checked_sub(ups)?)?;
                Some([base, &segments[ups..]].concat())
            }
            name => {
                let module = [&own, &[name.to_owned()][..]].concat();
                self.files.contains_key(&module.join("/")).then(|| [&own, segments].concat())
            }
        }
    }

    /// What a file's `use` lines and paths name, tests and comments apart.
    fn named(&self, file: &str) -> Vec<Named> {
        let text = &self.files[file].text;
        let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
        let code: String = text.lines().map(|line| without_comment(line) + "\n").collect();
        let mut named = Vec::new();
        for statement in code.split(';') {
            // The last item before a `;` may follow others that end with a brace.
            let begins = |word: &str| statement.rfind(word).map(|at| at + word.len());
            if let Some(at) =
                begins("\nuse ").or_else(|| statement.starts_with("use ").then_some(4))
            {
                named.extend(paths(&statement[at..], false));
            } else if let Some(at) = begins(") use ").or_else(|| begins("pub use ")) {
                named.extend(paths(&statement[at..], true));
            } else if let Some(at) = begins(" use ") {
                named.extend(paths(&statement[at..], false));
            }
            named.extend(inline(statement));
        }
        named
    }

    fn shown(&self, file: &str) -> String {
        let path = self.files.get(file).map_or(Path::new(file), |source| &source.path);
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        path.strip_prefix(root).unwrap_or(path).display().to_string()
    }
}

fn read_folder(root: &Path, folder: &Path, files: &mut BTreeMap<File, Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_folder(root, &path, files);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let below = path.strip_prefix(root).unwrap().with_extension("");
            let below = if below.ends_with("mod") { below.parent().unwrap() } else { &below };
            let text = fs::read_to_string(&path).unwrap();
            let file = below.to_str().unwrap().to_owned();
            files.insert(file, Source { path, text, exports: BTreeMap::new() });
        }
    }
}

fn without_comment(line: &str) -> String {
    line.split("//").next().unwrap_or_default().to_owned()
}

/// The paths of a tree such as `super::{a::B, c::{self, D as E}}`.
fn paths(tree: &str, is_handed_on: bool) -> Vec<Named> {
    let tree = tree.trim();
    let Some((before, inner)) = tree.split_once('{') else {
        let (path, alias) = match tree.split_once(" as ") {
            Some((path, alias)) => (path, Some(alias.trim().to_owned())),
            None => (tree, None),
        };
        let mut segments: Vec<_> = path.split("::").map(|it| it.trim().to_owned()).collect();
        if segments.len() > 1 && segments.last().is_some_and(|it| it == "self") {
            segments.pop();
        }
        return vec![Named { segments, is_handed_on, alias }];
    };
    let inner = inner.trim_end().strip_suffix('}').unwrap_or(inner);
    let (mut depth, mut begin, mut parts) = (0, 0, Vec::new());
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inner[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inner[begin..]);
    let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
    parts.flat_map(|part| paths(&format!("{before}{part}"), is_handed_on)).collect()
}

/// The paths that begin with `crate::` or `super::` amid other code.
fn inline(code: &str) -> Vec<Named> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    // `crate::a::{b, c}` is a tree, and was read as one.
    let words = code.split(|c: char| !is_name(c)).filter(|word| !word.ends_with("::"));
    let paths = words.filter(|word| word.starts_with("crate::") || word.starts_with("super::"));
    let segments = paths.map(|path| path.split("::").map(str::to_owned).collect());
    segments.map(|segments| Named { segments, is_handed_on: false, alias: None }).collect()
}

fn is_below(file: &str, folder: &str) -> bool {
    folder == "lib" || file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn floor_of(file: &str, floors: &[&str]) -> Option<usize> {
    let on = |floor: &str| file == floor || is_below(file, floor);
    let floors = floors.iter().enumerate().filter(|(_, floor)| **floor != "lib" || file == "lib");
    floors.filter(|(_, floor)| on(floor)).max_by_key(|(_, floor)| floor.len()).map(|(at, _)| at)
}

/// Groups of files each of which imports from each other, directly or by way of others.
fn circles<'a>(imports: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<BTreeSet<&'a str>> {
    let reached = |from: &'a str| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(file) = next.pop() {
            next.extend(imports.get(file).into_iter().flatten().filter(|it| seen.insert(**it)));
        }
        seen
    };
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        imports.keys().map(|file| (*file, reached(file))).collect();
    let circle = |file: &'a str| -> BTreeSet<&'a str> {
        let others =
            reached[file].iter().filter(|it| reached.get(*it).is_some_and(|of| of.contains(file)));
        others.copied().collect()
    };
    let circles: BTreeSet<_> = imports.keys().map(|file| circle(file)).collect();
    circles.into_iter().filter(|circle| !circle.is_empty()).collect()
}
