//! One key: 32 bytes ([`Key`]), its text forms ([`parse`]), the [`Spec`] that names its source, and the readers of files,
//! variables, descriptors and commands. Key files are registered here, so that no run overwrites them.

mod check;
mod command;
mod derive;
mod diagnosis;
mod encoding;
mod environment;
mod key_file;
mod loaded;
mod material;
mod parser;
mod protected;
mod shell;
mod source;
mod spec;
mod strength;

pub(crate) use check::KeyCheck;
pub(crate) use command::DEFAULT_TIMEOUT;
pub use derive::{DeriveAs, derive};

pub(crate) use diagnosis::{diagnose_key_text, not_raw_key, with_context};
pub(crate) use encoding::KEY_BYTES;
pub use encoding::{Form, Format};
pub(crate) use encoding::{decode_base64, decode_hex, hex, is_hex, is_printable_ascii};
pub(crate) use environment::{hand_over_keys, hold_variables, holds_keys, variable};
pub use key_file::{create_file_with_keys, create_key_file};
pub(crate) use loaded::LoadedKey;
pub use material::{Encoding, Key};
pub use parser::parse;
pub(crate) use parser::{ParsedKey, Parser, is_encoded_key};
pub(crate) use protected::{
    Protected, check_destination, check_output, check_source, protect, protect_path, protection_of,
};
pub(crate) use shell::shell_quoted;
pub use spec::Spec;
pub(crate) use spec::{KEY_VARIABLE, is_name, may_be_secret};
pub(crate) use strength::Unfit;
pub(crate) use strength::is_weak_master;
