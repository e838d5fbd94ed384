//! Where the settings for a store come from, and whose credentials sign.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

use aws_config::profile::{self, ProfileSet};
use aws_credential_types::Credentials;
use aws_credential_types::credential_feature::AwsCredentialFeature as Feature;
use aws_credential_types::provider::error::CredentialsError;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_sdk_s3::config::ProvideCredentials;
use aws_types::os_shim_internal::{Env, Fs};

use crate::failure::Failure;
use crate::location::Location;
use crate::store::explain::{Action, Circumstances, diagnose};
use crate::store::wire::{Connect, NoAnswer, Refusal, Store, innermost, load_profiles};

/// The user's options and AWS files.
#[derive(Debug)]
pub(crate) struct Settings<'a> {
    options: &'a Connect,
    profiles: ProfileSet,
}

/// A setting, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting {
    pub value: String,
    /// The option, variable or profile that sets it.
    pub from: String,
}

/// The credentials that sign requests.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// The last four characters of the access key id, to recognise it.
    pub key_id_end: String,
    /// Where the credentials come from, in words.
    pub from: String,
    /// When they expire, if they do.
    pub expires: Option<SystemTime>,
}

impl Settings<'_> {
    /// Reads the AWS files.
    /// Errors: `Kind::Usage` if they cannot be read, or have no such profile.
    pub(crate) async fn load(options: &Connect) -> Result<Settings<'_>, Failure> {
        Ok(Settings { options, profiles: load_profiles(options).await? })
    }

    /// The region for which requests are signed, before the store has reported another.
    pub(crate) fn region(&self, store: &Store) -> Setting {
        let region = store.client().config().region().map(ToString::to_string).unwrap_or_default();
        self.decided(
            region,
            &[
                ("--region", self.options.region.clone()),
                ("AWS_REGION", variable("AWS_REGION")),
                ("AWS_DEFAULT_REGION", variable("AWS_DEFAULT_REGION")),
            ],
            |settings| settings.of_profile("region"),
        )
    }

    /// The configured endpoint; none for Amazon's own.
    pub(crate) fn endpoint(&self, store: &Store) -> Option<Setting> {
        let settings = [
            ("--endpoint-url", self.options.endpoint_url.clone()),
            ("AWS_ENDPOINT_URL_S3", variable("AWS_ENDPOINT_URL_S3")),
            ("AWS_ENDPOINT_URL", variable("AWS_ENDPOINT_URL")),
        ];
        // Otherwise it comes from the profile, possibly from its `services` section.
        Some(self.decided(store.endpoint()?.to_owned(), &settings, |_| {
            store.endpoint().map(str::to_owned)
        }))
    }

    /// The identity that signs; none with `--no-sign-request`.
    /// Errors: `Kind::Denied` if there are no credentials, or if their provider fails.
    pub(crate) async fn identity(&self, store: &Store) -> Result<Option<Identity>, Failure> {
        let Some(provider) = store.wire().credentials() else { return Ok(None) };
        let credentials = provider.provide_credentials().await.map_err(|error| {
            let no_answer = match &error {
                CredentialsError::CredentialsNotLoaded(_) => NoAnswer::NoCredentials,
                other => NoAnswer::Credentials(innermost(other)),
            };
            let refusal = Refusal {
                no_answer: Some(no_answer),
                source: Some(Arc::new(error.into())),
                ..Refusal::default()
            };
            let at = Location { bucket: String::new(), key: String::new() };
            diagnose(store, &refusal, &Circumstances { action: Action::List, at: &at, key: None })
        })?;
        Ok(Some(Identity {
            key_id_end: end_of(credentials.access_key_id()),
            from: self.origin(&credentials).await,
            expires: credentials.expiry(),
        }))
    }

    /// Names the first place that has this value. The places are in order of precedence.
    fn decided(
        &self,
        value: String,
        places: &[(&str, Option<String>)],
        of_profile: impl Fn(&Self) -> Option<String>,
    ) -> Setting {
        let place = places.iter().find(|(_, found)| found.as_ref() == Some(&value));
        let from = match place {
            Some((name, _)) => (*name).to_owned(),
            None if of_profile(self).as_ref() == Some(&value) => self.profile(),
            None => "the default".to_owned(),
        };
        Setting { value, from }
    }

    async fn origin(&self, credentials: &Credentials) -> String {
        let profile = self.profile();
        let features = credentials.get_property::<Vec<Feature>>().map(Vec::as_slice);
        // The last feature is the source of the credentials, except that `CredentialsProfile` is always added at the
        // end.
        let kinds = features.unwrap_or_default().iter().rev();
        let kind = kinds.filter(|kind| **kind != Feature::CredentialsProfile).find_map(|kind| {
            Some(match kind {
                Feature::CredentialsEnvVars => "AWS_ACCESS_KEY_ID".to_owned(),
                Feature::CredentialsSso | Feature::CredentialsProfileSso => {
                    format!("an SSO session, {profile}")
                }
                Feature::CredentialsProcess | Feature::CredentialsProfileProcess => {
                    format!("credential_process, {profile}")
                }
                Feature::CredentialsLogin | Feature::CredentialsProfileLogin => {
                    format!("`aws login`, {profile}")
                }
                Feature::CredentialsStsAssumeRole => format!("a role, {profile}"),
                Feature::CredentialsStsAssumeRoleWebId
                | Feature::CredentialsEnvVarsStsWebIdToken
                | Feature::CredentialsProfileStsWebIdToken => {
                    "a role, by a web identity token".to_owned()
                }
                Feature::CredentialsImds => "the role of this EC2 instance".to_owned(),
                Feature::CredentialsHttp => "the role of this container".to_owned(),
                _ => return None,
            })
        });
        match kind {
            Some(kind) => kind,
            None => format!("{profile} of {}", self.file_of_credentials().await),
        }
    }

    /// Which of the two AWS files contains the profile's credentials.
    async fn file_of_credentials(&self) -> String {
        let files = EnvConfigFiles::builder().include_default_credentials_file(true).build();
        let name = self.profiles.selected_profile();
        let wanted = Some(Cow::Owned(name.to_owned()));
        let found = profile::load(&Fs::real(), &Env::real(), &files, wanted).await;
        let holds = |set: &ProfileSet| set.get_profile(name)?.get("aws_access_key_id").map(drop);
        if found.is_ok_and(|set| holds(&set).is_some()) {
            variable("AWS_SHARED_CREDENTIALS_FILE").unwrap_or("~/.aws/credentials".into())
        } else {
            variable("AWS_CONFIG_FILE").unwrap_or("~/.aws/config".into())
        }
    }

    fn profile(&self) -> String {
        format!("profile {}", self.profiles.selected_profile())
    }

    fn of_profile(&self, name: &str) -> Option<String> {
        let profile = self.profiles.get_profile(self.profiles.selected_profile())?;
        profile.get(name).map(str::to_owned)
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The last four characters; none of a short id, of which they would be too large a part.
fn end_of(key_id: &str) -> String {
    let count = key_id.chars().count();
    if count < 12 { String::new() } else { key_id.chars().skip(count - 4).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_of_an_id_stays_untold() {
        assert_eq!(end_of("AKIAIOSFODNN7EXAMPLE"), "MPLE");
        assert_eq!(end_of("short"), "");
    }
}
