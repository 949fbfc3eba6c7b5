/**
 * Which server connection a client has and why it keeps it (pins), what of its session is carried
 * from one connection to the next, and how a connection is freed of a client that is gone. Knows
 * sessions by its own interfaces only.
 */
package dev.heimdall.engine.lease;
