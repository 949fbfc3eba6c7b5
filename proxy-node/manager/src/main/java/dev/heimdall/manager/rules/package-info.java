/**
 * Rule lists by hand: their pages, and the changes of a list that a session gathers before it looks
 * them over. What nobody touched in a list's text stays as it was written.
 */
package dev.heimdall.manager.rules;
