//! `s3seal setup`: the first steps, from an empty machine to a proven seal.
//!
//! - `providers`: endpoints and regions
//! - `dialog`: questions on a terminal
//! - `profile`: a profile in the files of aws-cli

mod dialog;
mod profile;
mod providers;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::builder::PossibleValuesParser;
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::key::core::{Encoding, Key, Spec, create_key_file, is_name, may_be_secret};
use crate::key::ring::{Addition, config_file, names_key};
use crate::location::Location;
use crate::output::Output;
use crate::store::wire::Connect;
use dialog::Dialog;
use profile::{AwsFiles, NewProfile};
use providers::{PROVIDERS, Provider};

/// Set up a bucket: store, credentials, key and rule
///
/// Asks for what the options leave open (--endpoint-url, --region and --profile among them), shows what it would write, and writes it: a profile in the files of aws-cli, a
/// new key, and a rule in config.toml. From then on commands need neither a key nor an endpoint for this bucket. At the
/// end `doctor` proves that the store seals. Nothing that exists is changed: files are only added to.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal setup
  s3seal setup s3://backups --provider ovh --region gra --profile ovh
  s3seal setup s3://backups --endpoint-url https://s3.example.com --yes --no-doctor  # in an image")]
pub(crate) struct Args {
    /// The bucket, or a folder in it, whose objects get the key: s3://bucket or s3://bucket/folder/
    url: Option<String>,
    /// The provider, which decides the endpoint
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(PROVIDERS.iter().map(|it| it.name)))]
    provider: Option<String>,
    /// The key's name in config.toml [default: the bucket's name]
    #[arg(long, value_name = "NAME")]
    key_name: Option<String>,
    /// Where an existing key is, as for -k of other commands [default: a new key in a file beside config.toml]
    #[arg(short, long, value_name = "SPEC", allow_hyphen_values = true)]
    key: Option<OsString>,
    /// Ask nothing, and write
    #[arg(short, long)]
    yes: bool,
    /// Show what would be written, and write nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Do not run `doctor` at the end
    #[arg(long)]
    no_doctor: bool,
}

/// What is to be written.
struct Plan {
    at: Location,
    files: AwsFiles,
    profile: Option<NewProfile>,
    new_key: Option<PathBuf>,
    rule: Addition,
}

/// Returns the exit code of `doctor`, or 0.
/// Errors: `Kind::Usage` if an answer is missing or wrong, or if a rule for the prefix exists; `Kind::Precondition` if a
/// file of the key's name exists; others if a file cannot be written.
pub(crate) fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let dialog = Dialog { out };
    let asks = !args.yes && Dialog::is_possible();
    let answers = Answers { args, connect, dialog: asks.then_some(dialog) };
    let plan = answers.plan()?;
    plan.check()?;
    plan.show(out);
    if args.dry_run {
        return Ok(0);
    }
    if !args.yes {
        let Some(dialog) = answers.dialog else {
            return Err(Failure::usage(
                "nothing was written: there is no terminal to confirm it on",
            )
            .hint("add --yes to write this"));
        };
        if !dialog.confirm("Write this?")? {
            out.say("nothing was written");
            return Ok(0);
        }
    }
    plan.write(out)?;
    if args.no_doctor {
        return Ok(0);
    }
    // A new process: what was written counts there from the start.
    let program = std::env::current_exe().map_err(|error| {
        Failure::other(format!("doctor cannot be started: {error}")).because(error)
    })?;
    let doctor = Command::new(program).arg("doctor").arg(plan.at.to_string()).status();
    let doctor = doctor.map_err(|error| {
        Failure::other(format!("doctor cannot be started: {error}")).because(error)
    })?;
    Ok(doctor.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// The options, and the dialog for what they leave open.
struct Answers<'a> {
    args: &'a Args,
    connect: &'a Connect,
    dialog: Option<Dialog<'a>>,
}

