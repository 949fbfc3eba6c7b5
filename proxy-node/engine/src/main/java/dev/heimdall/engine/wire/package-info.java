/**
 * Facts that every protocol's connections report in equal terms, whatever their bytes: the neutral
 * types that the path of a statement is written in. Values only; the bytes of a protocol lie in the
 * packages below, which know this one and never each other.
 */
package dev.heimdall.engine.wire;
