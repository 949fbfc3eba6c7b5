/**
 * Shares of a listener for people and machines that have not logged in: the same at nodes and at
 * the manager.
 */
package dev.heimdall.model.callers;
