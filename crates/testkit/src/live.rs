//! [`LiveReader`]: compares what is found of the live schema by reading parts of it with what reading all of it finds.

use pggit_db::session::{Session, SessionError};
use pggit_wire::WireSession;

use crate::extension::run;

/// A session of a repository, and how often it has read how much.
#[derive(Debug)]
pub struct LiveReader {
    session: WireSession,
    /// How often a part was read.
    pub parts: usize,
    /// How often everything was read.
    pub wholes: usize,
}

fn rows(session: &mut WireSession, sql: &str) -> Result<Vec<String>, SessionError> {
    Ok(session.query(sql, &[])?.iter().map(|row| format!("{:?}", row.0)).collect())
}

const STATUS: &str = "SELECT branch_name, change_type, object_type, object_name, details FROM pggit.status()";
const SHOWN: &str = "SELECT change_type, object_type, object_name, details FROM pggit.show('HEAD')";
const TREE: &str = "SELECT encode(tree_id, 'hex') FROM pggit.live_state";
const LAST: &str = "SELECT current_setting('pggit.last_read')";

impl LiveReader {
    /// A session in a database with the extension.
    #[must_use]
    pub fn new(session: WireSession) -> Self {
        Self { session, parts: 0, wholes: 0 }
    }

    /// The session.
    pub fn session(&mut self) -> &mut WireSession {
        &mut self.session
    }

    /// Runs a script.
    ///
    /// # Panics
    /// When it fails.
    #[track_caller]
    pub fn run(&mut self, sql: &str) {
        run(&mut self.session, sql);
    }

    fn try_rows(&mut self, sql: &str) -> Result<Vec<String>, String> {
        rows(&mut self.session, sql).map_err(|error| format!("{sql}: {error:#?}"))
    }

    /// Compares what is found with what reading everything finds; then commits both ways and compares the commits.
    ///
    /// # Errors
    /// What differs.
    pub fn try_check(&mut self, after: &str) -> Result<Vec<String>, String> {
        let found = self.try_status(after)?;
        if found.is_empty() {
            return Ok(found);
        }
        let mut commit = |full: &str, end: &str| -> Result<Vec<String>, String> {
            let begin = format!("BEGIN; SET LOCAL pggit.full_read = {full}");
            self.session.script(&begin).map_err(|error| format!("{error:#?}"))?;
            let mut result = Vec::new();
            for sql in ["SELECT FROM pggit.commit('change')", TREE, SHOWN] {
                result.extend(
                    rows(&mut self.session, sql).map_err(|error| format!("after {after}: {error:#?}"))?,
                );
            }
            self.session.script(end).map_err(|error| format!("{error:#?}"))?;
            Ok(result)
        };
        let whole = commit("on", "ROLLBACK")?;
        let part = commit("off", "COMMIT")?;
        if whole != part {
            return Err(format!("commits after {after}:\nwhole: {whole:#?}\npart: {part:#?}"));
        }
        let clean = self.try_status(after)?;
        if clean.is_empty() { Ok(found) } else { Err(format!("after the commit of {after}: {clean:#?}")) }
    }

    /// What is found, compared with what reading everything finds.
    ///
    /// # Errors
    /// What differs.
    pub fn try_status(&mut self, after: &str) -> Result<Vec<String>, String> {
        let found = self.try_rows(STATUS)?;
        match self.try_rows(LAST)?.first().map_or("", String::as_str) {
            "[Text(\"part\")]" => self.parts += 1,
            _ => self.wholes += 1,
        }
        run(&mut self.session, "SET pggit.full_read = on");
        let whole = self.try_rows(STATUS)?;
        assert_eq!(self.try_rows(LAST)?, ["[Text(\"whole\")]"]);
        run(&mut self.session, "RESET pggit.full_read");
        if found == whole {
            return Ok(found);
        }
        Err(format!("after {after}:\nwhole: {whole:#?}\npart: {found:#?}"))
    }

    /// As [`Self::try_status`].
    ///
    /// # Panics
    /// When something differs.
    #[track_caller]
    pub fn status(&mut self, after: &str) -> Vec<String> {
        self.try_status(after).unwrap_or_else(|error| panic!("{error}"))
    }

    /// As [`Self::try_check`].
    ///
    /// # Panics
    /// When something differs.
    #[track_caller]
    pub fn check(&mut self, after: &str) -> Vec<String> {
        self.try_check(after).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs a change, which has to be found, from a part of the catalog or all of it, and commits it.
    ///
    /// # Panics
    /// When it is not, or is read otherwise.
    #[track_caller]
    pub fn change(&mut self, sql: &str, part: bool) {
        run(&mut self.session, sql);
        let parts = self.parts;
        assert_ne!(self.check(sql), [""; 0], "{sql}: is not found");
        assert_eq!(self.parts > parts + 1, part, "{sql}: read as a part: {}", self.parts - parts);
    }
}
