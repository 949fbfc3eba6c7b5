/**
 * The query cache: what is served from it, and that it never serves what was written since. Real
 * servers and clients; who looks behind the node's back sees what a hit is.
 */
package dev.heimdall.test.cache;
