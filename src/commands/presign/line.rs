//! The calls of one line: for a shell.

use super::call::Call;
use super::quoting::shell;
use crate::store::presigned::Method;

pub(super) fn curl(call: &Call<'_>) -> String {
    let headers: String = match call.headers_file {
        Some(path) => format!(" -H @{}", shell(&path.display().to_string())),
        None => call
            .inline()
            .map(|(name, value)| format!(" -H {}", shell(&format!("{name}: {value}"))))
            .collect(),
    };
    let what = match call.method {
        Method::Get => format!("-o {}", shell(&file_of(call))),
        Method::Put => format!("-T {}", shell(&file_of(call))),
        Method::Head => "--head".to_owned(),
    };
    // curl would expand brackets and braces in names, and fold `..` in the URL.
    format!("curl --fail --globoff --path-as-is{headers} {what} {}", shell(&call.signed.url))
}

/// The file of the object's name. curl takes `-` and `.` for streams.
fn file_of(call: &Call<'_>) -> String {
    match call.at.name() {
        stream @ ("-" | ".") => format!("./{stream}"),
        name => name.to_owned(),
    }
}

pub(super) fn wget(call: &Call<'_>) -> String {
    let headers: String = match call.headers_file {
        Some(path) => format!(" --config={}", shell(&path.display().to_string())),
        None => call
            .inline()
            .map(|(name, value)| format!(" --header={}", shell(&format!("{name}: {value}"))))
            .collect(),
    };
    let file = shell(&call.file());
    let what = match call.method {
        Method::Get => format!("--output-document={file}"),
        Method::Put => {
            // Without one, it would send the type of a form.
            let content_type = if call.signs("content-type") {
                ""
            } else {
                " --header='Content-Type: application/octet-stream'"
            };
            format!("--method=PUT --body-file={file}{content_type} --output-document=-")
        }
        Method::Head => "--spider --server-response".to_owned(),
    };
    // After a redirect, it would send the key to another host.
    format!("wget{headers} --max-redirect=0 {what} {}", shell(&call.signed.url))
}
