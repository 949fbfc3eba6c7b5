/**
 * The PostgreSQL dialect: message types, encoders, errors, start-up packets, the queue of expected
 * replies and the log-in on both sides. It knows bytes and no pools or sessions, and never another
 * dialect.
 */
package dev.heimdall.engine.wire.postgres;
