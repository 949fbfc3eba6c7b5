/**
 * Parts that rule actions need on the node's own connections to MySQL and MariaDB. Off the event
 * loops.
 */
package dev.heimdall.engine.dialect.mysql.action;
