//! What `ALTER COLUMN … TYPE` leaves as it is: rows whose bytes mean the same in the new type.

use crate::address::ObjectKind;
use crate::catalog::Catalog;
use crate::object::{Body, Domain};

/// A type as `format_type` writes it, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Type {
    /// The name without modifier: `timestamp without time zone`.
    base: String,
    /// The numbers of the modifier, if there is one.
    modifier: Option<Vec<i64>>,
    array: bool,
}

impl Type {
    fn parse(text: &str) -> Self {
        let array = text.ends_with("[]");
        let mut base = text.trim_end_matches("[]").to_owned();
        let mut modifier = None;
        // Inside of quotes parentheses belong to the name.
        if !base.contains('"')
            && let (Some(start), Some(end)) = (base.find('('), base.find(')'))
            && start < end
        {
            let numbers = base[start + 1..end].split(',').map(|number| number.trim().parse().ok());
            modifier = Some(numbers.collect::<Option<Vec<i64>>>().unwrap_or_default());
            base.replace_range(start..=end, "");
        }
        Self { base: base.trim().to_owned(), modifier, array }
    }

    /// Of a name that another schema may have: `public.citext`.
    fn is_citext(&self) -> bool {
        self.base == "citext" || self.base.ends_with(".citext")
    }

    fn is_text(&self) -> bool {
        matches!(self.base.as_str(), "text" | "character varying")
    }

    /// An OID or a name for one.
    fn is_oid(&self) -> bool {
        const NAMES: [&str; 12] = [
            "oid",
            "regclass",
            "regcollation",
            "regconfig",
            "regdictionary",
            "regnamespace",
            "regoper",
            "regoperator",
            "regproc",
            "regprocedure",
            "regrole",
            "regtype",
        ];
        NAMES.contains(&self.base.as_str())
    }
}

/// The domain of that name.
pub(super) fn domain<'c>(catalog: &'c Catalog, type_name: &str) -> Option<&'c Domain> {
    if !type_name.contains('.') {
        return None;
    }
    let named = |object: &&crate::object::Object| {
        object.address.kind == ObjectKind::Domain && object.address.qualified().to_string() == type_name
    };
    match &catalog.iter().find(named)?.body {
        Body::Domain(domain) => Some(domain),
        _ => None,
    }
}

/// Whether values of the type have to satisfy something: it is a domain with constraints, its own or those of the domain
/// that it is made of.
pub(super) fn is_constrained(catalog: &Catalog, type_name: &str) -> bool {
    domain(catalog, type_name).is_some_and(|domain| {
        domain.not_null || !domain.constraints.is_empty() || is_constrained(catalog, &domain.base_type)
    })
}

/// The type that a domain is made of in the end.
fn without_domains(catalog: &Catalog, type_name: &str) -> String {
    domain(catalog, type_name)
        .map_or_else(|| type_name.to_owned(), |domain| without_domains(catalog, &domain.base_type))
}

/// Whether the table need not be written anew when a column of type `old`, in catalog `from`, becomes one of `new`, in
/// catalog `to`.
///
/// Between `timestamp` and `timestamptz` this depends on the time zone of the session, so the answer is no.
pub(super) fn is_instant((from, old): (&Catalog, &str), (to, new): (&Catalog, &str)) -> bool {
    if old == new {
        return true;
    }
    if is_constrained(to, new) {
        return false;
    }
    fits(&Type::parse(&without_domains(from, old)), &Type::parse(&without_domains(to, new)))
}

fn fits(old: &Type, new: &Type) -> bool {
    if old == new {
        return true;
    }
    if old.array || new.array {
        return false;
    }
    if old.base == new.base {
        return wider(old, new);
    }
    let unlimited = new.modifier.is_none();
    (old.is_text() && new.is_text() && unlimited)
        || (old.base == "xml" && new.is_text() && unlimited)
        || (old.base == "cidr" && new.base == "inet")
        || (old.is_oid() && (new.base == "oid" || new.base == "integer"))
        || ((old.base == "oid" || old.base == "integer") && new.is_oid())
        || (old.base == "bit" && new.base == "bit varying" && unlimited)
        || (old.is_citext() && new.is_text() && unlimited)
        || (old.is_text() && new.is_citext())
}

