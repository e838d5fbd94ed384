//! Customer keys, from where they are kept to the three values that S3 wants, and where each may go.
//! Sends nothing.

pub mod args;
pub mod aws_cli;
mod candidates;
mod check;
mod command;
mod config;
mod derive;
pub mod dialects;
mod encoding;
pub mod environment;
pub mod file;
mod foreign;
pub mod keyring;
mod loaded;
pub mod material;
pub mod protected;
pub mod recovery;
pub mod ring;
mod rule;
pub mod sheet;
mod shell;
mod source;
pub mod spec;
mod strength;
pub mod text;
mod trust;

pub use args::KeyArgs;
pub use aws_cli::{AwsCliKey, AwsCliSourceKey};
pub use candidates::{Candidates, ObjectKey};
pub use check::KeyCheck;
pub use command::DEFAULT_TIMEOUT;
pub use config::variables;
pub use derive::{DeriveAs, derive};
pub(crate) use encoding::hex;
pub use encoding::{Form, Format, KEY_BYTES};
pub use keyring::Keyring;
pub use loaded::Loaded;
pub use material::{Encoding, Key};
pub use protected::{Protected, check_destination, check_output, check_source, protection_of};
pub use ring::{Named, Ring, Scope};
pub use rule::Receiver;
pub(crate) use shell::shell_word;
pub use spec::{KEY_VARIABLE, Spec};
pub use strength::Unfit;
pub use text::{Found, is_written_key, parse};
