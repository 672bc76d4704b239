//! Tests of reading settings.

use super::*;

fn parsed(text: &str) -> ConnectionSettings {
    ConnectionSettings::parse(text).expect(text)
}

fn name(host: &str, port: Option<u16>) -> Endpoint {
    Endpoint { host: Host::from_text(host), address: None, port }
}

#[test]
fn every_part_of_a_url() {
    let settings = parsed(
        "postgresql://al%40ice:s%3Acret@db.example:5433/shop%2Fx?sslmode=require&application_name=a+b",
    );
    assert_eq!(settings.endpoints, [name("db.example", Some(5433))]);
    assert_eq!(settings.user.as_deref(), Some("al@ice"));
    assert_eq!(settings.password.as_ref().map(Password::reveal), Some("s:cret"));
    assert_eq!(settings.dbname.as_deref(), Some("shop/x"));
    assert_eq!(settings.ssl_mode, Some(SslMode::Require));
    assert_eq!(settings.parameters["application_name"], "a+b");
}

#[test]
fn socket_directory_in_the_query() {
    for text in [
        "postgresql://user@/db?host=/sock/dir&port=5433",
        "postgres://user@/db?host=%2Fsock%2Fdir&port=5433",
        "postgresql://user@%2Fsock%2Fdir:5433/db",
        "postgresql:///db?user=user&port=5433&host=/sock/dir",
        "host=/sock/dir port=5433 user=user dbname=db",
        " host = '/sock/dir'  port= 5433 user =user dbname='db' ",
    ] {
        assert_eq!(parsed(text), ConnectionSettings::socket("/sock/dir", 5433, "user", "db"), "{text}");
    }
}

#[test]
fn urls_round_trip() {
    for text in [
        "postgresql:///",
        "postgresql:///db",
        "postgresql://host/",
        "postgresql://user@/db?host=/sock/dir&port=5433",
        "postgresql://user:p%40%2F%3A%25%20w@host:5433/d%C3%BCb%22%0A?sslmode=verify-full&options=-c%20jit%3Doff",
        "postgresql://[2001:db8::1]:5432/db",
        "postgresql://a:1,b:2,c/db?target_session_attrs=read-write",
        "postgresql:///db?host=/a%20%25,b&port=1,",
        "postgresql:///db?port=5433",
        "postgresql://a,b/db?hostaddr=10.0.0.1,2001:db8::1",
        "postgresql:///db?hostaddr=10.0.0.1",
    ] {
        let settings = parsed(text);
        assert_eq!(settings.to_url(), text);
        assert_eq!(parsed(&settings.to_url()), settings, "{text}");
    }
}

#[test]
fn key_value_quoting() {
    let settings = parsed(r"password='it\'s \\ here' user=a\ b dbname=''");
    assert_eq!(settings.password.as_ref().map(Password::reveal), Some(r"it's \ here"));
    assert_eq!(settings.user.as_deref(), Some("a b"));
    assert_eq!(settings.dbname, None);
}

