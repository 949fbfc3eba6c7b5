/**
 * Server connection of a client and the reason for keeping it (pins), the part of its session that
 * is carried from one connection to the next, and the freeing of a connection whose client has
 * disconnected. {@code SessionContext} is the session as all of its parts see it: what is made
 * before a part it takes, what is made after it it asks for.
 */
package dev.heimdall.engine.lease;
