//! [`GivenRename`]: a rename that a person gives as `OLD=NEW`, and its place in two catalogs.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::{Renames, following};
use crate::address::{ObjectAddress, ObjectKind, Part, Scope};
use crate::catalog::Catalog;
use crate::ident::quote_ident;
use crate::plan::rename::has_part;

/// What a person says was renamed: an object, or a column, attribute or constraint inside one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenRename {
    old: NamePath,
    new: NamePath,
}

/// Why a given rename can't be followed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GivenRenameError {
    /// The text does not have the form.
    #[error("\"{text}\" is not of the form OLD=NEW")]
    Form {
        /// The text.
        text: String,
    },
    /// The old name is not there at the start.
    #[error("{name}, which is said to be renamed, is not there at the start")]
    NoOld {
        /// The name as it was given.
        name: String,
    },
    /// Nothing of the old one's kind has the new name at the end.
    #[error("{kind} {old} is said to be {new} at the end, where there is no such {kind}")]
    NoNew {
        /// Kind of what was to be renamed.
        kind: &'static str,
        /// The name before.
        old: String,
        /// The name afterwards.
        new: String,
    },
    /// Several objects are called so.
    #[error("several objects are called {name}")]
    Ambiguous {
        /// The name as it was given.
        name: String,
        /// What is called so, with kinds.
        found: Vec<String>,
    },
    /// Two renames are given of one object, or to one name.
    #[error("two renames are given for {kind} {name}")]
    Twice {
        /// Kind of the object.
        kind: &'static str,
        /// Its name.
        name: String,
    },
}

impl FromStr for GivenRename {
    type Err = GivenRenameError;

    /// Reads `OLD=NEW`: names set apart by dots, in double quotes where they hold a dot, `=`, a parenthesis or a quote;
    /// a routine's may be followed by the types of its arguments. Names are in their own case, quoted or not.
    fn from_str(text: &str) -> Result<Self, GivenRenameError> {
        let form = || GivenRenameError::Form { text: text.to_owned() };
        let (old, rest) = NamePath::read(text).ok_or_else(form)?;
        let (new, rest) = rest.strip_prefix('=').and_then(NamePath::read).ok_or_else(form)?;
        if rest.is_empty() { Ok(Self { old, new }) } else { Err(form()) }
    }
}

/// A name as people write it: parts set apart by dots.
#[derive(Debug, Clone, PartialEq, Eq)]
struct NamePath {
    names: Vec<String>,
    arguments: Option<String>,
}

impl NamePath {
    /// Reads a path from the beginning of a text; gives the rest too.
    fn read(text: &str) -> Option<(Self, &str)> {
        let mut path = Self { names: Vec::new(), arguments: None };
        let mut rest = text;
        loop {
            let (name, after) = read_name(rest)?;
            path.names.push(name);
            match after.strip_prefix('.') {
                Some(next) => rest = next,
                None => {
                    rest = after;
                    break;
                }
            }
        }
        if rest.starts_with('(') {
            let end = closing(rest)?;
            path.arguments = Some(rest[1..end].to_owned());
            rest = &rest[end + 1..];
        }
        Some((path, rest))
    }

    /// Whether an object is called so; without its schema too.
    fn is(&self, address: &ObjectAddress) -> bool {
        let relation = match &address.scope {
            Scope::Relation(relation) => Some(relation.as_str()),
            Scope::Plain | Scope::Arguments(_) => None,
        };
        let schema = Some(address.schema.as_str()).filter(|schema| !schema.is_empty());
        let full = schema.into_iter().chain(relation).chain([address.name.as_str()]);
        let full: Vec<&str> = full.collect();
        let least = 1 + usize::from(relation.is_some());
        self.names.len() >= least && full.ends_with(&self.borrowed()) && self.has_arguments_of(address)
    }

    fn has_arguments_of(&self, address: &ObjectAddress) -> bool {
        let plain = |text: &str| text.replace(' ', "");
        match (&self.arguments, &address.scope) {
            (None, _) => true,
            (Some(given), Scope::Arguments(types)) => plain(given) == plain(types),
            (Some(_), _) => false,
        }
    }

    fn borrowed(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }

