//! A profile in the files of aws-cli.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::key::core::shell_quoted;

/// A profile to write.
pub(super) struct NewProfile {
    pub(super) name: String,
    pub(super) access_key_id: String,
    pub(super) secret_access_key: Zeroizing<String>,
    pub(super) region: String,
    /// None for Amazon.
    pub(super) endpoint: Option<String>,
}

/// The paths of the two files: the settings and the credentials.
#[derive(Debug)]
pub(super) struct AwsFiles {
    pub(super) config: PathBuf,
    pub(super) credentials: PathBuf,
}

impl AwsFiles {
    /// `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE`, else the files in `~/.aws`.
    /// Errors: `Kind::Usage` without HOME.
    pub(super) fn locate() -> Result<AwsFiles, Failure> {
        let file = |variable: &str, name: &str| {
            let named = std::env::var_os(variable).filter(|path| !path.is_empty());
            let home = std::env::var_os("HOME").filter(|home| !home.is_empty());
            let usual = || Some(PathBuf::from(home?).join(".aws").join(name));
            named.map(|path| expanded(PathBuf::from(path))).or_else(usual).ok_or_else(|| {
                Failure::usage("there is no place for a profile: HOME is not set")
                    .hint(format!("set HOME, or name the file with {variable}"))
            })
        };
        Ok(AwsFiles {
            config: file("AWS_CONFIG_FILE", "config")?,
            credentials: file("AWS_SHARED_CREDENTIALS_FILE", "credentials")?,
        })
    }

    /// Fails if a profile cannot be added safely: a file that exists must be text, and credentials must be this user's alone.
    /// Errors: `Kind::Usage`.
    pub(super) fn check(&self) -> Result<(), Failure> {
        for path in [&self.config, &self.credentials] {
            match fs::read_to_string(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    return Err(Failure::usage(format!("{} cannot be read: {}", path.display(), error.kind()))
                        .hint("mend it, or name another file with AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE"));
                }
                Ok(_) => {}
            }
        }
        let Ok(found) = fs::metadata(&self.credentials) else { return Ok(()) };
        let is_mine = found.uid() == rustix::process::geteuid().as_raw();
        if found.is_file() && (found.mode() & 0o077 != 0 || !is_mine) {
            let shown = self.credentials.display();
            return Err(Failure::usage(format!(
                "others can read {shown}, or it belongs to another user: no secret is written there"
            ))
            .hint(format!("`chmod 600 {}`", shell_quoted(&self.credentials))));
        }
        Ok(())
    }

    /// Appends the profile to both files. What is there stays as it is.
    /// Errors: `Kind::Other` if a file cannot be written.
    pub(super) fn write(&self, profile: &NewProfile) -> Result<(), Failure> {
        append(&self.credentials, &profile.credentials_text())?;
        append(&self.config, &profile.config_text())
    }
}

impl NewProfile {
    /// The section of the settings.
    pub(super) fn config_text(&self) -> Zeroizing<String> {
        let endpoint = self.endpoint.as_ref().map(|url| format!("endpoint_url = {url}\n"));
        let header = config_header(&self.name);
        Zeroizing::new(format!(
            "{header}\nregion = {}\n{}",
            self.region,
            endpoint.unwrap_or_default()
        ))
    }

    fn credentials_text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!(
            "[{}]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            self.name,
            self.access_key_id,
            self.secret_access_key.as_str()
        ))
    }
}

/// As the AWS tools do, `~/` is the home folder.
fn expanded(path: PathBuf) -> PathBuf {
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty());
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => path,
    }
}

fn config_header(name: &str) -> String {
    if name == "default" { "[default]".to_owned() } else { format!("[profile {name}]") }
}

fn append(path: &Path, text: &str) -> Result<(), Failure> {
    let appended = || -> io::Result<()> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        let gap = if file.metadata()?.len() == 0 { "" } else { "\n" };
        file.write_all(Zeroizing::new(format!("{gap}{text}")).as_bytes())?;
        file.sync_all()
    };
    appended().map_err(|error| Failure::unwritable(path.display(), error))
}
