//! What the benches share: inputs of a stated shape, and where real data is found.
