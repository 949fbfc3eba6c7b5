/**
 * Process facilities that every command needs: exit codes, signals, log output. Nothing here knows
 * a command.
 */
package dev.heimdall.launcher.process;
