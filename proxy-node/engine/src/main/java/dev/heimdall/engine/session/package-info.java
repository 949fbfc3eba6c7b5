/**
 * One client's state machine after its log-in: transaction state, session variables, prepared
 * names, and pin reason. A session does not own a server connection, it owns replies, and a lease
 * while a transaction or a pin needs it.
 */
package dev.heimdall.engine.session;
