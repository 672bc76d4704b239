//! The statements of a dump.

/// One statement, from its first character to its semicolon.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Statement(String);

/// Settings that `pg_dump` makes for the session that restores.
const SESSION_SETTINGS: &[&str] = &[
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "transaction_timeout",
    "client_encoding",
    "standard_conforming_strings",
    "check_function_bodies",
    "xmloption",
    "client_min_messages",
    "row_security",
    "default_tablespace",
    "default_table_access_method",
    "default_with_oids",
];

impl Statement {
    pub(super) fn text(&self) -> &str {
        &self.0
    }

    pub(super) fn is_insert(&self) -> bool {
        self.0.starts_with("INSERT INTO ")
    }

    /// Settings with a value that places objects, such as another tablespace, are not meant.
    pub(super) fn is_session_setting(&self) -> bool {
        if self.0.starts_with("SELECT pg_catalog.set_config('search_path'") {
            return true;
        }
        let Some((name, value)) = self.0.strip_prefix("SET ").and_then(|rest| rest.split_once(" = ")) else {
            return false;
        };
        SESSION_SETTINGS.contains(&name)
            && (name != "default_tablespace" || value == "'';")
            && (name != "default_table_access_method" || value == "heap;")
    }
}

/// Splits a dump into statements, leaving out comments and `psql`'s commands between and at the start of them.
///
/// The bodies of SQL-standard functions (`BEGIN ATOMIC`) fall into several pieces, in their order.
pub(super) fn split(dump: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut rest = dump;
    loop {
        rest = rest.trim_start_matches('\n');
        if rest.is_empty() {
            return statements;
        }
        if rest.starts_with("--") || rest.starts_with('\\') {
            rest = rest.split_once('\n').map_or("", |(_, tail)| tail);
            continue;
        }
        let (statement, tail) = rest.split_at(end_of_statement(rest));
        statements.push(Statement(statement.trim_end().to_owned()));
        rest = tail;
    }
}

/// The offset behind the semicolon that ends the statement at the start of `text`.
fn end_of_statement(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let word_before = at > 0 && is_word(bytes[at - 1]);
        at = match bytes[at] {
            b';' => return at + 1,
            b'\'' => {
                let escapes = at > 0 && bytes[at - 1] == b'E' && (at < 2 || !is_word(bytes[at - 2]));
                end_of_quoted(bytes, at, escapes)
            }
            b'"' => end_of_quoted(bytes, at, false),
            b'$' if !word_before => end_of_dollar_quoted(text, at),
            b'-' if bytes[at..].starts_with(b"--") => {
                text[at..].find('\n').map_or(bytes.len(), |length| at + length)
            }
            _ => at + 1,
        };
    }
    bytes.len()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// The offset behind the quote that closes the one at `start`. A doubled quote closes and opens again.
fn end_of_quoted(bytes: &[u8], start: usize, escapes: bool) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if escapes => at += 1,
            byte if byte == bytes[start] => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// The offset behind the dollar-quoted text at `start`, or behind the dollar sign if none begins there.
fn end_of_dollar_quoted(text: &str, start: usize) -> usize {
    let rest = &text[start + 1..];
    let Some(length) = rest.find('$') else { return start + 1 };
    let tag = &rest[..length];
    if !tag.bytes().all(|byte| is_word(byte) && byte != b'$') || tag.starts_with(|c: char| c.is_ascii_digit())
    {
        return start + 1;
    }
    let quote = &text[start..start + length + 2];
    let body = start + quote.len();
    text[body..].find(quote).map_or(text.len(), |length| body + length + quote.len())
}

#[cfg(test)]
mod tests {
    use super::super::normalized;

    #[test]
    fn noise_goes_and_bodies_stay() {
        let dump = "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\n-- Dumped from 15; it's\n\nSET statement_timeout = 0;\n\
            SELECT pg_catalog.set_config('search_path', '', false);\nSET default_tablespace = '';\n\n\
            CREATE FUNCTION f() AS $_$\n-- kept\nSET row_security = off;\n\\kept\n$_$;\n\n\n--\n-- Name: x\n--\n\n\
            COMMENT ON TABLE t IS 'a\n-- kept; too''\nSET lock_timeout = 0;\n';\nSET default_tablespace = fast;\n\\unrestrict abc\n";
        assert_eq!(
            normalized(dump),
            "CREATE FUNCTION f() AS $_$\n-- kept\nSET row_security = off;\n\\kept\n$_$;\n\n\
             COMMENT ON TABLE t IS 'a\n-- kept; too''\nSET lock_timeout = 0;\n';\n\nSET default_tablespace = fast;\n\n"
        );
    }

    #[test]
    fn rows_are_sorted_within_their_run() {
        let dump = "INSERT INTO t VALUES (2);\nINSERT INTO t VALUES (E'1\\';\\n');\nSELECT 1;\nINSERT INTO a VALUES ('x\n;');\n";
        assert_eq!(
            normalized(dump),
            "INSERT INTO t VALUES (2);\n\nINSERT INTO t VALUES (E'1\\';\\n');\n\nSELECT 1;\n\nINSERT INTO a VALUES ('x\n;');\n\n"
        );
    }
}
