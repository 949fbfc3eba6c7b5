/**
 * Statements that a rule forwards to a database of another engine: carried out over JDBC on threads
 * of its own, answered in PostgreSQL's messages, a few rows at a time. {@link
 * dev.heimdall.engine.foreign.ForeignSource} is the way in; nothing here knows sessions, or runs on
 * an event loop.
 */
package dev.heimdall.engine.foreign;
