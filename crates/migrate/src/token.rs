//! The tokens of PostgreSQL's SQL that matter for splitting a script (manual: "Lexical Structure", `scan.l`),
//! with `standard_conforming_strings` on.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// Keyword or identifier without quotes.
    Word,
    /// `"identifier"`.
    QuotedWord,
    /// Any string constant, dollar-quoted ones included.
    String,
    /// A number or a parameter such as `$1`.
    Number,
    /// `-- …` up to the end of its line.
    LineComment,
    /// `/* … */`, nested ones included.
    BlockComment,
    /// Any other character.
    Symbol(char),
}

/// A token and where it stands, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// What was opened and never closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unterminated {
    pub(crate) what: &'static str,
    pub(crate) start: usize,
}

/// Reads tokens from `at` on; the caller may move `at` forward to skip what is not SQL.
pub(crate) struct Lexer<'a> {
    text: &'a str,
    pub(crate) at: usize,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The next token; `None` at the end.
    pub(crate) fn token(&mut self) -> Result<Option<Token>, Unterminated> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(|byte| is_space(*byte)) {
            self.at += 1;
        }
        let start = self.at;
        let Some(&first) = bytes.get(start) else { return Ok(None) };
        let second = bytes.get(start + 1).copied().unwrap_or(0);
        let (kind, end) = match (first, second) {
            (b'-', b'-') => (TokenKind::LineComment, self.find(start, is_line_end)),
            (b'/', b'*') => (TokenKind::BlockComment, self.block_comment(start)?),
            (b'\'', _) => (TokenKind::String, self.quoted(start, start, false)?),
            (b'e' | b'E', b'\'') => (TokenKind::String, self.escape_string(start)?),
            (b'"', _) => (TokenKind::QuotedWord, self.quoted(start, start, false)?),
            (b'$', b'0'..=b'9') => (TokenKind::Number, self.find(start + 1, |byte| !byte.is_ascii_digit())),
            (b'$', _) => match self.dollar_quoted(start)? {
                Some(end) => (TokenKind::String, end),
                None => (TokenKind::Symbol('$'), start + 1),
            },
            (b'0'..=b'9', _) => (TokenKind::Number, self.find(start, |byte| !is_tag_part(byte))),
            _ if is_word_start(first) => {
                (TokenKind::Word, self.find(start, |byte| !is_tag_part(byte) && byte != b'$'))
            }
            _ => (TokenKind::Symbol(char::from(first)), start + 1),
        };
        self.at = end;
        Ok(Some(Token { kind, start, end }))
    }

    /// The first place from `from` on where `is_end` holds, or the end.
    fn find(&self, from: usize, is_end: impl Fn(u8) -> bool) -> usize {
        let rest = &self.text.as_bytes()[from..];
        rest.iter().position(|byte| is_end(*byte)).map_or(self.text.len(), |length| from + length)
    }

    fn block_comment(&self, start: usize) -> Result<usize, Unterminated> {
        let bytes = self.text.as_bytes();
        let (mut at, mut depth) = (start + 2, 1);
        while at + 1 < bytes.len() {
            match &bytes[at..at + 2] {
                b"/*" => (at, depth) = (at + 2, depth + 1),
                b"*/" => (at, depth) = (at + 2, depth - 1),
                _ => at += 1,
            }
            if depth == 0 {
                return Ok(at);
            }
        }
        Err(Unterminated { what: "comment", start })
    }

    /// The end of what the quote at `open` opens; a doubled quote stands for itself.
    fn quoted(&self, start: usize, open: usize, backslash_escapes: bool) -> Result<usize, Unterminated> {
        let bytes = self.text.as_bytes();
        let quote = bytes[open];
        let mut at = open + 1;
        while at < bytes.len() {
            if bytes[at] == b'\\' && backslash_escapes {
                at += 2;
            } else if bytes[at] != quote {
                at += 1;
            } else if bytes.get(at + 1) == Some(&quote) {
                at += 2;
            } else {
                return Ok(at + 1);
            }
        }
        let what = if quote == b'"' { "quoted identifier" } else { "string constant" };
        Err(Unterminated { what, start })
    }

    /// `E'…'`, with what continues it on further lines: there backslashes escape as well.
    fn escape_string(&self, start: usize) -> Result<usize, Unterminated> {
        let mut end = self.quoted(start, start + 1, true)?;
        while let Some(open) = self.continuation(end) {
            end = self.quoted(start, open, true)?;
        }
        Ok(end)
    }

    /// The quote that continues a string constant: only space with a line end and comments stand between.
    fn continuation(&self, end: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let (mut at, mut line_end) = (end, false);
        loop {
            match *bytes.get(at)? {
                b'\'' => return line_end.then_some(at),
                b'-' if bytes.get(at + 1) == Some(&b'-') => at = self.find(at, is_line_end),
                byte if is_space(byte) => {
                    line_end |= is_line_end(byte);
                    at += 1;
                }
                _ => return None,
            }
        }
    }

    /// The end of a dollar-quoted string; `None` when the dollar sign opens none.
    fn dollar_quoted(&self, start: usize) -> Result<Option<usize>, Unterminated> {
        let bytes = self.text.as_bytes();
        let tag_end = self.find(start + 1, |byte| !is_tag_part(byte));
        if bytes.get(tag_end) != Some(&b'$') {
            return Ok(None);
        }
        let tag = &self.text[start..=tag_end];
        let body = tag_end + 1;
        match self.text[body..].find(tag) {
            Some(length) => Ok(Some(body + length + tag.len())),
            None => Err(Unterminated { what: "dollar-quoted string", start }),
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_tag_part(byte: u8) -> bool {
    is_word_start(byte) || byte.is_ascii_digit()
}
