/**
 * Maps that are bounded by the number of their entries, for all that is kept of clients, people or
 * servers. Only the JDK.
 */
package dev.heimdall.routing.bounded;
