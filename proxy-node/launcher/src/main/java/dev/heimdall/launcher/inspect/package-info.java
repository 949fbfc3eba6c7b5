/**
 * Queries of the manager to the world, answered with the code that nodes work with: databases,
 * stores, AWS. Each question waits for the network for a bounded time; nothing is kept.
 */
package dev.heimdall.launcher.inspect;
