/**
 * The manager's own numbers as Prometheus scrapes them: requests, what was done, and the nodes that
 * report. A user who may see the configuration may see them.
 */
package dev.heimdall.manager.metrics;
