/**
 * Statements by their pattern, as nodes report them: added up, shown, and made rules of. What is
 * added up is kept in memory, and begins anew with the manager.
 */
package dev.heimdall.manager.analytics;
