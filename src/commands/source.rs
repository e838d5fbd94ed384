//! The options about the source of copies from URL to URL: its keys, and the store that holds it.

use std::ffi::OsString;

use super::options::parse_header;
use crate::failure::Failure;
use crate::jobs::copy::{SourceAccess, SourceKey};
use crate::key::KeyOptions;
use crate::key::aws_cli::AwsCliSourceKey;

/// The value of `--source-key` for sources that are not sealed.
const NO_KEY: &str = "none";

/// Where the sources are, and what opens them.
#[derive(clap::Args)]
#[command(next_help_heading = "Source options")]
pub(super) struct Source {
    /// Where the key is that opens the source, as with -k; repeatable; `none` where it is not sealed
    // Hyphens are let through for url-safe base64, which may begin with one: clap would quote it.
    #[arg(long, value_name = "SPEC", allow_hyphen_values = true)]
    source_key: Vec<OsString>,
    /// Open the source with a key derived from the given one for this name, as --derive-as has it: where the
    /// source is named through an access point, or in a replica
    #[arg(long, value_name = "URL")]
    source_derive_as: Option<String>,
    #[command(flatten)]
    aws_cli: AwsCliSourceKey,
    /// The URL of the store that holds the source, if it is another one: the bytes pass through this machine
    #[arg(long, value_name = "URL")]
    source_endpoint_url: Option<String>,
    /// The profile to read the source with, if it is another one: the bytes pass through this machine
    #[arg(long, value_name = "NAME")]
    source_profile: Option<String>,
    /// The region of the source's bucket, if it is another one; Amazon's is found without it
    #[arg(long, value_name = "NAME", value_parser = parse_header)]
    source_region: Option<String>,
    /// Read the source without credentials: the bytes pass through this machine
    #[arg(long)]
    source_no_sign_request: bool,
}

impl Source {
    /// Errors: `Kind::Usage` if any of the options is given although nothing is copied from URL to URL. `instead` is the
    /// hint.
    pub(super) fn check_unused(&self, instead: &str) -> Result<(), Failure> {
        if !self.has_key() {
            return self.check_store_unused();
        }
        Err(Failure::usage(
            "--source-key is about the source of a copy from URL to URL, and none is made here",
        )
        .hint(instead))
    }

    /// Whether an option is about the keys of the source.
    pub(super) fn has_key(&self) -> bool {
        self.key_options().is_some() || self.source_derive_as.is_some()
    }

    /// As [`Source::check_unused`], for the options that name the store alone.
    pub(super) fn check_store_unused(&self) -> Result<(), Failure> {
        if !self.access().is_given() {
            return Ok(());
        }
        Err(Failure::usage("--source-endpoint-url, --source-profile, --source-region and --source-no-sign-request are about a copy from URL to URL, and none is made here")
            .hint("name the only store with --endpoint-url, --profile and --region"))
    }

    pub(super) fn access(&self) -> SourceAccess {
        SourceAccess {
            endpoint_url: self.source_endpoint_url.clone(),
            profile: self.source_profile.clone(),
            region: self.source_region.clone(),
            no_sign_request: self.source_no_sign_request,
        }
    }

    /// Whether both sides are said to be two stores, so that the same name on both is not the same object.
    pub(super) fn are_two_stores(&self) -> bool {
        // A profile may be another account of the same store.
        self.source_endpoint_url.is_some()
    }

    /// The keys of the sources. `copies` are the options for the keys of the copies.
    /// Errors: `Kind::Usage` if standard input would be the key of both sides, if the options contradict each other, or
    /// if the derivation names one object and there are several.
    pub(super) fn keys(&self, copies: &KeyOptions, is_one: bool) -> Result<SourceKey, Failure> {
        if self.is_plain() {
            return match self.source_derive_as {
                Some(_) => Err(Failure::usage(
                    "--source-key none opens with no key, and --source-derive-as derives one",
                )
                .hint("leave one of them out")),
                None => Ok(SourceKey::None),
            };
        }
        let Some(key) = self.given(copies) else { return Ok(SourceKey::AsCopies) };
        key.check_derive_as(is_one)?;
        if self.key_options().is_some() && key.uses_stdin()? && copies.uses_stdin()? {
            return Err(Failure::usage("two keys cannot both come from stdin")
                .hint("take one of them from a file, fd:N, env:NAME or cmd:COMMAND"));
        }
        Ok(SourceKey::Own(key))
    }

    /// The keys of the sources, if any are given or are derived in their own way. The format and the timeout of keys are
    /// those of the copy's keys.
    pub(super) fn given(&self, copies: &KeyOptions) -> Option<KeyOptions> {
        let KeyOptions { key_format, key_timeout, .. } = *copies;
        let derive_as = self.source_derive_as.clone();
        let own = match self.key_options() {
            Some(own) => own,
            None => {
                derive_as.as_ref()?;
                copies.clone()
            }
        };
        Some(KeyOptions { key_format, key_timeout, derive_as, ..own })
    }

    fn is_plain(&self) -> bool {
        matches!(self.source_key.as_slice(), [only] if only == NO_KEY)
    }

    fn key_options(&self) -> Option<KeyOptions> {
        if let Some(aws_cli) = self.aws_cli.given() {
            return Some(KeyOptions { aws_cli, ..KeyOptions::default() });
        }
        let key = self.source_key.clone();
        (!key.is_empty()).then(|| KeyOptions { key, ..KeyOptions::default() })
    }
}
