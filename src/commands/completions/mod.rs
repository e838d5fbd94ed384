//! `s3seal completions`: prints completion scripts for shells.

use clap::Command;
use clap_complete::{Shell, generate};

use crate::failure::Failure;
use crate::output::Output;

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  s3seal completions bash > /etc/bash_completion.d/s3seal
  s3seal completions zsh > ~/.zfunc/_s3seal
  s3seal completions fish > ~/.config/fish/completions/s3seal.fish")]
pub(crate) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(args: &Args, mut command: Command, out: &Output) -> Result<(), Failure> {
    let mut script = Vec::new();
    generate(args.shell, &mut command, "s3seal", &mut script);
    out.data(&script)
}
