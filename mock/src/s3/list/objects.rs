//! ListObjects, ListObjectsV2 and ListMultipartUploads.

use s3s::dto::{
    CommonPrefix, ETag, EncodingType, ListMultipartUploadsInput, ListMultipartUploadsOutput,
    ListObjectsInput, ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output, MultipartUpload,
    Object as ListedObject,
};
use s3s::{S3Request, S3Response};

use crate::encoding;
use crate::refusal::Refusal;
use crate::s3::bucket::buckets::owner;
use crate::s3::object::put::last_modified;
use crate::s3::{Api, Outcome};
use crate::store::Bucket;

const MAX_KEYS: i32 = 1000;

pub(crate) async fn list_objects(
    api: &Api,
    request: S3Request<ListObjectsInput>,
) -> Outcome<ListObjectsOutput> {
    let input = request.input;
    let encoding = Encoding::of(input.encoding_type.as_ref())?;
    let limit = limit(input.max_keys, "maxKeys")?;
    let marker = input.marker.clone().unwrap_or_default();
    let selection = Selection {
        prefix: input.prefix.clone().unwrap_or_default(),
        delimiter: delimiter(input.delimiter.as_deref()),
        // The marker may be a common prefix of the page before: then all it stands for is past.
        past_prefix: delimiter(input.delimiter.as_deref()).is_some_and(|d| marker.ends_with(&d)),
        after: marker.clone(),
        limit,
    };
    let buckets = api.store.lock();
    let page = selection.of(live_keys(buckets.bucket(&input.bucket)?));
    let next = page.next.filter(|_| selection.delimiter.is_some());
    Ok(S3Response::new(ListObjectsOutput {
        name: Some(input.bucket.clone()),
        prefix: Some(encoding.apply(&selection.prefix)),
        marker: Some(encoding.apply(&marker)),
        max_keys: i32::try_from(limit).ok(),
        is_truncated: Some(page.truncated),
        contents: Some(
            page.items
                .into_iter()
                .map(|(key, item)| item.listed(encoding.apply(&key), true))
                .collect(),
        ),
        common_prefixes: Some(common_prefixes(&page.prefixes, encoding)),
        delimiter: input.delimiter.as_deref().map(|delimiter| encoding.apply(delimiter)),
        next_marker: next.map(|next| encoding.apply(&next)),
        encoding_type: input.encoding_type,
        ..Default::default()
    }))
}

pub(crate) async fn list_objects_v2(
    api: &Api,
    request: S3Request<ListObjectsV2Input>,
) -> Outcome<ListObjectsV2Output> {
    let input = request.input;
    let encoding = Encoding::of(input.encoding_type.as_ref())?;
    let limit = limit(input.max_keys, "maxKeys")?;
    let (after, past_prefix) = match &input.continuation_token {
        Some(token) => read_token(token)?,
        None => (input.start_after.clone().unwrap_or_default(), false),
    };
    let selection = Selection {
        prefix: input.prefix.clone().unwrap_or_default(),
        delimiter: delimiter(input.delimiter.as_deref()),
        after,
        past_prefix,
        limit,
    };
    let fetch_owner = input.fetch_owner.unwrap_or(false);
    let buckets = api.store.lock();
    let page = selection.of(live_keys(buckets.bucket(&input.bucket)?));
    let token = page.next.as_ref().map(|next| token(next, page.prefixes.last() == Some(next)));
    let contents: Vec<_> = page
        .items
        .into_iter()
        .map(|(key, item)| item.listed(encoding.apply(&key), fetch_owner))
        .collect();
    Ok(S3Response::new(ListObjectsV2Output {
        name: Some(input.bucket.clone()),
        prefix: Some(encoding.apply(&selection.prefix)),
        max_keys: i32::try_from(limit).ok(),
        key_count: i32::try_from(contents.len() + page.prefixes.len()).ok(),
        continuation_token: input.continuation_token,
        is_truncated: Some(page.truncated),
        next_continuation_token: token,
        contents: Some(contents),
        common_prefixes: Some(common_prefixes(&page.prefixes, encoding)),
        delimiter: input.delimiter.as_deref().map(|delimiter| encoding.apply(delimiter)),
        start_after: input.start_after.as_deref().map(|after| encoding.apply(after)),
        encoding_type: input.encoding_type,
        ..Default::default()
    }))
}

