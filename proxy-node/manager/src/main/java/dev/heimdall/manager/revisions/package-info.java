/**
 * Pages of what became of the configuration: its revisions, what they changed, and the way back.
 * The history itself is kept in {@code history}, and gone back in by {@code edit}.
 */
package dev.heimdall.manager.revisions;
