//! The attributes that are stored with an object, and the condition of a write.

use super::header::parse_header;
use super::parsed_as;
use crate::store::object::{Attributes, Condition, Metadata};

#[derive(clap::Args)]
#[command(next_help_heading = "Object attributes (never encrypted)")]
struct AttributesArgs {
    /// The media type; guessed from the file's name where not given
    #[arg(long, value_name = "TYPE", value_parser = parse_header)]
    content_type: Option<String>,
    /// Cache-Control
    #[arg(long, value_name = "VALUE", value_parser = parse_header)]
    cache_control: Option<String>,
    /// Content-Encoding
    #[arg(long, value_name = "VALUE", value_parser = parse_header)]
    content_encoding: Option<String>,
    /// Content-Disposition
    #[arg(long, value_name = "VALUE", value_parser = parse_header)]
    content_disposition: Option<String>,
    /// Content-Language
    #[arg(long, value_name = "VALUE", value_parser = parse_header)]
    content_language: Option<String>,
    /// User metadata; repeatable, or with commas: a=1,b=2 (a comma in a value is written `\,`)
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_metadata)]
    metadata: Vec<Metadata>,
    /// Tags, URL-encoded: a=1&b=2
    #[arg(long, value_name = "TAGS", value_parser = parse_header)]
    tagging: Option<String>,
    /// A canned ACL, such as bucket-owner-full-control
    #[arg(long, value_name = "ACL", value_parser = parse_header)]
    acl: Option<String>,
    /// A storage class, such as STANDARD_IA
    #[arg(long, value_name = "CLASS", value_parser = parse_header)]
    storage_class: Option<String>,
}

impl From<AttributesArgs> for Attributes {
    fn from(args: AttributesArgs) -> Attributes {
        let AttributesArgs {
            content_type,
            cache_control,
            content_encoding,
            content_disposition,
            content_language,
            metadata,
            tagging,
            acl,
            storage_class,
        } = args;
        Attributes {
            content_type,
            cache_control,
            content_encoding,
            content_disposition,
            content_language,
            metadata,
            tagging,
            acl,
            storage_class,
            ..Attributes::default()
        }
    }
}

parsed_as!(AttributesArgs => Attributes);

#[derive(clap::Args)]
struct ConditionArgs {
    /// Write only if the existing object has this ETag
    #[arg(long, value_name = "ETAG", value_parser = parse_header, conflicts_with = "if_none_match")]
    if_match: Option<String>,
    /// Write only if the object does not exist yet; the only value is `*`
    #[arg(long, value_name = "*", value_parser = ["*"], hide_possible_values = true)]
    if_none_match: Option<String>,
}

impl From<ConditionArgs> for Condition {
    fn from(args: ConditionArgs) -> Condition {
        let ConditionArgs { if_match, if_none_match } = args;
        Condition { if_match, if_none_match }
    }
}

parsed_as!(ConditionArgs => Condition);

/// Parses `a=1`, or `a=1,b=2` as aws-cli does; a comma in a value is written `\,`.
fn parse_metadata(text: &str) -> Result<Metadata, String> {
    const ESCAPED_COMMA: &str = "\u{1f}";
    let printable = |byte| matches!(byte, b' '..=b'~');
    if !text.bytes().all(printable) {
        return Err("metadata must be printable ASCII: it travels in HTTP headers".to_owned());
    }
    let parse = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        is_name(name).then(|| (name.to_owned(), value.replace(ESCAPED_COMMA, ",")))
    };
    let escaped = text.replace("\\,", ESCAPED_COMMA);
    escaped.split(',').map(parse).collect::<Option<_>>().map(Metadata).ok_or_else(|| {
        "write it NAME=VALUE, the name of letters, digits, `-`, `_` or `.`, a comma as `\\,`"
            .to_owned()
    })
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_written_as_for_aws_cli() {
        let pairs = |text: &str| {
            parse_metadata(text).map(|found| {
                found.0.iter().map(|(name, value)| format!("{name}:{value}")).collect::<Vec<_>>()
            })
        };
        assert_eq!(pairs("a=1").unwrap(), ["a:1"]);
        assert_eq!(pairs("a=1,b-c=2").unwrap(), ["a:1", "b-c:2"]);
        assert_eq!(pairs("a=1\\,2\\, 3,b=4").unwrap(), ["a:1,2, 3", "b:4"]);
        assert_eq!(pairs("a=x=y").unwrap(), ["a:x=y"]);
        for wrong in ["", "a", "=1", "a=1,b", "a b=1", "a=\u{e4}", "a=1\r\nx: y"] {
            assert!(pairs(wrong).is_err(), "{wrong}");
        }
    }
}
