/**
 * Clients of the admin database that speak PostgreSQL's protocol: their messages, prepared
 * statements, portals and transactions. What commands do is behind {@link
 * dev.heimdall.engine.console.Console}.
 */
package dev.heimdall.engine.dialect.postgres.console;
