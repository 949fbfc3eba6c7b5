/**
 * Sources of the node's configuration while it runs: watching the directory, publishing each valid
 * state once, and the differences between two states. Nothing here carries a setting out.
 */
package dev.heimdall.engine.config;
