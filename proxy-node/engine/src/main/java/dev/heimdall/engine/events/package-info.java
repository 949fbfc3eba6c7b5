/**
 * What happened to this node that people may want to be told of: the last of it, numbered, in
 * words. SQL, parameters and secrets have no place in them.
 */
package dev.heimdall.engine.events;
