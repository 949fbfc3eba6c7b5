/**
 * What became of the configuration: each commit with its author, what was changed by others, and
 * the way back. Knows documents by their names and texts, and not what they say.
 */
package dev.heimdall.manager.history;
