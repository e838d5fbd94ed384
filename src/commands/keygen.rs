//! `s3seal keygen`: a new key.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use crate::failure::Failure;
use crate::jobs::remind_to_copy;
use crate::key::core::{Encoding, Key, create_key_file};
use crate::output::Output;

/// Make a new 256-bit key from the operating system's random source
///
/// The key goes to stdout in base64, and nothing else does. With `-o` it goes to a new file that
/// only you can read, and its MD5, which S3 shows with every object sealed with it, to stderr.
///
/// Keep a copy: an object whose key is lost cannot be opened, by the store neither.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  s3seal keygen -o backup.key  # a key file, for -k ./backup.key
  export S3SEAL_KEY=\"$(s3seal keygen)\"  # a key for this shell
  s3seal keygen | age -r age1… > key.age  # for -k 'cmd:age -d -i ID key.age'
  s3seal keygen --json  # the key and its MD5 as JSON")]
pub(crate) struct Args {
    /// Write the key to this new file (mode 0600, never overwritten); `-` is stdout. Pipes and devices are written to
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How to write the key
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Encoding,
}

/// What `--json` prints.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "op", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(super) enum Item<'a> {
    /// A new key.
    Keygen {
        /// How the key is written.
        format: Encoding,
        /// The key itself; absent with -o.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<&'a str>,
        /// The MD5 of the key, in base64, as S3 shows it.
        key_md5: String,
        /// The file that holds the key, with -o.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
}

/// Makes a key, and prints it or writes it to a file.
/// Errors: `Kind::Usage` for raw bytes to a terminal or into JSON; `Kind::Precondition` if the file exists; others
/// if it cannot be written.
pub(crate) fn run(args: &Args, out: &Output) -> Result<(), Failure> {
    match args.output.as_deref().filter(|path| *path != Path::new("-")) {
        Some(path) => to_file(path, args.format, out),
        None => to_stdout(args.format, out),
    }
}

fn to_stdout(format: Encoding, out: &Output) -> Result<(), Failure> {
    if format == Encoding::Raw {
        if out.json() {
            return Err(Failure::usage("raw bytes do not fit into JSON")
                .hint("take `--format base64` or `--format hex`, or write a file with `-o FILE`"));
        }
        if out.stdout_is_terminal() {
            return Err(Failure::usage("raw bytes would garble the terminal").hint(
                "write a file with `-o FILE`, send stdout elsewhere, or leave `--format raw` out",
            ));
        }
        return out.data(&Key::generate()?.encoded(format));
    }
    let key = Key::generate()?;
    let text = if format == Encoding::Hex { key.hex() } else { key.base64() };
    if out.json() {
        let key_md5 = key.md5_base64();
        return out.item_with_key(&Item::Keygen { format, key: Some(&text), key_md5, file: None });
    }
    out.line_with_key(&text)
}

fn to_file(path: &Path, format: Encoding, out: &Output) -> Result<(), Failure> {
    let key = Key::generate()?;
    create_key_file(path, &key, format)?;
    let key_md5 = key.md5_base64();
    let file = path.display().to_string();
    if out.json() {
        return out.item(&Item::Keygen { format, key: None, key_md5, file: Some(file) });
    }
    out.say(&format!("key-MD5: {key_md5}"));
    remind_to_copy(&key, out);
    Ok(())
}
