//! The server process of a data directory.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::ServerError;
use super::error::at;
use crate::process::is_running;

/// The process that serves `data`, if there is one.
pub(super) fn running(data: &Path) -> Result<Option<Pid>, ServerError> {
    let file = data.join("postmaster.pid");
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(source) => return Err(at("read", &file, source)),
    };
    let number = text.lines().next().and_then(|line| line.trim().parse::<u32>().ok());
    let Some(number) = number.filter(|&number| is_running(number)) else { return Ok(None) };
    // A server's working directory is its data directory: any other process has only got a used number.
    if let Ok(directory) = fs::read_link(format!("/proc/{number}/cwd"))
        && let Ok(data) = data.canonicalize()
        && directory != data
    {
        return Ok(None);
    }
    Ok(i32::try_from(number).ok().and_then(Pid::from_raw))
}

/// Ends the server of `data` at once, whatever version it is of; nobody misses its data.
pub(super) fn kill(data: &Path) -> Result<(), ServerError> {
    // First by an immediate shutdown, which also frees its shared memory.
    for signal in [Signal::QUIT, Signal::KILL] {
        let Some(pid) = running(data)? else { return Ok(()) };
        // It may have ended by itself in between.
        let _ = kill_process(pid, signal);
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(5) {
            if running(data)?.is_none() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    Ok(())
}