pub(crate) async fn list_multipart_uploads(
    api: &Api,
    request: S3Request<ListMultipartUploadsInput>,
) -> Outcome<ListMultipartUploadsOutput> {
    let input = request.input;
    let encoding = Encoding::of(input.encoding_type.as_ref())?;
    let limit = limit(input.max_uploads, "max-uploads")?;
    let key_marker = input.key_marker.clone().unwrap_or_default();
    let id_marker = input.upload_id_marker.clone().unwrap_or_default();
    let prefix = input.prefix.clone().unwrap_or_default();
    let delimiter = delimiter(input.delimiter.as_deref());

    let buckets = api.store.lock();
    let bucket = buckets.bucket(&input.bucket)?;
    let (mut uploads, mut prefixes): (Vec<MultipartUpload>, Vec<String>) = (Vec::new(), Vec::new());
    let (mut truncated, mut last) = (false, None);
    for (key, id, upload) in bucket.uploads() {
        let past = match id_marker.as_str() {
            "" => key <= key_marker.as_str(),
            marker => (key, id) <= (key_marker.as_str(), marker),
        };
        if !key.starts_with(&prefix) || (past && !key_marker.is_empty()) {
            continue;
        }
        let common = common_prefix(key, &prefix, delimiter.as_deref());
        if common
            .as_ref()
            .is_some_and(|common| prefixes.last() == Some(common) || *common == key_marker)
        {
            continue;
        }
        if uploads.len() + prefixes.len() == limit {
            truncated = true;
            break;
        }
        if let Some(common) = common {
            last = Some((common.clone(), String::new()));
            prefixes.push(common);
            continue;
        }
        last = Some((key.to_owned(), id.to_owned()));
        uploads.push(MultipartUpload {
            key: Some(encoding.apply(key)),
            upload_id: Some(id.to_owned()),
            initiated: Some(last_modified(upload.initiated)),
            storage_class: Some(upload.attributes.listed_storage_class().into()),
            owner: Some(owner()),
            checksum_algorithm: upload
                .checksum
                .map(|(algorithm, _)| algorithm.name().to_owned().into()),
            checksum_type: upload.checksum.map(|(_, kind)| kind.name().to_owned().into()),
            ..Default::default()
        });
    }
    let next = last.filter(|_| truncated);
    Ok(S3Response::new(ListMultipartUploadsOutput {
        bucket: Some(input.bucket.clone()),
        key_marker: Some(encoding.apply(&key_marker)),
        upload_id_marker: Some(id_marker),
        next_key_marker: next.as_ref().map(|(key, _)| encoding.apply(key)),
        next_upload_id_marker: next.map(|(_, id)| id),
        prefix: input.prefix.as_deref().map(|prefix| encoding.apply(prefix)),
        delimiter: input.delimiter.as_deref().map(|delimiter| encoding.apply(delimiter)),
        max_uploads: i32::try_from(limit).ok(),
        is_truncated: Some(truncated),
        uploads: Some(uploads),
        common_prefixes: Some(common_prefixes(&prefixes, encoding)),
        encoding_type: input.encoding_type,
        ..Default::default()
    }))
}

/// Whether keys are written percent-encoded, so that XML can carry any of them.
#[derive(Clone, Copy, Debug)]
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
}

/// The part of a sorted listing that one answer shows.
pub(crate) struct Selection {
    pub(crate) prefix: String,
    pub(crate) delimiter: Option<String>,
    pub(crate) after: String,
    /// `after` is a common prefix that was shown already.
    pub(crate) past_prefix: bool,
    pub(crate) limit: usize,
}

pub(crate) struct Page<T> {
    pub(crate) items: Vec<(String, T)>,
    pub(crate) prefixes: Vec<String>,
    pub(crate) truncated: bool,
    /// Where the next page begins: the last key or common prefix shown. Absent on the last page.
    pub(crate) next: Option<String>,
}

