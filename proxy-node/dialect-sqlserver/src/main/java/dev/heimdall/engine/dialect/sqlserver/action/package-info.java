/**
 * Parts that rule actions need on the node's own connections to SQL Server. Off the event loops.
 */
package dev.heimdall.engine.dialect.sqlserver.action;
