/**
 * Statements that a rule forwards to a database of another engine: carried out over JDBC on threads
 * of its own, answered a few rows at a time, as the client's dialect spells it ({@link
 * dev.heimdall.engine.foreign.ForeignFormat}). {@link dev.heimdall.engine.foreign.ForeignSource} is
 * the way in; nothing here knows sessions or a protocol, or runs on an event loop.
 */
package dev.heimdall.engine.foreign;
