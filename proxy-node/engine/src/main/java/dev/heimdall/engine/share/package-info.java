/**
 * What nodes must tell each other, and remember, of writes: which tables were written and up to
 * where in the cluster's log that is; and whose turn it is where one node works for all. Works for
 * a node alone; nothing here knows a session, a connection to a server or where a read goes.
 */
package dev.heimdall.engine.share;
