//! [`Draft`]: the catalog while it is being read.

use std::collections::BTreeMap;

use pggit_catalog::address::{ObjectAddress, Part};
use pggit_catalog::catalog::Catalog;
use pggit_catalog::ident::QualifiedName;
use pggit_catalog::identity::{CatalogRow, Identities, Identity};
use pggit_catalog::object::{self, Body, Common, Object};
use rustc_hash::FxHashMap;

use super::address_book::{AddressBook, Target};
use super::names::Names;
use super::relation::Relation;

/// The catalog while it is being read.
pub(super) struct Draft {
    pub names: Names,
    /// Relations that are ours to read, by OID.
    pub relations: FxHashMap<u32, Relation>,
    /// Sequences of identity columns, by relation and number of the column.
    pub identity_columns: FxHashMap<(u32, u32), object::Identity>,
    pub book: AddressBook,
    objects: BTreeMap<CatalogRow, Object>,
    /// Objects that others need and that are not read.
    known: FxHashMap<CatalogRow, ObjectAddress>,
    parts: BTreeMap<CatalogRow, BTreeMap<u32, Part>>,
    /// Owners by object, for the comparison of privileges.
    owners: FxHashMap<CatalogRow, u32>,
}

impl Draft {
    /// A draft without objects.
    pub fn new(names: Names) -> Self {
        Self {
            names,
            relations: FxHashMap::default(),
            identity_columns: FxHashMap::default(),
            book: AddressBook::default(),
            objects: BTreeMap::new(),
            known: FxHashMap::default(),
            parts: BTreeMap::new(),
            owners: FxHashMap::default(),
        }
    }

    /// The name of the schema that an object is read from; `None` when the object is not ours to read.
    pub fn place(&self, row: CatalogRow, schema: u32, name: &str) -> Option<String> {
        let schema = self.names.schema(schema)?;
        let ours = !self.names.members.contains_key(&row) && !self.names.ignores(schema, name);
        ours.then(|| schema.to_owned())
    }

    /// Whether an object that is in no schema is ours to read.
    pub fn is_ours(&self, row: CatalogRow, name: &str) -> bool {
        !self.names.members.contains_key(&row) && !self.names.ignores("", name)
    }

    /// Schema and name of a relation that is ours to read.
    pub fn relation_name(&self, oid: u32) -> Option<QualifiedName> {
        self.relations.get(&oid).map(Relation::qualified)
    }

    /// Adds an object. An owner of 0 is none.
    pub fn add(
        &mut self,
        row: CatalogRow,
        address: ObjectAddress,
        owner: u32,
        comment: Option<String>,
        body: Body,
    ) {
        let mut common = Common { comment, ..Common::default() };
        if owner != 0 {
            common.owner = self.names.role(owner);
            self.owners.insert(row, owner);
        }
        self.book.add(row, Target { row, part: None });
        self.objects.insert(row, Object { address, common, body });
    }

    /// Adds an object that is not read, as something to depend on.
    pub fn add_known(&mut self, row: CatalogRow, address: ObjectAddress) {
        self.book.add(row, Target { row, part: None });
        self.known.insert(row, address);
    }

    /// The address of an object added before.
    pub fn address(&self, row: CatalogRow) -> Option<&ObjectAddress> {
        self.objects.get(&row).map(|object| &object.address).or_else(|| self.known.get(&row))
    }

    /// Remembers the number of a part that can be renamed.
    pub fn add_part(&mut self, row: CatalogRow, number: u32, part: Part) {
        self.parts.entry(row).or_default().insert(number, part);
    }

    /// The columns of a relation are parts of the object `row`.
    pub fn add_columns(&mut self, row: CatalogRow, relation: &Relation) {
        let parts = self.parts.entry(row).or_default();
        for column in &relation.columns {
            parts.insert(column.number, Part::column(&column.name));
            self.book.add_column(relation.oid, column.number, column.name.clone());
        }
    }

    /// An object added before.
    pub fn object(&self, row: CatalogRow) -> Option<&Object> {
        self.objects.get(&row)
    }

    /// All objects added before.
    pub fn objects(&self) -> impl Iterator<Item = (CatalogRow, &Object)> {
        self.objects.iter().map(|(row, object)| (*row, object))
    }

    /// An object added before, to be completed.
    pub fn object_mut(&mut self, row: CatalogRow) -> Option<&mut Object> {
        self.objects.get_mut(&row)
    }

    /// The owner of an object added before; 0 when it has none.
    pub fn owner(&self, row: CatalogRow) -> u32 {
        self.owners.get(&row).copied().unwrap_or_default()
    }

    /// The result.
    pub fn finish(mut self) -> (Catalog, Identities) {
        let mut identities = Identities::default();
        for (row, object) in &self.objects {
            let parts = self.parts.remove(row).unwrap_or_default();
            identities.0.insert(object.address.clone(), Identity { row: *row, parts });
        }
        (self.objects.into_values().collect(), identities)
    }
}
