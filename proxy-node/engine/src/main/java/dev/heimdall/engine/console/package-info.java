/**
 * Operators at the node's port: clients of the admin database ({@link
 * dev.heimdall.engine.console.ConsoleSession}), and commands among a session's own statements
 * ({@link dev.heimdall.engine.session.ConsoleCommands}). What commands do is behind {@link
 * dev.heimdall.engine.console.Console}.
 */
package dev.heimdall.engine.console;
