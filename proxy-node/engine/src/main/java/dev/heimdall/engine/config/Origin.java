package dev.heimdall.engine.config;

import java.time.Instant;
import java.util.Optional;

/**
 * Origin of a node's documents, and its state. No part of it is a secret.
 *
 * @param place a directory, {@code s3://…} or {@code secret:…}
 * @param version of all documents there, as the place has it; empty: it has none
 * @param looked when they could be looked at last; empty: never since the start
 * @param trouble what is the matter with the place; empty: nothing
 * @param copy when that was right on whose copy the node runs; empty: it runs on none
 */
public record Origin(
    String place,
    Optional<String> version,
    Optional<Instant> looked,
    Optional<String> trouble,
    Optional<Instant> copy) {}
