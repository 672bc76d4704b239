//! Text search dictionaries.

use crate::address::ObjectAddress;
use crate::object::TextSearchDictionary;
use crate::plan::{Action, ChangeKind, Hazard, Step};

fn options(dictionary: &TextSearchDictionary) -> Vec<String> {
    dictionary.options.iter().map(|(name, value)| format!("{name} = {value}")).collect()
}

pub(crate) fn create(address: &ObjectAddress, dictionary: &TextSearchDictionary) -> Step {
    let mut all = vec![format!("TEMPLATE = {}", dictionary.template)];
    all.extend(options(dictionary));
    let sql = format!("CREATE TEXT SEARCH DICTIONARY {address} ({})", all.join(", "));
    Step::new(ChangeKind::Create, address, Action::CreateTextSearch, sql)
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    let sql = format!("DROP TEXT SEARCH DICTIONARY {address}");
    Step::new(ChangeKind::Drop, address, Action::DropTextSearch, sql).hazard(Hazard::BreaksApplications)
}

/// Whether only a new dictionary can be what `to` is.
pub(crate) fn must_replace(from: &TextSearchDictionary, to: &TextSearchDictionary) -> bool {
    from.template != to.template
}

pub(crate) fn alter(
    address: &ObjectAddress,
    from: &TextSearchDictionary,
    to: &TextSearchDictionary,
) -> Vec<Step> {
    if from.options == to.options {
        return Vec::new();
    }
    // An option without a value goes.
    let gone = from.options.keys().filter(|name| !to.options.contains_key(*name)).cloned();
    let all: Vec<String> = gone.chain(options(to)).collect();
    let sql = format!("ALTER TEXT SEARCH DICTIONARY {address} ({})", all.join(", "));
    vec![Step::alter(address, Action::AlterTextSearch, sql)]
}
