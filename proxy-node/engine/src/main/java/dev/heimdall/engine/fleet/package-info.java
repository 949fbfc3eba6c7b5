/**
 * Requests that one node of a fleet sends to another on behalf of a client, and the other's proof
 * that the sender is a node: by a key that they share. No connections and no protocols.
 */
package dev.heimdall.engine.fleet;
