//! The program: arguments in, exit code out. Everything else is in the library.

use std::ffi::OsString;
use std::process::ExitCode;

/// The dynamic loader runs this before the runtime of Rust, which would hide what was closed.
#[used]
#[cfg_attr(
    any(target_os = "linux", target_os = "freebsd"),
    expect(unsafe_code, reason = "a section is chosen")
)]
#[cfg_attr(any(target_os = "linux", target_os = "freebsd"), unsafe(link_section = ".init_array"))]
static BEFORE_MAIN: extern "C" fn() = {
    extern "C" fn note_closed() {
        s3seal::note_closed();
    }
    note_closed
};

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    // No child must inherit a key: not `cmd:`, and not what AWS profiles name as credential_process.
    for name in s3seal::hold_keys(&arguments) {
        #[expect(unsafe_code, reason = "no other thread runs yet that could read the environment")]
        // SAFETY: this is the only thread.
        unsafe {
            std::env::remove_var(name);
        }
    }
    ExitCode::from(s3seal::run(arguments))
}
