//! The user of the operating system that a private server runs as.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{getegid, geteuid};

use super::ServerError;
use crate::process::{self, Account};

/// Who runs the server: we ourselves, or as root someone with fewer rights.
#[derive(Debug, Clone)]
pub(super) struct ServerAccount {
    pub account: Account,
    /// Whether it is another user than the one we run as.
    pub other: bool,
}

/// What a server may see of our environment. Above all not `RUST_BACKTRACE`, which would put stack traces into error
/// messages, nor variables of libpq and the locale.
const KEPT_VARIABLES: &[&str] = &["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TZ"];

impl ServerAccount {
    pub(super) fn find() -> Result<Self, ServerError> {
        let (uid, gid) = (geteuid().as_raw(), getegid().as_raw());
        if uid != 0 {
            let name = process::user_name().unwrap_or_else(|| uid.to_string());
            return Ok(Self { account: Account { name, uid, gid, home: String::new() }, other: false });
        }
        let account = ["postgres", "nobody"]
            .iter()
            .find_map(|name| process::find_account(|account| account.name == *name && account.uid != 0))
            .ok_or(ServerError::NoAccount)?;
        Ok(Self { account, other: true })
    }

    /// A command run as this user, with a small environment, away from any directory of ours.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
        for name in KEPT_VARIABLES {
            if let Some(value) = std::env::var_os(OsStr::new(name)) {
                command.env(name, value);
            }
        }
        if self.other {
            command.uid(self.account.uid).gid(self.account.gid);
        }
        command
    }
}
