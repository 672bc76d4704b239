//! Ways to a server: TLS in each mode, passwords, several servers.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pggit_db::session::{Session, SessionError};
use pggit_wire::server::{PrivateServer, ServerOptions};
use pggit_wire::session::WireSession;
use pggit_wire::settings::ConnectionSettings;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use tempfile::TempDir;

/// A server that listens on a port, with a certificate.
struct Fixture {
    server: PrivateServer,
    port: u16,
    /// Files of the clients.
    files: TempDir,
    authority: CertifiedIssuer<'static, KeyPair>,
}

const RULES: &str = "\
local all all trust
hostssl all tls 127.0.0.1/32 trust
hostnossl all plain 127.0.0.1/32 trust
hostssl all certified 127.0.0.1/32 cert
host all secret 127.0.0.1/32 scram-sha-256
host all either 127.0.0.1/32 trust
";

impl Fixture {
    fn start() -> Self {
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|open| open.local_addr()).expect("a port").port();
        let configuration = [
            ("listen_addresses", "127.0.0.1".to_owned()),
            ("port", port.to_string()),
            ("password_encryption", "scram-sha-256".to_owned()),
        ];
        let configuration = configuration.map(|(name, value)| (name.to_owned(), value));
        let options = ServerOptions { configuration: configuration.into(), ..ServerOptions::default() };
        let server = PrivateServer::throw_away(options).expect("a server");
        let fixture = Self {
            server,
            port,
            files: tempfile::tempdir().expect("a directory"),
            authority: authority("one"),
        };
        fixture.put("pg_hba.conf", RULES);
        let mut session = fixture.superuser();
        session
            .script(
                "CREATE ROLE tls LOGIN; CREATE ROLE plain LOGIN; CREATE ROLE certified LOGIN; CREATE ROLE either LOGIN; \
                 CREATE ROLE secret LOGIN PASSWORD 'right'",
            )
            .expect("roles");
        session.script("CREATE DATABASE frozen").expect("a database");
        session.script("ALTER DATABASE frozen SET default_transaction_read_only = on").expect("set");
        session.script("ALTER SYSTEM SET log_line_prefix = 'rules '").expect("set");
        fixture.reload("rules ", "log_line_prefix");
        fixture.write("authority.crt", &fixture.authority.pem());
        fixture.write("other.crt", &authority("two").pem());
        fixture
    }

    fn superuser(&self) -> WireSession {
        let mut settings = self.server.settings("postgres");
        settings.endpoints[0].port = Some(self.port);
        WireSession::connect(&settings).expect("connected")
    }

    /// Writes a file into the server's data directory.
    fn put(&self, name: &str, text: &str) {
        let lines: Vec<&str> = text.lines().collect();
        let lines = lines.join("$$),($$");
        let copy = format!(
            "COPY (SELECT a FROM (VALUES ($${lines}$$)) v (a)) TO PROGRAM 'cat > {name} && chmod 600 {name}'"
        );
        self.superuser().script(&copy).expect(name);
    }

    /// Has the server show another certificate.
    fn show(&self, name: &str, certificate: &str, key: &str) {
        self.put(&format!("{name}.crt"), certificate);
        self.put(&format!("{name}.key"), key);
        let mut session = self.superuser();
        for setting in [
            "ssl = on".to_owned(),
            "ssl_ca_file = 'authority.crt'".to_owned(),
            format!("ssl_cert_file = '{name}.crt'"),
            format!("ssl_key_file = '{name}.key'"),
        ] {
            session.script(&format!("ALTER SYSTEM SET {setting}")).expect("set");
        }
        self.reload(&format!("{name}.crt"), "ssl_cert_file");
    }

    /// Has the configuration read, and waits until new sessions have it.
    fn reload(&self, value: &str, setting: &str) {
        self.superuser().query("SELECT pg_catalog.pg_reload_conf()", &[]).expect("reloaded");
        let start = Instant::now();
        let sql = format!("SELECT pg_catalog.current_setting('{setting}')");
        loop {
            let rows = self.superuser().query(&sql, &[]).expect("a setting");
            if rows[0].text(0) == Ok(value) {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "{setting} is not {value}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("private");
        path
    }

    fn path(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    fn connect(&self, user: &str, more: &str) -> Result<WireSession, SessionError> {
        let text = format!("hostaddr=127.0.0.1 port={} dbname=postgres user={user} {more}", self.port);
        let text = text.replace("DIR", &self.files.path().display().to_string());
        WireSession::connect(&ConnectionSettings::parse(&text).expect(&text))
    }

    /// Whether a connection came about, over TLS or not; or the message and detail of the error.
    fn outcome(&self, user: &str, more: &str) -> Result<bool, String> {
        let mut session = self.connect(user, more).map_err(|error| {
            format!("{} {}: {}", error.sqlstate, error.message, error.detail.unwrap_or_default())
        })?;
        let sql = "SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()";
        Ok(session.query(sql, &[]).expect("a row")[0].bool(0).expect("a boolean"))
    }

    #[track_caller]
    fn check(&self, user: &str, more: &str, expected: Result<bool, &str>) {
        let found = self.outcome(user, more);
        match (&found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(*found, expected, "{user} {more}"),
            (Err(found), Err(expected)) => assert!(found.contains(expected), "{user} {more}: {found}"),
            _ => panic!("{user} {more}: {found:?}, expected {expected:?}"),
        }
    }
}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, format!("authority {name}"));
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate")
}

