/**
 * Pages of who may use the manager and who did what: accounts of others, and the audit log. One's
 * own account is in {@code pages}, as sessions hang on it.
 */
package dev.heimdall.manager.people;
