/**
 * What every command needs of the process it runs in: exit codes, signals, log output. Nothing here
 * knows a command.
 */
package dev.heimdall.launcher.process;
