/**
 * Decides which server of a cluster answers a statement: who may by what the statement must not
 * miss, who may by the driver's URLs, and who of these is to. Values in, values out: no session, no
 * connection, no clock and no thread of its own.
 */
package dev.heimdall.engine.route;
