//! What is wrong with the five documents.
