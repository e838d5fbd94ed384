//! The top of the command line: arguments → options → command → exit code.

use std::ffi::OsString;
use std::path::Path;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use tokio::runtime::Builder;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::aws_cli::Translated;
use super::commands::usage_error::{print_usage_error, wants_json};
use super::commands::{
    advice, audit, bucket, cat, completions, cp, doctor, get, head, help, key, keygen, ls, mock,
    mv, presign, proxy, put, rm, rotate, rule_connection, setup, sync,
};
use super::failure::{Failure, Failures, set_advisor};
use super::key::core::{hold_variables, is_encoded_key};
use super::key::ring::variables;
use super::output::{ColorChoice, Form, Output, ProgressStyle};
use super::store::wire::Connect;
use super::system::descriptors;
use super::text::redaction;
use super::text::redaction::looks_secret;
use super::{aws_cli, output};

const OUTPUT_OPTIONS: &str = "Output options";
/// In columns.
const LONGEST_HELP_LINE: usize = 100;

/// Seal S3 objects with keys that only you hold (SSE-C)
///
/// The store encrypts each object with a key that travels with every request and is kept nowhere but
/// with you. s3seal makes proper keys, proves that the store used them, and says plainly what went wrong.
#[derive(Parser)]
#[command(
    name = "s3seal",
    version,
    max_term_width = LONGEST_HELP_LINE,
    after_help = "\
Example:
  s3seal keygen -o backup.key
  s3seal put -k ./backup.key dump.sql s3://backups/2026/
  s3seal get -k ./backup.key s3://backups/2026/dump.sql

More: s3seal COMMAND -h, s3seal COMMAND --help, s3seal help TOPIC
`s3seal s3 …` and `s3seal s3api …` take the arguments of aws-cli."
)]
pub(crate) struct Cli {
    /// Print results as JSON lines on stdout, and errors as JSON on stderr
    #[arg(long, global = true, help_heading = OUTPUT_OPTIONS)]
    json: bool,
    /// Say nothing on stderr but warnings and errors
    #[arg(short, long, global = true, help_heading = OUTPUT_OPTIONS)]
    quiet: bool,
    /// Log requests to stderr, never a key, and print a line for each item; more with -vv and -vvv
    #[arg(
        short,
        long,
        global = true,
        action = clap::ArgAction::Count,
        conflicts_with = "quiet",
        help_heading = OUTPUT_OPTIONS
    )]
    verbose: u8,
    /// Print a line for each object of a run over many, and for each failure
    #[arg(long, global = true, help_heading = OUTPUT_OPTIONS)]
    list: bool,
    /// How the progress of transfers is shown on stderr
    #[arg(
        long,
        global = true,
        value_name = "STYLE",
        value_enum,
        default_value_t,
        help_heading = OUTPUT_OPTIONS
    )]
    progress: ProgressStyle,
    /// The same as --progress none
    #[arg(long, global = true, help_heading = OUTPUT_OPTIONS)]
    no_progress: bool,
    /// When output is in colour. Also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t, help_heading = OUTPUT_OPTIONS)]
    color: ColorChoice,
    #[command(flatten)]
    connect: Connect,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Keygen(keygen::Args),
    Key(key::Args),
    Put(put::Args),
    Get(get::Args),
    Cat(cat::Args),
    #[command(visible_alias = "stat")]
    Head(head::Args),
    Cp(cp::Args),
    Mv(mv::Args),
    Sync(sync::Args),
    Ls(ls::Args),
    Audit(audit::Args),
    Rotate(rotate::Args),
    #[command(visible_alias = "delete")]
    Rm(rm::Args),
    Presign(presign::Args),
    Bucket(bucket::Args),
    Setup(setup::Args),
    Doctor(doctor::Args),
    Mock(mock::Args),
    Proxy(proxy::Args),
    Completions(completions::Args),
    Help(help::Args),
}

/// The program's command-line tree, for completions and man pages.
pub fn command() -> clap::Command {
    arranged(LONGEST_HELP_LINE)
}

fn arranged(width: usize) -> clap::Command {
    help::arrange(Cli::command(), width.min(LONGEST_HELP_LINE))
}

/// The pages of `s3seal help`, for man pages.
pub fn topics() -> &'static [help::Topic] {
    help::TOPICS
}

/// Stores the keys of environment variables in this process's memory, and returns the variables' names: the caller must
/// remove them from the environment while no other thread runs.
pub fn hold_keys(arguments: &[OsString]) -> Vec<OsString> {
    hold_variables(arguments, variables())
}

