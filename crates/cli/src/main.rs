//! The `confiture` command line.

fn main() {}
