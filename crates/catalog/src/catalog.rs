//! [`Catalog`]: all modelled objects of one database, as a value.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::address::ObjectAddress;
use crate::ident::quote_ident;
use crate::object::{Body, Object};

/// All modelled objects of one database. Objects are shared, so copying a catalog is cheap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalog {
    objects: BTreeMap<ObjectAddress, Arc<Object>>,
}

impl Catalog {
    /// Adds an object, or replaces the one of the same address.
    pub fn insert(&mut self, object: impl Into<Arc<Object>>) {
        let object = object.into();
        self.objects.insert(object.address.clone(), object);
    }

    /// Takes an object out.
    pub fn remove(&mut self, address: &ObjectAddress) -> Option<Arc<Object>> {
        self.objects.remove(address)
    }

    /// The object of this address.
    #[must_use]
    pub fn get(&self, address: &ObjectAddress) -> Option<&Object> {
        self.objects.get(address).map(Arc::as_ref)
    }

    /// The object of this address, to be put into another catalog.
    #[must_use]
    pub fn share(&self, address: &ObjectAddress) -> Option<Arc<Object>> {
        self.objects.get(address).cloned()
    }

    /// Whether there is an object of this address.
    #[must_use]
    pub fn contains(&self, address: &ObjectAddress) -> bool {
        self.objects.contains_key(address)
    }

    /// Objects by address: by kind, then schema, then name.
    pub fn iter(&self) -> impl Iterator<Item = &Object> {
        self.objects.values().map(Arc::as_ref)
    }

    /// Objects as [`Catalog::iter`], to be put into another catalog.
    pub fn shared(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.objects.values()
    }

    /// How many objects there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }
}

impl FromIterator<Object> for Catalog {
    fn from_iter<I: IntoIterator<Item = Object>>(objects: I) -> Self {
        objects.into_iter().map(Arc::new).collect()
    }
}

impl FromIterator<Arc<Object>> for Catalog {
    fn from_iter<I: IntoIterator<Item = Arc<Object>>>(objects: I) -> Self {
        Self { objects: objects.into_iter().map(|object| (object.address.clone(), object)).collect() }
    }
}

/// An object of a kind that is not modelled: reported, never dropped silently.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unmodelled {
    /// Kind, in the words of `pg_identify_object`: `operator`, `policy`.
    pub kind: String,
    /// Identity as `pg_identify_object` gives it.
    pub identity: String,
}

impl Unmodelled {
    /// What a modelled object is called where it is not read, since the role may not see all of it.
    #[must_use]
    pub fn of(object: &Object) -> Self {
        let identity = match &object.body {
            Body::UserMapping(mapping) => {
                let role = mapping.role.as_deref().unwrap_or("public");
                format!("{} on server {}", quote_ident(role), quote_ident(&mapping.server))
            }
            _ => object.address.to_string(),
        };
        Self { kind: object.address.kind.name().to_owned(), identity }
    }
}
