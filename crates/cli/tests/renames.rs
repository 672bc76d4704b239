//! Renames that are given to `diff` and `generate`, and those that only look so.

mod console;

use console::Console;
use pggit_testkit::{TestServer, psql};

const BEFORE: &str = "\
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('sad', 'ok');
CREATE TABLE app.users (id serial PRIMARY KEY, mail text CONSTRAINT users_mail_key UNIQUE, feels app.mood);
CREATE INDEX users_feels_idx ON app.users (feels);
CREATE TABLE app.posts (id int, author int REFERENCES app.users, CHECK (id > 0));
CREATE VIEW app.happy AS SELECT id, mail FROM app.users WHERE feels = 'ok';
CREATE FUNCTION app.count(mood text) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 1';
CREATE FUNCTION app.count(mood int) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 2';
";

const AFTER: &str = "\
CREATE SCHEMA app;
CREATE TYPE app.feeling AS ENUM ('sad', 'ok');
CREATE TABLE app.\"Members=\" (id serial PRIMARY KEY, email text CONSTRAINT \"Members=_email_key\" UNIQUE, feels app.feeling);
CREATE INDEX \"Members=_feels_idx\" ON app.\"Members=\" (feels);
CREATE TABLE app.posts (id int, author int REFERENCES app.\"Members=\", CONSTRAINT positive CHECK (id > 0));
CREATE VIEW app.happy AS SELECT id, email AS mail FROM app.\"Members=\" WHERE feels = 'ok';
CREATE FUNCTION app.tally(mood text) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 1';
CREATE FUNCTION app.count(mood int) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 2';
";

const RENAMES: [&str; 10] = [
    "--rename",
    "app.users=\"Members=\"",
    "--rename",
    "app.users.mail=email",
    "--rename",
    "app.mood=feeling",
    "--rename",
    "app.posts.posts_id_check=positive",
    "--rename",
    "app.count(text)=tally",
];

/// Stdout and stderr of a command that ends so.
#[track_caller]
fn run(console: &Console, status: &str, arguments: &[&str]) -> (String, String) {
    let shown = console.run(arguments);
    let rest = shown.strip_prefix(&format!("exit status {status}\n----- stdout\n"));
    let (stdout, stderr) =
        rest.and_then(|rest| rest.split_once("----- stderr\n")).unwrap_or_else(|| panic!("{shown}"));
    (stdout.to_owned(), stderr.to_owned())
}

#[test]
fn what_is_given_is_renamed_with_its_rows() {
    let mut console = Console::new();
    let database = TestServer::shared().database("given_renames");
    console.variable("DATABASE_URL", &database.url());
    psql(database.settings(), BEFORE);
    psql(database.settings(), "INSERT INTO app.users (mail, feels) VALUES ('a@b', 'ok'), ('c@d', 'sad')");
    console.write("a.sql", BEFORE);
    console.write("b.sql", AFTER);
    let url = database.url();
    let diff = [&["diff", &url, "b.sql", "--format", "sql"][..], &RENAMES].concat();
    let (plan, notes) = run(&console, "0", &diff);
    assert_eq!(notes, "");
    // Nothing is built or checked anew: names alone are changed.
    for word in ["DROP ", "CREATE ", "ADD ", "VALIDATE"] {
        assert!(!plan.contains(word), "{word}: {plan}");
    }
    psql(database.settings(), &plan);
    assert_eq!(
        psql(database.settings(), "SELECT string_agg(email, ' ' ORDER BY id) FROM app.\"Members=\"").trim(),
        "a@b c@d"
    );
    let (text, _) = run(&console, "0", &["diff", &url, "b.sql", "--check"]);
    assert_eq!(text, "No differences.\n");

    let generate = ["generate", "from-diff", "a.sql", "b.sql", "--output", "out", "--format", "sql"];
    let (paths, _) = run(&console, "0", &[&generate[..], &RENAMES].concat());
    let up = paths.lines().find(|path| path.ends_with(".up.sql")).expect("a way up");
    let up = std::fs::read_to_string(console.path().join(up)).expect("it is there");
    assert!(up.contains("RENAME TO \"Members=\"") && !up.contains("DROP TABLE"), "{up}");
}

#[test]
fn what_looks_renamed_is_named() {
    let mut console = Console::new();
    let database = TestServer::shared().database("likely_renames");
    console.variable("DATABASE_URL", &database.url());
    console.write(
        "a.sql",
        "CREATE TABLE users (id int, mail text, born date, old text); CREATE TABLE kept (id int, x text);",
    );
    console.write(
        "b.sql",
        "CREATE TABLE \"it's\" (id int, mail text, born date); CREATE TABLE kept (id int, y text);",
    );
    let (plan, notes) = run(&console, "0", &["diff", "a.sql", "b.sql", "--format", "sql"]);
    assert!(plan.contains("DROP TABLE public.users"), "a person decides: {plan}");
    assert_eq!(
        notes,
        "note: table public.users is dropped and table public.\"it's\" is made, and they look alike; if it was renamed: \
         --rename 'public.users=public.\"it'\\''s\"'\n\
         note: column public.kept.x is dropped and column y is made, and they look alike; if it was renamed: \
         --rename public.kept.x=y\n"
    );
    let given = ["--rename", "public.users=public.\"it's\"", "--rename", "kept.x=y"];
    let (plan, notes) =
        run(&console, "0", &[&["diff", "a.sql", "b.sql", "--format", "sql"][..], &given].concat());
    assert!(plan.contains("RENAME COLUMN x TO y") && notes.is_empty(), "{plan}{notes}");
    let (_, notes) =
        run(&console, "0", &["diff", "a.sql", "b.sql", "--exclude", "users", "--exclude", "kept"]);
    assert_eq!(notes, "", "what is not wanted is not asked about");
}

#[test]
fn what_cannot_be_followed_is_refused() {
    let mut console = Console::new();
    let database = TestServer::shared().database("bad_renames");
    console.variable("DATABASE_URL", &database.url());
    console.write("a.sql", BEFORE);
    console.write("b.sql", AFTER);
    for (given, expected) in [
        (
            &["app.nobody=x"][..],
            "error: 42704: app.nobody, which is said to be renamed, is not there at the start\n",
        ),
        (
            &["app.users=x"],
            "error: 42704: table app.users is said to be x at the end, where there is no such table\n",
        ),
        (
            &["app.Users=\"Members=\""],
            "error: 42704: app.\"Users\", which is said to be renamed, is not there at the start\n",
        ),
        (&["app.mood=feeling", "mood=feeling"], "error: 22023: two renames are given for type app.mood\n"),
    ] {
        let mut arguments = vec!["--verbose", "diff", "a.sql", "b.sql"];
        given.iter().for_each(|text| arguments.extend(["--rename", text]));
        let (_, stderr) = run(&console, "1", &arguments);
        assert!(stderr.starts_with(expected), "{given:?}: {stderr}");
    }
    let (_, stderr) = run(&console, "2", &["diff", "a.sql", "b.sql", "--rename", "users"]);
    assert!(stderr.contains("\"users\" is not of the form OLD=NEW"), "{stderr}");
}
