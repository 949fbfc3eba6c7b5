/**
 * Definitions that databases report: tables, views, partitions, cascades, triggers and functions,
 * read over JDBC on threads of its own, and the meaning of a statement's names by them. Sessions,
 * pools, server connections and the wire are unknown here, and nothing of this may run on an event
 * loop except {@link dev.heimdall.engine.catalog.Catalogue#resolve}, which only looks things up.
 */
package dev.heimdall.engine.catalog;