impl Answers<'_> {
    fn plan(&self) -> Result<Plan, Failure> {
        let at = self.location()?;
        let provider = self.provider()?;
        let region = self.region(provider)?;
        let endpoint = self.endpoint(provider, &region)?;
        let files = AwsFiles::locate()?;
        let url = (endpoint != "aws").then(|| endpoint.clone());
        let (profile_name, profile) = self.profile(&files, provider, &region, url)?;
        let name = self.key_name(&at)?;
        let (source, new_key) = self.key(&name)?;
        let rule = Addition {
            name,
            source,
            endpoint,
            region: Some(region),
            profile: profile_name,
            prefix: at.clone(),
        };
        Ok(Plan { at, files, profile, new_key, rule })
    }

    fn location(&self) -> Result<Location, Failure> {
        let text = match (&self.args.url, &self.dialog) {
            (Some(url), _) => url.clone(),
            (None, Some(dialog)) => dialog.ask("Bucket", None)?,
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

    fn provider(&self) -> Result<Option<&'static Provider>, Failure> {
        match (&self.args.provider, &self.connect.endpoint_url, &self.dialog) {
            (Some(name), _, _) => Ok(Provider::find(name)),
            (None, Some(_), _) => Ok(None),
            (None, None, Some(dialog)) => {
                let choices: Vec<_> = PROVIDERS.iter().map(|it| (it.name, it.title)).collect();
                Ok(Some(&PROVIDERS[dialog.choose("Provider", &choices)?]))
            }
            (None, None, None) => {
                Err(missing("the store is not named", "add --provider NAME, or --endpoint-url URL"))
            }
        }
    }

    fn region(&self, provider: Option<&Provider>) -> Result<String, Failure> {
        let offered = provider.map_or(&["us-east-1"][..], |it| it.regions);
        let region = match (&self.connect.region, &self.dialog) {
            (Some(region), _) => region.clone(),
            (None, Some(dialog)) if self.connect.endpoint_url.is_none() => {
                let choices = offered.join(", ");
                dialog.ask(&format!("Region ({choices}, …)"), Some(offered[0]))?
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
    fn endpoint(&self, provider: Option<&Provider>, region: &str) -> Result<String, Failure> {
        let of_provider = provider.and_then(|provider| provider.endpoint_in(region));
        match (&self.connect.endpoint_url, of_provider, &self.dialog) {
            (Some(url), _, _) => Ok(url.clone()),
            (None, Some(endpoint), _) => Ok(endpoint),
            (None, None, Some(dialog)) => {
                dialog.ask("Endpoint, such as https://s3.example.com", None)
            }
            (None, None, None) => {
                Err(missing("the endpoint is not named", "add --endpoint-url URL"))
            }
        }
    }

    /// The name of the profile for the rule, if it gets one, and the profile to write, if there is none of that name.
    fn profile(
        &self,
        files: &AwsFiles,
        provider: Option<&Provider>,
        region: &str,
        endpoint: Option<String>,
    ) -> Result<(Option<String>, Option<NewProfile>), Failure> {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let (id, secret) = (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"));
        let has_variables = id.is_some() && secret.is_some();
        let name = match (&self.connect.profile, &self.dialog) {
            (Some(name), _) => name.clone(),
            // Credentials in the environment need no profile.
            (None, _) if has_variables => return Ok((None, None)),
            (None, Some(dialog)) => {
                let usual = provider.map_or("default", |provider| provider.name);
                dialog.ask("Profile of the AWS files, an existing or a new one", Some(usual))?
            }
            (None, None) => return Ok((None, None)),
        };
        let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        if !is_word || name.is_empty() || may_be_secret(&name) {
            return Err(Failure::usage("that is no name for a profile")
                .hint("take letters, digits, `-`, `_` and `.`"));
        }
        if files.have(&name) {
            return Ok((Some(name), None));
        }
        let (access_key_id, secret_access_key) = match (id.zip(secret), &self.dialog) {
            (Some((id, secret)), _) => (id, Zeroizing::new(secret)),
            (None, Some(dialog)) => {
                (dialog.ask("Access key id", None)?, dialog.ask_secret("Secret access key")?)
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
        Ok((Some(name), Some(profile)))
    }

    fn key_name(&self, at: &Location) -> Result<String, Failure> {
        let name = match (&self.args.key_name, &self.dialog) {
            (Some(name), _) => name.clone(),
            (None, Some(dialog)) => dialog.ask("Name for the key", Some(&at.bucket))?,
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
            return match &self.args.key {
                None => Ok((None, None)),
                Some(_) => Err(Failure::usage(format!("config.toml has a key named `{name}`"))
                    .hint("leave --key out to use that one, or take another --key-name")),
            };
        }
        match &self.args.key {
            None => {
                let folder = config_file()?.parent().map(Path::to_owned).unwrap_or_default();
                let file = format!("{name}.key");
                Ok((Some(format!("./{file}")), Some(folder.join(file))))
            }
            Some(spec) => match Spec::parse(spec)? {
                Spec::File(path) => {
                    let path = std::path::absolute(&path).unwrap_or(path);
                    Ok((Some(format!("file:{}", path.display())), None))
                }
                Spec::Name(_) => Err(Failure::usage("--key names a key of config.toml")
                    .hint("name it with --key-name, or write a path with a `/`: ./FILE")),
                spec if spec.uses_stdin() => {
                    Err(Failure::usage("config.toml cannot name standard input")
                        .hint("keep the key in a file, or with a command: cmd:COMMAND"))
                }
                spec => Ok((Some(spec.to_string()), None)),
            },
        }
    }
}

impl Plan {
    /// Fails if something that exists is in the way.
    fn check(&self) -> Result<(), Failure> {
        if let Some(file) = self.new_key.as_ref().filter(|file| file.exists()) {
            return Err(Failure::precondition(format!("{} exists", file.display()))
                .hint("use it with --key PATH, or take another --key-name"));
        }
        self.rule.check()
    }

    fn show(&self, out: &Output) {
        let block = |title: String, text: &str| {
            out.say(&title);
            text.lines().for_each(|line| out.say(&format!("    {line}")));
        };
        if let Some(profile) = &self.profile {
            let id = &profile.access_key_id;
            block(
                format!("  {}", self.files.credentials.display()),
                &format!(
                    "[{}]\naws_access_key_id = {id}\naws_secret_access_key = (not shown)",
                    profile.name
                ),
            );
            block(format!("  {}", self.files.config.display()), &profile.config_text());
        }
        if let Some(file) = &self.new_key {
            out.say(&format!("  {}: a new key", file.display()));
        }
        let config = config_file().map(|path| path.display().to_string()).unwrap_or_default();
        block(format!("  {config}"), &self.rule.text());
    }

    /// The key comes first: a rule without its key would be of no use, and a key without its rule does no harm.
    fn write(&self, out: &Output) -> Result<(), Failure> {
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
        if let Some(profile) = &self.profile {
            self.files.write(profile)?;
            out.say(&format!("wrote the profile {}", profile.name));
        }
        let path = self.rule.write()?;
        out.say(&format!("wrote the rule to {}", path.display()));
        out.say(&format!("now: s3seal put FILE {}", self.at));
        Ok(())
    }
}

fn missing(message: &str, hint: &str) -> Failure {
    Failure::usage(message).hint(hint)
}