    /// What stands before the last name, and the last name; nothing for a single name.
    fn split(&self) -> Option<(Self, &str)> {
        let (last, before) = self.names.split_last()?;
        let owner = Self { names: before.to_vec(), arguments: None };
        (self.arguments.is_none() && !before.is_empty()).then_some((owner, last))
    }
}

impl fmt::Display for NamePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.names.iter().map(|name| quote_ident(name)).collect();
        f.write_str(&names.join("."))?;
        match &self.arguments {
            Some(arguments) => write!(f, "({arguments})"),
            None => Ok(()),
        }
    }
}

/// A name at the beginning of a text, and the rest.
fn read_name(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(['.', '=', '(', ')', '"']).unwrap_or(text.len());
        return (end > 0).then(|| (text[..end].to_owned(), &text[end..]));
    };
    let mut name = String::new();
    let mut rest = quoted;
    loop {
        let end = rest.find('"')?;
        name.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return (!name.is_empty()).then_some((name, rest)),
        }
    }
}

/// Where the parenthesis at the beginning of a text is closed.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quoted) = (0_u32, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

impl Renames {
    /// These renames with those that a person gives, which come before what was known, and with what follows from them:
    /// constraints, indexes and sequences of renamed tables that differ in nothing but their names.
    ///
    /// # Errors
    /// When a name is not there, or is not that of one object.
    pub fn with_given(
        &self,
        given: &[GivenRename],
        from: &Catalog,
        to: &Catalog,
    ) -> Result<Self, GivenRenameError> {
        let mut naming = Naming { from, to, renames: self.clone(), told: BTreeSet::new() };
        let mut parts = Vec::new();
        for rename in given {
            if !naming.object(rename)? {
                parts.push(rename);
            }
        }
        for rename in parts {
            naming.part(rename)?;
        }
        let told = naming.told.into_iter().filter(|(end, ..)| *end == End::After);
        let tables = told.map(|(_, after, _)| after).collect();
        Ok(following::with_following(naming.renames, from, to, &tables))
    }
}

/// Which side a name is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Before,
    After,
}

/// Renames while they are found.
struct Naming<'c> {
    from: &'c Catalog,
    to: &'c Catalog,
    renames: Renames,
    /// What was given so far.
    told: BTreeSet<(End, ObjectAddress, Option<Part>)>,
}

