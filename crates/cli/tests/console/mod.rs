//! Runs the program and shows all that came of it.

// Each test program uses some of it.
#![allow(dead_code)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A directory of its own, and the program in it.
pub struct Console {
    directory: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Console {
    /// An empty directory.
    pub fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("a directory"), variables: Vec::new() }
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Sets an environment variable for the program.
    pub fn variable(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        fs::write(&path, text).expect("written");
        path
    }

    /// Runs `confiture` and shows exit status, stdout and stderr.
    pub fn run(&self, arguments: &[&str]) -> String {
        self.shown(&self.output(arguments))
    }

    /// The same, as it comes.
    pub fn output(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_confiture"));
        let quiet = self.prepare(command.args(arguments)).stdin(Stdio::null());
        quiet.output().expect("the program runs")
    }

    /// Runs `confiture` with something on stdin, and shows exit status, stdout and stderr.
    pub fn answer(&self, arguments: &[&str], input: &str) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_confiture"));
        self.shown(&self.with_input(command.args(arguments), input))
    }

    /// Runs `fraiseql` with an answer to its question, and shows exit status, stdout and stderr.
    pub fn fraiseql(&self, arguments: &[&str], answer: &str) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fraiseql"));
        self.shown(&self.with_input(command.args(arguments), answer))
    }

    /// Runs a program in the directory, with input.
    pub fn with_input(&self, command: &mut Command, input: &str) -> Output {
        let piped = self.prepare(command).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("the program starts");
        // A program that reads nothing may have ended by now.
        let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
        child.wait_with_output().expect("the program runs")
    }

    fn shown(&self, output: &Output) -> String {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let status = output.status.code().map_or_else(|| output.status.to_string(), |code| code.to_string());
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        let shown = format!("exit status {status}\n----- stdout\n{stdout}----- stderr\n{stderr}");
        without_chance(&shown.replace(&self.path().display().to_string(), "[DIR]"))
    }

    fn prepare<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.current_dir(self.path());
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            // What would lead to another database, or to other output.
            if name.starts_with("PG") && !name.starts_with("PGGIT_") || name == "DATABASE_URL" {
                command.env_remove(name);
            }
        }
        command.env("NO_COLOR", "1").env("LC_ALL", "C").env("COLUMNS", "100");
        command.env("PGGIT_SERVER_DIR", self.path().join("server"));
        command.envs(self.variables.iter().map(|(name, value)| (name, value)))
    }
}

/// Snapshots by their names alone.
pub fn stable() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings
}

/// The text with names in place of what differs from run to run: times, durations, ids, scratch databases.
fn without_chance(text: &str) -> String {
    let mut stable = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '-');
        let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len()).max(first.len_utf8());
        let (word, after) = rest.split_at(end);
        let digits = word.bytes().all(|byte| byte.is_ascii_digit());
        let hex = word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let shape: String = word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        let is_time = after.starts_with(" ms)") || after.starts_with(" ms\n");
        let duration = digits && (is_time || stable.ends_with("\"duration_ms\": "));
        stable.push_str(match word {
            _ if duration => "[TIME]",
            _ if shape == "0000-00-00T00:00:00Z" => "[TIMESTAMP]",
            _ if shape == "0000-00-00" && stable.ends_with("(applied ") => "[DATE]",
            _ if shape == "00:00:00" && stable.ends_with("(applied [DATE] ") => "[CLOCK]",
            _ if hex && word.len() == 64 => "[COMMIT]",
            _ if hex && word.len() == 10 => "[SHORT]",
            _ if word.starts_with("pggit_scratch_") => "[DATABASE]",
            _ => word,
        });
        rest = after;
    }
    stable
}
