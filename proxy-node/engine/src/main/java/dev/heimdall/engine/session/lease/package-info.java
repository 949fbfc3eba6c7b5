/**
 * Server connection of a client: why it is kept, how the session's state is brought to it, and how
 * it is freed when its client has disconnected. {@code SessionContext} is the session as all of its
 * parts see it: a part takes what is made before it, and asks for what is made after it.
 */
package dev.heimdall.engine.session.lease;
