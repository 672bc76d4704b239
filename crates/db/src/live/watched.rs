//! The system catalogs that are watched, and what a row of each says about which objects may have changed.

use std::collections::{BTreeMap, BTreeSet};

use pggit_catalog::identity::CatalogRow;

/// A system catalog that objects are read from.
struct Watched {
    catalog: &'static str,
    /// Its key, as `pggit.catalog_pages` takes it.
    key: &'static str,
    meaning: Meaning,
}

/// What a change of a row means.
enum Meaning {
    /// Everything has to be read again.
    Everything,
    /// The object with the OID that the key begins with, of this catalog, may have changed; what follows in the key is its
    /// name, which others are shown with.
    Object(u32),
    /// As `Object`, and the object with the OID that comes second, of this catalog.
    ObjectOf(u32, u32),
    /// The objects with the OIDs of the key, of these catalogs.
    Parts(&'static [u32]),
    /// The object with this OID, of the catalog that stands before it.
    About,
    /// A dependency; all has to be read again when it is of an extension.
    Dependency,
    /// A label of an enum type: what is stored of it is shown by its name.
    Label,
    /// A name by OID: new ones do not matter, what happens to the others matters everywhere.
    Name,
    /// As `Name`, but one that is gone matters only where it is still mentioned.
    Role,
    /// Everything has to be read again where the database with this OID is the one that is read.
    OfDatabase,
}

const RELATION: u32 = 1259;
const TYPE: u32 = 1247;
const ROUTINE: u32 = 1255;

const fn watched(catalog: &'static str, key: &'static str, meaning: Meaning) -> Watched {
    Watched { catalog, key, meaning }
}

const fn everything(catalog: &'static str) -> Watched {
    watched(catalog, "", Meaning::Everything)
}

/// Every system catalog but those of [`UNWATCHED`].
const WATCHED: &[Watched] = &[
    watched("pg_class", "oid,relnamespace,#relname", Meaning::Object(RELATION)),
    watched("pg_attribute", ">attnum,attrelid", Meaning::Parts(&[RELATION])),
    watched("pg_attrdef", "adrelid", Meaning::Parts(&[RELATION])),
    watched("pg_index", "indexrelid,indrelid", Meaning::Parts(&[RELATION, RELATION])),
    watched("pg_inherits", "inhrelid,inhparent", Meaning::Parts(&[RELATION, RELATION])),
    watched("pg_sequence", "seqrelid", Meaning::Parts(&[RELATION])),
    watched("pg_partitioned_table", "partrelid", Meaning::Parts(&[RELATION])),
    watched("pg_foreign_table", "ftrelid", Meaning::Parts(&[RELATION])),
    watched("pg_trigger", "oid,tgrelid", Meaning::ObjectOf(2620, RELATION)),
    watched("pg_rewrite", "oid,ev_class", Meaning::ObjectOf(2618, RELATION)),
    watched("pg_policy", "oid,polrelid", Meaning::ObjectOf(3256, RELATION)),
    watched("pg_statistic_ext", "oid,stxrelid", Meaning::ObjectOf(3381, RELATION)),
    watched("pg_constraint", "conrelid,contypid", Meaning::Parts(&[RELATION, TYPE])),
    watched("pg_type", "oid,typrelid", Meaning::ObjectOf(TYPE, RELATION)),
    watched("pg_proc", "oid", Meaning::Object(ROUTINE)),
    watched("pg_namespace", "oid,#nspname", Meaning::Object(2615)),
    watched("pg_description", "classoid,objoid", Meaning::About),
    watched("pg_depend", "classid,objid,refclassid,deptype", Meaning::Dependency),
    watched("pg_enum", "enumtypid", Meaning::Label),
    watched("pg_authid", "oid,#rolname", Meaning::Role),
    watched("pg_db_role_setting", "setdatabase", Meaning::OfDatabase),
    watched("pg_tablespace", "oid,#spcname", Meaning::Name),
    everything("pg_aggregate"),
    everything("pg_am"),
    everything("pg_amop"),
    everything("pg_amproc"),
    everything("pg_cast"),
    everything("pg_collation"),
    everything("pg_conversion"),
    everything("pg_default_acl"),
    everything("pg_event_trigger"),
    everything("pg_extension"),
    everything("pg_foreign_data_wrapper"),
    everything("pg_foreign_server"),
    everything("pg_init_privs"),
    everything("pg_language"),
    everything("pg_opclass"),
    everything("pg_operator"),
    everything("pg_opfamily"),
    everything("pg_publication"),
    everything("pg_publication_namespace"),
    everything("pg_publication_rel"),
    everything("pg_range"),
    everything("pg_seclabel"),
    everything("pg_transform"),
    everything("pg_ts_config"),
    everything("pg_ts_config_map"),
    everything("pg_ts_dict"),
    everything("pg_ts_parser"),
    everything("pg_ts_template"),
    everything("pg_user_mapping"),
];

/// The other system catalogs, with why nothing in them changes what is committed.
pub const UNWATCHED: &[(&str, &str)] = &[
    (
        "pg_auth_members",
        "decides only which user mappings a role sees, and where there are any, everything is read",
    ),
    ("pg_database", "is read for its name and its encoding, which stays"),
    ("pg_largeobject", "data"),
    ("pg_largeobject_metadata", "large objects are reported and not modelled"),
    ("pg_parameter_acl", "of the whole cluster, and not read"),
    ("pg_replication_origin", "of the whole cluster, and not read"),
    ("pg_shdepend", "says what other catalogs say as well"),
    ("pg_shdescription", "of the whole cluster, and not read"),
    ("pg_shseclabel", "of the whole cluster, and not read"),
    ("pg_statistic", "what ANALYZE found"),
    ("pg_statistic_ext_data", "what ANALYZE found"),
    ("pg_subscription", "subscriptions are no part of a commit"),
    ("pg_subscription_rel", "subscriptions are no part of a commit"),
];

/// The watched catalogs with their keys.
pub fn catalogs() -> (Vec<String>, Vec<String>) {
    WATCHED.iter().map(|watched| (watched.catalog.to_owned(), watched.key.to_owned())).unzip()
}

/// How many numbers the key of a row has, by the place of its catalog among [`catalogs`].
pub(super) fn key_length(index: usize) -> usize {
    let key = WATCHED.get(index).map_or("", |watched| watched.key);
    key.split(',')
        .map(|column| match column.chars().next() {
            None | Some('>') => 0,
            Some('#') => 2,
            Some(_) => 1,
        })
        .sum()
}

/// The numbers of the key of a row.
pub(super) type Key = Vec<u32>;

/// The rows of one catalog that differ: by their keys, those that were and those that are.
#[derive(Debug, Default)]
pub(super) struct Difference {
    pub before: Vec<Key>,
    pub after: Vec<Key>,
}

/// What may have changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Touched {
    /// Rows of system catalogs that belong to objects which may have changed.
    pub rows: BTreeSet<CatalogRow>,
    /// Rows that are new.
    pub created: BTreeSet<CatalogRow>,
    /// Rows that are gone.
    pub dropped: BTreeSet<CatalogRow>,
    /// OIDs of roles that are gone.
    pub roles_gone: BTreeSet<u32>,
}

