//! Every hazard has its page in `docs/hazards`, and no page is left over.

#![expect(clippy::disallowed_methods, reason = "the crate is pure, this test is about files")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pggit_catalog::hazard::Hazard;

fn pages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/hazards")
}

#[test]
fn every_hazard_has_a_page_and_every_page_a_hazard() {
    let ids: BTreeSet<String> = Hazard::ALL.into_iter().map(|hazard| format!("{hazard}.md")).collect();
    let files: BTreeSet<String> = fs::read_dir(pages())
        .expect("docs/hazards is there")
        .map(|entry| entry.expect("it can be read").file_name().into_string().expect("names are UTF-8"))
        .collect();
    assert_eq!(files, ids);
}

#[test]
fn pages_begin_with_id_and_message() {
    for hazard in Hazard::ALL {
        let path = pages().join(format!("{hazard}.md"));
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some(format!("# {hazard}").as_str()), "{}", path.display());
        let message = lines.find(|line| !line.is_empty()).unwrap_or_default();
        assert_eq!(message, format!("> {}", hazard.message()), "{}", path.display());
        for heading in ["## Which steps", "## What to do"] {
            assert!(text.lines().any(|line| line == heading), "{}: no \"{heading}\"", path.display());
        }
    }
}

#[test]
fn the_index_links_every_page() {
    let path = pages().join("../README.md");
    let index = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for hazard in Hazard::ALL {
        assert!(index.contains(&format!("(hazards/{hazard}.md)")), "docs/README.md does not link {hazard}");
    }
}
