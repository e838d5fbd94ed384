//! The file of `--headers-file`: the headers that the URL signs, the key among them.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::failure::Failure;
use crate::key::core::{check_destination, check_output};
use crate::store::presigned::Headers;
use crate::system::NamedOutput;

/// Writes a line for each header, after this prefix: into a new file that takes the place of an old one, or to a pipe, a
/// device or a descriptor as it is.
pub(super) fn write(path: &Path, prefix: &str, headers: &Headers) -> Result<(), Failure> {
    let refuse = |error: io::Error| Failure::unwritable(path.display(), error);
    match NamedOutput::resolve(path).map_err(refuse)? {
        NamedOutput::File { folder, name } => {
            check_destination(path)?;
            replace(&folder.join(name), prefix, headers).map_err(refuse)
        }
        NamedOutput::Stream(stream) => {
            let mut stream = stream.open().map_err(refuse)?;
            check_output(&stream, &path.display().to_string())?;
            write_lines(&mut stream, prefix, headers).map_err(refuse)
        }
    }
}

fn replace(path: &Path, prefix: &str, headers: &Headers) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".s3seal-")
        .permissions(fs::Permissions::from_mode(0o600))
        .tempfile_in(folder)?;
    write_lines(&mut file, prefix, headers)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn write_lines(to: &mut impl Write, prefix: &str, headers: &Headers) -> io::Result<()> {
    for (name, value) in headers {
        writeln!(to, "{prefix}{name}: {}", value.as_str())?;
    }
    Ok(())
}
