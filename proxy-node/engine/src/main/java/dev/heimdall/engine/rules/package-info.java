/**
 * Lists of rules made ready for use: which rules match a statement of a session, what they decide
 * together, and why. Nothing here carries a decision out, knows the wire or waits for anything.
 */
package dev.heimdall.engine.rules;
