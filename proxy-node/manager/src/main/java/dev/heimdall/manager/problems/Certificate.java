package dev.heimdall.manager.problems;

import java.time.Instant;

/**
 * A certificate that something is shown.
 *
 * @param name of its document or file
 */
public record Certificate(String name, Instant ends) {}
