/** The manager's log lines. */
package dev.heimdall.manager.observe;
