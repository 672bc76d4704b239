//! Text search parsers.

use crate::address::ObjectAddress;
use crate::object::TextSearchParser;
use crate::plan::{Action, ChangeKind, Hazard, Step};

pub(crate) fn create(address: &ObjectAddress, parser: &TextSearchParser) -> Step {
    let mut functions = vec![
        format!("START = {}", parser.start),
        format!("GETTOKEN = {}", parser.token),
        format!("END = {}", parser.end),
    ];
    functions.extend(parser.headline.iter().map(|function| format!("HEADLINE = {function}")));
    functions.push(format!("LEXTYPES = {}", parser.types));
    let sql = format!("CREATE TEXT SEARCH PARSER {address} ({})", functions.join(", "));
    Step::new(ChangeKind::Create, address, Action::CreateTextSearch, sql)
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    let sql = format!("DROP TEXT SEARCH PARSER {address}");
    Step::new(ChangeKind::Drop, address, Action::DropTextSearch, sql).hazard(Hazard::BreaksApplications)
}

/// Whether only a new parser can be what `to` is.
pub(crate) fn must_replace(from: &TextSearchParser, to: &TextSearchParser) -> bool {
    from != to
}