/// Runs the program with these arguments, its own name first, and returns the exit code. [`hold_keys`] must come first.
pub fn run(typed: Vec<OsString>) -> u8 {
    set_advisor(advice::sentence);
    color_choice(&typed).set();
    let (arguments, note, form) = match aws_cli::translate(&typed, command) {
        Ok(None) => (typed, None, Form::Own),
        Ok(Some(Translated::Command(it))) => (it.arguments, Some(it.note), it.form),
        Ok(Some(Translated::Help(help))) => return print_help(&help),
        Err(failure) => {
            Output::new(wants_json(&typed), false, ProgressStyle::None).failure(&failure);
            return failure.exit_code();
        }
    };
    hide_keys(&arguments);
    let mut tree = arranged(output::columns());
    let parsed = tree
        .try_get_matches_from_mut(&arguments)
        .and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, places(&tree, &matches))));
    let (cli, places) = match parsed {
        Ok(cli) => cli,
        Err(error) => return print_usage_error(&error, &arguments, note),
    };
    start_logging(cli.verbose);
    let progress = if cli.no_progress { ProgressStyle::None } else { cli.progress };
    let out = Output::new(cli.json, cli.quiet, progress)
        .with_causes(cli.verbose > 0)
        .with_items(cli.list || cli.verbose > 0)
        .with_form(form);
    match dispatch(&cli, &places, &out) {
        Ok(code) => code,
        Err(failures) => {
            failures.iter().for_each(|failure| out.failure(failure));
            failures.exit_code()
        }
    }
}

fn dispatch(cli: &Cli, places: &Places, out: &Output) -> Result<u8, Failures> {
    // The server handles no keys of the user, and its command would inherit these limits.
    if !matches!(cli.command, Command::Mock(_)) {
        descriptors::raise_limit();
        forbid_core_dumps();
    }
    if cli.json || writes_to_stdout(&cli.command) {
        descriptors::require_stdout()?;
    }
    let connect = if reaches_a_bucket(&cli.command) {
        rule_connection::supplement(&cli.connect, &places.operands, places.names_source)
    } else {
        Ok(cli.connect.clone())
    };
    let connect = match &cli.command {
        // It reports what is wrong with config.toml as one of its checks.
        Command::Doctor(_) => connect.unwrap_or_else(|_| cli.connect.clone()),
        _ => connect?,
    };
    let connect = &connect;
    match &cli.command {
        Command::Keygen(args) => keygen::run(args, out)?,
        Command::Key(args) => return Ok(with_one_thread(key::run(args, connect, out))??),
        Command::Setup(args) => return Ok(with_runtime(setup::run(args, &cli.connect, out))??),
        Command::Completions(args) => completions::run(args, command(), out)?,
        Command::Help(args) => help::run(args, arranged(output::columns()), out)?,
        Command::Mock(args) => {
            return Ok(mock::run(args, cli.connect.region.as_deref(), out)?);
        }
        Command::Proxy(args) => {
            proxy::restart_if_needed()?;
            return Ok(with_runtime(proxy::run(args, connect, out))??);
        }
        Command::Put(args) => return Ok(with_runtime(put::run(args, connect, out))??),
        Command::Get(args) => return Ok(with_runtime(get::run(args, connect, out))??),
        Command::Cat(args) => return Ok(with_runtime(cat::run(args, connect, out))??),
        Command::Cp(args) => return Ok(with_runtime(cp::run(args, connect, out))??),
        Command::Mv(args) => return Ok(with_runtime(mv::run(args, connect, out))??),
        Command::Sync(args) => return Ok(with_runtime(sync::run(args, connect, out))??),
        Command::Head(args) => with_one_thread(head::run(args, connect, out))??,
        Command::Ls(args) => return Ok(with_one_thread(ls::run(args, connect, out))??),
        Command::Audit(args) => return Ok(with_runtime(audit::run(args, connect, out))??),
        Command::Rotate(args) => return Ok(with_runtime(rotate::run(args, connect, out))??),
        Command::Rm(args) => return Ok(with_runtime(rm::run(args, connect, out))??),
        Command::Bucket(args) => with_one_thread(bucket::run(args, connect, out))??,
        Command::Doctor(args) => return with_runtime(doctor::run(args, connect, out))?,
        Command::Presign(args) => with_one_thread(presign::run(args, connect, out))??,
    }
    Ok(0)
}

/// What a command works on, as it was typed.
struct Places {
    operands: Vec<OsString>,
    /// Whether options name the store of the source on its own.
    names_source: bool,
}

