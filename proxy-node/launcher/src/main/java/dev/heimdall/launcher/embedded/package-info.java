/**
 * Common parts of the servers that the command starts for itself: their processes, the account
 * these run under, their folders.
 */
package dev.heimdall.launcher.embedded;
