/**
 * What the engine's rules do with a statement that nobody has sent, for people. No database is
 * asked.
 */
package dev.heimdall.launcher.rules;
