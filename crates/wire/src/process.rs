//! Who a process is, so that what a dead one left behind can be told from what a live one uses.

use std::fs;

use rustix::process::{Pid, geteuid, test_kill_process};

/// A process of this host: its number, and its start time since numbers are used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProcessIdentity {
    pub pid: u32,
    /// Clock ticks after boot (`/proc/PID/stat`, field 22); 0 where that can't be read.
    pub started: u64,
}

impl ProcessIdentity {
    /// This process.
    pub(crate) fn current() -> Self {
        let pid = std::process::id();
        Self { pid, started: start_time(pid).unwrap_or(0) }
    }

    /// Whether it still runs.
    pub(crate) fn is_alive(self) -> bool {
        is_running(self.pid) && start_time(self.pid).is_none_or(|started| started == self.started)
    }
}

/// Whether a process of this number runs, whosever it is.
pub(crate) fn is_running(pid: u32) -> bool {
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return false };
    let ended =
        || status_field(pid.as_raw_nonzero().get().unsigned_abs(), 0).is_some_and(|state| state == "Z");
    !matches!(test_kill_process(pid), Err(rustix::io::Errno::SRCH)) && !ended()
}

fn start_time(pid: u32) -> Option<u64> {
    status_field(pid, 19)?.parse().ok()
}

/// A field of `/proc/PID/stat`, counted from 0 at the state, which stands behind the name.
fn status_field(pid: u32, field: usize) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The program's name stands in parentheses and may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(field).map(ToOwned::to_owned)
}

/// Names this host and, where there are such, its process number space: eight hexadecimal digits.
pub(crate) fn host_id() -> String {
    let names = rustix::system::uname();
    let space = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let text = format!("{}\n{}", names.nodename().to_string_lossy(), space.display());
    format!("{:08x}", fnv1a(text.as_bytes()) as u32)
}

/// FNV-1a, 64 bits: short names that stay the same from one version to the next.
pub(crate) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// A user of the operating system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
    pub home: String,
}

/// The first account of `/etc/passwd` that `wanted` accepts.
pub(crate) fn find_account(wanted: impl Fn(&Account) -> bool) -> Option<Account> {
    let text = fs::read("/etc/passwd").ok()?;
    String::from_utf8_lossy(&text).lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        let home = fields.nth(1)?.to_owned();
        Some(Account { name, uid, gid, home }).filter(|account| wanted(account))
    })
}

/// The name of the user we run as.
pub(crate) fn user_name() -> Option<String> {
    let uid = geteuid().as_raw();
    find_account(|account| account.uid == uid)
        .map(|account| account.name)
        .or_else(|| ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok()))
}

/// The home directory of the user we run as.
pub(crate) fn home() -> Option<String> {
    let uid = geteuid().as_raw();
    find_account(|account| account.uid == uid).map(|account| account.home)
}
