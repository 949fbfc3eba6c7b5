/**
 * State of one client's session, whichever server connection it has: variables and prepared names
 * that are carried from one connection to the next, pins, transaction, memory, losses. Knows none
 * of the session's parts.
 */
package dev.heimdall.engine.session.state;
