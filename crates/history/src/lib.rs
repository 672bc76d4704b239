//! Blobs, trees, commits and refs over a store; merge base and merge.