/// A certificate that `issuer` has signed, and its key.
fn signed(
    issuer: &CertifiedIssuer<'static, KeyPair>,
    common_name: &str,
    names: &[&str],
    change: impl FnOnce(&mut CertificateParams),
) -> (String, String) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("names");
    params.distinguished_name.push(DnType::CommonName, common_name);
    change(&mut params);
    let key = KeyPair::generate().expect("a key");
    (params.signed_by(&key, issuer).expect("signed").pem(), key.serialize_pem())
}

#[test]
fn transport() {
    let fixture = Fixture::start();
    without_certificate(&fixture);
    fixture.put("authority.crt", &fixture.authority.pem());
    let (certificate, key) = signed(&fixture.authority, "db", &["localhost"], |_| {});
    fixture.show("server", &certificate, &key);
    modes(&fixture);
    names(&fixture);
    client_certificates(&fixture);
    passwords(&fixture);
    several_servers(&fixture);
    cancel(&fixture);
    unusual_certificates(&fixture);
}

fn without_certificate(fixture: &Fixture) {
    fixture.check("either", "sslmode=disable", Ok(false));
    fixture.check("either", "sslmode=allow", Ok(false));
    fixture.check("either", "", Ok(false));
    for mode in ["require", "verify-ca sslrootcert=DIR/authority.crt"] {
        fixture.check("either", &format!("sslmode={mode}"), Err("Server does not support TLS."));
    }
    fixture.check(
        "either",
        "sslmode=require gssencmode=require",
        Err("0A000 connection parameter \"gssencmode\""),
    );
    fixture.check("either", "require_auth=none", Err("0A000 connection parameter \"require_auth\""));
}

fn modes(fixture: &Fixture) {
    let none = "sslrootcert=DIR/none";
    let right = "sslrootcert=DIR/authority.crt";
    let other = "sslrootcert=DIR/other.crt";
    let untrusted = Err("no authority that is trusted has signed it");
    let missing = Err("none\" does not exist");
    for (mode, roots, expected) in [
        ("disable", none, Ok(false)),
        ("disable", other, Ok(false)),
        ("allow", none, Ok(false)),
        ("prefer", none, Ok(true)),
        ("prefer", right, Ok(true)),
        // Over TLS the server can't be trusted, and "prefer" goes without.
        ("prefer", other, Ok(false)),
        ("require", none, Ok(true)),
        ("require", right, Ok(true)),
        ("require", other, untrusted),
        ("verify-ca", none, missing),
        ("verify-ca", right, Ok(true)),
        ("verify-ca", other, untrusted),
        ("verify-full", none, missing),
        ("verify-full", right, Ok(true)),
        ("verify-full", other, untrusted),
        ("require", "sslrootcert=system", Err("weak sslmode can't be used")),
        ("verify-full", "sslrootcert=system", untrusted),
    ] {
        fixture.check("either", &format!("host=localhost sslmode={mode} {roots}"), expected);
    }
    // What the server's rules say decides between the two ways.
    fixture.check("tls", "sslmode=disable", Err("28000 no pg_hba.conf entry"));
    fixture.check("tls", "sslmode=allow", Ok(true));
    fixture.check("plain", "sslmode=prefer", Ok(false));
    fixture.check("plain", "sslmode=require", Err("28000 no pg_hba.conf entry"));
    fixture.check("either", "sslmode=require ssl_max_protocol_version=TLSv1.2", Ok(true));
    fixture.check("either", "sslmode=require ssl_max_protocol_version=TLSv1.1", Err("no version of TLS"));
    fixture.check("either", "sslmode=prefer sslnegotiation=direct", Err("weak sslmode"));
    let text = fixture.write("not-pem", "nothing");
    fixture.check(
        "either",
        &format!("sslmode=verify-ca sslrootcert={}", text.display()),
        Err("could not read root certificate file"),
    );
}

