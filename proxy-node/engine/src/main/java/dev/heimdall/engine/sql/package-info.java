/**
 * Reads SQL text: bytes go in, values that say what a statement is and what it does to its session
 * come out. Nothing in here may import anything but the JDK, do I/O, or know of sessions,
 * connections and the wire.
 */
package dev.heimdall.engine.sql;
