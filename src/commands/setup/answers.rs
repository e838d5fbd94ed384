//! The answers of the options and of the dialog, and the plan that they make.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::dialog::Dialog;
use super::plan::Plan;
use super::profile::{AwsFiles, NewProfile};
use super::providers::{PROVIDERS, Provider};
use crate::commands::rule_connection::variable;
use crate::failure::Failure;
use crate::key::KeyOptions;
use crate::key::core::{Spec, is_name, may_be_secret};
use crate::key::ring::{Addition, config_file, names_key};
use crate::location::Location;
use crate::store::wire::{Connect, profile_names};

/// The options, and the dialog for what they leave open.
pub(super) struct Answers<'a> {
    pub(super) url: Option<&'a str>,
    pub(super) provider: Option<&'a str>,
    pub(super) key_name: Option<&'a str>,
    pub(super) key: Option<&'a OsString>,
    pub(super) connect: &'a Connect,
    pub(super) dialog: Option<Dialog<'a>>,
}

impl Answers<'_> {
    pub(super) async fn plan(&self) -> Result<Plan, Failure> {
        let at = self.location().await?;
        let provider = self.provider().await?;
        let region = self.region(provider).await?;
        let endpoint = self.endpoint(provider, &region).await?;
        check_endpoint(&endpoint)?;
        let url = (endpoint != "aws").then(|| endpoint.clone());
        let (profile_name, profile) = self.profile(provider, &region, url).await?;
        let name = self.key_name(&at).await?;
        let (source, new_key) = self.key(&name)?;
        let rule = Addition {
            name,
            source,
            endpoint,
            region: Some(region),
            profile: profile_name,
            prefix: at.clone(),
        };
        Ok(Plan { at, profile, new_key, rule })
    }

    async fn location(&self) -> Result<Location, Failure> {
        let text = match (self.url, &self.dialog) {
            (Some(url), _) => url.to_owned(),
            (None, Some(dialog)) => dialog.ask("Bucket", None).await?,
            (None, None) => {
                return Err(missing(
                    "the bucket is not named",
                    "name it: s3seal setup s3://BUCKET",
                ));
            }
        };
        let text = if text.contains("://") { text } else { format!("s3://{text}") };
        Ok(text.parse::<Location>()?.folder())
    }

    async fn provider(&self) -> Result<Option<&'static Provider>, Failure> {
        match (self.provider, &self.connect.endpoint_url, &self.dialog) {
            (Some(name), _, _) => Ok(Provider::find(name)),
            (None, Some(_), _) => Ok(None),
            (None, None, Some(dialog)) => {
                let choices: Vec<_> = PROVIDERS.iter().map(|it| (it.name, it.title)).collect();
                Ok(Some(&PROVIDERS[dialog.choose("Provider", &choices).await?]))
            }
            (None, None, None) => {
                Err(missing("the store is not named", "add --provider NAME, or --endpoint-url URL"))
            }
        }
    }

    async fn region(&self, provider: Option<&Provider>) -> Result<String, Failure> {
        let offered = provider.map_or(&["us-east-1"][..], |it| it.regions);
        let region = match (&self.connect.region, &self.dialog) {
            (Some(region), _) => region.clone(),
            (None, Some(dialog)) if self.connect.endpoint_url.is_none() => {
                let choices = offered.join(", ");
                dialog.ask(&format!("Region ({choices}, …)"), Some(offered[0])).await?
            }
            (None, _) if offered.len() == 1 || self.connect.endpoint_url.is_some() => {
                offered[0].to_owned()
            }
            (None, _) => {
                let hint = format!("add --region NAME: {}, …", offered.join(", "));
                return Err(missing("the region is not named", &hint));
            }
        };
        let is_region = region.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if is_region && !region.is_empty() {
            Ok(region)
        } else {
            Err(Failure::usage("a region has only letters, digits and hyphens")
                .hint("write it as the provider does, such as eu-central-1"))
        }
    }

    /// `aws` or the URL.
    async fn endpoint(&self, provider: Option<&Provider>, region: &str) -> Result<String, Failure> {
        let of_provider = provider.and_then(|provider| provider.endpoint_in(region));
        match (&self.connect.endpoint_url, of_provider, &self.dialog) {
            (Some(url), _, _) => Ok(url.clone()),
            (None, Some(endpoint), _) => Ok(endpoint),
            (None, None, Some(dialog)) => {
                dialog.ask("Endpoint, such as https://s3.example.com", None).await
            }
            (None, None, None) => {
                Err(missing("the endpoint is not named", "add --endpoint-url URL"))
            }
        }
    }

    /// The name of the profile for the rule, if it gets one, and the profile to write, if there is none of that name.
    async fn profile(
        &self,
        provider: Option<&Provider>,
        region: &str,
        endpoint: Option<String>,
    ) -> Result<(Option<String>, Option<(AwsFiles, NewProfile)>), Failure> {
        let (id, secret) = (variable(&["AWS_ACCESS_KEY_ID"]), variable(&["AWS_SECRET_ACCESS_KEY"]));
        let has_variables = id.is_some() && secret.is_some();
        let name = match (&self.connect.profile, &self.dialog) {
            (Some(name), _) => name.clone(),
            // Credentials in the environment need no profile.
            (None, _) if has_variables => return Ok((None, None)),
            (None, Some(dialog)) => {
                let usual = provider.map_or("default", |provider| provider.name);
                dialog
                    .ask("Profile of the AWS files, an existing or a new one", Some(usual))
                    .await?
            }
            (None, None) => return Ok((None, None)),
        };
        let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        if !is_word || name.is_empty() || may_be_secret(&name) {
            return Err(Failure::usage("that is no name for a profile")
                .hint("take letters, digits, `-`, `_` and `.`"));
        }
        let files = AwsFiles::locate()?;
        files.check()?;
        if profile_names().await.contains(&name) {
            return Ok((Some(name), None));
        }
        if id.is_some() && variable(&["AWS_SESSION_TOKEN"]).is_some() {
            return Err(Failure::usage("the credentials in the environment are temporary, and a profile is kept")
                .hint("name a profile that renews its credentials, or unset AWS_SESSION_TOKEN and give lasting ones"));
        }
        let (access_key_id, secret_access_key) = match (id.zip(secret), &self.dialog) {
            (Some((id, secret)), _) => (id, Zeroizing::new(secret)),
            (None, Some(dialog)) => {
                let id = dialog.ask("Access key id", None).await?;
                (id, dialog.ask_secret("Secret access key").await?)
            }
            (None, None) => {
                let message = format!("there is no profile `{name}`, and no credentials for it");
                let hint = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for this command: they are written into the profile";
                return Err(missing(&message, hint));
            }
        };
        let is_printable =
            |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
        if !is_printable(&access_key_id) || !is_printable(&secret_access_key) {
            return Err(Failure::usage("credentials are words of visible ASCII characters")
                .hint("copy them again from the provider's console"));
        }
        let profile = NewProfile {
            name: name.clone(),
            access_key_id,
            secret_access_key,
            region: region.to_owned(),
            endpoint,
        };
        Ok((Some(name), Some((files, profile))))
    }

    async fn key_name(&self, at: &Location) -> Result<String, Failure> {
        let name = match (self.key_name, &self.dialog) {
            (Some(name), _) => name.to_owned(),
            (None, Some(dialog)) => dialog.ask("Name for the key", Some(&at.bucket)).await?,
            (None, None) => at.bucket.clone(),
        };
        if is_name(&name) && !may_be_secret(&name) && !["none", "stdin"].contains(&name.as_str()) {
            return Ok(name);
        }
        Err(Failure::usage("that is no name for a key").hint(
            "--key-name is a word of letters, digits, `.`, `_` and `-`, other than `none` and `stdin`; --key says where a key is",
        ))
    }

    /// The source for config.toml, none if the name is known there; and the file of a new key.
    fn key(&self, name: &str) -> Result<(Option<String>, Option<PathBuf>), Failure> {
        if names_key(name)? {
            return match self.key {
                None => Ok((None, None)),
                Some(_) => Err(Failure::usage(format!("config.toml has a key named `{name}`"))
                    .hint("leave --key out to use that one, or take another --key-name")),
            };
        }
        match self.key {
            None => {
                let folder = config_file()?.parent().map(Path::to_owned).unwrap_or_default();
                let file = format!("{name}.key");
                Ok((Some(format!("./{file}")), Some(folder.join(file))))
            }
            Some(spec) => Ok((Some(configured_source(spec)?), None)),
        }
    }
}

