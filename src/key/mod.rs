//! Customer keys, from where they are kept to the three values that S3 wants, and which store each may go to.
//! Nothing here sends a request.
//!
//! | wing | what it does |
//! |---|---|
//! | `core` | one key: its bytes, its text in every encoding, the SPEC that names it, where it is read from |
//! | `ring` | many keys: `config.toml`, rules, and which keys are candidates for an object |
//! | `aws_cli` | aws-cli's options for keys, with aws-cli's rules |
//! | `foreign` | how other tools spell a key; which keys an old text may stand for; a page to print |

mod args;
pub(crate) mod aws_cli;
pub(crate) mod core;
pub(crate) mod foreign;
pub(crate) mod ring;

pub(crate) use args::KeyArgs;
