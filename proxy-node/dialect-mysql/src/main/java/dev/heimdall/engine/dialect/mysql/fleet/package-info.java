/**
 * KILL of sessions of other nodes, as it travels between the nodes: in the place of a client's
 * log-in. What both sides agree on is in {@code KillMessage}, the side that sends in {@code
 * PassedKill}.
 */
package dev.heimdall.engine.dialect.mysql.fleet;
