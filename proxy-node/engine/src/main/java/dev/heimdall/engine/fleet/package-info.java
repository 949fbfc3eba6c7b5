/**
 * What one node of a fleet requests of another in a client's place, and how the other one knows
 * that it was a node: by a key that they share. No connections and no protocols.
 */
package dev.heimdall.engine.fleet;