impl Touched {
    /// What the differences mean, by the place of their catalog among [`catalogs`]; none when everything has to be read.
    /// `database` is the OID of the one that is read.
    pub fn of(differences: &BTreeMap<usize, Difference>, database: u32) -> Option<Self> {
        let mut touched = Self::default();
        for (index, difference) in differences {
            touched.add(&WATCHED.get(*index)?.meaning, difference, database)?;
        }
        // OIDs below are those of the system, but for the schema public.
        let is_users = |row: &CatalogRow| row.oid >= 16384 || *row == CatalogRow { class: 2615, oid: 2200 };
        touched.rows.iter().all(is_users).then_some(touched)
    }

    fn add(&mut self, meaning: &Meaning, difference: &Difference, database: u32) -> Option<()> {
        let keys = || difference.before.iter().chain(&difference.after);
        match *meaning {
            Meaning::Everything => return keys().next().is_none().then_some(()),
            Meaning::Object(class) => {
                self.add_objects(class, difference)?;
            }
            Meaning::ObjectOf(class, owner) => {
                self.add_objects(class, difference)?;
                self.add_rows(owner, keys().filter_map(|key| key.get(1)));
            }
            Meaning::Parts(classes) => {
                for (at, class) in classes.iter().enumerate() {
                    self.add_rows(*class, keys().filter_map(|key| key.get(at)));
                }
            }
            Meaning::About => {
                for key in keys() {
                    self.add_about(key)?;
                }
            }
            Meaning::Dependency => {
                for key in keys() {
                    let kind = key.get(3).copied()?;
                    if kind == u32::from(b'e') || kind == u32::from(b'x') {
                        return None;
                    }
                    self.add_about(key)?;
                }
            }
            Meaning::Label => {
                if !difference.before.is_empty() {
                    return None;
                }
                self.add_rows(TYPE, keys().filter_map(|key| key.first()));
            }
            Meaning::Name => {
                if difference.before.iter().any(|key| !difference.after.contains(key)) {
                    return None;
                }
            }
            Meaning::Role => {
                for key in difference.before.iter().filter(|key| !difference.after.contains(key)) {
                    let oid = *key.first()?;
                    if difference.after.iter().any(|after| after.first() == Some(&oid)) {
                        return None;
                    }
                    self.roles_gone.insert(oid);
                }
            }
            Meaning::OfDatabase => {
                if keys().any(|key| key.first() == Some(&database)) {
                    return None;
                }
            }
        }
        Some(())
    }

