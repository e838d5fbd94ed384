//! The program: arguments in, exit code out. Everything else is in the library.

use std::process::ExitCode;

use s3seal::key::KEY_VARIABLE;

fn main() -> ExitCode {
    let key = std::env::var_os(KEY_VARIABLE);
    // No child must inherit the key: not `cmd:`, and not what AWS profiles name as credential_process.
    #[expect(unsafe_code, reason = "no other thread runs yet that could read the environment")]
    // SAFETY: this is the only thread.
    unsafe {
        std::env::remove_var(KEY_VARIABLE);
    }
    ExitCode::from(s3seal::cli::run(std::env::args_os(), key))
}
