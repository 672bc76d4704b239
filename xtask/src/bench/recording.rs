//! The price of recording: DDL with the extension against without it.

use anyhow::Context;
use pggit_db::session::Session;
use pggit_wire::server::PrivateServer;

use super::{database, process, statistics};

/// Commands of each kind.
const COMMANDS: usize = 500;

/// Most CPU time more for each command, in ms.
const TARGET: f64 = 0.2;

/// Measures and prints a table.
///
/// # Errors
/// When a statement fails.
pub fn run(server: &PrivateServer, rounds: usize) -> anyhow::Result<()> {
    println!("### Recording: CPU of the server's process for each of {COMMANDS} commands\n");
    println!("| command | tables before | without pgGit | with pgGit | difference (target ≤ {TARGET} ms) |");
    println!("|---|--:|--:|--:|--:|");
    for tables in [0, 1000] {
        let (plain, recorded) = (format!("bench_plain_{tables}"), format!("bench_recorded_{tables}"));
        database::create(server, &plain)?;
        let script: String = (0..tables)
            .map(|n| format!("CREATE TABLE old_{n} (id integer PRIMARY KEY, a text);\n"))
            .collect();
        database::run(server, &plain, &script)?;
        database::copy(server, &plain, &recorded)?;
        database::run(server, &recorded, "CREATE EXTENSION pggit CASCADE")?;
        database::run(server, &recorded, "SELECT pggit.init()")?;
        let mut times = [[Vec::new(), Vec::new()], [Vec::new(), Vec::new()]];
        for _ in 0..rounds {
            for (with, template) in [&plain, &recorded].into_iter().enumerate() {
                let (create, alter) = measure(server, template)?;
                times[0][with].push(create);
                times[1][with].push(alter);
            }
        }
        for (command, [without, with]) in ["`CREATE TABLE`", "`ALTER TABLE … ADD COLUMN`"].iter().zip(&times)
        {
            let (without, with) = (statistics::median(without), statistics::median(with));
            println!("| {command} | {tables} | {without:.3} ms | {with:.3} ms | {:+.3} ms |", with - without);
        }
        database::drop(server, &plain)?;
        database::drop(server, &recorded)?;
    }
    println!();
    Ok(())
}

/// CPU time for each `CREATE TABLE` and each `ALTER TABLE` in a copy of `template`, in ms.
fn measure(server: &PrivateServer, template: &str) -> anyhow::Result<(f64, f64)> {
    let name = "bench_recording";
    database::copy(server, template, name)?;
    let (mut session, process) = database::session(server, name)?;
    // What a session does once is not the price of a command.
    session.script("CREATE TABLE warm_up (id integer); ALTER TABLE warm_up ADD COLUMN a text")?;
    let mut measured = [0.0, 0.0];
    let statements: [fn(usize) -> String; 2] = [
        |n| format!("CREATE TABLE new_{n} (id integer, a text)"),
        |n| format!("ALTER TABLE new_{n} ADD COLUMN b integer"),
    ];
    for (measured, statement) in measured.iter_mut().zip(statements) {
        let before = process::cpu_time(process)?;
        for n in 0..COMMANDS {
            let sql = statement(n);
            session.script(&sql).with_context(|| sql.clone())?;
        }
        *measured = (process::cpu_time(process)? - before) / COMMANDS as f64;
    }
    drop(session);
    database::drop(server, name)?;
    Ok((measured[0], measured[1]))
}
