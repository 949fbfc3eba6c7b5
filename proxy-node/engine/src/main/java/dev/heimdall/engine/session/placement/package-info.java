/**
 * Routes one session's statements to the writer or, when a replica is fresh enough for their reads,
 * to that replica; and tracks the session's writes, by which the freshness of later reads is
 * judged.
 */
package dev.heimdall.engine.session.placement;
