//! `s3seal key`: inspects keys, converts them for other tools, and checks that they open objects. One file per action.

mod convert;
mod derive;
mod list;
mod md5;
mod recover;
mod show;
mod verify;

pub(super) use convert::Item as ConvertItem;
pub(super) use derive::Item as DeriveItem;
pub(super) use list::Item as ListItem;
pub(super) use md5::Item as Md5Item;
pub(super) use recover::Item as RecoverItem;
pub(super) use show::Item as ShowItem;

use std::ffi::OsString;

use crate::failure::Failure;
use crate::key::KeyOptions;
use crate::key::ring::Keyring;
use crate::output::Output;
use crate::store::wire::Connect;

/// Inspect keys, hand them to other tools, and check that they still open what they sealed
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    Show(show::Args),
    Md5(md5::Args),
    Convert(convert::Args),
    Verify(verify::Args),
    Recover(recover::Args),
    List(list::Args),
    Derive(derive::Args),
}

/// Runs the action; failures of several items are reported as they happen.
/// Errors: `Kind::Usage` if there is no key, or one stands in argv; `Kind::Key` if a source cannot be read or holds
/// no key.
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    match &args.action {
        Action::Show(args) => show::run(args, out)?,
        Action::Md5(args) => md5::run(args, out)?,
        Action::List(args) => return list::run(args, out),
        Action::Derive(args) => derive::run(args, connect, out).await?,
        Action::Convert(args) => convert::run(args, out)?,
        Action::Verify(args) => return verify::run(args, connect, out).await,
        Action::Recover(args) => recover::run(args, connect, out).await?,
    }
    Ok(0)
}

/// The keys to look at.
#[derive(clap::Args)]
struct Chosen {
    /// Sources of keys, as with `-k`
    #[arg(value_name = "SPEC", conflicts_with = "AwsCliKey")]
    specs: Vec<OsString>,
    #[command(flatten)]
    keys: KeyOptions,
}

impl Chosen {
    /// The keys of the operands and of `-k`, at least one.
    fn load(&self) -> Result<Keyring, Failure> {
        let mut keys = self.keys.clone();
        keys.key.splice(0..0, self.specs.iter().cloned());
        let ring = keys.load()?.for_named_object()?;
        if ring.keys.is_empty() {
            Err(Failure::usage("there is no key to look at").hint(
                "name its source (`./backup.key`, env:NAME, cmd:COMMAND, stdin), or set S3SEAL_KEY",
            ))
        } else {
            Ok(ring)
        }
    }
}
