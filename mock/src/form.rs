//! `multipart/form-data` as browsers send it (RFC 7578): fields, and the one file that ends what counts.

use bytes::Bytes;
use http::HeaderMap;

/// Bytes that all the fields before the file may have: "Browser-based uploads using POST".
const MAX_FIELDS: usize = 20 * 1024;

/// A form that was read.
#[derive(Debug, Default)]
pub(crate) struct Form {
    /// Names in lower case, for S3 compares them without case; in the order sent.
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) file: Option<File>,
}

/// The uploaded file.
#[derive(Debug)]
pub(crate) struct File {
    /// As the browser names it, without folders.
    pub(crate) name: String,
    pub(crate) content: Bytes,
}

/// Why a form cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Not a form, or one that ends early.
    Malformed,
    /// The fields before the file are too large.
    TooLarge,
}

impl Form {
    /// Reads a body. What comes after the file is ignored, as S3 does.
    ///
    /// # Errors
    /// See [`Broken`].
    pub(crate) fn parse(headers: &HeaderMap, body: &Bytes) -> Result<Self, Broken> {
        let boundary = boundary(headers).ok_or(Broken::Malformed)?;
        let delimiter = [b"\r\n--", boundary.as_bytes()].concat();
        let mut form = Self::default();
        // The first delimiter has no line end before it where nothing precedes the form.
        let mut at = if body.starts_with(&delimiter[2..]) {
            delimiter.len() - 2
        } else {
            find(body, &delimiter).ok_or(Broken::Malformed)? + delimiter.len()
        };
        loop {
            let rest = &body[at..];
            if rest.starts_with(b"--") {
                return Ok(form);
            }
            let head = find(rest, b"\r\n\r\n").ok_or(Broken::Malformed)?;
            let start = at + head + 4;
            let part = Part::of(&rest[..head]).ok_or(Broken::Malformed)?;
            let is_file = part.name.eq_ignore_ascii_case("file");
            if !is_file && start > MAX_FIELDS {
                return Err(Broken::TooLarge);
            }
            let len = find(&body[start..], &delimiter).ok_or(Broken::Malformed)?;
            let content = body.slice(start..start + len);
            if is_file {
                let name = part.filename.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
                form.file = Some(File { name, content });
                return Ok(form);
            }
            if start + len > MAX_FIELDS {
                return Err(Broken::TooLarge);
            }
            let value = std::str::from_utf8(&content).map_err(|_| Broken::Malformed)?;
            form.fields.push((part.name.to_ascii_lowercase(), value.to_owned()));
            at = start + len + delimiter.len();
        }
    }

    /// The value of a field; of the first where there are several.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }
}

struct Part {
    name: String,
    filename: String,
}

impl Part {
    fn of(head: &[u8]) -> Option<Self> {
        let head = String::from_utf8_lossy(head);
        let disposition = head.split("\r\n").find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
        })?;
        Some(Self {
            name: parameter(disposition, "name")?,
            filename: parameter(disposition, "filename").unwrap_or_default(),
        })
    }
}

fn boundary(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("content-type")?.to_str().ok()?;
    let kind = value.split(';').next()?.trim();
    if !kind.eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    parameter(value, "boundary").filter(|boundary| !boundary.is_empty() && boundary.len() <= 70)
}

/// A parameter of a header's value, with or without quotes.
fn parameter(value: &str, name: &str) -> Option<String> {
    let mut rest = value;
    loop {
        rest = rest[rest.find(';')? + 1..].trim_start();
        let (given, after) = rest.split_once('=')?;
        let (text, after) = match after.strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => {
                let end = after.find(';').unwrap_or(after.len());
                (after[..end].trim().to_owned(), &after[end..])
            }
        };
        if given.trim().eq_ignore_ascii_case(name) {
            return Some(text);
        }
        rest = after;
    }
}

/// The text up to the closing quote, and what comes after it.
fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((text, &quoted[at + 1..])),
            '\\' => match chars.next()?.1 {
                escaped @ ('"' | '\\') => text.push(escaped),
                // Browsers send the backslashes of Windows paths as they are.
                other => text.extend(['\\', other]),
            },
            c => text.push(c),
        }
    }
    None
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut at = 0;
    while let Some(found) = haystack[at..].iter().position(|byte| *byte == first) {
        at += found;
        if haystack[at..].starts_with(needle) {
            return Some(at);
        }
        at += 1;
    }
    None
}
