//! Text search configurations.

use crate::address::{ObjectAddress, Part, PartKind};
use crate::ident::quote_ident;
use crate::object::TextSearchConfiguration;
use crate::plan::{Action, ChangeKind, Hazard, Step};

pub(crate) fn create(address: &ObjectAddress, configuration: &TextSearchConfiguration) -> Vec<Step> {
    let sql = format!("CREATE TEXT SEARCH CONFIGURATION {address} (PARSER = {})", configuration.parser);
    let mut steps = vec![Step::new(ChangeKind::Create, address, Action::CreateTextSearch, sql)];
    let bare = TextSearchConfiguration { parser: configuration.parser.clone(), ..Default::default() };
    for mut step in alter(address, &bare, configuration) {
        step.change = ChangeKind::Create;
        steps.push(step);
    }
    steps
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    let sql = format!("DROP TEXT SEARCH CONFIGURATION {address}");
    Step::new(ChangeKind::Drop, address, Action::DropTextSearch, sql).hazard(Hazard::BreaksApplications)
}

/// Whether only a new configuration can be what `to` is.
pub(crate) fn must_replace(from: &TextSearchConfiguration, to: &TextSearchConfiguration) -> bool {
    from.parser != to.parser
}

pub(crate) fn alter(
    address: &ObjectAddress,
    from: &TextSearchConfiguration,
    to: &TextSearchConfiguration,
) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut add = |token: &str, clause: String| {
        let sql = format!("ALTER TEXT SEARCH CONFIGURATION {address} {clause}");
        let step = Step::alter(address, Action::AlterTextSearch, sql);
        steps.push(step.on(Part::new(PartKind::Option, token)));
    };
    for token in from.mappings.keys().filter(|token| !to.mappings.contains_key(*token)) {
        add(token, format!("DROP MAPPING FOR {}", quote_ident(token)));
    }
    for (token, dictionaries) in &to.mappings {
        let word = match from.mappings.get(token) {
            None => "ADD",
            Some(before) if before != dictionaries => "ALTER",
            Some(_) => continue,
        };
        add(token, format!("{word} MAPPING FOR {} WITH {dictionaries}", quote_ident(token)));
    }
    steps
}
