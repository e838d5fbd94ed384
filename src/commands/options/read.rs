//! The version of an object to read, and the conditions of the read.

use clap::builder::NonEmptyStringValueParser;

use super::header::parse_header;
use super::parsed_as;
use crate::store::object::ReadOptions;

#[derive(clap::Args)]
struct ReadArgs {
    /// Read this version instead of the newest
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    version_id: Option<String>,
    /// Read it only if its ETag is this one
    #[arg(long, value_name = "ETAG", value_parser = parse_header)]
    if_match: Option<String>,
    /// Read it only if its ETag is not this one
    #[arg(long, value_name = "ETAG", value_parser = parse_header)]
    if_none_match: Option<String>,
    /// Accept an object that is not sealed although a key is given
    #[arg(long)]
    allow_plain: bool,
}

impl From<ReadArgs> for ReadOptions {
    fn from(args: ReadArgs) -> ReadOptions {
        let ReadArgs { version_id, if_match, if_none_match, allow_plain } = args;
        ReadOptions { version_id, if_match, if_none_match, allow_plain, ..ReadOptions::default() }
    }
}

parsed_as!(ReadArgs => ReadOptions);
