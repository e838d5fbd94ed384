//! The program: arguments in, exit code out. Everything else is in the library.

use std::ffi::OsString;
use std::process::ExitCode;

use s3seal::key::environment;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    // No child must inherit a key: not `cmd:`, and not what AWS profiles name as credential_process.
    for name in environment::hold(&arguments) {
        #[expect(unsafe_code, reason = "no other thread runs yet that could read the environment")]
        // SAFETY: this is the only thread.
        unsafe {
            std::env::remove_var(name);
        }
    }
    ExitCode::from(s3seal::cli::run(arguments))
}
