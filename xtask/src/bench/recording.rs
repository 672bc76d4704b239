//! The price of recording: DDL with the extension against without it.
//!
//! What a command costs differs by more than the price when the machine has other work or a directory more files. So two
//! sessions, one in a database without and one in a database with the extension, take turns, a few commands each, and
//! what counts is the difference within each pair of turns.

use anyhow::Context;
use pggit_db::session::Session;
use pggit_wire::server::PrivateServer;
use pggit_wire::session::WireSession;

use super::{database, process, statistics};

/// Commands of each kind in one round.
const COMMANDS: usize = 500;

/// Commands in one turn of a session.
const TURN: usize = 5;

/// Most CPU time more for each command, in ms.
const TARGET: f64 = 0.2;

/// Tables that are there before.
const TABLES: [usize; 3] = [0, 1000, 5000];

/// The statement for the table of a number.
type Statement = fn(usize) -> String;

/// What is measured.
const KINDS: [(&str, Statement); 2] = [
    ("`CREATE TABLE`", |n| format!("CREATE TABLE new_{n} (id integer, a text)")),
    ("`ALTER TABLE … ADD COLUMN`", |n| format!("ALTER TABLE new_{n} ADD COLUMN b integer")),
];

/// A session with its process.
type Backend = (WireSession, i64);

/// What was measured of one kind of command, in ms of CPU for each.
#[derive(Default)]
struct Measured {
    plain: Vec<f64>,
    recorded: Vec<f64>,
    differences: Vec<f64>,
}

/// Measures and prints a table.
///
/// # Errors
/// When a statement fails.
pub fn run(server: &PrivateServer, rounds: usize) -> anyhow::Result<()> {
    println!("### Recording: CPU of the server's process for each of {rounds} × {COMMANDS} commands\n");
    println!(
        "| command | tables before | without pgGit | with pgGit | median difference (target ≤ {TARGET} ms) | \
         middle half |"
    );
    println!("|---|--:|--:|--:|--:|--:|");
    for tables in TABLES {
        let (plain, recorded) = (format!("bench_plain_{tables}"), format!("bench_recorded_{tables}"));
        database::create(server, &plain)?;
        // A script is one transaction, whose locks have to fit into memory.
        for start in (0..tables).step_by(500) {
            let script: String = (start..start + 500)
                .map(|n| format!("CREATE TABLE old_{n} (id integer PRIMARY KEY, a text);\n"))
                .collect();
            database::run(server, &plain, &script)?;
        }
        database::copy(server, &plain, &recorded)?;
        database::run(server, &recorded, "CREATE EXTENSION pggit CASCADE")?;
        database::run(server, &recorded, "SELECT pggit.init()")?;
        let mut backends = [database::session(server, &plain)?, database::session(server, &recorded)?];
        // What a session does once is not the price of a command.
        for (session, _) in &mut backends {
            for n in 0..2 * TURN {
                session.script(&format!("CREATE TABLE warm_up_{n} (id integer)"))?;
                session.script(&format!("ALTER TABLE warm_up_{n} ADD COLUMN a text"))?;
            }
        }
        let mut measured = [Measured::default(), Measured::default()];
        for _ in 0..rounds {
            for ((_, statement), measured) in KINDS.iter().zip(&mut measured) {
                measure(&mut backends, *statement, measured)?;
            }
            for (session, _) in &mut backends {
                let names: Vec<String> = (0..COMMANDS).map(|n| format!("new_{n}")).collect();
                session.script(&format!("DROP TABLE {}", names.join(", ")))?;
            }
        }
        for ((command, _), measured) in KINDS.iter().zip(&measured) {
            let (low, high) = statistics::quartiles(&measured.differences);
            println!(
                "| {command} | {tables} | {:.3} ms | {:.3} ms | {:+.3} ms | {low:+.3} to {high:+.3} |",
                statistics::median(&measured.plain),
                statistics::median(&measured.recorded),
                statistics::median(&measured.differences),
            );
        }
        drop(backends);
        database::drop(server, &plain)?;
        database::drop(server, &recorded)?;
    }
    println!();
    Ok(())
}

/// Runs the commands of one round, in turns; who begins changes from pair to pair.
fn measure(
    [plain, recorded]: &mut [Backend; 2],
    statement: Statement,
    measured: &mut Measured,
) -> anyhow::Result<()> {
    for start in (0..COMMANDS).step_by(TURN) {
        let (without, with) = if (start / TURN).is_multiple_of(2) {
            let without = turn(plain, statement, start)?;
            (without, turn(recorded, statement, start)?)
        } else {
            let with = turn(recorded, statement, start)?;
            (turn(plain, statement, start)?, with)
        };
        measured.plain.push(without);
        measured.recorded.push(with);
        measured.differences.push(with - without);
    }
    Ok(())
}

/// CPU time for each command of a turn, in ms.
fn turn((session, process): &mut Backend, statement: Statement, start: usize) -> anyhow::Result<f64> {
    let before = process::cpu_time(*process)?;
    for n in start..start + TURN {
        let sql = statement(n);
        session.script(&sql).with_context(|| sql.clone())?;
    }
    Ok((process::cpu_time(*process)? - before) / TURN as f64)
}
