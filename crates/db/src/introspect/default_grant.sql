-- What each kind of object grants by default: kind as in acldefault or "public" for the schema of this name as initdb
-- makes it, to everybody (else to the owner), privilege.
SELECT k.kind::pg_catalog.text, a.grantee = 0, a.privilege_type
FROM pg_catalog.unnest('{r,s,f,n,T,L,F,S,l}'::"char"[]) AS k (kind)
CROSS JOIN LATERAL pg_catalog.aclexplode(pg_catalog.acldefault(k.kind, 10)) a
UNION ALL
SELECT 'public', p.everybody, p.privilege
FROM (VALUES
    (true, 'CREATE'), -- before 15
    (true, 'USAGE'),
    (false, 'CREATE'),
    (false, 'USAGE')
) AS p (everybody, privilege)
