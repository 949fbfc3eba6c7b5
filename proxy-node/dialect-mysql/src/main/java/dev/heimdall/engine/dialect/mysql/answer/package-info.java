/**
 * Replies of the node itself to clients that speak MySQL's protocol: results, the end of a log-in,
 * and errors with MySQL's own numbers. Bytes are written, and nothing is decided.
 */
package dev.heimdall.engine.dialect.mysql.answer;
