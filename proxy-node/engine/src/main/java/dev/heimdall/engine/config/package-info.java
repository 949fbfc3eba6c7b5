/**
 * Where the node's configuration comes from while it runs: watching the directory, publishing each
 * right state once, and what differs between two states. Nothing here carries a setting out.
 */
package dev.heimdall.engine.config;
