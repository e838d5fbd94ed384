//! Customer keys, from where they are kept to the three values that S3 wants. Knows nothing of S3.

mod encoding;
pub mod file;
mod foreign;
pub mod keyring;
pub mod material;
mod source;
pub mod spec;
pub mod text;

pub use encoding::{Form, Format};
pub use keyring::{KeyArgs, Keyring, Loaded};
pub use material::{Encoding, KEY_BYTES, Key};
pub use spec::{KEY_VARIABLE, Spec, set_variable};
pub use text::{Found, parse};
