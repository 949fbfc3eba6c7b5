/**
 * Which server connection a client has and why it keeps it (pins), what of its session is carried
 * from one connection to the next, and how a connection is freed of a client that is gone. {@code
 * SessionContext} is the session as all of its parts see it: what is made before a part it takes,
 * what is made after it it asks for.
 */
package dev.heimdall.engine.lease;
