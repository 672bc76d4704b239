//! `status()` and `commit()` after one change, with few and with many tables.

use std::time::Instant;

use anyhow::{Context, ensure};
use pggit_db::session::Session;
use pggit_wire::server::PrivateServer;

use super::{database, large_schema, statistics};

/// How many tables there are; the first and the last are compared.
const TABLES: [usize; 3] = [500, 1000, 5000];

/// Most that many tables may cost against few.
const TARGET: f64 = 1.5;

/// What is timed.
const CALLS: [&str; 2] = ["SELECT count(*) FROM pggit.status()", "SELECT pggit.commit('change')"];

/// Measures and prints a table.
///
/// # Errors
/// When a statement fails.
pub fn run(server: &PrivateServer, rounds: usize) -> anyhow::Result<()> {
    println!("### After one change\n");
    println!("| tables | `status()` | of the whole catalog | `commit()` |");
    println!("|--:|--:|--:|--:|");
    let mut medians = Vec::new();
    for tables in TABLES {
        let found = measure(server, tables, rounds)?;
        println!("| {tables} | {:.1} ms | {:.1} ms | {:.1} ms |", found[0], found[2], found[1]);
        medians.push(found);
    }
    if let [few, .., many] = medians.as_slice() {
        println!("| ratio (target ≤ {TARGET}) | {:.2} | | {:.2} |\n", many[0] / few[0], many[1] / few[1]);
    }
    Ok(())
}

/// Medians in ms: `status()`, `commit()`, and `status()` of the whole catalog.
fn measure(server: &PrivateServer, tables: usize, rounds: usize) -> anyhow::Result<[f64; 3]> {
    let base = format!("bench_changed_{tables}");
    database::create(server, &base)?;
    // A script is one transaction, whose locks have to fit into memory.
    for start in (0..tables).step_by(250) {
        database::run(server, &base, &large_schema::generated(start..start + 250))?;
    }
    database::run(server, &base, "CREATE EXTENSION pggit CASCADE")?;
    database::run(server, &base, "VACUUM ANALYZE")?;
    database::run(server, &base, "SELECT pggit.init()")?;
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    // The first round warms up and does not count. Each is a session of its own, as a command line has it.
    for round in 0..=rounds {
        let (mut session, _) = database::session(server, &base)?;
        session.script(&format!("ALTER TABLE t{} ADD COLUMN bench_{round} integer", 7 * round))?;
        session.query("SELECT pggit.version()", &[])?;
        let mut time = |session: &mut dyn FnMut(&str) -> anyhow::Result<()>, index: usize, call: &str| {
            let started = Instant::now();
            session(call)?;
            if round > 0 {
                times[index].push(started.elapsed().as_secs_f64() * 1e3);
            }
            anyhow::Ok(())
        };
        let mut query = |sql: &str| session.query(sql, &[]).map(|_| ()).with_context(|| sql.to_owned());
        query("SET pggit.full_read = on")?;
        time(&mut query, 2, CALLS[0])?;
        query("RESET pggit.full_read")?;
        for (index, call) in CALLS.iter().enumerate() {
            time(&mut query, index, call)?;
            let part = "SELECT 1 / (pg_catalog.current_setting('pggit.last_read') = 'part')::pg_catalog.int4";
            query(part)?;
        }
    }
    ensure!(times.iter().all(|times| times.len() == rounds), "not all rounds were measured");
    database::drop(server, &base)?;
    Ok(times.map(|times| statistics::median(&times)))
}
