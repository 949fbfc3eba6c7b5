/**
 * Shows people the effect of the engine's rules on a statement that no client has sent. No database
 * is asked.
 */
package dev.heimdall.launcher.rules;
