/**
 * Events of nodes, clusters and managers: received in nodes' reports or seen by a manager, kept
 * where several managers share them, and shown. What several have seen at a time is one event.
 */
package dev.heimdall.manager.alerts;