/// The operands of the command, and the URLs of `key verify --for`. URLs in other options are names, and no places.
fn places(tree: &clap::Command, matches: &ArgMatches) -> Places {
    let (mut command, mut matches) = (tree, matches);
    while let Some((name, below)) = matches.subcommand() {
        let Some(found) = command.find_subcommand(name) else { break };
        (command, matches) = (found, below);
    }
    let is_place = |arg: &&clap::Arg| arg.is_positional() || arg.get_long() == Some("for");
    let values = |arg: &clap::Arg| {
        let raw = matches.try_get_raw(arg.get_id().as_str()).ok().flatten();
        raw.into_iter().flatten().map(std::ffi::OsStr::to_owned).collect::<Vec<_>>()
    };
    let is_source = |arg: &clap::Arg| {
        arg.get_id().as_str().starts_with("source_")
            && arg.get_id() != "source_key"
            && arg.get_id() != "source_derive_as"
    };
    let is_typed = |arg: &clap::Arg| {
        matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine)
    };
    Places {
        operands: command.get_arguments().filter(is_place).flat_map(values).collect(),
        names_source: command.get_arguments().any(|arg| is_source(arg) && is_typed(arg)),
    }
}

/// Whether the `s3://` URLs among the arguments are places that the command itself works on.
fn reaches_a_bucket(command: &Command) -> bool {
    !matches!(
        command,
        Command::Keygen(_)
            | Command::Mock(_)
            | Command::Proxy(_)
            | Command::Setup(_)
            | Command::Completions(_)
            | Command::Help(_)
    )
}

/// Whether the command always writes to stdout, so that a closed stdout is an error from the start.
fn writes_to_stdout(command: &Command) -> bool {
    matches!(
        command,
        Command::Cat(_)
            | Command::Head(_)
            | Command::Ls(_)
            | Command::Audit(_)
            | Command::Presign(_)
            | Command::Bucket(_)
            | Command::Doctor(_)
            | Command::Completions(_)
            | Command::Help(_)
    )
}

/// Prevents a crash from writing keys to a file, and other processes of the user from reading them in memory.
fn forbid_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    // A core_pattern that pipes to a program ignores the limit. This also blocks debuggers.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// For commands that move data or have many requests under way.
fn with_runtime<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    run_on(&mut Builder::new_multi_thread(), work)
}

/// For commands that send one request after another: starting threads takes longer than what they would save.
fn with_one_thread<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    run_on(&mut Builder::new_current_thread(), work)
}

fn run_on<T>(builder: &mut Builder, work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = builder.enable_all().build().map_err(|error| {
        Failure::other(format!("the program's threads cannot start: {error}")).because(error)
    })?;
    let result = runtime.block_on(work);
    // A blocked read of standard input cannot be cancelled: do not wait for it.
    runtime.shutdown_background();
    Ok(result)
}

/// Logs this program's own events, and only reviewed events of libraries: at the highest levels, some log every header, even
/// those with the key.
fn start_logging(verbosity: u8) {
    let own = match verbosity {
        0 => return,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let mut filter = Targets::new().with_target("s3seal", own);
    if verbosity >= 2 {
        filter = filter.with_target("aws_config", LevelFilter::INFO);
    }
    if verbosity >= 3 {
        filter = filter
            .with_target("aws_config", LevelFilter::DEBUG)
            .with_target("hyper_util", LevelFilter::DEBUG);
    }
    let lines = tracing_subscriber::fmt::layer().with_writer(|| output::Log).with_ansi(false);
    let lines = if verbosity == 1 {
        lines.without_time().with_target(false).with_level(false).boxed()
    } else {
        lines.boxed()
    };
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).try_init();
}

/// Registers keys in arguments as secrets, unless a file has that name: a key in the wrong place, such as a profile's name,
/// must not appear in the error message about it.
fn hide_keys(arguments: &[OsString]) {
    for argument in arguments.iter().filter_map(|argument| argument.to_str()) {
        let value = argument.split_once('=').map(|(_, value)| value);
        for text in [Some(argument), value].into_iter().flatten() {
            if looks_secret(text) && !Path::new(text).exists() && is_encoded_key(text.as_bytes()) {
                redaction::register_text(text);
            }
        }
    }
}

/// The value of `--color`, before the arguments are parsed: their errors are in colour, too.
fn color_choice(arguments: &[OsString]) -> ColorChoice {
    let mut arguments = arguments.iter().filter_map(|argument| argument.to_str());
    let mut chosen = None;
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix("--color") {
            Some("") => chosen = arguments.next(),
            Some(value) => chosen = value.strip_prefix('=').or(chosen),
            None if argument == "--" => break,
            None => {}
        }
    }
    chosen.and_then(|value| ColorChoice::from_str(value, false).ok()).unwrap_or_default()
}

/// Prints the help of aws-cli's command lines. Returns the exit code.
fn print_help(help: &str) -> u8 {
    let out = Output::default();
    match out.data(help.as_bytes()) {
        Ok(()) => 0,
        Err(failure) => {
            out.failure(&failure);
            failure.exit_code()
        }
    }
}