/// Whether the modifier of the same type allows all that it allowed.
fn wider(old: &Type, new: &Type) -> bool {
    const MOST_DIGITS: i64 = 6;
    let first = |numbers: &Option<Vec<i64>>| numbers.as_ref().and_then(|numbers| numbers.first().copied());
    let (a, b) = (first(&old.modifier), first(&new.modifier));
    match old.base.as_str() {
        "character varying" | "bit varying" => match (a, b) {
            (_, None) => true,
            (Some(a), Some(b)) => b >= a,
            (None, Some(_)) => false,
        },
        "numeric" => match (old.modifier.as_deref(), new.modifier.as_deref()) {
            (_, None) => true,
            (Some([p, s]), Some([q, t])) => q >= p && s == t,
            _ => false,
        },
        "timestamp without time zone"
        | "timestamp with time zone"
        | "time without time zone"
        | "time with time zone"
        | "interval" => b.unwrap_or(MOST_DIGITS) >= a.unwrap_or(MOST_DIGITS),
        _ => false,
    }
}

/// Whether an index on the column itself, and nothing else in it, can stay as it is when the rows can.
pub(super) fn keeps_indexes(old: &str, new: &str) -> bool {
    let (old, new) = (Type::parse(old), Type::parse(new));
    old.base == new.base
        || (old.is_text() && new.is_text())
        || (old.base == "cidr" && new.base == "inet")
        || (old.is_oid() && new.is_oid())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{DomainConstraint, Object};

    #[test]
    fn what_the_rows_can_stay_for() {
        let none = Catalog::default();
        for (old, new, expected) in [
            ("character varying(10)", "character varying(20)", true),
            ("character varying(20)", "character varying(10)", false),
            ("character varying(10)", "text", true),
            ("text", "character varying", true),
            ("text", "character varying(9)", false),
            ("character varying(10)[]", "character varying(20)[]", false),
            ("character(5)", "character(9)", false),
            ("character(5)", "text", false),
            ("numeric(10,2)", "numeric(12,2)", true),
            ("numeric(10,2)", "numeric(12,3)", false),
            ("numeric(10,2)", "numeric", true),
            ("numeric", "numeric(10,2)", false),
            ("integer", "bigint", false),
            ("integer", "oid", true),
            ("regclass", "oid", true),
            ("timestamp(3) without time zone", "timestamp without time zone", true),
            ("timestamp without time zone", "timestamp(3) without time zone", false),
            ("timestamp without time zone", "timestamp with time zone", false),
            ("cidr", "inet", true),
            ("inet", "cidr", false),
            ("bit(4)", "bit varying", true),
            ("public.citext", "text", true),
            ("json", "jsonb", false),
        ] {
            assert_eq!(is_instant((&none, old), (&none, new)), expected, "{old} to {new}");
        }
    }

    #[test]
    fn a_domain_is_what_it_is_made_of_unless_it_has_constraints() {
        let domain = |name: &str, constraints: &[&str]| {
            let constraint = |name: &&str| ((*name).to_owned(), DomainConstraint::default());
            Object {
                address: crate::address::ObjectAddress::new(ObjectKind::Domain, "public", name),
                common: crate::object::Common::default(),
                body: Body::Domain(Domain {
                    base_type: "text".into(),
                    constraints: constraints.iter().map(constraint).collect(),
                    ..Domain::default()
                }),
            }
        };
        let catalog: Catalog = [domain("free", &[]), domain("bound", &["c"])].into_iter().collect();
        let instant = |old: &str, new: &str| is_instant((&catalog, old), (&catalog, new));
        assert!(instant("text", "public.free"));
        assert!(!instant("text", "public.bound"));
        assert!(instant("public.bound", "text"));
        assert!(instant("public.bound", "public.free"));
    }
}
