/**
 * Traces of statements for OpenTelemetry: which statements are traced, what is noted of them on
 * their event loops, and how that comes to a collector from a thread of its own. Knows nothing of
 * sessions, protocols and servers.
 */
package dev.heimdall.engine.tracing;
