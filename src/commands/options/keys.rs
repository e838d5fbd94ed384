//! The key options.

use std::ffi::OsString;

use super::parsed_as;
use crate::key::KeyOptions;
use crate::key::aws_cli::{ALGORITHM, AwsCliKey, AwsCliSourceKey};
use crate::key::core::{DEFAULT_TIMEOUT, Format};

const HEADING: &str = "Spellings of aws-cli";
/// The options that aws-cli's options exclude.
const OURS: [&str; 2] = ["key", "key_format"];
const SOURCE_KEY: &str = "source_key";

#[derive(clap::Args)]
struct KeyArgs {
    /// Where the key is: a path with a `/` (./backup.key), a name in config.toml, env:NAME, cmd:COMMAND, …
    ///
    /// Also file:PATH, fd:N and stdin; never the key itself. Repeatable: the first writes, all are tried for
    /// reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself; without that,
    /// the rules of config.toml.
    // A key in url-safe base64 may begin with a hyphen, and clap's message about an unknown option would quote it.
    #[arg(short = 'k', long = "key", value_name = "SPEC", allow_hyphen_values = true)]
    key: Vec<OsString>,
    /// How to read the key text
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    key_format: Format,
    /// Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a
    /// bucket alone (s3://bucket), for each object of the same name there
    #[arg(long, value_name = "URL")]
    derive_as: Option<String>,
    /// The same in the spellings of aws-cli
    #[command(flatten)]
    aws_cli: AwsCliKey,
    /// How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever
    #[arg(long, value_name = "SECONDS", default_value_t = DEFAULT_TIMEOUT.as_secs())]
    key_timeout: u64,
}

impl From<KeyArgs> for KeyOptions {
    fn from(args: KeyArgs) -> KeyOptions {
        let KeyArgs { key, key_format, derive_as, aws_cli, key_timeout } = args;
        KeyOptions { key, key_format, derive_as, aws_cli, key_timeout }
    }
}

parsed_as!(KeyArgs => KeyOptions);

#[derive(clap::Args)]
#[group(id = "AwsCliKey")]
struct AwsCliKeyArgs {
    /// As with `aws s3api`: AES256
    #[arg(long, help_heading = HEADING, conflicts_with_all = OURS, value_name = "ALGORITHM")]
    sse_customer_algorithm: Option<OsString>,
    /// As with `aws s3api`: the 32 bytes of the key as text, file://FILE or fileb://FILE; their base64 if
    /// --sse-customer-key-md5 is given
    #[arg(long, help_heading = HEADING, conflicts_with_all = OURS, value_name = "KEY", allow_hyphen_values = true)]
    sse_customer_key: Option<OsString>,
    /// As with `aws s3api`: base64 of the MD5 of the 32 bytes
    #[arg(long, help_heading = HEADING, conflicts_with_all = OURS, value_name = "MD5", allow_hyphen_values = true)]
    sse_customer_key_md5: Option<OsString>,
    /// As with `aws s3`: AES256, which may be left out
    #[arg(long, help_heading = HEADING, conflicts_with_all = OURS, value_name = "ALGORITHM", num_args = 0..=1, default_missing_value = ALGORITHM)]
    sse_c: Option<OsString>,
    /// As with `aws s3`: the 32 bytes of the key as text, file://FILE or fileb://FILE
    #[arg(long, help_heading = HEADING, conflicts_with_all = OURS, value_name = "KEY", allow_hyphen_values = true)]
    sse_c_key: Option<OsString>,
}

impl From<AwsCliKeyArgs> for AwsCliKey {
    fn from(args: AwsCliKeyArgs) -> AwsCliKey {
        let AwsCliKeyArgs {
            sse_customer_algorithm,
            sse_customer_key,
            sse_customer_key_md5,
            sse_c,
            sse_c_key,
        } = args;
        AwsCliKey {
            sse_customer_algorithm,
            sse_customer_key,
            sse_customer_key_md5,
            sse_c,
            sse_c_key,
            ..AwsCliKey::default()
        }
    }
}

parsed_as!(AwsCliKeyArgs => AwsCliKey);

#[derive(clap::Args)]
#[group(id = "AwsCliSourceKey")]
struct AwsCliSourceKeyArgs {
    /// As with `aws s3api copy-object`: AES256
    #[arg(long, help_heading = HEADING, conflicts_with = SOURCE_KEY, value_name = "ALGORITHM")]
    copy_source_sse_customer_algorithm: Option<OsString>,
    /// As with `aws s3api copy-object`: the source's key, as --sse-customer-key has it
    #[arg(long, help_heading = HEADING, conflicts_with = SOURCE_KEY, value_name = "KEY", allow_hyphen_values = true)]
    copy_source_sse_customer_key: Option<OsString>,
    /// As with `aws s3api copy-object`: base64 of the MD5 of the 32 bytes
    #[arg(long, help_heading = HEADING, conflicts_with = SOURCE_KEY, value_name = "MD5", allow_hyphen_values = true)]
    copy_source_sse_customer_key_md5: Option<OsString>,
    /// As with `aws s3 cp`: AES256, which may be left out
    #[arg(long, help_heading = HEADING, conflicts_with = SOURCE_KEY, value_name = "ALGORITHM", num_args = 0..=1, default_missing_value = ALGORITHM)]
    sse_c_copy_source: Option<OsString>,
    /// As with `aws s3 cp`: the source's key, as --sse-c-key has it
    #[arg(long, help_heading = HEADING, conflicts_with = SOURCE_KEY, value_name = "KEY", allow_hyphen_values = true)]
    sse_c_copy_source_key: Option<OsString>,
}

impl From<AwsCliSourceKeyArgs> for AwsCliSourceKey {
    fn from(args: AwsCliSourceKeyArgs) -> AwsCliSourceKey {
        let AwsCliSourceKeyArgs {
            copy_source_sse_customer_algorithm,
            copy_source_sse_customer_key,
            copy_source_sse_customer_key_md5,
            sse_c_copy_source,
            sse_c_copy_source_key,
        } = args;
        AwsCliSourceKey {
            copy_source_sse_customer_algorithm,
            copy_source_sse_customer_key,
            copy_source_sse_customer_key_md5,
            sse_c_copy_source,
            sse_c_copy_source_key,
        }
    }
}

parsed_as!(AwsCliSourceKeyArgs => AwsCliSourceKey);