impl Selection {
    fn of<'a, T>(&self, keys: impl Iterator<Item = (&'a str, T)>) -> Page<T> {
        let mut page =
            Page { items: Vec::new(), prefixes: Vec::new(), truncated: false, next: None };
        let mut last = None;
        for (key, item) in keys {
            let past =
                key <= self.after.as_str() || (self.past_prefix && key.starts_with(&self.after));
            if !key.starts_with(&self.prefix) || (past && !self.after.is_empty()) {
                continue;
            }
            let common = common_prefix(key, &self.prefix, self.delimiter.as_deref());
            if common.is_some() && page.prefixes.last() == common.as_ref() {
                continue;
            }
            if page.items.len() + page.prefixes.len() == self.limit {
                // A page of no keys has nothing to go on from.
                page.truncated = self.limit > 0;
                break;
            }
            last = Some(common.clone().unwrap_or_else(|| key.to_owned()));
            match common {
                Some(common) => page.prefixes.push(common),
                None => page.items.push((key.to_owned(), item)),
            }
        }
        page.next = last.filter(|_| page.truncated);
        page
    }
}

pub(crate) fn common_prefix(key: &str, prefix: &str, delimiter: Option<&str>) -> Option<String> {
    let delimiter = delimiter?;
    let end = key[prefix.len()..].find(delimiter)? + prefix.len() + delimiter.len();
    Some(key[..end].to_owned())
}

pub(crate) fn common_prefixes(prefixes: &[String], encoding: Encoding) -> Vec<CommonPrefix> {
    prefixes.iter().map(|prefix| CommonPrefix { prefix: Some(encoding.apply(prefix)) }).collect()
}

pub(crate) fn delimiter(given: Option<&str>) -> Option<String> {
    given.filter(|delimiter| !delimiter.is_empty()).map(str::to_owned)
}

/// # Errors
/// `InvalidArgument` for a negative number.
pub(crate) fn limit(given: Option<i32>, name: &str) -> Result<usize, Refusal> {
    let given = given.unwrap_or(MAX_KEYS);
    usize::try_from(given.min(MAX_KEYS)).map_err(|_| {
        let message = format!("Argument {name} must be an integer between 0 and 2147483647");
        Refusal::invalid_argument(message, name, &given.to_string())
    })
}

struct Live {
    object: ListedObject,
}

impl Live {
    fn listed(mut self, key: String, with_owner: bool) -> ListedObject {
        self.object.key = Some(key);
        self.object.owner = with_owner.then(owner);
        self.object
    }
}

fn live_keys(bucket: &Bucket) -> impl Iterator<Item = (&str, Live)> {
    bucket.keys().filter_map(|(key, versions)| {
        let version = versions.last()?;
        let object = version.object.as_ref()?;
        let listed = ListedObject {
            e_tag: Some(ETag::Strong(object.etag.clone())),
            last_modified: Some(last_modified(version.modified)),
            size: i64::try_from(object.size).ok(),
            storage_class: Some(object.attributes.listed_storage_class().into()),
            checksum_algorithm: object
                .checksum
                .as_ref()
                .map(|sum| vec![sum.algorithm.name().to_owned().into()]),
            checksum_type: object.checksum.as_ref().map(|sum| sum.kind.name().to_owned().into()),
            ..Default::default()
        };
        Some((key.as_str(), Live { object: listed }))
    })
}

/// A continuation token: opaque to clients.
fn token(next: &str, is_prefix: bool) -> String {
    encoding::base64(format!("{}{next}", if is_prefix { 'p' } else { 'k' }).as_bytes())
}

fn read_token(token: &str) -> Result<(String, bool), Refusal> {
    encoding::from_base64(token)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| match text.split_at_checked(1)? {
            ("p", next) => Some((next.to_owned(), true)),
            ("k", next) => Some((next.to_owned(), false)),
            _ => None,
        })
        .ok_or_else(|| {
            Refusal::invalid_argument(
                "The continuation token provided is incorrect",
                "continuation-token",
                token,
            )
        })
}
