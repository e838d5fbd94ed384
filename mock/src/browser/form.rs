//! `multipart/form-data` as browsers send it (RFC 7578): the fields first, then the one file, as it comes.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, OnceLock};

use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http::HeaderMap;
use http_body::{Body as HttpBody, Frame};
use http_body_util::{BodyExt as _, StreamBody};

use crate::body::RequestBody;

/// Bytes that all the fields before the file may have: "Browser-based uploads using POST".
pub(crate) const MAX_FIELDS: usize = 20 * 1024;
/// The fields, and the head of the file after them.
const MAX_BEFORE_FILE: usize = 2 * MAX_FIELDS;

#[derive(Default)]
pub(crate) struct Form {
    /// Names in lower case, as S3 ignores their case; in the order sent, each once.
    pub(crate) fields: Vec<(String, String)>,
}

/// Why a form cannot be read.
#[derive(Clone)]
pub(crate) enum FormError {
    /// Not a form, or a form that ends early.
    Malformed,
    /// The fields before the file, or the data after it, are too large.
    TooLarge,
    /// A field was repeated: a policy checks only one of them.
    Repeated(String),
    /// The file has fewer bytes than the policy allows.
    TooSmall { len: u64, min: u64 },
    /// The file has more.
    FileTooLarge { max: u64 },
    /// The body could not be read.
    Body(String),
}

impl Form {
    /// Reads a form up to the content of its file, if it has one.
    pub(crate) async fn read(
        headers: &HeaderMap,
        mut body: RequestBody,
    ) -> Result<(Self, Option<File>), FormError> {
        let boundary = boundary(headers).ok_or(FormError::Malformed)?;
        let delimiter = [b"\r\n--", boundary.as_bytes()].concat();
        let mut received = BytesMut::new();
        loop {
            match parse(&received, &delimiter)? {
                Step::Fields(form) => return Ok((form, None)),
                Step::File { form, name, start } => {
                    let names = form.fields.iter().map(|(name, _)| name.clone()).collect();
                    let held = received.split_off(start);
                    let state = State::Content;
                    let source = Source { body, held, delimiter, names, state };
                    return Ok((form, Some(File { name, source })));
                }
                Step::More if received.len() > MAX_BEFORE_FILE => return Err(FormError::TooLarge),
                Step::More => match body.frame().await {
                    Some(Ok(frame)) => {
                        received.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
                    }
                    Some(Err(error)) => return Err(FormError::Body(error.to_string())),
                    None => return Err(FormError::Malformed),
                },
            }
        }
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }
}

/// How much of a form was received.
enum Step {
    More,
    /// All of it, without a file.
    Fields(Form),
    File {
        form: Form,
        name: String,
        start: usize,
    },
}

fn parse(body: &[u8], delimiter: &[u8]) -> Result<Step, FormError> {
    let mut form = Form::default();
    // At the start of the body, the first delimiter has no line end before it.
    let mut at = if body.starts_with(&delimiter[2..]) {
        delimiter.len() - 2
    } else {
        let Some(found) = find(body, delimiter) else { return Ok(Step::More) };
        found + delimiter.len()
    };
    loop {
        let rest = &body[at..];
        if rest.starts_with(b"--") {
            return Ok(Step::Fields(form));
        }
        let Some(head) = find(rest, b"\r\n\r\n") else { return Ok(Step::More) };
        let start = at + head + 4;
        let part = Part::of(&rest[..head]).ok_or(FormError::Malformed)?;
        if part.name == "file" {
            let name = part.filename.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
            return Ok(Step::File { form, name, start });
        }
        if start > MAX_FIELDS {
            return Err(FormError::TooLarge);
        }
        let Some(len) = find(&body[start..], delimiter) else { return Ok(Step::More) };
        if start + len > MAX_FIELDS {
            return Err(FormError::TooLarge);
        }
        if form.field(&part.name).is_some() {
            return Err(FormError::Repeated(part.name));
        }
        let value =
            std::str::from_utf8(&body[start..start + len]).map_err(|_| FormError::Malformed)?;
        form.fields.push((part.name, value.to_owned()));
        at = start + len + delimiter.len();
    }
}

