//! How long the private server takes.

use std::time::Instant;

use anyhow::Context;
use pggit_wire::server::{PrivateServer, ServerOptions};

use super::statistics;

/// Measures and prints a table.
///
/// # Errors
/// When the server does not start or stop.
pub fn run(major: u8, rounds: usize) -> anyhow::Result<()> {
    let (mut made, mut started, mut stopped) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let directory = tempfile::tempdir().context("no directory for a server")?;
        let options = ServerOptions { major: Some(major.into()), ..ServerOptions::default() };
        let server = PrivateServer::at(&directory.path().join("server"), options)?;
        let clock = Instant::now();
        server.start()?;
        made.push(clock.elapsed().as_secs_f64());
        server.stop()?;
        let clock = Instant::now();
        server.start()?;
        started.push(clock.elapsed().as_secs_f64());
        let clock = Instant::now();
        server.stop()?;
        stopped.push(clock.elapsed().as_secs_f64());
        server.remove()?;
    }
    println!("### A private server\n");
    println!("| | median | target |");
    println!("|---|--:|--:|");
    for (what, times, target) in
        [("made and started", &made, ""), ("started again", &started, "< 2 s"), ("stopped", &stopped, "")]
    {
        println!("| {what} | {:.2} s | {target} |", statistics::median(times));
    }
    println!();
    Ok(())
}
