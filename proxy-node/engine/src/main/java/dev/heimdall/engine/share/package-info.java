/**
 * Facts about writes that nodes must publish to each other, and remember: which tables were written
 * and up to where in the cluster's log that is; and which node is the leader where one works for
 * all. Works for a node alone; nothing here knows a session, a connection to a server or where a
 * read goes.
 */
package dev.heimdall.engine.share;
