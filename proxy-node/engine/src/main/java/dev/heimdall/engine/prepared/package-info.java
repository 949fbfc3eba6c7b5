/**
 * Prepared statements: what clients call them, what they are, what servers have of them and what
 * they looked like. Contents and names only: no sockets, no sessions, and nothing is sent from
 * here.
 */
package dev.heimdall.engine.prepared;
