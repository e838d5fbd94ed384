//! `s3seal completions`: completion scripts for shells. A static script knows the command line; a live one asks this program
//! at each TAB.
//!
//! - `values`: what each option and operand takes
//! - `typed`: what the typed words say about the connection
//! - `live`: the candidates for the word at the cursor
//! - `local`, `remote`: candidates from this machine, and from the store
//! - `shells`: the scripts of live completion, and how each shell gets its candidates

mod live;
mod local;
mod remote;
mod shells;
mod typed;
mod values;

use std::io::{IsTerminal, Read};
use std::time::{Duration, Instant};

use clap::Command;
use clap_complete::{Shell, generate};

use crate::failure::Failure;
use crate::output::Output;

/// How long a completion may take, the start of the program included.
const TIME_LIMIT: Duration = Duration::from_millis(950);
/// The maximum length of a typed line, in bytes.
const LONGEST_LINE: u64 = 1 << 20;

/// Print a completion script for a shell
///
/// With --live, the shell asks s3seal at each TAB, which then also completes buckets, prefixes, objects, names of keys
/// in config.toml, profiles and endpoints. Objects and buckets cost one request, with the credentials and the endpoint
/// of the environment and of the typed line; no key is read or sent, no `cmd:` is run, and after one second there are
/// no candidates.
///
/// Without --live, the script knows commands, options and fixed values, and runs nothing. Packages install it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  s3seal completions bash > /etc/bash_completion.d/s3seal
  s3seal completions zsh > ~/.zfunc/_s3seal
  s3seal completions fish > ~/.config/fish/completions/s3seal.fish

Live completion, in the shell's start file:
  eval \"$(s3seal completions bash --live)\"  # ~/.bashrc
  source <(s3seal completions zsh --live)  # ~/.zshrc, after compinit
  s3seal completions fish --live | source  # ~/.config/fish/config.fish
  eval (s3seal completions elvish --live | slurp)  # ~/.config/elvish/rc.elv
  s3seal completions powershell --live | Out-String | Invoke-Expression  # $PROFILE")]
pub(crate) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
    /// The script of live completion, which runs s3seal at each TAB
    #[arg(long)]
    live: bool,
    /// Print the candidates for the line on standard input; for the scripts of live completion
    #[arg(long, hide = true, conflicts_with = "live")]
    candidates: bool,
}

/// Prints a script, or the candidates for a typed line. Where candidates cannot be found there are none: a message would
/// tear the line that is being typed.
/// Errors: `Kind::Other` if stdout cannot be written.
pub(crate) fn run(args: &Args, command: Command, out: &Output) -> Result<(), Failure> {
    if args.candidates {
        let deadline = Instant::now() + TIME_LIMIT;
        let answer = shells::answer(args.shell, &read_line(), |words| {
            live::candidates(command, words, deadline)
        });
        return out.data(answer.as_bytes());
    }
    if args.live {
        return out.data(shells::script(args.shell).as_bytes());
    }
    let mut script = Vec::new();
    generate(args.shell, &mut values::with_hints(command), "s3seal", &mut script);
    out.data(&script)
}

/// The typed words, each followed by NUL. They come through a pipe because a line may hold a key, and other users can see
/// arguments.
fn read_line() -> String {
    let stdin = std::io::stdin();
    let mut typed = String::new();
    if stdin.is_terminal() || stdin.lock().take(LONGEST_LINE).read_to_string(&mut typed).is_err() {
        typed.clear();
    }
    typed
}
