//! `confiture diff` of two databases, beside `pg_dump --schema-only` of one of them, and migra where there is one.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use pggit_wire::server::{PrivateServer, ServerOptions};

use super::{database, process, statistics};
use crate::eval::Source;
use crate::{extension, test};

/// Tables of the databases.
const TABLES: [usize; 3] = [100, 1000, 5000];

/// The variable with the path of migra.
const MIGRA: &str = "PGGIT_MIGRA";

/// Measures and prints a table.
///
/// # Errors
/// When a program fails.
pub fn run(major: u8, rounds: usize) -> anyhow::Result<()> {
    let Some(generator) = Source::directory().map(|directory| directory.join("perf/gen_schema.py")) else {
        println!("There is no generator of schemas here: nothing to compare.");
        return Ok(());
    };
    test::cargo("build", &["--package".into(), "pggit-cli".into(), "--release".into()], |_| {})?;
    let confiture = extension::target_directory(&extension::workspace()).join("release/confiture");
    let options = ServerOptions { major: Some(major.into()), ..ServerOptions::default() };
    let server = &PrivateServer::throw_away(options)?;
    let pg_dump = server.installation().client_program("pg_dump").context("no pg_dump")?;
    let migra = std::env::var_os(MIGRA).map(PathBuf::from);
    println!("### Differences: 1 in 100 tables changed, whole process\n");
    println!(
        "| tables | `confiture diff` | memory (target < 500 MB) | `pg_dump --schema-only` of one side | ratio (target ≤ 1) | migra | ratio (target ≥ 5) |"
    );
    println!("|--:|--:|--:|--:|--:|--:|--:|");
    for tables in TABLES {
        let names = ["a", "b"].map(|side| format!("bench_diff_{tables}_{side}"));
        for (name, side) in names.iter().zip(["a", "b"]) {
            database::create(server, name)?;
            database::run(server, "postgres", &format!("ALTER DATABASE {name} SET jit = off"))?;
            load(server, name, &generated(&generator, tables, side)?)?;
            database::run(server, name, "VACUUM ANALYZE")?;
        }
        let [a, b] = names.each_ref().map(|name| server.url(name));
        let diff = || {
            let mut command = Command::new(&confiture);
            command.args(["diff", &a, &b, "--format", "sql"]);
            command
        };
        // The first run of each warms up and is not timed. Looking at memory takes time too.
        let memory = peak_memory(&mut diff())?;
        let (mut ours, mut dumps, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..=rounds {
            let diff = milliseconds(&mut diff(), &[0])?;
            let dump = milliseconds(Command::new(&pg_dump).args(["--schema-only", "--dbname", &a]), &[0])?;
            let other = match &migra {
                // Its status is 2 when there are differences.
                Some(migra) => Some(milliseconds(Command::new(migra).args(["--unsafe", &a, &b]), &[0, 2])?),
                None => None,
            };
            if round > 0 {
                ours.push(diff);
                dumps.push(dump);
                theirs.extend(other);
            }
        }
        let (ours, dumps, theirs) =
            (statistics::median(&ours), statistics::median(&dumps), statistics::median(&theirs));
        let migra = match migra {
            Some(_) => format!("{theirs:.0} ms | {:.1}", theirs / ours),
            None => "| ".to_owned(),
        };
        println!(
            "| {tables} | {ours:.0} ms | {memory:.0} MB | {dumps:.0} ms | {:.2} | {migra} |",
            ours / dumps
        );
        for name in &names {
            database::drop(server, name)?;
        }
    }
    println!();
    Ok(())
}

fn generated(generator: &Path, tables: usize, side: &str) -> anyhow::Result<String> {
    let output = Command::new("python3")
        .arg(generator)
        .args([&tables.to_string(), "--side", side])
        .output()
        .context("python3 could not be started")?;
    ensure!(output.status.success(), "no schema was generated: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

/// Runs a script in pieces: one transaction would lock more than there is memory for.
fn load(server: &PrivateServer, name: &str, script: &str) -> anyhow::Result<()> {
    let statements: Vec<&str> = script.split_inclusive(";\n").collect();
    for piece in statements.chunks(1000) {
        database::run(server, name, &piece.concat())?;
    }
    Ok(())
}

/// How long a program takes to its end.
fn milliseconds(command: &mut Command, expected: &[i32]) -> anyhow::Result<f64> {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let started = Instant::now();
    let status = command.status().context("a program could not be started")?;
    let milliseconds = started.elapsed().as_secs_f64() * 1e3;
    ensure!(status.code().is_some_and(|code| expected.contains(&code)), "a program failed: {status}");
    Ok(milliseconds)
}

/// The most memory that a program is seen to have, in MB.
fn peak_memory(command: &mut Command) -> anyhow::Result<f64> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
    let id = i64::from(child.id());
    let mut megabytes = 0.0_f64;
    let status = loop {
        // The account is gone with the process.
        megabytes = megabytes.max(process::peak_memory(id).unwrap_or_default());
        match child.try_wait()? {
            Some(status) => break status,
            None => thread::sleep(Duration::from_millis(2)),
        }
    };
    ensure!(status.success(), "a program failed: {status}");
    Ok(megabytes)
}
