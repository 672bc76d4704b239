-- Default privileges: oid, role, schema (0: everywhere), kind of objects, grantor, grantee (0: everybody), privilege,
-- grantable. An empty list gives one row without a privilege.
SELECT d.oid, d.defaclrole, d.defaclnamespace, d.defaclobjtype, a.grantor, a.grantee, a.privilege_type, a.is_grantable
FROM pg_catalog.pg_default_acl d
LEFT JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) a ON true
