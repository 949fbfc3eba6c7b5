package dev.heimdall.manager.problems;

import java.time.Instant;

/**
 * Something that is wrong.
 *
 * @param since when it began, or was seen first
 */
record Problem(Finding finding, Instant since) {}
