/** The heimdall command. */
package dev.heimdall.launcher;