#[test]
fn passwords_are_not_shown() {
    let settings = parsed("postgresql://user:hunter2@host/db?sslpassword=hunter2");
    for text in [settings.to_string(), format!("{settings:?}"), format!("{:?}", settings.password)] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    assert_eq!(settings.to_string(), "postgresql://user:***@host/db?sslpassword=***");
    for text in [
        "postgresql://user:hunter2/x@host/db",
        "postgresql://user:hunter2%zz@host/db",
        "postgresql://host:hunter2/db",
        "postgresql://host/db?hunter2",
        "postgresql://host/db?sslmode=hunter2",
        "hunter2",
        "password='hunter2",
        "password=x hunter2 user=y",
        "postgresql://[hunter2/db",
    ] {
        let error = ConnectionSettings::parse(text).expect_err(text);
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}

#[test]
fn bad_input_is_named() {
    let error = |text: &str| ConnectionSettings::parse(text).expect_err(text).to_string();
    assert_eq!(error("postgresql://h/d?sslmod=x"), "connection string has an unknown parameter \"sslmod\"");
    assert_eq!(
        error("postgresql://h:70000/d"),
        "connection parameter \"port\" is invalid, expected a number from 1 to 65535"
    );
    assert_eq!(error("host=a,b,c port=1,2"), "connection string names 3 hosts but 2 ports");
    assert_eq!(error("mydb"), "connection string is neither a postgresql:// URL nor key=value pairs");
    assert_eq!(
        error("host=a connect_timeout=soon"),
        "connection parameter \"connect_timeout\" is invalid, expected a number of seconds"
    );
    assert_eq!(
        error("dbname=a%00 port=x"),
        "connection parameter \"port\" is invalid, expected a number from 1 to 65535"
    );
    assert_eq!(error("postgresql://h/d%00"), "connection string has an invalid percent-encoded sequence");
}

#[test]
fn environment_fills_only_what_is_open() {
    let environment = |name: &str| match name {
        "PGHOST" => Some("envhost".to_owned()),
        "PGPORT" => Some("6000".to_owned()),
        "PGUSER" => Some("envuser".to_owned()),
        "PGPASSWORD" => Some("envpass".to_owned()),
        "PGDATABASE" => Some("envdb".to_owned()),
        "PGSSLMODE" => Some(String::new()),
        _ => None,
    };
    let empty = ConnectionSettings::default().resolved_from(environment).expect("valid");
    assert_eq!(empty.to_url(), "postgresql://envuser:envpass@envhost:6000/envdb");
    let given = parsed("postgresql://me@here/db").resolved_from(environment).expect("valid");
    assert_eq!(given.to_url(), "postgresql://me:envpass@here:6000/db");
    let bare = parsed("postgresql://me@here").resolved_from(|_| None).expect("valid");
    assert_eq!(bare.to_url(), "postgresql://me@here/me");
    let port = parsed("postgresql:///?port=1").resolved_from(environment).expect("valid");
    assert_eq!(port.endpoints, [name("envhost", Some(1))]);
    ConnectionSettings::default()
        .resolved_from(|name| (name == "PGPORT").then(|| "many".to_owned()))
        .expect_err("not a number");
}

#[test]
fn a_service_goes_before_the_environment() {
    let home = tempfile::tempdir().expect("a directory");
    let system = tempfile::tempdir().expect("a directory");
    std::fs::write(home.path().join(".pg_service.conf"), "[shop]\nhost=a,b\nport=1,2\nuser=service\n")
        .expect("written");
    std::fs::write(
        system.path().join("pg_service.conf"),
        "[shop]\nhost=other\n[far]\nhostaddr=10.0.0.1\ndbname=far\n[odd]\nnonsense=1\n[torn]\nhost\n",
    )
    .expect("written");
    let variable = |name: &str| match name {
        "HOME" => Some(home.path().display().to_string()),
        "PGSYSCONFDIR" => Some(system.path().display().to_string()),
        "PGUSER" => Some("envuser".to_owned()),
        "PGDATABASE" => Some("envdb".to_owned()),
        "PGSERVICE" => Some("far".to_owned()),
        _ => None,
    };
    let resolved = |text: &str| parsed(text).resolved_from(variable);
    assert_eq!(
        resolved("service=shop").map(|settings| settings.to_url()).as_deref(),
        Ok("postgresql://service@a:1,b:2/envdb?service=shop")
    );
    assert_eq!(
        resolved("postgresql://me@mine?service=shop&port=7").map(|settings| settings.to_url()).as_deref(),
        Ok("postgresql://me@mine:7/envdb?service=shop")
    );
    assert_eq!(
        resolved("port=9").map(|settings| settings.to_url()).as_deref(),
        Ok("postgresql://envuser@/far?port=9&hostaddr=10.0.0.1")
    );
    for (text, expected) in [
        ("service=none", "definition of service \"none\" not found"),
        ("service=odd", "connection string has an unknown parameter \"nonsense\""),
        ("service=torn", "/pg_service.conf\", line 9"),
    ] {
        let error = resolved(text).expect_err(text).to_string();
        assert!(error.ends_with(expected), "{error}");
    }
}

#[test]
fn sslmode_where_nothing_is_said_of_it() {
    let mode = |text: &str, name: &'static str, value: &'static str| {
        let variable = move |asked: &str| (asked == name).then(|| value.to_owned());
        parsed(text).resolved_from(variable).expect(text).ssl_mode
    };
    assert_eq!(mode("host=a", "", ""), None);
    assert_eq!(mode("host=a", "PGREQUIRESSL", "1"), Some(SslMode::Require));
    assert_eq!(mode("host=a", "PGSSLROOTCERT", "system"), Some(SslMode::VerifyFull));
    assert_eq!(mode("sslmode=disable", "PGREQUIRESSL", "1"), Some(SslMode::Disable));
    assert_eq!(mode("sslmode=disable", "PGSSLMODE", "require"), Some(SslMode::Disable));
}
