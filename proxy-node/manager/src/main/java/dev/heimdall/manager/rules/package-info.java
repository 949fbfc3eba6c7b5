/**
 * Rule lists by hand: their pages, and the changes of a list that a session gathers before it looks
 * them over. Untouched parts of a list's text stay as they were written.
 */
package dev.heimdall.manager.rules;
