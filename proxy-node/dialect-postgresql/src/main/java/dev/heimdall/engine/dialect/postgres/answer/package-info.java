/**
 * Replies of the node itself to clients that speak PostgreSQL's protocol. Bytes are written, and
 * nothing is decided.
 */
package dev.heimdall.engine.dialect.postgres.answer;