fn names(fixture: &Fixture) {
    let full = "sslmode=verify-full sslrootcert=DIR/authority.crt";
    fixture.check("either", &format!("{full} host=LOCALHOST"), Ok(true));
    fixture.check("either", &format!("{full} host=db.example"), Err("it is for another host"));
    fixture.check("either", &format!("{full} host=127.0.0.1"), Err("it is for another host"));
    fixture.check("either", full, Err("it is for another host"));
    fixture.check("either", "sslmode=verify-ca sslrootcert=DIR/authority.crt host=db.example", Ok(true));
    // The common name counts only where there is no other.
    fixture.check("either", &format!("{full} host=db"), Err("it is for another host"));
}

fn client_certificates(fixture: &Fixture) {
    let (certificate, key) = signed(&fixture.authority, "certified", &[], |_| {});
    fixture.write("client.crt", &certificate);
    let key_file = fixture.write("client.key", &key);
    let (stranger, stranger_key) = signed(&authority("three"), "certified", &[], |_| {});
    fixture.write("stranger.crt", &stranger);
    fixture.write("stranger.key", &stranger_key);
    let mode = "sslmode=require";
    fixture.check("certified", &format!("{mode} sslcert=DIR/client.crt sslkey=DIR/client.key"), Ok(true));
    fixture.check("certified", mode, Err("28000 connection requires a valid client certificate"));
    fixture.check(
        "certified",
        &format!("{mode} sslcertmode=disable sslcert=DIR/client.crt sslkey=DIR/client.key"),
        Err("28000 connection requires a valid client certificate"),
    );
    fixture.check("certified", &format!("{mode} sslcertmode=require"), Err("there is no client certificate"));
    fixture.check("certified", &format!("{mode} sslcert=DIR/client.crt"), Err("but not its private key"));
    fixture
        .connect("certified", &format!("{mode} sslcert=DIR/stranger.crt sslkey=DIR/stranger.key"))
        .expect_err("signed by nobody that the server knows");
    fs::set_permissions(&key_file, PermissionsExt::from_mode(0o644)).expect("changed");
    fixture.check(
        "certified",
        &format!("{mode} sslcert=DIR/client.crt sslkey=DIR/client.key"),
        Err("has group or world access"),
    );
}

fn passwords(fixture: &Fixture) {
    let file = |name: &str, line: &str| fixture.write(name, &format!("{line}\n"));
    let right = file("right", &format!("127.0.0.1:{}:*:secret:right", fixture.port));
    file("wrong", "*:*:*:*:wrong");
    fixture.check("secret", "password=right", Ok(true));
    fixture.check("secret", "password=right sslmode=disable", Ok(false));
    fixture.check("secret", "passfile=DIR/right", Ok(true));
    // Another database of the server is reached by the password that was right for this one.
    file("one", &format!("127.0.0.1:{}:postgres:secret:right", fixture.port));
    let session = fixture.connect("secret", "passfile=DIR/one").expect("connected");
    WireSession::connect(&session.settings().with_dbname("frozen")).expect("connected by the same password");
    fixture.check("secret", "dbname=frozen passfile=DIR/one", Err("28P01 no password supplied"));
    fixture.check(
        "secret",
        "password=wrong",
        Err("28P01 password authentication failed for user \"secret\""),
    );
    fixture.check("secret", "passfile=DIR/wrong", Err("The password is from"));
    fixture.check("secret", "passfile=DIR/none", Err("28P01 no password supplied"));
    fixture.check("secret", "password=right channel_binding=require", Ok(true));
    fixture
        .connect("secret", "password=right channel_binding=require sslmode=disable")
        .expect_err("nothing to bind to");
    fs::set_permissions(&right, PermissionsExt::from_mode(0o644)).expect("changed");
    fixture.check("secret", "passfile=DIR/right", Err("28P01 no password supplied"));
    let mut session = fixture.connect("either", "passfile=DIR/right").expect("no password is asked for");
    let warnings: Vec<String> = session.take_notices().iter().map(ToString::to_string).collect();
    assert!(warnings[0].starts_with("WARNING:  password file"), "{warnings:?}");
}

