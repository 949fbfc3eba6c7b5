/**
 * Conversion of another engine's answers, and of the parameters of statements sent there, for
 * clients of PostgreSQL's protocol. {@link
 * dev.heimdall.engine.dialect.postgres.foreign.PostgresForeignFormat} is the way in; nothing here
 * runs on an event loop.
 */
package dev.heimdall.engine.dialect.postgres.foreign;
