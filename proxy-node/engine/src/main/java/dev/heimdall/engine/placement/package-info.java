/**
 * Where one session's statements go: to the writer or, when a replica is fresh enough for what they
 * read, there; and what the session writes, by which the freshness of later reads is judged.
 */
package dev.heimdall.engine.placement;
