//! The PostgreSQL extension pggit.
