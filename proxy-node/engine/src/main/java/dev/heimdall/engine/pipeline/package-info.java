/**
 * The steps of one statement, in their order, before it meets a connection: what it is, what it
 * does, what the rules say. Knows no session, no connection and no wire; may not block and does no
 * I/O, for it runs on event loops.
 */
package dev.heimdall.engine.pipeline;
