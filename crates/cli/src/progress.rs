//! Shows that something goes on, when stderr is a terminal.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::output;

/// What goes on, until it is dropped.
pub struct Progress(ProgressBar);

impl Progress {
    /// Begins to show `what`; without a terminal nothing is shown.
    pub fn start(what: &str) -> Self {
        let bar = ProgressBar::new_spinner().with_message(what.to_owned());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self(bar)
    }

    /// What goes on now, and how much of it is done.
    pub fn at(&self, done: usize, count: usize, what: &str) {
        if self.0.length().is_none()
            && let Ok(style) = ProgressStyle::with_template("{spinner} [{bar:24}] {pos}/{len} {msg}")
        {
            self.0.set_style(style);
        }
        self.0.set_length(count as u64);
        self.0.set_position(done as u64);
        self.0.set_message(what.to_owned());
    }

    /// What goes on now.
    pub fn say(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// How many of a number of things are done, until it ends.
#[derive(Clone)]
pub struct Bar {
    bar: ProgressBar,
    failed: Arc<AtomicUsize>,
}

impl Bar {
    /// Begins to count `things`; without a terminal nothing is shown.
    pub fn start(things: &str, count: usize) -> Self {
        let bar = ProgressBar::new(count as u64);
        if let Ok(style) =
            ProgressStyle::with_template(&format!("{{bar:30}} {{pos}}/{{len}} {things}{{msg}}"))
        {
            bar.set_style(style);
        }
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(250));
        }
        Self { bar, failed: Arc::default() }
    }

    /// One more is done.
    pub fn advance(&self, failed: bool) {
        if failed {
            let count = self.failed.fetch_add(1, Ordering::Relaxed) + 1;
            self.bar.set_message(format!(", {count} failed"));
        }
        self.bar.inc(1);
    }

    /// Writes a line to stderr, above what is shown.
    pub fn note(&self, text: &str) {
        self.bar.suspend(|| output::note(text));
    }

    /// Shows nothing any more.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
