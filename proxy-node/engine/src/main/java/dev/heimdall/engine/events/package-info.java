/**
 * Events on this node that people may want to be notified of: the most recent, numbered, in words.
 * SQL, parameters and secrets have no place in them.
 */
package dev.heimdall.engine.events;
