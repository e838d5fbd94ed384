//! What one page of a sorted listing shows.

use s3s::dto::{CommonPrefix, EncodingType};

use crate::refusal::Refusal;

const MAX_KEYS: i32 = 1000;

/// Whether keys are written percent-encoded, so that XML can carry any of them.
#[derive(Clone, Copy)]
pub(crate) struct Encoding {
    url: bool,
}

impl Encoding {
    pub(crate) fn of(asked: Option<&EncodingType>) -> Result<Self, Refusal> {
        match asked.map(|asked| asked.as_str()) {
            None => Ok(Self { url: false }),
            Some("url") => Ok(Self { url: true }),
            Some(other) => Err(Refusal::invalid_argument(
                "Invalid Encoding Method specified in Request",
                "encoding-type",
                other,
            )),
        }
    }

    pub(crate) fn apply(self, text: &str) -> String {
        if !self.url {
            return text.to_owned();
        }
        // Slashes stay, as in the keys that Amazon S3 encodes.
        text.split('/')
            .map(|part| urlencoding::encode(part).into_owned())
            .collect::<Vec<_>>()
            .join("/")
    }

    pub(crate) fn apply_to(self, text: Option<&str>) -> Option<String> {
        text.map(|text| self.apply(text))
    }
}

/// Builds a page: gets the items in order, and says which to show.
pub(crate) struct Pager {
    prefix: String,
    delimiter: Option<String>,
    limit: usize,
    /// The common prefix that the page before ended with, if it did.
    shown_before: Option<String>,
    items: usize,
    /// The common prefixes shown.
    prefixes: Vec<String>,
    /// Whether there was more than the page holds.
    pub(crate) is_full: bool,
    /// The last item shown, a key and an id; or a common prefix.
    last: Option<(String, Option<String>)>,
}

/// What to do with an item.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Offer {
    Show,
    /// It does not match the prefix, or a common prefix stands for it.
    Skip,
    /// The page is full.
    End,
}

impl Pager {
    /// `limit` is what the request asks for under the name `limit_name`; an empty delimiter is none.
    pub(crate) fn new(
        prefix: Option<&str>,
        delimiter: Option<&str>,
        limit: Option<i32>,
        limit_name: &str,
    ) -> Result<Self, Refusal> {
        let limit = limit.unwrap_or(MAX_KEYS);
        let Ok(at_most) = usize::try_from(limit.min(MAX_KEYS)) else {
            let message =
                format!("Argument {limit_name} must be an integer between 0 and 2147483647");
            return Err(Refusal::invalid_argument(message, limit_name, &limit.to_string()));
        };
        Ok(Self {
            prefix: prefix.unwrap_or_default().to_owned(),
            delimiter: delimiter.filter(|text| !text.is_empty()).map(str::to_owned),
            limit: at_most,
            shown_before: None,
            items: 0,
            prefixes: Vec::new(),
            is_full: false,
            last: None,
        })
    }

    /// The delimiter of the page; an empty one is none, and no answer names it.
    pub(crate) fn delimiter(&self) -> Option<&str> {
        self.delimiter.as_deref()
    }

    /// Leaves out a common prefix that is the marker where this page begins.
    pub(crate) fn after_prefix(mut self, marker: &str) -> Self {
        self.shown_before = Some(marker.to_owned());
        self
    }

    pub(crate) fn offer(&mut self, key: &str, id: Option<&str>) -> Offer {
        if !key.starts_with(&self.prefix) {
            return Offer::Skip;
        }
        let common = self.common_prefix(key);
        if common.is_some()
            && (self.prefixes.last() == common.as_ref() || self.shown_before == common)
        {
            return Offer::Skip;
        }
        if self.items + self.prefixes.len() == self.limit {
            self.is_full = true;
            return Offer::End;
        }
        if let Some(common) = common {
            self.last = Some((common.clone(), None));
            self.prefixes.push(common);
            return Offer::Skip;
        }
        self.last = Some((key.to_owned(), id.map(str::to_owned)));
        self.items += 1;
        Offer::Show
    }

    /// Whether there is another page. After a page of zero keys there is nothing to continue from.
    pub(crate) fn is_truncated(&self) -> bool {
        self.is_full && self.limit > 0
    }

    /// Where the next page begins, if there is one: the last key and id, or the last common prefix, shown.
    pub(crate) fn next(&self) -> Option<&(String, Option<String>)> {
        self.last.as_ref().filter(|_| self.is_full)
    }

    pub(crate) fn ends_with_prefix(&self) -> bool {
        self.last.is_some() && self.last.as_ref().map(|(last, _)| last) == self.prefixes.last()
    }

    pub(crate) fn limit(&self) -> Option<i32> {
        i32::try_from(self.limit).ok()
    }

    /// Items and common prefixes shown.
    pub(crate) fn count(&self) -> Option<i32> {
        i32::try_from(self.items + self.prefixes.len()).ok()
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    pub(crate) fn has_delimiter(&self) -> bool {
        self.delimiter.is_some()
    }

    pub(crate) fn common_prefixes(&self, encoding: Encoding) -> Vec<CommonPrefix> {
        let prefixes = self.prefixes.iter();
        prefixes.map(|prefix| CommonPrefix { prefix: Some(encoding.apply(prefix)) }).collect()
    }

    fn common_prefix(&self, key: &str) -> Option<String> {
        let delimiter = self.delimiter.as_deref()?;
        let start = self.prefix.len();
        let end = key[start..].find(delimiter)? + start + delimiter.len();
        Some(key[..end].to_owned())
    }
}
