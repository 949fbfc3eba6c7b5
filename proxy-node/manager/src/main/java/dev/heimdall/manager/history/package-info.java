/**
 * History of the configuration: each commit with its author, changes by others, and the way back.
 * Knows documents by their names and texts, and not what they say.
 */
package dev.heimdall.manager.history;