impl Naming<'_> {
    /// Follows the rename of an object; `false` when no object at the start is called so.
    fn object(&mut self, rename: &GivenRename) -> Result<bool, GivenRenameError> {
        let there: Vec<&ObjectAddress> =
            self.from.iter().map(|object| &object.address).filter(|address| rename.old.is(address)).collect();
        let mut pairs: Vec<(ObjectAddress, ObjectAddress)> = Vec::new();
        for before in &there {
            pairs.extend(self.afterwards(before, &rename.new).map(|after| ((*before).clone(), after)));
        }
        // Without arguments a routine is meant only where nothing else is called so.
        if rename.old.arguments.is_none() && pairs.iter().any(|(before, _)| !has_arguments(before)) {
            pairs.retain(|(before, _)| !has_arguments(before));
        }
        match (&pairs[..], there.first()) {
            ([(before, after)], _) => {
                self.tell(End::Before, before, None)?;
                self.tell(End::After, after, None)?;
                self.renames.objects.retain(|_, taken| taken != after);
                self.renames.replaced.retain(|replaced| replaced != before && replaced != after);
                self.renames.add_object(before.clone(), after.clone());
                Ok(true)
            }
            ([], None) => Ok(false),
            // A table of this name has the part of another that is called so too.
            ([], Some(_)) if self.parts_called(&rename.old).next().is_some() => Ok(false),
            ([], Some(before)) => Err(GivenRenameError::NoNew {
                kind: before.kind.name(),
                old: before.to_string(),
                new: rename.new.to_string(),
            }),
            (several, _) => Err(GivenRenameError::Ambiguous {
                name: rename.old.to_string(),
                found: several.iter().map(|(before, _)| format!("{} {before}", before.kind)).collect(),
            }),
        }
    }

    /// The object that `before` is said to be afterwards.
    fn afterwards(&self, before: &ObjectAddress, new: &NamePath) -> Option<ObjectAddress> {
        if let ([name], None) = (&new.names[..], &new.arguments) {
            let after = ObjectAddress { name: name.clone(), ..before.clone() };
            if self.to.contains(&after) {
                return Some(after);
            }
        }
        let mut found = self.to.iter().map(|object| &object.address).filter(|address| {
            let in_schema = new.names.len() > 1 || address.schema == before.schema;
            address.kind == before.kind && new.is(address) && in_schema
        });
        let first = found.next()?;
        let same = |address: &&ObjectAddress| address.scope == before.scope;
        match found.next() {
            None => Some(first.clone()),
            // Overloaded: that of the same arguments.
            Some(second) => [first, second].into_iter().chain(found).find(same).cloned(),
        }
    }

    /// Objects at the start with a part that is called so.
    fn parts_called<'n>(&'n self, old: &'n NamePath) -> impl Iterator<Item = (ObjectAddress, Part)> + 'n {
        let owner = old.split();
        self.from.iter().flat_map(move |object| {
            let named = owner.iter().filter(|(owner, _)| owner.is(&object.address));
            named
                .flat_map(|(_, name)| [Part::column(*name), Part::constraint(*name)])
                .filter(|part| has_part(object, part))
                .map(|part| (object.address.clone(), part))
                .collect::<Vec<_>>()
        })
    }

    fn part(&mut self, rename: &GivenRename) -> Result<(), GivenRenameError> {
        let there: Vec<(ObjectAddress, Part)> = self.parts_called(&rename.old).collect();
        let owner = rename.new.split().map(|(owner, _)| owner);
        let name = rename.new.names.last().cloned().unwrap_or_default();
        let found: Vec<(&ObjectAddress, &Part, ObjectAddress)> = there
            .iter()
            .filter_map(|(before, part)| {
                let after = self.place_of(before);
                let fits = owner.as_ref().is_none_or(|owner| owner.is(&after));
                let object = self.to.get(&after).filter(|_| fits)?;
                has_part(object, &Part::new(part.kind, &name)).then_some((before, part, after))
            })
            .collect();
        match (&found[..], there.first()) {
            ([(before, part, after)], _) => {
                let renamed = Part::new(part.kind, &name);
                self.tell(End::Before, before, Some(part))?;
                self.tell(End::After, after, Some(&renamed))?;
                let known = self.renames.parts.entry(after.clone()).or_default();
                known.retain(|other, taken| other != *part && (other.kind != part.kind || *taken != name));
                self.renames.add_part(after.clone(), (*part).clone(), name);
                Ok(())
            }
            ([], None) => Err(GivenRenameError::NoOld { name: rename.old.to_string() }),
            ([], Some((before, part))) => Err(GivenRenameError::NoNew {
                kind: part.kind.name(),
                old: part_name(before, part),
                new: rename.new.to_string(),
            }),
            (several, _) => Err(GivenRenameError::Ambiguous {
                name: rename.old.to_string(),
                found: several
                    .iter()
                    .map(|(before, part, _)| format!("{} {}", part.kind.name(), part_name(before, part)))
                    .collect(),
            }),
        }
    }

    /// The address that an object has afterwards, its schema renamed as well.
    fn place_of(&self, before: &ObjectAddress) -> ObjectAddress {
        let after = self.renames.after(before);
        let schema = ObjectAddress::global(ObjectKind::Schema, &before.schema);
        let schema = self.renames.after(&schema);
        if after == before && *schema.name != before.schema {
            return ObjectAddress { schema: schema.name.clone(), ..before.clone() };
        }
        after.clone()
    }

    /// Notes that a rename was given, which can be done once.
    fn tell(
        &mut self,
        end: End,
        object: &ObjectAddress,
        part: Option<&Part>,
    ) -> Result<(), GivenRenameError> {
        if self.told.insert((end, object.clone(), part.cloned())) {
            return Ok(());
        }
        Err(match part {
            None => GivenRenameError::Twice { kind: object.kind.name(), name: object.to_string() },
            Some(part) => GivenRenameError::Twice { kind: part.kind.name(), name: part_name(object, part) },
        })
    }
}

/// The name of a part as it is given.
pub(super) fn part_name(object: &ObjectAddress, part: &Part) -> String {
    format!("{object}.{}", quote_ident(&part.name))
}

const fn has_arguments(address: &ObjectAddress) -> bool {
    matches!(address.scope, Scope::Arguments(_))
}

#[cfg(test)]
mod tests;
