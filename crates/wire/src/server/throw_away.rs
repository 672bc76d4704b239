//! Directories of servers that must not outlive the process that started them.
//!
//! Three things see to it: dropping the value; a watchdog, which gets to know the end of its owner from a pipe however
//! that ends; and, should the watchdog be killed too, the next throw-away server, which removes every directory whose
//! owner no longer holds its lock.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::geteuid;

use super::error::at;
use super::{ServerError, directory, postmaster};

const WATCHDOG: &str = include_str!("watchdog.sh");

/// The file in each directory that its owner holds the lock on.
const OWNER_FILE: &str = "owner";

#[derive(Debug)]
pub(super) struct ThrowAway {
    directory: PathBuf,
    watchdog: Child,
    /// Locked as long as this process lives.
    _owner: File,
}

impl ThrowAway {
    /// Removes what is stale in `runtime` and makes a new directory there.
    pub(super) fn make(runtime: &Path) -> Result<Self, ServerError> {
        let mode = if geteuid().is_root() { 0o711 } else { 0o700 };
        directory::make_owned(runtime, mode)?;
        let parent = runtime.join("throw-away");
        directory::make_owned(&parent, mode)?;
        // No directory is without its owner's lock while this lock is free.
        let _lock = directory::lock(&runtime.join("throw-away.lock"))?;
        sweep(&parent)?;
        let mut number = 0;
        let new = loop {
            let candidate = parent.join(format!("{}-{number}", std::process::id()));
            if !candidate.exists() {
                break candidate;
            }
            number += 1;
        };
        directory::make_owned(&new, mode)?;
        let owner = directory::open_lock(&new.join(OWNER_FILE))?;
        owner.try_lock().map_err(|error| at("lock", &new, error.into()))?;
        let watchdog = Command::new("/bin/sh")
            .args(["-c", WATCHDOG, "pggit-watchdog"])
            .arg(&new)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A ^C at the terminal is for the owner.
            .process_group(0)
            .spawn()
            .map_err(|source| at("run", Path::new("/bin/sh"), source))?;
        Ok(Self { directory: new, watchdog, _owner: owner })
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Removes the directory.
    pub(super) fn end(self) {
        drop(self);
    }
}

impl Drop for ThrowAway {
    fn drop(&mut self) {
        // The watchdog stops what may still run and removes the directory.
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
    }
}

/// Ends the servers and removes the directories whose owners are gone.
fn sweep(parent: &Path) -> Result<(), ServerError> {
    let entries = fs::read_dir(parent).map_err(|source| at("read", parent, source))?;
    for entry in entries {
        let directory = entry.map_err(|source| at("read", parent, source))?.path();
        match File::open(directory.join(OWNER_FILE)) {
            Ok(owner) => match owner.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => continue,
                Err(TryLockError::Error(source)) => return Err(at("lock", &directory, source)),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(source) => return Err(at("read", &directory, source)),
        }
        postmaster::kill(&directory.join("data"))?;
        // Its own watchdog may be removing it at the same time; what it leaves is swept the next time.
        if let Err(error) = directory::remove(&directory)
            && directory.join(OWNER_FILE).exists()
        {
            return Err(error);
        }
    }
    Ok(())
}
