//! Settings of the database. Its name is told by the server where the statement runs.

use crate::address::ObjectAddress;
use crate::ident::{quote_ident, quote_literal};
use crate::object::Settings;
use crate::plan::{Action, ChangeKind, Hazard, Step};

/// Parameters whose stored value is a list of names, quoted where they have to be (`GUC_LIST_QUOTE`).
const LISTS: [&str; 6] = [
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

/// `name.part`, each quoted where it has to be.
fn parameter(name: &str) -> String {
    name.split('.').map(quote_ident).collect::<Vec<_>>().join(".")
}

/// The names in a stored list: `"$user", public`.
fn names(list: &str) -> Vec<String> {
    let (mut names, mut quoted) = (vec![String::new()], false);
    for c in list.chars() {
        match c {
            // A doubled quote ends one stretch and begins the next.
            '"' => quoted = !quoted,
            ',' if !quoted => names.push(String::new()),
            _ => {}
        }
        if let (Some(name), true) = (names.last_mut(), c != ',' || quoted) {
            name.push(c);
        }
    }
    names
        .iter()
        .map(|name| name.trim())
        .map(|name| match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
            Some(inner) => inner.replace("\"\"", "\""),
            None => name.to_owned(),
        })
        .collect()
}

fn set(name: &str, value: &str) -> String {
    let list = LISTS.contains(&name.to_ascii_lowercase().as_str());
    let values = if list { names(value) } else { vec![value.to_owned()] };
    let value = values.iter().map(|value| quote_literal(value)).collect::<Vec<_>>().join(", ");
    format!("SET {} TO {value}", parameter(name))
}

fn step(address: &ObjectAddress, settings: &Settings, clause: &str) -> Step {
    let whose = match &settings.role {
        None => "ALTER DATABASE %I".to_owned(),
        Some(role) => format!("ALTER ROLE {} IN DATABASE %I", quote_ident(role).replace('%', "%%")),
    };
    let text = quote_literal(&format!("{whose} {}", clause.replace('%', "%%")));
    let body = format!("BEGIN EXECUTE pg_catalog.format({text}, pg_catalog.current_database()); END");
    Step::alter(address, Action::AlterObject, format!("DO {}", quote_literal(&body)))
}

pub(crate) fn create(address: &ObjectAddress, settings: &Settings) -> Vec<Step> {
    let steps = settings.settings.iter().map(|(name, value)| {
        let mut step = step(address, settings, &set(name, value));
        step.change = ChangeKind::Create;
        step
    });
    steps.collect()
}

pub(crate) fn drop(address: &ObjectAddress, settings: &Settings) -> Vec<Step> {
    let steps = settings.settings.keys().map(|name| {
        let mut step = step(address, settings, &format!("RESET {}", parameter(name)));
        step.change = ChangeKind::Drop;
        step.hazard(Hazard::BreaksApplications)
    });
    steps.collect()
}

pub(crate) fn alter(address: &ObjectAddress, from: &Settings, to: &Settings) -> Vec<Step> {
    let gone = from.settings.keys().filter(|name| !to.settings.contains_key(*name));
    let mut clauses: Vec<String> = gone.map(|name| format!("RESET {}", parameter(name))).collect();
    let changed = to.settings.iter().filter(|(name, value)| from.settings.get(*name) != Some(*value));
    clauses.extend(changed.map(|(name, value)| set(name, value)));
    clauses.iter().map(|clause| step(address, to, clause).hazard(Hazard::BreaksApplications)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::ObjectKind;

    #[test]
    fn the_name_of_the_database_is_asked_for() {
        let settings = Settings { role: Some("a%b".into()), ..Settings::default() };
        let address = ObjectAddress::global(ObjectKind::Setting, settings.name());
        let sql = step(&address, &settings, &set("app.Name", "5%")).sql;
        let inner = quote_literal("ALTER ROLE \"a%%b\" IN DATABASE %I SET app.\"Name\" TO '5%%'");
        let body = format!("BEGIN EXECUTE pg_catalog.format({inner}, pg_catalog.current_database()); END");
        assert_eq!(sql, format!("DO {}", quote_literal(&body)));
        assert_eq!(set("search_path", "\"$user\", public"), "SET search_path TO '$user', 'public'");
        assert_eq!(names("\"\", \"a, \"\"b\"\"\""), ["", "a, \"b\""]);
    }
}
