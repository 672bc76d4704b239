//! Collations.

use crate::address::ObjectAddress;
use crate::ident::quote_literal;
use crate::object::Collation;
use crate::plan::{Action, ChangeKind, Hazard, Step};

pub(crate) fn create(address: &ObjectAddress, collation: &Collation) -> Step {
    let mut options = vec![format!("provider = {}", collation.provider.keyword())];
    if collation.nondeterministic {
        options.push("deterministic = false".to_owned());
    }
    let texts = [
        ("locale", &collation.locale),
        ("lc_collate", &collation.lc_collate),
        ("lc_ctype", &collation.lc_ctype),
        ("rules", &collation.rules),
    ];
    for (name, value) in texts {
        options.extend(value.iter().map(|value| format!("{name} = {}", quote_literal(value))));
    }
    let sql = format!("CREATE COLLATION {address} ({})", options.join(", "));
    Step::new(ChangeKind::Create, address, Action::CreateCollation, sql)
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropCollation, format!("DROP COLLATION {address}"))
        .hazard(Hazard::BreaksApplications)
}

/// Whether only a new collation can be what `to` is: always, if they differ.
pub(crate) fn must_replace(from: &Collation, to: &Collation) -> bool {
    from != to
}
