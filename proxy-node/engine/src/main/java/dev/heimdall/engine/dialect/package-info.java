/**
 * Dialects that the node speaks. A dialect implements the interfaces that the core's packages
 * define for a protocol, and none of them knows a dialect.
 */
package dev.heimdall.engine.dialect;
