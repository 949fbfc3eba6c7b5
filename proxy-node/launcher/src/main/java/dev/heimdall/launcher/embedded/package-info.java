/**
 * What servers that the command starts for itself have in common: their processes, the account
 * these run under, their folders.
 */
package dev.heimdall.launcher.embedded;
