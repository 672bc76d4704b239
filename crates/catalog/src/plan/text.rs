//! Definitions under new names: what PostgreSQL makes of a stored definition when something in it is renamed.

use std::collections::BTreeMap;

use crate::ident::QualifiedName;

/// New names by old ones.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Relations, types and routines; both in their schema.
    pub(crate) qualified: BTreeMap<QualifiedName, QualifiedName>,
    /// Relations by their name alone, as views qualify columns with it.
    pub(crate) relations: BTreeMap<String, String>,
    /// Columns and the definition's own name.
    pub(crate) bare: BTreeMap<String, String>,
}

/// A piece of a definition: an identifier, a literal, a run of blanks, or one other character.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token<'a> {
    Ident(String),
    Literal(&'a str),
    Blank,
    Other(char),
}

fn end_of_quoted(text: &str, quote: char, backslash: bool) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if backslash && c == '\\' {
            chars.next();
        } else if c == quote {
            match chars.peek() {
                Some((_, next)) if *next == quote => {
                    chars.next();
                }
                _ => return at + c.len_utf8(),
            }
        }
    }
    text.len()
}

fn end_of_dollar_quoted(text: &str) -> Option<usize> {
    let tag_end = text[1..].find('$')? + 2;
    let tag = &text[..tag_end];
    let inner = &tag[1..tag_end - 1];
    if !inner.chars().all(|c| c.is_alphanumeric() || c == '_')
        || inner.starts_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    Some(text[tag_end..].find(tag)? + tag_end + tag.len())
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '\'' => {
                let backslash = matches!(tokens.last(), Some(Token::Ident(prefix)) if prefix == "E");
                let end = end_of_quoted(rest, '\'', backslash);
                tokens.push(Token::Literal(&rest[..end]));
                end
            }
            '"' => {
                let end = end_of_quoted(rest, '"', false);
                let inner = rest.get(1..end.saturating_sub(1)).unwrap_or_default();
                tokens.push(Token::Ident(inner.replace("\"\"", "\"")));
                end
            }
            '$' => match end_of_dollar_quoted(rest) {
                Some(end) => {
                    tokens.push(Token::Literal(&rest[..end]));
                    end
                }
                None => {
                    tokens.push(Token::Other(c));
                    1
                }
            },
            c if c.is_whitespace() => {
                if tokens.last() != Some(&Token::Blank) {
                    tokens.push(Token::Blank);
                }
                c.len_utf8()
            }
            c if c.is_alphabetic() || c == '_' => {
                let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
                let end = rest.find(|c: char| !word(c)).unwrap_or(rest.len());
                tokens.push(Token::Ident(rest[..end].to_owned()));
                end
            }
            c => {
                tokens.push(Token::Other(c));
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    tokens
}

/// A literal that names a relation or type, under its new name: `'public.s'::regclass`.
fn literal(text: &str, names: &Names) -> Option<String> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'");
    let parsed = tokens(&inner);
    let [Token::Ident(schema), Token::Other('.'), Token::Ident(name)] = parsed.as_slice() else {
        return None;
    };
    let new = names.qualified.get(&QualifiedName::new(schema, name))?;
    Some(crate::ident::quote_literal(&new.to_string()))
}

/// Whether the server's own rewriting turns `from` into `to` when `names` are given.
///
/// A view keeps the names of its columns, so `x` becomes `y AS x`. Where that is not certain the answer is no: the definition is then written anew.
pub(crate) fn becomes(from: &str, to: &str, names: &Names, view: bool) -> bool {
    let (old, new) = (tokens(from), tokens(to));
    let (mut i, mut j) = (0, 0);
    while i < old.len() {
        if let [Token::Ident(schema), Token::Other('.'), Token::Ident(name), ..] = &old[i..]
            && let Some(renamed) = names.qualified.get(&QualifiedName::new(schema, name))
        {
            let expected =
                [Token::Ident(renamed.schema.clone()), Token::Other('.'), Token::Ident(renamed.name.clone())];
            if new.get(j..j + 3) != Some(&expected) {
                return false;
            }
            i += 3;
            j += 3;
            continue;
        }
        match (&old[i], new.get(j)) {
            (a, Some(b)) if a == b => {
                let renamed = match a {
                    // Without an `AS` of its own a column that is renamed cannot have kept its name here.
                    Token::Ident(name) => names.bare.contains_key(name) && !view,
                    _ => false,
                };
                if renamed {
                    return false;
                }
            }
            (Token::Ident(a), Some(Token::Ident(b))) => {
                let qualifies = view && old.get(i + 1) == Some(&Token::Other('.'));
                if names.bare.get(a) != Some(b) && !(qualifies && names.relations.get(a) == Some(b)) {
                    return false;
                }
                let named = new.get(j + 1..j + 5);
                let kept =
                    [Token::Blank, Token::Ident("AS".to_owned()), Token::Blank, Token::Ident(a.clone())];
                let had = old.get(i + 1..i + 5) == Some(&kept);
                if view && named == Some(&kept) && !had {
                    j += 4;
                }
            }
            (Token::Literal(a), Some(Token::Literal(b))) => {
                if literal(a, names).as_deref() != Some(*b) {
                    return false;
                }
            }
            _ => return false,
        }
        i += 1;
        j += 1;
    }
    j == new.len()
}

/// `text` with every qualified name that is renamed under its new one: types of arguments.
pub(crate) fn renamed(text: &str, names: &Names) -> String {
    let mut result = text.to_owned();
    for (old, new) in &names.qualified {
        let (old, new) = (old.to_string(), new.to_string());
        let mut at = 0;
        while let Some(found) = result[at..].find(&old).map(|found| found + at) {
            let edge = |c: Option<char>| {
                c.is_none_or(|c| !(c.is_alphanumeric() || c == '_' || c == '"' || c == '.'))
            };
            let end = found + old.len();
            if edge(result[..found].chars().next_back()) && edge(result[end..].chars().next()) {
                result.replace_range(found..end, &new);
                at = found + new.len();
            } else {
                at = end;
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names {
            qualified: BTreeMap::from([(
                QualifiedName::new("public", "a"),
                QualifiedName::new("public", "b"),
            )]),
            relations: BTreeMap::from([("a".to_owned(), "b".to_owned())]),
            bare: BTreeMap::from([("x".to_owned(), "y".to_owned())]),
        }
    }

    #[test]
    fn views_keep_column_names() {
        let from = " SELECT a.x,\n    a.z\n   FROM public.a";
        assert!(becomes(from, " SELECT b.y AS x,\n    b.z\n   FROM public.b", &names(), true));
        assert!(!becomes(from, " SELECT a.y AS x,\n    a.z\n   FROM public.b a", &names(), true));
        assert!(!becomes(from, " SELECT b.q AS x,\n    b.z\n   FROM public.b", &names(), true));
    }

    #[test]
    fn other_definitions_take_the_new_names() {
        assert!(becomes("CHECK ((x > 0))", "CHECK ((y > 0))", &names(), false));
        assert!(!becomes("CHECK ((x > 0))", "CHECK ((x > 0))", &names(), false));
        assert!(becomes("nextval('public.a'::regclass)", "nextval('public.b'::regclass)", &names(), false));
        assert!(!becomes("CHECK ((x = 'x'))", "CHECK ((y = 'y'))", &names(), false));
    }

    #[test]
    fn names_in_lists_of_types_are_replaced() {
        assert_eq!(renamed("public.a, public.ab, x.public.a", &names()), "public.b, public.ab, x.public.a");
    }
}
