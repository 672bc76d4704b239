//! What a statement is about to drop, read off its parse tree.

use pgrx::list::List;
use pgrx::memcx;
use pgrx::pg_sys;

use super::Going;

/// `pg_class`.
const RELATION: u32 = 1259;

/// The objects that the statement names to be dropped; what depends on them is not among them.
///
/// # Safety
/// `statement` is null or the parse tree of a utility statement.
pub(super) unsafe fn objects_going(statement: *mut pg_sys::Node) -> Vec<Going> {
    if statement.is_null() {
        return Vec::new();
    }
    // SAFETY: a node's tag tells its type.
    unsafe {
        match (*statement).type_ {
            pg_sys::NodeTag::T_AlterTableStmt => columns_going(&*statement.cast()),
            pg_sys::NodeTag::T_DropStmt => named(&*statement.cast()),
            pg_sys::NodeTag::T_DropOwnedStmt => owned(&*statement.cast()),
            _ => Vec::new(),
        }
    }
}

/// # Safety
/// The statement comes from the parser.
unsafe fn columns_going(statement: &pg_sys::AlterTableStmt) -> Vec<Going> {
    // SAFETY: by the caller's promise the lists hold the nodes that the grammar puts there.
    unsafe {
        let names: Vec<*const std::ffi::c_char> = nodes(statement.cmds)
            .into_iter()
            .map(|node| &*node.cast::<pg_sys::AlterTableCmd>())
            .filter(|command| command.subtype == pg_sys::AlterTableType::AT_DropColumn)
            .map(|command| command.name.cast_const())
            .collect();
        if names.is_empty() {
            return Vec::new();
        }
        let relation = relation_oid(statement.relation);
        if relation == pg_sys::InvalidOid {
            return Vec::new();
        }
        names
            .into_iter()
            .map(|name| i32::from(pg_sys::get_attnum(relation, name)))
            .filter(|number| *number > 0)
            .map(|column| Going { class: RELATION, oid: relation.to_u32(), column })
            .collect()
    }
}

/// # Safety
/// The statement comes from the parser.
unsafe fn named(statement: &pg_sys::DropStmt) -> Vec<Going> {
    let kind = statement.removeType;
    let is_relation = matches!(kind, pg_sys::ObjectType::OBJECT_TABLE | pg_sys::ObjectType::OBJECT_SEQUENCE);
    let is_container = matches!(
        kind,
        pg_sys::ObjectType::OBJECT_SCHEMA
            | pg_sys::ObjectType::OBJECT_TYPE
            | pg_sys::ObjectType::OBJECT_DOMAIN
            | pg_sys::ObjectType::OBJECT_EXTENSION
    );
    // SAFETY: by the caller's promise; the server finds the object as it will in a moment, a missing one is none.
    unsafe {
        nodes(statement.objects)
            .into_iter()
            .filter_map(|object| {
                if is_relation {
                    let range = pg_sys::makeRangeVarFromNameList(object.cast());
                    let oid = relation_oid(range);
                    return (oid != pg_sys::InvalidOid).then(|| Going {
                        class: RELATION,
                        oid: oid.to_u32(),
                        column: 0,
                    });
                }
                if !is_container {
                    return None;
                }
                let mut relation = std::ptr::null_mut();
                let address = pg_sys::get_object_address(
                    kind,
                    object,
                    &raw mut relation,
                    pg_sys::AccessShareLock as pg_sys::LOCKMODE,
                    true,
                );
                (address.objectId != pg_sys::InvalidOid).then(|| Going {
                    class: address.classId.to_u32(),
                    oid: address.objectId.to_u32(),
                    column: address.objectSubId,
                })
            })
            .collect()
    }
}

/// Tables of the roles of `DROP OWNED`.
///
/// # Safety
/// The statement comes from the parser.
unsafe fn owned(statement: &pg_sys::DropOwnedStmt) -> Vec<Going> {
    // SAFETY: by the caller's promise; an unknown role is reported by the server a moment later.
    unsafe {
        nodes(statement.roles)
            .into_iter()
            .map(|role| pg_sys::get_rolespec_oid(role.cast(), true))
            .filter(|role| *role != pg_sys::InvalidOid)
            .map(|role| Going { class: pg_sys::AuthIdRelationId.to_u32(), oid: role.to_u32(), column: 0 })
            .collect()
    }
}

/// # Safety
/// `range` is null or a name from the parser.
unsafe fn relation_oid(range: *mut pg_sys::RangeVar) -> pg_sys::Oid {
    if range.is_null() {
        return pg_sys::InvalidOid;
    }
    // SAFETY: by the caller's promise; without a lock, as the statement itself takes it.
    unsafe {
        pg_sys::RangeVarGetRelidExtended(
            range,
            pg_sys::NoLock as pg_sys::LOCKMODE,
            pg_sys::RVROption::RVR_MISSING_OK,
            None,
            std::ptr::null_mut(),
        )
    }
}

/// The nodes of a list of pointers.
///
/// # Safety
/// `list` is null or such a list.
unsafe fn nodes(list: *mut pg_sys::List) -> Vec<*mut pg_sys::Node> {
    // SAFETY: by the caller's promise.
    unsafe {
        memcx::current_context(|context| {
            List::<*mut std::ffi::c_void>::downcast_ptr_in_memcx(list, context)
                .map(|list| list.iter().map(|pointer| pointer.cast()).collect())
                .unwrap_or_default()
        })
    }
}
