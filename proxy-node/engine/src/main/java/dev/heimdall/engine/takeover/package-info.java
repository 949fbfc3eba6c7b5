/**
 * Clients on their way from one process to another that takes its place: what becomes of each, on
 * both sides, whatever happens to the connection between them.
 */
package dev.heimdall.engine.takeover;
