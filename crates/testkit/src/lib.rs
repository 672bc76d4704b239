//! Servers, databases and comparisons for tests. Development only.
