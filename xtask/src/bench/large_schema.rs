//! `init`, `status` and `diff` on a large schema, against `pg_dump --schema-only` of it.

use std::fmt::Write;
use std::fs;
use std::ops::Range;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, ensure};
use pggit_db::session::Session;
use pggit_wire::server::PrivateServer;

use super::{database, process, statistics};
use crate::eval::Source;

/// Most memory that the process behind a session may take, in MB.
const MEMORY_TARGET: f64 = 300.0;

/// What is measured: a name, the statement, and whether it is undone.
const CALLS: [(&str, &str); 3] = [
    ("`init()`", "SELECT pggit.init()"),
    ("`status()`", "SELECT count(*) FROM pggit.status()"),
    ("`diff()`", "SELECT count(*) FROM pggit.diff()"),
];

/// Measures and prints a table.
///
/// # Errors
/// When a statement fails.
pub fn run(server: &PrivateServer, rounds: usize) -> anyhow::Result<()> {
    let (name, script, roles) = match Source::find()?.as_ref().and_then(|c| Some((c.largest()?, &c.roles))) {
        Some((schema, roles)) => {
            let script =
                fs::read_to_string(&schema.file).with_context(|| format!("no {}", schema.file.display()))?;
            let roles = fs::read_to_string(roles).with_context(|| format!("no {}", roles.display()))?;
            (schema.name.clone(), script, roles)
        }
        None => ("a generated schema".to_owned(), generated(0..500), String::new()),
    };
    let base = "bench_large";
    database::create(server, base)?;
    database::run(server, "postgres", &roles)?;
    database::run(server, base, &script)?;
    database::run(server, base, "CREATE EXTENSION pggit CASCADE; VACUUM ANALYZE")
        .or_else(|_| database::run(server, base, "CREATE EXTENSION pggit CASCADE"))?;
    let objects = objects(server, base)?;
    let mut rows = Vec::new();
    for (call, statement) in CALLS {
        if call != "`init()`" && rows.len() == 1 {
            // From here on there is a repository and one change.
            database::run(server, base, "SELECT pggit.init()")?;
            database::run(server, base, &change(server, base)?)?;
        }
        rows.push(measure(server, base, call, statement, rounds)?);
    }
    println!("### {name}: {objects}\n");
    println!(
        "| | median | `pg_dump --schema-only` | ratio (target ≤ 1) | peak memory before | after (target < {MEMORY_TARGET} MB) | of it own |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|");
    for row in rows {
        println!("{row}");
    }
    println!();
    database::drop(server, base)
}

/// Measures one call in turn with `pg_dump`, in sessions of their own; what the call writes is undone.
fn measure(
    server: &PrivateServer,
    base: &str,
    call: &str,
    statement: &str,
    rounds: usize,
) -> anyhow::Result<String> {
    let pg_dump = server.installation().client_program("pg_dump").context("no pg_dump")?;
    let url = server.url(base);
    let (mut calls, mut dumps) = (Vec::new(), Vec::new());
    let (mut before, mut after, mut own) = (0.0_f64, 0.0_f64, 0.0_f64);
    // The first round warms up and does not count.
    for round in 0..=rounds {
        let (mut session, process) = database::session(server, base)?;
        before = before.max(process::peak_memory(process)?);
        session.script("BEGIN")?;
        let started = Instant::now();
        session.query(statement, &[]).with_context(|| statement.to_owned())?;
        let call_time = started.elapsed().as_secs_f64() * 1e3;
        after = after.max(process::peak_memory(process)?);
        own = own.max(process::own_memory(process)?);
        session.script("ROLLBACK")?;
        drop(session);
        let started = Instant::now();
        let status = Command::new(&pg_dump)
            .args(["--schema-only", "--file=/dev/null", "--dbname", &url])
            .stdin(Stdio::null())
            .status()
            .context("pg_dump could not be started")?;
        ensure!(status.success(), "pg_dump failed: {status}");
        let dump_time = started.elapsed().as_secs_f64() * 1e3;
        if round > 0 {
            calls.push(call_time);
            dumps.push(dump_time);
        }
    }
    let (call_time, dump_time) = (statistics::median(&calls), statistics::median(&dumps));
    Ok(format!(
        "| {call} | {call_time:.0} ms | {dump_time:.0} ms | {:.2} | {before:.0} MB | {after:.0} MB | {own:.0} MB |",
        call_time / dump_time
    ))
}

/// One column more, in the first table by name that takes it.
fn change(server: &PrivateServer, database: &str) -> anyhow::Result<String> {
    let (mut session, _) = database::session(server, database)?;
    let sql = "SELECT format('ALTER TABLE %I.%I ADD COLUMN pggit_bench integer', n.nspname, c.relname)
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pggit')
        ORDER BY n.nspname COLLATE \"C\", c.relname COLLATE \"C\" LIMIT 1";
    let rows = session.query(sql, &[])?;
    Ok(rows.first().context("the schema has no table")?.text(0)?.to_owned())
}

fn objects(server: &PrivateServer, database: &str) -> anyhow::Result<String> {
    let (mut session, _) = database::session(server, database)?;
    let sql = "SELECT count(*) FILTER (WHERE c.relkind IN ('r', 'p')), count(*) FILTER (WHERE c.relkind IN ('i', 'I')),
            sum(c.relnatts) FILTER (WHERE c.relkind IN ('r', 'p', 'v'))::int8
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'pggit')";
    let rows = session.query(sql, &[])?;
    let row = rows.first().context("no count")?;
    Ok(format!(
        "{} tables, {} indexes, {} columns",
        row.int(0)?,
        row.int(1)?,
        row.optional_int(2)?.unwrap_or(0)
    ))
}

/// The tables with these numbers, each of which refers to the one before.
pub(super) fn generated(tables: Range<usize>) -> String {
    let mut script = String::new();
    for table in tables {
        let columns: String = (0..20).fold(String::new(), |mut columns, column| {
            let _ = write!(
                columns,
                ", c{column} {}",
                ["integer", "text NOT NULL", "timestamptz DEFAULT now()"][column % 3]
            );
            columns
        });
        let before = table.saturating_sub(1);
        let _ = writeln!(
            script,
            "CREATE TABLE t{table} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \
             before bigint REFERENCES t{before}{columns}, CHECK (c0 > 0));"
        );
        for column in 0..4 {
            let _ = writeln!(script, "CREATE INDEX ON t{table} (c{column});");
        }
        let _ = writeln!(script, "COMMENT ON TABLE t{table} IS 'table {table}';");
    }
    script
}