    /// Objects of a catalog of their own. A new name matters to others: then everything has to be read.
    fn add_objects(&mut self, class: u32, difference: &Difference) -> Option<()> {
        let by_oid = |keys: &[Key]| -> BTreeMap<u32, Key> {
            keys.iter().filter_map(|key| Some((*key.first()?, key.clone()))).collect()
        };
        let (before, after) = (by_oid(&difference.before), by_oid(&difference.after));
        for oid in before.keys().chain(after.keys()).filter(|oid| **oid != 0) {
            let row = CatalogRow { class, oid: *oid };
            self.rows.insert(row);
            match (before.get(oid), after.get(oid)) {
                (None, _) => {
                    self.created.insert(row);
                }
                (_, None) => {
                    self.dropped.insert(row);
                }
                (Some(before), Some(after)) if before != after => return None,
                _ => {}
            }
        }
        Some(())
    }

    fn add_rows<'k>(&mut self, class: u32, oids: impl Iterator<Item = &'k u32>) {
        self.rows.extend(oids.filter(|oid| **oid != 0).map(|oid| CatalogRow { class, oid: *oid }));
    }

    fn add_about(&mut self, key: &Key) -> Option<()> {
        self.rows.insert(CatalogRow { class: *key.first()?, oid: *key.get(1)? });
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touched(catalog: &str, before: &[&[u32]], after: &[&[u32]]) -> Option<Touched> {
        let index = WATCHED.iter().position(|watched| watched.catalog == catalog).expect("it is watched");
        let keys = |keys: &[&[u32]]| keys.iter().map(|key| key.to_vec()).collect();
        let difference = Difference { before: keys(before), after: keys(after) };
        Touched::of(&BTreeMap::from([(index, difference)]), 5)
    }

    fn row(class: u32, oid: u32) -> CatalogRow {
        CatalogRow { class, oid }
    }

    #[test]
    fn keys_have_as_many_numbers_as_their_columns_give() {
        let lengths: Vec<usize> = (0..3).map(key_length).collect();
        assert_eq!(lengths, [4, 1, 1]);
        assert_eq!(key_length(WATCHED.len() - 1), 0);
    }

    #[test]
    fn objects_come_go_and_stay() {
        let relations = touched(
            "pg_class",
            &[&[20_000, 1, 2, 3], &[20_001, 1, 2, 3]],
            &[&[20_001, 1, 2, 3], &[20_002, 1, 2, 3]],
        );
        let relations = relations.expect("nothing was renamed");
        assert_eq!(relations.rows.len(), 3);
        assert_eq!(relations.created, [row(1259, 20_002)].into());
        assert_eq!(relations.dropped, [row(1259, 20_000)].into());
    }

    #[test]
    fn what_matters_elsewhere_is_read_everywhere() {
        // A rename, a move to another schema, a row of the system, a label that is gone, a member of an extension.
        assert_eq!(touched("pg_class", &[&[20_000, 1, 2, 3]], &[&[20_000, 1, 2, 4]]), None);
        assert_eq!(touched("pg_class", &[&[20_000, 1, 2, 3]], &[&[20_000, 9, 2, 3]]), None);
        assert_eq!(touched("pg_class", &[], &[&[1259, 11, 2, 3]]), None);
        assert_eq!(touched("pg_enum", &[&[20_000]], &[&[20_000]]), None);
        assert_eq!(touched("pg_depend", &[], &[&[1259, 20_000, 3079, u32::from(b'e')]]), None);
        assert_eq!(touched("pg_cast", &[], &[&[]]), None);
        assert_eq!(touched("pg_authid", &[&[10, 1, 2]], &[&[10, 1, 3]]), None);
        assert_eq!(touched("pg_db_role_setting", &[], &[&[5]]), None);
    }

    #[test]
    fn what_matters_to_an_object_names_it() {
        let rows = |touched: Option<Touched>| touched.expect("it has not to be read everywhere").rows;
        assert_eq!(rows(touched("pg_authid", &[&[10, 1, 2]], &[&[10, 1, 2], &[11, 5, 5]])), [].into());
        assert_eq!(rows(touched("pg_db_role_setting", &[], &[&[6]])), [].into());
        assert_eq!(rows(touched("pg_enum", &[], &[&[20_000]])), [row(1247, 20_000)].into());
        assert_eq!(rows(touched("pg_constraint", &[], &[&[0, 20_000]])), [row(1247, 20_000)].into());
        assert_eq!(rows(touched("pg_description", &[&[2606, 20_000]], &[])), [row(2606, 20_000)].into());
        assert_eq!(
            rows(touched("pg_trigger", &[&[20_005, 20_000]], &[])),
            [row(2620, 20_005), row(1259, 20_000)].into()
        );
    }
}
