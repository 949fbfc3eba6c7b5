/**
 * What happened to nodes, clusters and managers: heard from nodes' reports or seen by a manager,
 * kept where several managers share it, and shown. What several have seen at a time is one event.
 */
package dev.heimdall.manager.alerts;
