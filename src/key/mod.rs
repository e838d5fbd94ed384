//! Customer keys: where they are kept, how they are read, and which store each may be sent to. Nothing here sends a request.
//!
//! | wing | what it does |
//! |---|---|
//! | `core` | one key: its bytes, its encodings, the SPEC that names its source, the readers of sources |
//! | `ring` | many keys: `config.toml`, its rules, and the candidate keys for an object |
//! | `aws_cli` | aws-cli's key options, with aws-cli's rules |
//! | `foreign` | the key formats of other tools; recovery of a key from an old text; a key page to print |

pub(crate) mod aws_cli;
pub(crate) mod core;
pub(crate) mod foreign;
mod options;
pub(crate) mod ring;

pub(crate) use options::KeyOptions;
