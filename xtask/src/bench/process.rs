//! What the kernel knows about a process of the server.

use std::fs;

use anyhow::Context;

/// Most memory that process `id` had resident so far, shared buffers that it has touched included, in MB.
///
/// # Errors
/// When the process is gone.
pub fn peak_memory(id: i64) -> anyhow::Result<f64> {
    field(id, "VmHWM:")
}

/// Memory that process `id` has resident and to itself, in MB.
///
/// # Errors
/// When the process is gone.
pub fn own_memory(id: i64) -> anyhow::Result<f64> {
    field(id, "RssAnon:")
}

fn field(id: i64, name: &str) -> anyhow::Result<f64> {
    let path = format!("/proc/{id}/status");
    let status = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .with_context(|| format!("no {name} in {path}"))?;
    let kilobytes: f64 =
        line.trim().trim_end_matches(" kB").parse().with_context(|| format!("{path}: {line}"))?;
    Ok(kilobytes / 1024.0)
}

/// CPU time of process `id` so far, in milliseconds.
///
/// # Errors
/// When the process is gone, or the kernel keeps no such account.
pub fn cpu_time(id: i64) -> anyhow::Result<f64> {
    let path = format!("/proc/{id}/schedstat");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let nanoseconds = text.split(' ').next().unwrap_or_default();
    Ok(nanoseconds.parse::<f64>().with_context(|| format!("{path}: {text}"))? / 1e6)
}

/// CPU time of all processes that this one has waited for, in seconds; the kernel counts in hundredths.
///
/// # Errors
/// When the kernel does not say.
pub fn cpu_of_children() -> anyhow::Result<f64> {
    let path = "/proc/self/stat";
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    // The name in parentheses may have spaces; the fields after it are numbered from 3.
    let rest = text.rsplit_once(')').with_context(|| format!("{path}: {text}"))?.1;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |number: usize| -> anyhow::Result<f64> {
        let field = fields.get(number - 3).with_context(|| format!("{path}: {text}"))?;
        Ok(field.parse::<f64>()?)
    };
    Ok((ticks(16)? + ticks(17)?) / 100.0)
}
