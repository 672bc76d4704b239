//! Places of private servers, and the directories and files in them.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::geteuid;

use super::account::ServerAccount;
use super::error::at;
use super::{ServerError, text};
use crate::process::fnv1a;

/// Longest path of a unix socket everywhere (macOS; Linux takes four more).
const SOCKET_PATH_LIMIT: usize = 103;

/// How long to wait for another process that starts or stops the same server.
const LOCK_TIMEOUT: Duration = Duration::from_secs(60);

/// Where the server of the project in `project` lives: outside the project, where the server's user gets to, and where
/// data stays after a restart of the machine.
pub(super) fn of_project(project: &Path) -> Result<PathBuf, ServerError> {
    let project = project.canonicalize().map_err(|source| at("find", project, source))?;
    let name = short_hash(&project);
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(directory) = variable("PGGIT_SERVER_DIR") {
        return Ok(directory.join(name));
    }
    if geteuid().is_root() {
        return Ok(Path::new("/var/lib/pggit").join(name));
    }
    let state = variable("XDG_STATE_HOME").or_else(|| variable("HOME").map(|home| home.join(".local/state")));
    Ok(state.map_or_else(runtime, |state| state.join("pggit")).join(name))
}

/// Where short-lived things of this user are, with short paths.
pub(super) fn runtime() -> PathBuf {
    std::env::var_os("PGGIT_RUNTIME_DIR")
        .filter(|value| !value.is_empty())
        .map_or_else(|| PathBuf::from(format!("/tmp/pggit-{}", geteuid().as_raw())), PathBuf::from)
}

/// Where the socket of the server in `directory` is: there, unless that makes too long a path.
pub(super) fn of_socket(directory: &Path, port: u16) -> Result<PathBuf, ServerError> {
    let candidates = [directory.join("socket"), runtime().join(short_hash(directory))];
    for candidate in &candidates {
        if text(candidate)?.len() + format!("/.s.PGSQL.{port}.lock").len() <= SOCKET_PATH_LIMIT {
            return Ok(candidate.clone());
        }
    }
    Err(ServerError::SocketPath { path: directory.to_owned() })
}

fn short_hash(path: &Path) -> String {
    format!("{:016x}", fnv1a(path.as_os_str().as_encoded_bytes()))
}

/// Makes the directory of a server, which its user may pass through, and checks that he gets there.
pub(super) fn make_root(directory: &Path, account: &ServerAccount) -> Result<(), ServerError> {
    let mode = if account.other { 0o711 } else { 0o700 };
    if let Some(parent) = directory.parent()
        && !parent.exists()
    {
        fs::create_dir_all(parent).map_err(|source| at("make", parent, source))?;
        set_mode(parent, mode)?;
    }
    make_owned(directory, mode)?;
    if !account.other {
        return Ok(());
    }
    let mut ancestors: Vec<&Path> = directory.ancestors().collect();
    ancestors.reverse();
    for ancestor in ancestors {
        let found = fs::metadata(ancestor).map_err(|source| at("read", ancestor, source))?;
        let account = &account.account;
        let bit = match (found.uid() == account.uid, found.gid() == account.gid) {
            (true, _) => 0o100,
            (false, true) => 0o010,
            (false, false) => 0o001,
        };
        if found.mode() & bit == 0 {
            return Err(ServerError::Unreachable {
                directory: ancestor.to_owned(),
                user: account.name.clone(),
            });
        }
    }
    Ok(())
}

/// Makes a directory that only we can write to; one that is there must be such.
pub(super) fn make_owned(directory: &Path, mode: u32) -> Result<(), ServerError> {
    make(directory, geteuid().as_raw())?;
    set_mode(directory, mode)
}

/// Makes a directory that only the server's user can enter (and root).
pub(super) fn make_private(directory: &Path, account: &ServerAccount) -> Result<(), ServerError> {
    if let Some(parent) = directory.parent()
        && parent == runtime()
    {
        make_owned(parent, if account.other { 0o711 } else { 0o700 })?;
    }
    let account_id = account.account.uid;
    if !account.other || !fs::symlink_metadata(directory).is_ok_and(|found| found.uid() == account_id) {
        make_owned(directory, 0o700)?;
        if account.other {
            chown(directory, Some(account_id), Some(account.account.gid))
                .map_err(|source| at("change the owner of", directory, source))?;
        }
    }
    make(directory, account_id)
}

/// Makes a directory, or checks that the one that is there belongs to `owner` and nobody else writes to it.
fn make(directory: &Path, owner: u32) -> Result<(), ServerError> {
    match DirBuilder::new().mode(0o700).create(directory) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let found = fs::symlink_metadata(directory).map_err(|source| at("read", directory, source))?;
            if found.is_dir() && found.uid() == owner && found.mode() & 0o022 == 0 {
                Ok(())
            } else {
                Err(ServerError::NotOurs { path: directory.to_owned() })
            }
        }
        Err(source) => Err(at("make", directory, source)),
    }
}

pub(super) fn set_mode(path: &Path, mode: u32) -> Result<(), ServerError> {
    fs::set_permissions(path, Permissions::from_mode(mode))
        .map_err(|source| at("change the permissions of", path, source))
}

/// Writes a whole file that everyone may read, in one step.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), ServerError> {
    let unfinished = path.with_extension("new");
    let write = || -> io::Result<()> {
        File::create(&unfinished)?.write_all(content)?;
        fs::set_permissions(&unfinished, Permissions::from_mode(0o644))?;
        fs::rename(&unfinished, path)
    };
    write().map_err(|source| at("write", path, source))
}

/// Removes a directory with everything in it, if it is there.
pub(super) fn remove(directory: &Path) -> Result<(), ServerError> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(at("remove", directory, error)),
        _ => Ok(()),
    }
}

/// Opens a lock file, made if need be.
pub(super) fn open_lock(path: &Path) -> Result<File, ServerError> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(|source| at("open", path, source))
}

/// Waits for the lock on a file; it is given back when the file is closed.
pub(super) fn lock(path: &Path) -> Result<File, ServerError> {
    let file = open_lock(path)?;
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if start.elapsed() < LOCK_TIMEOUT => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => return Err(ServerError::Locked { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(at("lock", path, source)),
        }
    }
}
