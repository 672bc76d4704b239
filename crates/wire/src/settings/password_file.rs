//! The password file `~/.pgpass` (manual: "The Password File").

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::environment::{SOCKET_DIRECTORIES, Surroundings};
use super::{ConnectionSettings, DEFAULT_PORT, Endpoint, Host, Password};

/// A password file as it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PasswordFile {
    /// Where it is, if it can be used.
    pub path: Option<PathBuf>,
    /// Why it can't be used although it is there.
    pub warning: Option<String>,
    lines: Vec<[String; 5]>,
}

impl PasswordFile {
    /// Reads the file that the settings name, or `~/.pgpass`. A file that is not there has no passwords; one that others
    /// can read is not used.
    pub(crate) fn of(settings: &ConnectionSettings, surroundings: &Surroundings<'_>) -> Self {
        let named = settings.parameter("passfile").map(PathBuf::from);
        match named.or_else(|| surroundings.in_home(".pgpass")) {
            Some(path) => Self::read(&path),
            None => Self::default(),
        }
    }

    fn read(path: &Path) -> Self {
        let unusable = |reason: String| Self {
            warning: Some(format!("password file \"{}\" {reason}", path.display())),
            ..Self::default()
        };
        let Ok(metadata) = fs::metadata(path) else { return Self::default() };
        if !metadata.is_file() {
            return unusable("is not a plain file".into());
        }
        if metadata.permissions().mode() & 0o077 != 0 {
            return unusable("has group or world access; permissions should be u=rw (0600) or less".into());
        }
        match fs::read(path) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                let lines = text.lines().filter_map(fields).collect();
                Self { path: Some(path.to_owned()), warning: None, lines }
            }
            Err(error) => unusable(format!("can't be read: {error}")),
        }
    }

    /// The password for a server: that of the first line that fits.
    pub(crate) fn password(&self, settings: &ConnectionSettings, endpoint: &Endpoint) -> Option<Password> {
        let host = match (&endpoint.host, &endpoint.address) {
            (Some(Host::Name(name)), _) => name.clone(),
            (Some(Host::Socket(directory)), _) if SOCKET_DIRECTORIES.contains(&directory.as_str()) => {
                "localhost".into()
            }
            (Some(Host::Socket(directory)), _) => directory.clone(),
            (None, Some(address)) => address.to_string(),
            (None, None) => "localhost".into(),
        };
        let port = endpoint.port.unwrap_or(DEFAULT_PORT).to_string();
        let of = |value: &Option<String>| value.clone().unwrap_or_default();
        let wanted = [host, port, of(&settings.dbname), of(&settings.user)];
        let fits = |line: &&[String; 5]| {
            line.iter().zip(&wanted).all(|(field, wanted)| field == ANY || unescape(field) == *wanted)
        };
        let password = unescape(&self.lines.iter().find(fits)?[4]);
        (!password.is_empty()).then(|| Password::new(password))
    }
}

/// The field that everything fits.
const ANY: &str = "*";

/// The five fields of a line, still escaped; nothing for comments and lines with fewer.
fn fields(line: &str) -> Option<[String; 5]> {
    if line.starts_with('#') {
        return None;
    }
    let mut fields: [String; 5] = Default::default();
    let mut index = 0;
    let mut escaped = false;
    for c in line.chars() {
        if c == ':' && !escaped && index < 4 {
            index += 1;
            continue;
        }
        if c == ':' && !escaped {
            // What stands behind the password is not of it.
            break;
        }
        escaped = c == '\\' && !escaped;
        fields[index].push(c);
    }
    (index == 4).then_some(fields)
}

fn unescape(field: &str) -> String {
    let mut text = String::new();
    let mut characters = field.chars();
    while let Some(c) = characters.next() {
        text.push(if c == '\\' { characters.next().unwrap_or('\\') } else { c });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> PasswordFile {
        PasswordFile { path: None, warning: None, lines: text.lines().filter_map(fields).collect() }
    }

    fn password(file: &PasswordFile, url: &str) -> Option<String> {
        let settings = ConnectionSettings::parse(url).expect(url);
        let endpoint = settings.endpoints.first().cloned().unwrap_or_default();
        file.password(&settings, &endpoint).map(|password| password.reveal().to_owned())
    }

    #[test]
    fn the_first_line_that_fits() {
        let file = file(
            "# db:5432:shop:alice:comment\nshort:line\n\
             db:5432:shop:alice:one\n*:*:shop:al\\:ice:t\\:w\\\\o\n/run/pg:5433:*:*:three\n\
             localhost:*:*:bob:four\n\\*:*:*:*:star\n10.0.0.1:5432:*:*:five:rest\n",
        );
        for (url, expected) in [
            ("postgresql://alice@db/shop", Some("one")),
            ("postgresql://alice@db:5433/shop", None),
            ("postgresql://al%3Aice@else:1/shop", Some("t:w\\o")),
            ("host=/run/pg port=5433 user=x dbname=y", Some("three")),
            ("host=/tmp user=bob dbname=y", Some("four")),
            ("user=bob dbname=y", Some("four")),
            ("hostaddr=10.0.0.1 user=x dbname=y", Some("five")),
            ("host=db hostaddr=10.0.0.1 user=x dbname=y", None),
        ] {
            assert_eq!(password(&file, url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn a_file_that_others_can_read_is_not_used() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("pgpass");
        fs::write(&path, "*:*:*:*:secret\n").expect("written");
        for (mode, usable) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
            fs::set_permissions(&path, PermissionsExt::from_mode(mode)).expect("changed");
            let file = PasswordFile::read(&path);
            assert_eq!((file.lines.len(), file.warning.is_none()), (usize::from(usable), usable), "{mode:o}");
        }
        assert!(
            PasswordFile::read(directory.path()).warning.expect("a warning").ends_with("is not a plain file")
        );
        assert_eq!(PasswordFile::read(&directory.path().join("none")), PasswordFile::default());
    }
}
