/**
 * One client's log-in, what it has of the node as long as it is connected (slots under the limits,
 * a cancel key), and its time limits. It knows no statement: what makes a session after the log-in
 * is a {@link dev.heimdall.engine.client.SessionFactory}.
 */
package dev.heimdall.engine.client;
