//! One key: 32 bytes ([`Key`]), the text forms of it ([`parse`]), the [`Spec`] that says where it is kept, and the readers
//! of files, variables, descriptors and commands. Which files must never be overwritten is remembered here, too.

mod check;
mod command;
mod derive;
mod encoding;
mod environment;
mod file;
mod foreign;
mod loaded;
mod material;
mod protected;
mod shell;
mod source;
mod spec;
mod strength;
mod text;

pub(crate) use check::KeyCheck;
pub(crate) use command::DEFAULT_TIMEOUT;
pub use derive::{DeriveAs, derive};

pub(crate) use encoding::KEY_BYTES;
pub use encoding::{Form, Format};
pub(crate) use encoding::{decode_base64, decode_hex, hex, is_hex, is_typed};
pub(crate) use environment::{hold_variables, holds_keys, variable};
pub use file::{create_file_with_keys, create_key_file};
pub(crate) use foreign::{diagnose_key_text, not_raw, said_of};
pub(crate) use loaded::Loaded;
pub use material::{Encoding, Key};
pub(crate) use protected::{
    Protected, check_destination, check_output, check_source, protect, protect_path, protection_of,
};
pub(crate) use shell::shell_word;
pub use spec::Spec;
pub(crate) use spec::{KEY_VARIABLE, is_name, may_be_secret};
pub(crate) use strength::Unfit;
pub(crate) use strength::is_weak_master;
pub(crate) use text::Found;
pub(crate) use text::is_written_key;
pub use text::parse;