/// The uploaded file; its content has not been read.
pub(crate) struct File {
    /// The browser's name for it, without folders.
    pub(crate) name: String,
    source: Source,
}

impl File {
    /// The content as the body of an upload. It fails if it has fewer bytes than `min` or more than `max`, or if a field
    /// after it repeats one before it; then the second value says why.
    pub(crate) fn content(
        self,
        min: u64,
        max: u64,
    ) -> (impl HttpBody<Data = Bytes, Error = io::Error> + Send + Unpin, Arc<OnceLock<FormError>>)
    {
        let error = Arc::new(OnceLock::new());
        let kept = Arc::clone(&error);
        let content = stream::try_unfold((self.source, 0), move |(mut source, len)| {
            let kept = Arc::clone(&kept);
            async move {
                let next = source.next_within(len, min, max).await.map_err(|why| {
                    let _ = kept.set(why);
                    io::Error::other("the form is broken")
                })?;
                Ok(next.map(|data| {
                    let len = len.saturating_add(data.len() as u64);
                    (Frame::data(data), (source, len))
                }))
            }
        });
        (StreamBody::new(Box::pin(content)), error)
    }
}

struct Source {
    body: RequestBody,
    /// Received but not passed on: it may be the start of a delimiter.
    held: BytesMut,
    delimiter: Vec<u8>,
    /// Fields that came before the file.
    names: HashSet<String>,
    state: State,
}

enum State {
    Content,
    /// S3 ignores everything after the file; only names of fields are checked here.
    After,
    End,
}

impl Source {
    /// The next piece of content, `len` bytes having come before.
    async fn next_within(
        &mut self,
        len: u64,
        min: u64,
        max: u64,
    ) -> Result<Option<Bytes>, FormError> {
        match self.next().await? {
            Some(data) if len.saturating_add(data.len() as u64) > max => {
                Err(FormError::FileTooLarge { max })
            }
            None if len < min => Err(FormError::TooSmall { len, min }),
            next => Ok(next),
        }
    }

    /// The next piece of content; `None` once the form ended.
    async fn next(&mut self) -> Result<Option<Bytes>, FormError> {
        loop {
            match self.state {
                State::Content => {
                    if let Some(data) = self.pass_on() {
                        return Ok(Some(data));
                    }
                }
                State::After => {}
                State::End => return Ok(None),
            }
            if matches!(self.state, State::After) && self.held.len() > MAX_FIELDS {
                return Err(FormError::TooLarge);
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    self.held.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
                }
                Some(Err(error)) => return Err(FormError::Body(error.to_string())),
                None if matches!(self.state, State::Content) => {
                    return Err(FormError::Malformed);
                }
                None => {
                    self.state = State::End;
                    return self.check_rest().map(|()| None);
                }
            }
        }
    }

    /// The held bytes that are certainly content.
    fn pass_on(&mut self) -> Option<Bytes> {
        let end = match find(&self.held, &self.delimiter) {
            Some(end) => {
                let content = self.held.split_to(end);
                drop(self.held.split_to(self.delimiter.len()));
                self.state = State::After;
                content
            }
            None => {
                let certain = (self.held.len() + 1).saturating_sub(self.delimiter.len());
                self.held.split_to(certain)
            }
        };
        (!end.is_empty()).then(|| end.freeze())
    }

    /// Checks the fields after the file.
    fn check_rest(&mut self) -> Result<(), FormError> {
        let mut rest = &self.held[..];
        self.names.insert("file".to_owned());
        while !rest.starts_with(b"--") {
            let Some(head) = find(rest, b"\r\n\r\n") else { break };
            let part = Part::of(&rest[..head]).ok_or(FormError::Malformed)?;
            if !self.names.insert(part.name.clone()) {
                return Err(FormError::Repeated(part.name));
            }
            let Some(next) = find(rest, &self.delimiter) else { break };
            rest = &rest[next + self.delimiter.len()..];
        }
        Ok(())
    }
}

struct Part {
    /// In lower case.
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
            name: parameter(disposition, "name")?.to_ascii_lowercase(),
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
