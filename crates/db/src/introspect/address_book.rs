//! [`AddressBook`]: which object, and which part of it, a row of a system catalog is.

use pggit_catalog::address::Part;
use pggit_catalog::identity::CatalogRow;
use rustc_hash::FxHashMap;

/// OIDs of system catalogs, the same in every release.
pub(super) mod class {
    pub const DEFAULT_PRIVILEGES: u32 = 826;
    pub const TYPE: u32 = 1247;
    pub const ROUTINE: u32 = 1255;
    pub const RELATION: u32 = 1259;
    pub const CAST: u32 = 2605;
    pub const CONSTRAINT: u32 = 2606;
    pub const ACCESS_METHOD: u32 = 2601;
    pub const CONVERSION: u32 = 2607;
    pub const LANGUAGE: u32 = 2612;
    pub const OPERATOR_CLASS: u32 = 2616;
    pub const OPERATOR_FAMILY: u32 = 2753;
    pub const TEXT_SEARCH_PARSER: u32 = 3601;
    pub const TEXT_SEARCH_TEMPLATE: u32 = 3764;
    pub const TRANSFORM: u32 = 3576;
    pub const FOREIGN_DATA_WRAPPER: u32 = 2328;
    pub const PUBLICATION: u32 = 6104;
    pub const PUBLICATION_SCHEMA: u32 = 6237;
    pub const PUBLICATION_TABLE: u32 = 6106;
    pub const SCHEMA: u32 = 2615;
    pub const SERVER: u32 = 1417;
    pub const SETTING: u32 = 2964;
    pub const SUBSCRIPTION: u32 = 6100;
    pub const USER_MAPPING: u32 = 1418;
    pub const OPERATOR: u32 = 2617;
    pub const RULE: u32 = 2618;
    pub const TRIGGER: u32 = 2620;
    pub const EXTENSION: u32 = 3079;
    pub const POLICY: u32 = 3256;
    pub const COLLATION: u32 = 3456;
    pub const EVENT_TRIGGER: u32 = 3466;
    pub const TEXT_SEARCH_DICTIONARY: u32 = 3600;
    pub const TEXT_SEARCH_CONFIGURATION: u32 = 3602;
    pub const STATISTICS: u32 = 3381;
}

/// An object, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub row: CatalogRow,
    pub part: Option<Part>,
}

/// Rows of system catalogs with what they are in the model.
#[derive(Default)]
pub(super) struct AddressBook {
    targets: FxHashMap<CatalogRow, Target>,
    columns: FxHashMap<(u32, u32), String>,
}

impl AddressBook {
    /// The row is this object, or this part of it.
    pub fn add(&mut self, row: CatalogRow, target: Target) {
        self.targets.entry(row).or_insert(target);
    }

    /// The row stands for the same as another one, if that is known.
    pub fn add_alias(&mut self, row: CatalogRow, same_as: CatalogRow) {
        if let Some(target) = self.targets.get(&same_as).cloned() {
            self.add(row, target);
        }
    }

    /// A relation has this column.
    pub fn add_column(&mut self, relation: u32, number: u32, name: String) {
        self.columns.insert((relation, number), name);
    }

    /// The name of a column.
    pub fn column(&self, relation: u32, number: u32) -> Option<&str> {
        self.columns.get(&(relation, number)).map(String::as_str)
    }

    /// What a row is, or one column of it.
    pub fn find(&self, row: CatalogRow, column: u32) -> Option<Target> {
        let target = self.targets.get(&row)?;
        if row.class == class::RELATION
            && column > 0
            && target.part.is_none()
            && let Some(name) = self.column(row.oid, column)
        {
            return Some(Target { row: target.row, part: Some(Part::column(name)) });
        }
        Some(target.clone())
    }
}