/// The source to write for an existing key. A key in a file or a variable is read, to see that it is one.
fn configured_source(spec: &OsStr) -> Result<String, Failure> {
    let parsed = Spec::parse(spec)?;
    let no_text = || {
        Failure::usage("config.toml holds text, and the source of the key is none")
            .hint("give the file a name of UTF-8 characters")
    };
    let source = match &parsed {
        Spec::Name(_) => {
            return Err(Failure::usage("--key names a key of config.toml")
                .hint("name it with --key-name, or write a path with a `/`: ./FILE"));
        }
        _ if parsed.uses_stdin() => {
            return Err(Failure::usage("config.toml cannot name standard input")
                .hint("keep the key in a file, or with a command: cmd:COMMAND"));
        }
        Spec::File(path) => {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            format!("file:{}", path.to_str().ok_or_else(no_text)?)
        }
        _ => spec.to_str().ok_or_else(no_text)?.to_owned(),
    };
    Spec::configured(&source)?;
    if !matches!(parsed, Spec::Command(_)) {
        KeyOptions { key: vec![spec.to_owned()], ..KeyOptions::default() }.load()?;
    }
    Ok(source)
}

fn check_endpoint(endpoint: &str) -> Result<(), Failure> {
    let url = endpoint.parse::<http::Uri>().ok();
    let is_url = url
        .is_some_and(|it| matches!(it.scheme_str(), Some("http" | "https")) && it.host().is_some());
    if endpoint == "aws" || is_url {
        return Ok(());
    }
    Err(Failure::usage("the endpoint is no http or https URL")
        .hint("write it like https://s3.example.com"))
}

fn missing(message: &str, hint: &str) -> Failure {
    Failure::usage(message).hint(hint)
}
