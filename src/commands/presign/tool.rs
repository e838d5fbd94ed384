//! The tools of `--as`. The key is in no call: they read it from the headers' file, and a page's script gets it from its user.

use clap::ValueEnum;

use super::call::Call;
use super::{line, script};
use crate::failure::Failure;
use crate::location::Location;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Tool {
    /// A shell's line for curl
    Curl,
    /// A shell's line for GNU Wget; the headers' file is its configuration
    Wget,
    /// Lines for PowerShell 5.1 and 7
    Powershell,
    /// A program of Python's standard library alone
    Python,
    /// JavaScript: a module for a page, or Node. The key is an argument
    Fetch,
}

impl Tool {
    /// What stands before each header in the file.
    pub(super) fn line_prefix(self) -> &'static str {
        if self == Tool::Wget { "header = " } else { "" }
    }

    /// Whether it reads the key from the headers' file.
    pub(super) fn reads_headers_file(self) -> bool {
        self != Tool::Fetch
    }

    /// Fails with `Kind::Usage` for a name that the tool would change in the URL.
    pub(super) fn check_name(self, at: &Location) -> Result<(), Failure> {
        let has_dots = at.key.split('/').any(|segment| matches!(segment, "." | ".."));
        if has_dots && !matches!(self, Tool::Curl | Tool::Python) {
            return Err(Failure::usage(
                "this tool takes `.` and `..` out of a URL, so the signature would not fit",
            )
            .hint("take --as curl or --as python for this object")
            .at(at));
        }
        Ok(())
    }

    /// The call, without a line break at its end.
    pub(super) fn write(self, call: &Call<'_>) -> String {
        match self {
            Tool::Curl => line::curl(call),
            Tool::Wget => line::wget(call),
            Tool::Powershell => script::powershell(call),
            Tool::Python => script::python(call),
            Tool::Fetch => script::javascript(call),
        }
    }
}
