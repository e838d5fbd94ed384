//! Customer keys, from where they are kept to the three values that S3 wants. Knows nothing of S3.

pub mod file;
mod foreign;
pub mod keyring;
pub mod material;
mod source;
pub mod spec;
pub mod text;

pub use keyring::{KEY_VARIABLE, KeyArgs, Keyring, Loaded};
pub use material::{Encoding, KEY_BYTES, Key};
pub use spec::Spec;
pub use text::{Form, Format, Found, looks_secret, parse};
