/**
 * Parts that rule actions need on the node's own connections to PostgreSQL. Off the event loops.
 */
package dev.heimdall.engine.dialect.postgres.action;
