/**
 * Wires the node by hand, in start order, and starts, reloads, drains and stops it. Nobody else in
 * the engine imports it.
 */
package dev.heimdall.engine.boot;
