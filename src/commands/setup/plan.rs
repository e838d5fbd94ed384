//! What `setup` writes, and `doctor` after it.

use std::path::PathBuf;
use std::process::Command;

use super::profile::{AwsFiles, NewProfile};
use crate::commands::rule_connection::variable;
use crate::failure::Failure;
use crate::key::core::{Encoding, Key, create_key_file, hand_over_keys, holds_keys};
use crate::key::ring::{Addition, config_file};
use crate::location::Location;
use crate::output::Output;
use crate::store::wire::Connect;

/// What is to be written.
pub(super) struct Plan {
    pub(super) at: Location,
    pub(super) profile: Option<(AwsFiles, NewProfile)>,
    pub(super) new_key: Option<PathBuf>,
    pub(super) rule: Addition,
}

impl Plan {
    /// Fails if something that exists is in the way.
    pub(super) fn check(&self) -> Result<(), Failure> {
        if let Some(file) = self.new_key.as_ref().filter(|file| file.exists()) {
            return Err(Failure::precondition(format!("{} exists", file.display()))
                .hint("use it with --key PATH, or take another --key-name"));
        }
        self.rule.check()
    }

    pub(super) fn show(&self, say: impl Fn(&str)) {
        let block = |title: String, text: &str| {
            say(&title);
            text.lines().for_each(|line| say(&format!("    {line}")));
        };
        if let Some((files, profile)) = &self.profile {
            let id = &profile.access_key_id;
            block(
                format!("  {}", files.credentials.display()),
                &format!(
                    "[{}]\naws_access_key_id = {id}\naws_secret_access_key = (not shown)",
                    profile.name
                ),
            );
            block(format!("  {}", files.config.display()), &profile.config_text());
        }
        if let Some(file) = &self.new_key {
            say(&format!("  {}: a new key", file.display()));
        }
        let config = config_file().map(|path| path.display().to_string()).unwrap_or_default();
        block(format!("  {config}"), &self.rule.text());
    }

    /// Warns of what would keep later commands from the store of the rule.
    /// Errors: `Kind::Usage` if config.toml is invalid.
    pub(super) fn warn(&self, out: &Output) -> Result<(), Failure> {
        let others = self.rule.other_endpoints()?;
        if !others.is_empty() {
            out.warn(&format!(
                "config.toml has a rule for this bucket at {}: commands need --endpoint-url or --profile to tell the stores apart",
                others.join(", ")
            ));
        }
        let profile =
            variable(&["AWS_PROFILE"]).filter(|it| self.rule.profile.as_ref() != Some(it));
        if let Some(profile) = profile {
            out.warn(&format!(
                "AWS_PROFILE is {profile}: while it is set, it counts instead of the rule"
            ));
        } else if self.rule.profile.is_some() && variable(&["AWS_ACCESS_KEY_ID"]).is_some() {
            out.warn("AWS_ACCESS_KEY_ID is set: while it is, its credentials count instead of the profile");
        }
        Ok(())
    }

    /// The key comes first: a rule without its key would be of no use, and a key without its rule does no harm.
    pub(super) fn write(&self, out: &Output) -> Result<(), Failure> {
        if let Some(file) = &self.new_key {
            let unwritable = |error| Failure::unwritable(file.display(), error);
            if let Some(folder) = file.parent() {
                use std::os::unix::fs::DirBuilderExt as _;
                let mut builder = std::fs::DirBuilder::new();
                builder.recursive(true).mode(0o700).create(folder).map_err(unwritable)?;
            }
            let key = Key::generate()?;
            create_key_file(file, &key, Encoding::Base64)?;
            out.say(&format!("made {}, key-MD5 {}", file.display(), key.md5_base64()));
            out.say(
                "keep a copy of this file elsewhere: without the key, its objects cannot be read",
            );
        }
        if let Some((files, profile)) = &self.profile {
            files.write(profile)?;
            out.say(&format!("wrote the profile {}", profile.name));
        }
        let path = self.rule.write()?;
        out.say(&format!("wrote the rule to {}", path.display()));
        out.say(&format!("now: s3seal put FILE {}", self.at));
        Ok(())
    }
}

/// Runs `doctor` in a new process, where what was written counts from the start. Returns its exit code.
/// Errors: `Kind::Other` if it cannot be started.
pub(super) fn doctor(plan: &Plan, connect: &Connect) -> Result<u8, Failure> {
    let failed = |error: std::io::Error| {
        Failure::other(format!("doctor cannot be started: {error}")).because(error)
    };
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    command.arg("doctor").arg(plan.at.to_string());
    if let Some(path) = &connect.ca_bundle {
        command.arg("--ca-bundle").arg(path);
    }
    if let Some(profile) = &plan.rule.profile {
        command.arg("--profile").arg(profile);
    }
    if connect.allow_http {
        command.arg("--allow-http");
    }
    // The key of `--key env:NAME` is no longer in this process's environment.
    if holds_keys() {
        let (name, value) = hand_over_keys().map_err(failed)?;
        command.env(name, value);
    }
    let code = command.status().map_err(failed)?.code();
    Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
