/**
 * One client's state machine: log-in, transaction state, session variables, prepared names, cancel
 * key and pin reason. A session does not own a server connection, it owns replies, and a lease
 * while a transaction or a pin needs it.
 */
package dev.heimdall.engine.session;
