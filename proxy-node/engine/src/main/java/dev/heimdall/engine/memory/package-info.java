/**
 * The memory budget of a node: how many bytes its large caches may have, and how many they do.
 * Knows no cache; each one weighs its own entries, evicts them, and reports. Only the JDK.
 */
package dev.heimdall.engine.memory;
