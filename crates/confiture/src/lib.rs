//! The facade of pgGit: Repository, Migrator, Config, Error.
