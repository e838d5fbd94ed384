//! `s3seal setup`: the first steps, from an empty machine to a proven seal.
//!
//! - `answers`: what options, variables and the dialog say, made into a plan
//! - `plan`: what is written, and `doctor` after it
//! - `providers`: endpoints and regions
//! - `dialog`: questions on a terminal
//! - `profile`: a profile in the files of aws-cli

mod answers;
mod dialog;
mod plan;
mod profile;
mod providers;

use std::ffi::OsString;

use clap::builder::PossibleValuesParser;

use super::rule_connection::variable;
use crate::failure::Failure;
use crate::output::Output;
use crate::store::wire::Connect;
use crate::transfer::Interrupt;
use answers::Answers;
use dialog::Dialog;
use plan::doctor;
use providers::PROVIDERS;

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

/// Returns the exit code of `doctor`, or 0.
/// Errors: `Kind::Usage` if an answer is missing or wrong, or if a rule for the prefix exists; `Kind::Precondition` if a
/// file of the key's name exists; others if a file cannot be written.
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let asks = !args.yes && Dialog::is_possible();
    let dialog = if asks { Some(Dialog { out, interrupt: Interrupt::listen()? }) } else { None };
    let connect = &with_variables(connect);
    let answers = Answers {
        url: args.url.as_deref(),
        provider: args.provider.as_deref(),
        key_name: args.key_name.as_deref(),
        key: args.key.as_ref(),
        connect,
        dialog,
    };
    let plan = answers.plan().await?;
    plan.check()?;
    plan.show(|line| if asks { out.prompt(&format!("{line}\n")) } else { out.say(line) });
    plan.warn(out)?;
    if args.dry_run {
        return Ok(0);
    }
    if !args.yes {
        let Some(dialog) = &answers.dialog else {
            return Err(Failure::usage(
                "nothing was written: there is no terminal to confirm it on",
            )
            .hint("add --yes to write this"));
        };
        if !dialog.confirm("Write this?").await? {
            out.say("nothing was written");
            return Ok(0);
        }
    }
    plan.write(out)?;
    if args.no_doctor {
        return Ok(0);
    }
    doctor(&plan, connect)
}

/// The options, and the variables that other commands take in their place.
fn with_variables(connect: &Connect) -> Connect {
    let mut connect = connect.clone();
    let or = |given: &mut Option<String>, names: &[&str]| {
        *given = given.take().or_else(|| variable(names));
    };
    or(&mut connect.endpoint_url, &["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]);
    or(&mut connect.region, &["AWS_REGION", "AWS_DEFAULT_REGION"]);
    or(&mut connect.profile, &["AWS_PROFILE"]);
    connect
}