fn several_servers(fixture: &Fixture) {
    let port = fixture.port;
    let connect = |hosts: &str, more: &str| {
        let text = format!("{hosts} dbname=postgres user=either {more}");
        WireSession::connect(&ConnectionSettings::parse(&text).expect(&text))
    };
    let two = format!("host=localhost,localhost hostaddr=127.0.0.1,127.0.0.1 port=1,{port}");
    connect(&two, "").expect("the second");
    connect(&two, "load_balance_hosts=random").expect("one of them");
    let error = connect("host=localhost,/nowhere hostaddr=127.0.0.1, port=1", "").expect_err("neither");
    assert_eq!(error.sqlstate, "08001");
    let detail = error.detail.expect("a line each");
    assert_eq!(detail.lines().count(), 2, "{detail}");
    assert!(detail.starts_with("\"localhost\", port 1: Connection refused"), "{detail}");
    // Who is refused is not passed on to the next server.
    let error =
        connect(&two.replace("port=1,", &format!("port={port},")), "dbname=none").expect_err("no database");
    assert_eq!(error.sqlstate, "3D000");

    for (wanted, usual, frozen) in [
        ("any", Ok(()), Ok(())),
        ("read-write", Ok(()), Err("session is read-only")),
        ("read-only", Err("session is not read-only"), Ok(())),
        ("primary", Ok(()), Ok(())),
        ("standby", Err("server is not in hot standby mode"), Err("server is not in hot standby mode")),
        ("prefer-standby", Ok(()), Ok(())),
    ] {
        for (database, expected) in [("postgres", usual), ("frozen", frozen)] {
            let found = fixture
                .connect("either", &format!("dbname={database} target_session_attrs={wanted}"))
                .map(|_| ())
                .map_err(|error| error.message);
            assert_eq!(
                found.as_ref().map_err(String::as_str),
                expected.as_ref().map_err(|text| *text),
                "{wanted} {database}"
            );
        }
    }

    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let start = Instant::now();
    let error =
        connect(&format!("hostaddr=127.0.0.1 port={port}"), "connect_timeout=1").expect_err("no answer");
    assert_eq!(error.detail.as_deref(), Some("No answer within 2 s."));
    assert!(start.elapsed() < Duration::from_secs(10));
    let error = connect("host=no.such.host.invalid", "").expect_err("no such host");
    assert_eq!(error.message, "could not translate host name \"no.such.host.invalid\" to an address");
}

fn cancel(fixture: &Fixture) {
    for mode in ["disable", "require"] {
        let mut session = fixture.connect("either", &format!("sslmode={mode}")).expect("connected");
        let handle = session.cancel_handle().expect("open");
        let waiter = std::thread::spawn(move || session.query("SELECT pg_catalog.pg_sleep(60)", &[]));
        std::thread::sleep(Duration::from_millis(200));
        handle.cancel().expect("asked");
        assert_eq!(waiter.join().expect("no panic").expect_err("cancelled").sqlstate, "57014", "{mode}");
    }
}

/// Certificates that libpq takes and webpki does not.
fn unusual_certificates(fixture: &Fixture) {
    let full = "sslmode=verify-full";
    let certificates = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates"));
    let read = |name: &str| fs::read_to_string(certificates.join(name)).expect(name);
    fixture.write("root-1.crt", &read("root.crt"));
    fixture.show("version1", &read("server.crt"), &read("server.key"));
    fixture.check("either", "sslmode=require", Ok(true));
    fixture.check("either", "sslmode=require ssl_max_protocol_version=TLSv1.2", Ok(true));
    fixture.check("either", &format!("{full} host=localhost sslrootcert=DIR/root-1.crt"), Ok(true));
    fixture.check(
        "either",
        &format!("{full} host=other sslrootcert=DIR/root-1.crt"),
        Err("it is for another host"),
    );
    fixture.check(
        "either",
        &format!("{full} host=localhost sslrootcert=DIR/authority.crt"),
        Err("no authority that is trusted"),
    );

    let own = authority("localhost");
    fixture.write("own.crt", &own.pem());
    fixture.show("own", &own.pem(), &own.key().serialize_pem());
    fixture.check("either", "sslmode=verify-ca sslrootcert=DIR/own.crt", Ok(true));
    fixture.check(
        "either",
        "sslmode=verify-ca sslrootcert=DIR/authority.crt",
        Err("no authority that is trusted"),
    );
    fixture.check(
        "either",
        &format!("{full} host=localhost sslrootcert=DIR/own.crt"),
        Err("it is for another host"),
    );

    let (certificate, key) = signed(&fixture.authority, "*.db.example", &[], |_| {});
    fixture.show("common", &certificate, &key);
    let right = "sslrootcert=DIR/authority.crt";
    fixture.check("either", &format!("{full} host=a.db.example {right}"), Ok(true));
    fixture.check("either", &format!("{full} host=db.example {right}"), Err("it is for another host"));

    let (certificate, key) = signed(&fixture.authority, "x", &["localhost"], |params| {
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
    });
    fixture.show("expired", &certificate, &key);
    fixture.check("either", &format!("{full} host=localhost {right}"), Err("it has expired"));
    fixture.check("either", "sslmode=require", Ok(true));

    let (certificate, key) = signed(&fixture.authority, "x", &["127.0.0.1"], |_| {});
    fixture.show("address", &certificate, &key);
    fixture.check("either", &format!("{full} {right}"), Ok(true));
    fixture.check("either", &format!("{full} host=localhost {right}"), Err("it is for another host"));
}
