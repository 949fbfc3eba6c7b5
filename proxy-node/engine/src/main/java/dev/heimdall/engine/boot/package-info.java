/**
 * Wires the node by hand, in start order, and starts, reloads, drains and stops it. No other room
 * of the engine imports it.
 */
package dev.heimdall.engine.boot;
