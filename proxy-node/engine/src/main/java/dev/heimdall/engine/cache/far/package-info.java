/**
 * Answers that the nodes of a fleet keep for each other in the shared store, as bytes under keys.
 * Knows no session, no client, no protocol and no SQL, nor whether an answer still holds.
 */
package dev.heimdall.engine.cache.far;
