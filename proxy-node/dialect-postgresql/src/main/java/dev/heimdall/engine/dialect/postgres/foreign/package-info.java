/**
 * What another engine's answers and the parameters of statements that go there are to clients of
 * PostgreSQL's protocol. {@link dev.heimdall.engine.dialect.postgres.foreign.PostgresForeignFormat}
 * is the way in; nothing here runs on an event loop.
 */
package dev.heimdall.engine.dialect.postgres.foreign;
