/**
 * One client after its log-in: its requests, its replies, its end. What it is, the server
 * connection that it has, and what becomes of its statements are in the packages below. {@code
 * LoggedInSession} is its face to the outside, {@code SessionContext} the one to its parts.
 */
package dev.heimdall.engine.session;
