/**
 * Clients, node and servers in one thread: channels in memory, a clock that stands still until it
 * is moved, an event loop that is run by hand. A test plays client and server, and each run of the
 * same script is the same.
 */
package dev.heimdall.engine.kit;
